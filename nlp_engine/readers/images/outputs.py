"""Files of image-model outputs -> `ImageOutput`: JSON, CSV, DICOM structured reports, FHIR."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nlp_engine.errors import PictureError
from nlp_engine.pictures import picture_format
from nlp_engine.readers.demographics import read_json
from nlp_engine.readers.images.entries import Entry, as_output
from nlp_engine.readers.images.pictures import PictureFolder
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.tables import Row
from nlp_engine.record import ImageOutput

_NO_LIST = 'the file holds no list; write [{"image", "label", "score", "model"}, ...]'


@dataclass(frozen=True, slots=True)
class OutputReader:
    """Reads the outputs of image models of one patient.

    Parameters
    ----------
    pictures
        The patient's images.
    log
        Takes the problems.
    own_rows
        Picks from a table's rows those of this patient.
    patient_ids
        The ids of this patient, to compare with those in FHIR resources.
    """

    pictures: PictureFolder
    log: ProblemLog
    own_rows: Callable[[str, list[Row]], list[Row]]
    patient_ids: frozenset[str]

    def read(self, path: Path, shown: str) -> list[ImageOutput]:
        """Read one file, whatever its form; an entry that cannot be used is told by its number and left out."""
        found = (as_output(entry, self.pictures) for entry in self._entries(path, shown))
        return [output for output in found if output is not None]

    def _entries(self, path: Path, shown: str) -> Iterator[Entry]:
        suffix = path.suffix.lower()
        if suffix == ".csv":
            from nlp_engine.readers.images.table import table_entries

            yield from table_entries(path, shown, self.log, self.own_rows)
        elif suffix == ".json":
            yield from self._json_entries(path, shown)
        else:
            yield from self._report_entries(path, shown)

    def _json_entries(self, path: Path, shown: str) -> Iterator[Entry]:
        data = read_json(path, shown, self.log)
        if isinstance(data, dict) and "resourceType" in data:
            from nlp_engine.readers.images.fhir import fhir_entries

            yield from fhir_entries(data, shown, self.pictures, self.log, self.patient_ids)
            return
        entries = data.get("findings") if isinstance(data, dict) else data
        if not isinstance(entries, list):
            if data is not None:
                self.log.error(shown, _NO_LIST)
            return
        of_all = data.get("patient_id") if isinstance(data, dict) else None
        others = self._of_others(entries, of_all, shown)
        for number, fields in enumerate(entries, start=1):
            place = f"{shown} entry {number}"
            if number in others:
                continue
            if isinstance(fields, dict):
                told = {key: value for key, value in fields.items() if key != "patient_id"}
                yield Entry(f"{shown.removesuffix('.json')}-{number}", told, place, self.log)
            else:
                sentence = 'the entry is no JSON object and was left out; write {"image", "label", "score", "model"}'
                self.log.error(place, sentence)

    def _of_others(self, entries: list[object], of_all: object, shown: str) -> set[int]:
        """Return the numbers of the entries that name another patient, as rows of a table may do."""
        ids = [entry.get("patient_id", of_all) if isinstance(entry, dict) else None for entry in entries]
        rows = [Row(number, {"patient_id": str(one)}) for number, one in enumerate(ids, start=1) if one is not None]
        return {row.number for row in rows} - {row.number for row in self.own_rows(shown, rows)}

    def _report_entries(self, path: Path, shown: str) -> Iterator[Entry]:
        try:
            if picture_format(path) != "DICOM":
                sentence = "the file is not read; outputs of image models are json, csv and DICOM structured reports"
                self.log.warning(shown, sentence)
                return
            from nlp_engine.readers.images.structured_reports import report_entries

            yield from report_entries(path, shown, self.pictures, self.log)
        except PictureError as error:
            self.log.error(shown, f"the file {error.problem} and was left out; {error.remedy}")
