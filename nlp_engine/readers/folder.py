"""One patient's folder -> what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nlp_engine.cells.times import Order
from nlp_engine.errors import InputError
from nlp_engine.readers.demographics import declared_id, read_patient
from nlp_engine.readers.files import (
    IMAGE_FINDINGS,
    IMAGE_FINDINGS_FILE,
    IMAGE_FINDINGS_TABLE,
    IMAGES,
    NOTES,
    PATIENT_FILE,
    TABLE_FILES,
    is_note,
    named,
    visible,
)
from nlp_engine.readers.images import OutputReader, PictureFolder, read_images, shown_in_images
from nlp_engine.readers.notes import NoteFile, dated_name, read_note, unique_ids
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.rows import RowReader, date_orders
from nlp_engine.readers.tables import TABLES, Row, open_table
from nlp_engine.readers.textfile import UnreadableTextError
from nlp_engine.record import Image, ImageOutput, InputProblem, Medication, Note, Observation, Patient, PatientRecord

_PARTS = (
    NOTES, IMAGES, PATIENT_FILE, IMAGE_FINDINGS_FILE, IMAGE_FINDINGS_TABLE, IMAGE_FINDINGS, *TABLE_FILES,
)  # fmt: skip
_IMAGE_OUTPUTS = (IMAGE_FINDINGS_FILE, IMAGE_FINDINGS_TABLE)
_TOLD = 3


@dataclass(slots=True)
class RecordParts:
    """What has been read of one patient so far."""

    patient: Patient
    log: ProblemLog
    notes: list[Note] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    medications: list[Medication] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    image_outputs: list[ImageOutput] = field(default_factory=list)
    _table_id: str | None = None

    def add_folder(self, folder: Path) -> None:
        """Read a patient's folder; ``patient.id`` is the id to use when ``patient.json`` gives none.

        Raises
        ------
        InputError
            If the folder cannot be opened.
        """
        entries = visible(folder)
        self.patient = read_patient(named(entries, PATIENT_FILE), self.patient.id, self.log)
        self._table_id = declared_id(named(entries, PATIENT_FILE))
        self._add_notes(named(entries, NOTES))
        for name in TABLE_FILES:
            path = named(entries, name)
            if path is not None:
                self._add_table(path)
        self._add_images(entries)
        self._tell_unknown(entries)

    def add_folder_notes(self, folder: Path) -> None:
        """Read the notes of a patient's folder, and who the patient is, and nothing else.

        Raises
        ------
        InputError
            If the folder cannot be opened.
        """
        entries = visible(folder)
        self.patient = read_patient(named(entries, PATIENT_FILE), self.patient.id, ProblemLog())
        self._add_notes(named(entries, NOTES))

    def add_note(self, file: NoteFile) -> None:
        """Read one note."""
        note = read_note(file, self.log)
        if note is not None:
            self.notes.append(note)

    def add_rows(
        self, file: str, rows: Iterable[Row], orders: Mapping[str, Order | None], *, id_prefix: str = ""
    ) -> None:
        """Read the rows of one table that belong to this patient; ``id_prefix`` keeps the ids of two tables apart."""
        reader = RowReader(file, self.log, orders, id_prefix)
        if file.lower() == "medications.csv":
            self.medications += reader.medications(rows)
        else:
            self.observations += reader.observations(rows)

    def record(self, more: tuple[InputProblem, ...] = ()) -> PatientRecord:
        """Return the record, with the problems met before (``more``) and while reading."""
        return PatientRecord(
            patient=self.patient,
            notes=tuple(self.notes),
            observations=tuple(self.observations),
            medications=tuple(self.medications),
            images=tuple(self.images),
            image_outputs=tuple(self.image_outputs),
            problems=(*more, *self.log.problems()),
        )

    def _add_notes(self, folder: Path | None) -> None:
        if folder is None or not self._is_folder(folder):
            return
        paths = visible(folder)
        texts = [path for path in paths if is_note(path)]
        for path in paths:
            if not is_note(path):
                self.log.warning(f"{NOTES}/{path.name}", "the file is not read; a note is a .txt file in notes/")
        for path, name in zip(texts, unique_ids(texts), strict=True):
            shown = f"{NOTES}/{path.name}"
            time, kind = dated_name(path, self.log, shown)
            self.add_note(NoteFile(path, shown, id=name, time=time, type=kind))

    def _add_table(self, path: Path) -> None:
        kind = TABLES[path.name.lower()]
        try:
            table = open_table(path, kind)
            for doubt in table.doubts:
                self.log.warning(path.name, f"the table {doubt}")
            rows = list(table.rows)
        except UnreadableTextError as error:
            self.log.error(path.name, f"the table {error}")
            return
        self.add_rows(path.name, self._own_rows(path.name, rows), date_orders(rows, kind.times))

    def _add_images(self, entries: list[Path]) -> None:
        images = named(entries, IMAGES)
        found = read_images(images, self.log) if images is not None and self._is_folder(images) else PictureFolder()
        self.images += found.images
        files = {path.name: path for name in _IMAGE_OUTPUTS if (path := named(entries, name)) is not None}
        files |= {shown_in_images(path, images): path for path in found.outputs if images is not None}
        folder = named(entries, IMAGE_FINDINGS)
        if folder is not None and self._is_folder(folder):
            files |= {f"{IMAGE_FINDINGS}/{path.name}": path for path in visible(folder)}
        ids = frozenset({self.patient.id, self._table_id or self.patient.id})
        reader = OutputReader(found, self.log, self._own_rows, ids)
        for shown, path in files.items():
            self.image_outputs += reader.read(path, shown)

    def _own_rows(self, file: str, rows: list[Row]) -> list[Row]:
        """Return the rows of this patient; those of another one are told."""
        own = self._id_in_table(file, rows)
        for row in rows:
            if row.cells.get("patient_id") not in (None, "", own):
                self.log.error(
                    file,
                    'the row\'s "patient_id" is not that of this folder and the row was left out; '
                    'correct it, or set "id" in patient.json',
                    row=row.number,
                )
        return [row for row in rows if row.cells.get("patient_id") in (None, "", own)]

    def _id_in_table(self, file: str, rows: list[Row]) -> str:
        """Return the id that this patient has in a table.

        It is that of ``patient.json`` or the folder's name. Where there is no ``patient.json`` with an id, and all rows
        of all tables of the folder agree on another one, it is that one.
        """
        ids = {row.cells["patient_id"] for row in rows if row.cells.get("patient_id")}
        if self._table_id is None and ids:
            self._table_id = next(iter(ids)) if len(ids) == 1 else self.patient.id
        own = self._table_id or self.patient.id
        if own != self.patient.id and own in ids:
            self.log.warning(
                file,
                'the "patient_id" is not the folder\'s name and counts as the same patient; set "id" in patient.json',
            )
        return own

    def _is_folder(self, path: Path) -> bool:
        if not path.is_dir():
            self.log.error(path.name, "the folder cannot be opened; it must be a folder, not a file or a broken link")
        return path.is_dir()

    def _tell_unknown(self, entries: list[Path]) -> None:
        known = {id(entry) for name in _PARTS if (entry := named(entries, name)) is not None}
        for path in entries:
            if id(path) in known:
                continue
            remedy = "put notes into notes/" if is_note(path) else f"known are {', '.join(_PARTS)}"
            self.log.warning(path.name, f"the file is not read; {remedy}")


def read_patient_folder(folder: Path) -> PatientRecord:
    """Read one patient's folder.

    Raises
    ------
    InputError
        If the folder does not exist or holds nothing that can be read.
    """
    parts = RecordParts(Patient(id=folder.resolve().name or "patient"), ProblemLog())
    empty = parts.patient
    parts.add_folder(folder)
    return checked(parts.record(), empty, folder.name)


def checked(record: PatientRecord, empty: Patient, where: str) -> PatientRecord:
    """Return the record if anything was read, ``empty`` being what was known of the patient before.

    Raises
    ------
    InputError
        If nothing was read; the sentence names the reasons.
    """
    holds = record.notes or record.observations or record.medications or record.images or record.image_outputs
    if holds or record.patient != empty:
        return record
    if len(record.problems) == 1 and record.problems[0].where == where:
        problem, _, remedy = record.problems[0].sentence.rstrip(".").partition("; ")
        raise InputError(where, problem, remedy)
    reasons = [f"{problem.where}: {problem.sentence.rstrip('.')}" for problem in record.problems]
    more = f", and {len(reasons) - _TOLD} more" if len(reasons) > _TOLD else ""
    remedy = "; ".join(reasons[:_TOLD]) + more if reasons else f"a patient's folder has {', '.join(_PARTS)}"
    raise InputError(where or "folder", "holds nothing that can be read", remedy)
