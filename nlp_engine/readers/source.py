"""A record that has been found and not yet read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nlp_engine.readers.folder import RecordParts, checked
from nlp_engine.readers.notes import NoteFile
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.store import stored_rows
from nlp_engine.record import InputProblem, Patient, PatientRecord


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Where one patient's record stands; small, and can be sent to another process and read there.

    Parameters
    ----------
    patient_id
        Id of the patient.
    where
        Folder or file, relative to the input folder, as it is shown.
    folder
        The patient's own folder, if there is one.
    notes
        Note files that belong to the patient by their name or by a manifest.
    rows
        Database with the rows of tables that many patients share, if the patient has some.
    problems
        What was found doubtful before reading.
    """

    patient_id: str
    where: str
    folder: Path | None = None
    notes: tuple[NoteFile, ...] = ()
    rows: Path | None = None
    problems: tuple[InputProblem, ...] = ()

    def read(self) -> PatientRecord:
        """Read everything.

        Raises
        ------
        InputError
            If nothing of it can be read; the sentence says why.
        """
        parts = self._parts()
        empty = parts.patient
        if self.folder is not None:
            parts.add_folder(self.folder)
        in_folder, parts.log = parts.log.problems(), ProblemLog()
        for file in self.notes:
            parts.add_note(file)
        if self.rows is not None:
            for name, rows, orders in stored_rows(self.rows, self.patient_id):
                parts.add_rows(name, rows, orders, id_prefix="all-" if self.folder else "")
        return checked(parts.record((*self.problems, *in_folder)), empty, self.where)

    def read_notes(self) -> PatientRecord:
        """Read the notes and nothing else; the problems are those of notes.

        Raises
        ------
        InputError
            If the patient's folder cannot be opened.
        """
        parts = self._parts()
        if self.folder is not None:
            parts.add_folder_notes(self.folder)
        in_folder, parts.log = parts.log.problems(), ProblemLog()
        for file in self.notes:
            parts.add_note(file)
        return parts.record((*self.problems, *in_folder))

    def _parts(self) -> RecordParts:
        prefix = f"{self.where}/" if self.folder else ""
        return RecordParts(Patient(id=self.patient_id), ProblemLog(prefix=prefix))
