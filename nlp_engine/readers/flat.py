"""A flat folder of ``.txt`` files -> sources: one patient a file, unless a manifest says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nlp_engine.readers.files import MANIFEST_FILE, NOTE_SUFFIX
from nlp_engine.readers.manifest import ManifestLine, read_manifest
from nlp_engine.readers.notes import NoteFile, dated_name
from nlp_engine.readers.problems import InputFailure, ProblemLog
from nlp_engine.readers.source import RecordSource
from nlp_engine.record import InputProblem


@dataclass(slots=True)
class _Listed:
    """The notes that a manifest gives to one patient."""

    row: int
    notes: list[NoteFile] = field(default_factory=list)
    log: ProblemLog = field(default_factory=ProblemLog)


def flat_sources(
    root: Path, texts: list[Path], manifest: Path | None, log: ProblemLog
) -> Iterator[RecordSource | InputFailure]:
    """Yield the patients of a manifest in its order, then each file that it does not list as a patient of its own.

    Raises
    ------
    InputError
        If there is a manifest that cannot be used.
    """
    lines = read_manifest(manifest, log) if manifest else []
    listed: set[Path] = set()
    for patient_id, patient in _by_patient(root, lines, listed).items():
        problems = patient.log.problems()
        if patient.notes:
            where = f"{MANIFEST_FILE} row {patient.row}"
            yield RecordSource(patient_id, where, notes=tuple(patient.notes), problems=problems)
        else:
            yield InputFailure(patient_id, problems)
    for path in texts:
        if path not in listed:
            yield _alone(root, path, is_unlisted=manifest is not None)


def _by_patient(root: Path, lines: list[ManifestLine], listed: set[Path]) -> dict[str, _Listed]:
    patients: dict[str, _Listed] = {}
    for line in lines:
        patient = patients.setdefault(line.patient_id, _Listed(line.row))
        path = _find(root, line.file)
        if path is None:
            patient.log.error(
                MANIFEST_FILE, "the row names a file that is not in the folder; correct the name", row=line.row
            )
            continue
        listed.add(path)
        shown = path.relative_to(root).as_posix()
        time, kind = dated_name(path, ProblemLog(), shown)
        note_id = PurePosixPath(shown).with_suffix("").as_posix()
        kind = line.type or (kind if time else None)
        patient.notes.append(NoteFile(path, shown, note_id, time=line.time or time, type=kind))
    return patients


def _find(root: Path, file: str) -> Path | None:
    """Return the file inside the folder that a manifest names, with or without ``.txt``."""
    name = PurePosixPath(file)
    if name.is_absolute() or ".." in name.parts:
        return None
    candidates = (root / name, root / f"{file}{NOTE_SUFFIX}")
    return next((path for path in candidates if path.is_file()), None)


def _alone(root: Path, path: Path, *, is_unlisted: bool) -> RecordSource:
    shown = path.relative_to(root).as_posix()
    log = ProblemLog()
    time, kind = dated_name(path, log, shown)
    if is_unlisted:
        log.warning(shown, f"the note is not listed in {MANIFEST_FILE}; it was taken as a patient of its own")
    note = NoteFile(path, shown, path.stem, time=time, type=kind if time else None)
    problems: tuple[InputProblem, ...] = log.problems()
    return RecordSource(path.stem, shown, notes=(note,), problems=problems)
