"""Notes in, one line of mentions a note out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from nlp_engine.assessment import NoteExtraction
from nlp_engine.batch.failures import Failure, isolated
from nlp_engine.batch.notes import notes_of
from nlp_engine.errors import InputError
from nlp_engine.readers.textfile import UnreadableTextError, decode
from nlp_engine.record import Note

STDIN = "-"


class Extractor(Protocol):
    """What this needs of an engine."""

    def extract(self, text: str, *, note_id: str = "n1", patient_id: str | None = None) -> NoteExtraction:
        """Return the mentions of one text."""


def extract_notes(
    paths: list[str], engine: Extractor, *, stdin: Callable[[], bytes]
) -> Iterator[NoteExtraction | Failure]:
    """Yield for each note its mentions, or why there are none.

    Parameters
    ----------
    paths
        Note files, folders in any of the forms of ``docs/input.md``, or ``-`` for one note from ``stdin``. A file that
        is named by itself belongs to no patient.
    stdin
        Returns the bytes of the standard input.

    Raises
    ------
    InputError
        If a path does not exist, or a folder holds no notes.
    """
    for path in paths:
        if path != STDIN and not Path(path).exists():
            raise InputError(path, "does not exist", "give a note, a folder of notes, or - for the standard input")
    for path in paths:
        if path == STDIN:
            yield from _stdin(engine, stdin())
        else:
            yield from _read(engine, Path(path))


def _read(engine: Extractor, path: Path) -> Iterator[NoteExtraction | Failure]:
    for found in notes_of(path):
        if isinstance(found, Failure):
            yield found
        else:
            source, note = found
            yield _note(engine, note, source.patient_id if path.is_dir() else None, source.where)


def _stdin(engine: Extractor, data: bytes) -> Iterator[NoteExtraction | Failure]:
    try:
        note = Note(id="stdin", text=decode(data).text)
    except UnreadableTextError as error:
        yield Failure.of_error("stdin", "stdin", "reading", InputError("stdin", f"the note {error}", "send text"))
        return
    yield _note(engine, note, None, "stdin")


def _note(engine: Extractor, note: Note, patient_id: str | None, where: str) -> NoteExtraction | Failure:
    return isolated(
        lambda: engine.extract(note.text, note_id=note.id, patient_id=patient_id),
        lambda error: Failure.of_error(patient_id or note.id, where, "assessing", error),
    )
