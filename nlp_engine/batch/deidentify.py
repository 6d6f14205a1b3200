"""Notes in, de-identified notes out; and records that are de-identified as they are read."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nlp_engine.batch.failures import Failure, isolated
from nlp_engine.batch.notes import notes_of
from nlp_engine.deidentify import Deidentifier, Replacement, deidentify_record, shared_deidentifier
from nlp_engine.errors import InputError
from nlp_engine.readers import InputFailure, RecordSource
from nlp_engine.record import InputProblem, Note, PatientRecord

_KEY_BYTES = 32
_NOT_READ = "A part of the input could not be read; a run without de-identification names it."


@dataclass(frozen=True, slots=True)
class WrittenNote:
    """A note that was written; ``replacements`` undo it: they are as confidential as the note."""

    path: Path
    patient_id: str
    note_id: str
    replacements: tuple[Replacement, ...]


@dataclass(frozen=True, slots=True)
class DeidentifiedSource:
    """A patient of the input who is de-identified as soon as the record is read."""

    source: RecordSource
    key: bytes

    @property
    def patient_id(self) -> str:
        """The surrogate of the patient's id."""
        return shared_deidentifier().surrogates(self.key, self.source.patient_id).patient_id

    @property
    def where(self) -> str:
        """What failures name: the surrogate too, as a path may hold a name."""
        return self.patient_id

    def read(self) -> PatientRecord:
        """Read the record and de-identify it.

        Raises
        ------
        InputError
            If the record cannot be read; the sentence names no file.
        """
        try:
            record = self.source.read()
        except InputError as error:
            raise InputError(self.where, error.problem, error.remedy) from None
        return deidentify_record(record, self.key)


def deidentified(found: RecordSource | InputFailure, key: bytes) -> DeidentifiedSource | InputFailure:
    """Return a patient of the input so that it is de-identified when read; a failure loses its id and its paths."""
    if isinstance(found, RecordSource):
        return DeidentifiedSource(found, key)
    patient = found.patient_id and shared_deidentifier().surrogates(key, found.patient_id).patient_id
    return InputFailure(patient, (InputProblem(where=patient or "input", sentence=_NOT_READ),))


def without_places(problems: Iterable[InputProblem]) -> tuple[InputProblem, ...]:
    """Return problems of shared files without the names of the files."""
    return tuple(InputProblem(where="input", sentence=_NOT_READ, severity=item.severity) for item in problems)


def read_key(path: Path | None) -> bytes:
    """Return the bytes of a key file, without blanks around; a new secret that nobody keeps if there is none.

    Raises
    ------
    InputError
        If the file cannot be read, or holds less than 16 bytes.
    """
    if path is None:
        return secrets.token_bytes(_KEY_BYTES)
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise InputError(path.name, "the key cannot be read", "give a file with at least 16 secret bytes") from error
    shared_deidentifier().surrogates(key)
    return key


def deidentify_notes(paths: list[str], out: Path, key: bytes) -> Iterator[WrittenNote | Failure]:
    """Write every note with surrogates to ``out``, as ``<patient>/notes/<number>.txt``; yield each, or why it failed.

    Parameters
    ----------
    paths
        Note files, or folders in any of the forms of ``docs/input.md``. A file that is named by itself is a patient of
        its own.
    out
        A folder that does not exist or is empty.
    key
        Decides surrogates and shifts; it is not written.

    Raises
    ------
    InputError
        If a path does not exist, a folder holds no notes, or ``out`` is in use.
    """
    for path in paths:
        if not Path(path).exists():
            raise InputError(Path(path).name, "does not exist", "give notes or folders of notes")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(out.name, "is in use", "give a folder that does not exist or is empty")
    deidentifier = shared_deidentifier()
    numbers: dict[str, int] = {}
    for found in (found for path in paths for found in notes_of(Path(path))):
        if isinstance(found, Failure):
            yield found
            continue
        source, note = found
        patient = deidentifier.surrogates(key, source.patient_id).patient_id
        number = numbers[patient] = numbers.get(patient, 0) + 1
        target = out / patient / "notes" / f"{number:05d}.txt"
        yield isolated(
            partial(_write, note, target, source.patient_id, key, deidentifier),
            partial(Failure.of_error, source.patient_id, source.where, "writing the report"),
        )


def _write(note: Note, path: Path, patient_id: str, key: bytes, deidentifier: Deidentifier) -> WrittenNote:
    day = note.time.date() if note.time else None
    result = deidentifier.deidentify(note.text, key=key, patient_id=patient_id, day=day)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(result.text.encode("utf-8", "surrogatepass"))
    return WrittenNote(path, patient_id, note.id, result.replacements)
