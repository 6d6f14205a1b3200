"""The notes that a command is given, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nlp_engine.batch.failures import Failure
from nlp_engine.errors import InputError
from nlp_engine.readers import InputFailure, RecordSource, open_input
from nlp_engine.readers.notes import NoteFile
from nlp_engine.record import Note


def notes_of(path: Path) -> Iterator[tuple[RecordSource, Note] | Failure]:
    """Yield each note of a file or folder with the patient it belongs to, or why it could not be read.

    A file that is named by itself is a patient of its own.

    Raises
    ------
    InputError
        If a folder holds no notes.
    """
    is_empty = True
    for source in _sources(path):
        for found in _of_source(source):
            is_empty = False
            yield found
    if is_empty:
        raise InputError(path.name, "holds no notes", "a note is a .txt file")


def _sources(path: Path) -> Iterator[RecordSource | InputFailure]:
    if path.is_dir():
        with open_input(path) as opened:
            yield from opened.sources
    else:
        yield RecordSource(path.stem, path.name, notes=(NoteFile(path, path.name, path.stem),))


def _of_source(source: RecordSource | InputFailure) -> Iterator[tuple[RecordSource, Note] | Failure]:
    if isinstance(source, InputFailure):
        yield from (Failure.of_problem(source.patient_id, problem, failed=True) for problem in source.problems)
        return
    try:
        record = source.read_notes()
    except InputError as error:
        yield Failure.of_error(source.patient_id, source.where, "reading", error)
        return
    for problem in record.problems:
        if problem.severity == "error":
            yield Failure.of_problem(source.patient_id, problem, failed=True)
    yield from ((source, note) for note in record.notes)
