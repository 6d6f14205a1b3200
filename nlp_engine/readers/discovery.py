"""An input folder -> a stream of record sources.

Nothing but names and ids is held in memory, never ten thousand notes; the rows of shared tables wait on disk.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from nlp_engine.errors import InputError
from nlp_engine.readers.demographics import declared_id
from nlp_engine.readers.files import (
    CORPUS_FILE,
    IMAGE_FINDINGS,
    IMAGE_FINDINGS_FILE,
    IMAGE_FINDINGS_TABLE,
    IMAGES,
    MANIFEST_FILE,
    NOTES,
    PATIENT_FILE,
    TABLE_FILES,
    is_note,
    named,
    visible,
)
from nlp_engine.readers.flat import flat_sources
from nlp_engine.readers.problems import InputFailure, ProblemLog, as_problem
from nlp_engine.readers.source import RecordSource
from nlp_engine.readers.store import fill_store, stored_patients
from nlp_engine.readers.tables import TABLES, columns_of
from nlp_engine.record import InputProblem

_MAX_DEPTH = 3
_OWN = (PATIENT_FILE, NOTES, IMAGES, IMAGE_FINDINGS, IMAGE_FINDINGS_FILE, IMAGE_FINDINGS_TABLE)


@dataclass(slots=True)
class InputFolder:
    """An opened input folder.

    ``sources`` can be walked once; ``problems`` tells what belongs to no patient, and is complete after the walk.
    """

    kind: str
    log: ProblemLog
    sources: Iterator[RecordSource | InputFailure]

    def problems(self) -> tuple[InputProblem, ...]:
        """Return what was wrong with files that belong to no single patient."""
        return self.log.problems()


@contextmanager
def open_input(folder: Path) -> Iterator[InputFolder]:
    """Open a patient's folder, or a folder with many patients in any of its forms (folders, ``.txt`` files, tables).

    A patient whose id occurs twice is read where it occurs first; each later place is an `InputFailure` that names
    both. Rows of shared tables are added to the patient's folder or notes of the same id.

    Raises
    ------
    InputError
        If the folder does not exist, or has a manifest that cannot be used.
    """
    entries = visible(folder)
    log = ProblemLog()
    with TemporaryDirectory(prefix="nlp-engine-") as temporary:
        if is_one_patient(entries):
            source = RecordSource(_folder_id(folder), folder.resolve().name, folder=folder)
            yield InputFolder("patient folder", log, iter([source]))
            return
        tables = [path for path in entries if path.name.lower() in TABLE_FILES]
        rows = Path(temporary) / "rows.sqlite"
        if tables:
            fill_store(rows, tables, log)
        found = _with_rows(_found(folder, entries, log), rows if tables else None)
        yield InputFolder(_kind(entries, tables), log, _each_once(found))


def is_one_patient(entries: list[Path]) -> bool:
    """Say whether these entries are those of one patient's folder."""
    if named(entries, MANIFEST_FILE) is not None:
        return False
    if named(entries, PATIENT_FILE) is not None:
        return True
    if _holds_patients(entries):
        return False
    if any(named(entries, name) is not None for name in _OWN):
        return True
    tables = [path for path in entries if path.name.lower() in TABLE_FILES]
    return bool(tables) and not any(is_note(path) for path in entries) and not any(map(_has_patients, tables))


def _has_patients(table: Path) -> bool:
    return "patient_id" in columns_of(table, TABLES[table.name.lower()])


def _holds_patients(entries: list[Path], depth: int = _MAX_DEPTH) -> bool:
    """Say whether one of the folders among these entries, or inside them, is a patient's folder."""
    inner = [path for path in entries if path.name.lower() not in (NOTES, IMAGES, IMAGE_FINDINGS) and path.is_dir()]
    return any(
        _looks_like_patient(path) or (depth > 1 and _holds_patients(_entries(path), depth - 1)) for path in inner
    )


def _looks_like_patient(folder: Path) -> bool:
    entries = _entries(folder)
    return any(named(entries, name) is not None for name in (*_OWN, *TABLE_FILES))


