"""Notes in, one line of mentions a note out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from nlp_engine.assessment import NoteExtraction
from nlp_engine.batch.failures import Failure
from nlp_engine.errors import InputError
from nlp_engine.readers import InputFailure, RecordSource, open_input
from nlp_engine.readers.notes import NoteFile
from nlp_engine.readers.textfile import UnreadableTextError, decode
from nlp_engine.record import Note, PatientRecord

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
        elif Path(path).is_dir():
            yield from _folder(engine, Path(path))
        else:
            file = Path(path)
            source = RecordSource(file.stem, file.name, notes=(NoteFile(file, file.name, file.stem),))
            yield from _record(engine, source, patient_id=None)


def _folder(engine: Extractor, folder: Path) -> Iterator[NoteExtraction | Failure]:
    is_empty = True
    with open_input(folder) as opened:
        for source in opened.sources:
            results = (
                (Failure.of_problem(source.patient_id, problem, failed=True) for problem in source.problems)
                if isinstance(source, InputFailure)
                else _record(engine, source, patient_id=source.patient_id)
            )
            for result in results:
                is_empty = False
                yield result
    if is_empty:
        raise InputError(folder.name, "holds no notes", "a note is a .txt file")


def _stdin(engine: Extractor, data: bytes) -> Iterator[NoteExtraction | Failure]:
    try:
        note = Note(id="stdin", text=decode(data).text)
    except UnreadableTextError as error:
        yield Failure.of_error("stdin", "stdin", "reading", InputError("stdin", f"the note {error}", "send text"))
        return
    yield _note(engine, note, None, "stdin")


def _record(engine: Extractor, source: RecordSource, *, patient_id: str | None) -> Iterator[NoteExtraction | Failure]:
    try:
        record: PatientRecord = source.read_notes()
    except InputError as error:
        yield Failure.of_error(source.patient_id, source.where, "reading", error)
        return
    for problem in record.problems:
        if problem.severity == "error":
            yield Failure.of_problem(patient_id, problem, failed=True)
    for note in record.notes:
        yield _note(engine, note, patient_id, source.where)


def _note(engine: Extractor, note: Note, patient_id: str | None, where: str) -> NoteExtraction | Failure:
    try:
        return engine.extract(note.text, note_id=note.id, patient_id=patient_id)
    except Exception as error:  # noqa: BLE001 - one note must not stop the others; it is reported by id
        return Failure.of_error(patient_id or note.id, where, "assessing", error)