def _entries(folder: Path) -> list[Path]:
    """Return what stands in a folder, nothing if it cannot be opened; that is told when it is read."""
    try:
        return visible(folder)
    except InputError:
        return []


def _kind(entries: list[Path], tables: list[Path]) -> str:
    kinds = {
        "patient folders": any(path.is_dir() for path in entries),
        "notes": any(is_note(path) for path in entries),
        "tables": bool(tables),
    }
    return " and ".join(kind for kind, is_there in kinds.items() if is_there) or "nothing"


def _found(root: Path, entries: list[Path], log: ProblemLog) -> Iterator[RecordSource | InputFailure]:
    yield from _folders(root, [path for path in entries if path.is_dir()], log, above=(root.resolve(),))
    texts = [path for path in entries if is_note(path) and not path.is_dir()]
    notes = named(entries, NOTES)
    if notes is not None and notes.is_dir():
        texts += [path for path in visible(notes) if is_note(path)]
    manifest = named(entries, MANIFEST_FILE)
    yield from flat_sources(root, texts, manifest, log)
    for path in entries:
        known = path.is_dir() or is_note(path) or path == manifest or path.name.lower() in TABLE_FILES
        if not known:
            log.warning(
                path.name, f"the file is not read; known are patient folders, .txt notes, {MANIFEST_FILE} and tables"
            )


def _folders(
    root: Path, folders: list[Path], log: ProblemLog, above: tuple[Path, ...]
) -> Iterator[RecordSource | InputFailure]:
    """Yield the patients of some folders; a folder that only groups patient folders is entered."""
    for folder in folders:
        shown = folder.relative_to(root).as_posix()
        if len(above) == 1 and folder.name.lower() == NOTES:
            continue
        if folder.resolve() in above:
            log.warning(shown, "the folder is a link to a folder above it and was not followed")
            continue
        try:
            entries = visible(folder)
        except InputError as error:
            yield InputFailure(folder.name, (as_problem(shown, f"the folder {error.problem}; {error.remedy}"),))
            continue
        if named(entries, CORPUS_FILE) is not None:
            log.warning(shown, f"the folder holds annotated texts ({CORPUS_FILE}), no patient, and was not read")
            continue
        inner = [path for path in entries if path.is_dir()]
        if len(above) < _MAX_DEPTH and not _looks_like_patient(folder) and _holds_patients(entries):
            yield from _folders(root, inner, log, (*above, folder.resolve()))
            for path in entries:
                if path not in inner:
                    log.warning(
                        f"{shown}/{path.name}",
                        "the file is not read; it stands beside patient folders, in none of them",
                    )
        else:
            yield RecordSource(_folder_id(folder), shown, folder=folder)


def _folder_id(folder: Path) -> str:
    """Return the id that ``patient.json`` gives, or the folder's name; problems are told when the record is read."""
    name = folder.resolve().name if folder.name in ("", "..") else folder.name
    return declared_id(named(visible(folder), PATIENT_FILE)) or name


def _with_rows(
    found: Iterator[RecordSource | InputFailure], rows: Path | None
) -> Iterator[RecordSource | InputFailure]:
    """Add the rows of shared tables to the sources, then yield the patients who have nothing but rows."""
    left = dict.fromkeys(stored_patients(rows)) if rows else {}
    for source in found:
        if isinstance(source, RecordSource) and source.patient_id in left:
            del left[source.patient_id]
            yield replace(source, rows=rows)
        else:
            yield source
    for patient_id in left:
        yield RecordSource(patient_id, "tables", rows=rows)


def _each_once(found: Iterator[RecordSource | InputFailure]) -> Iterator[RecordSource | InputFailure]:
    places: dict[str, str] = {}
    for source in found:
        if isinstance(source, InputFailure):
            yield source
        elif source.patient_id in places:
            sentence = (
                f"the patient id occurs twice, first in {places[source.patient_id]}; this one was not read, "
                "give each patient an id of its own"
            )
            yield InputFailure(source.patient_id, (as_problem(source.where, sentence),))
        else:
            places[source.patient_id] = source.where
            yield source
