"""One thing that an image model said, as a file gave it -> `ImageOutput`; what cannot be used is told."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from nlp_engine.cells.times import TimeDoubt, parse_time
from nlp_engine.readers.demographics import json_number, json_text
from nlp_engine.readers.images.pictures import PictureFolder
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.record import ASSUMED_THRESHOLD, ImageOutput

KEYS = ("image", "label", "score", "model", "model_version", "threshold", "time")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a file, with its values still as they came.

    Parameters
    ----------
    id
        Id of the output that it becomes.
    fields
        Key (`KEYS`) -> value.
    file
        The file, or file and entry, as it is shown.
    log
        Takes the problems.
    row
        Row of a table; problems that rows share become one sentence.
    """

    id: str
    fields: dict[str, object]
    file: str
    log: ProblemLog
    row: int | None = None

    @property
    def source(self) -> str:
        """Where the entry stands."""
        return self.file if self.row is None else f"{self.file} row {self.row}"

    def error(self, sentence: str) -> None:
        """Tell that the entry is lost."""
        self.log.error(self.file, sentence, row=self.row)

    def warning(self, sentence: str) -> None:
        """Tell that the entry is used with a doubt."""
        self.log.warning(self.file, sentence, row=self.row)

    def needed(self, key: str, read: Callable[[object], _T], right: str) -> _T | None:
        """Return a value that the entry cannot do without; None, and an error, if there is none."""
        if self.fields.get(key) is None:
            self.error(f'the entry lacks "{key}" and was left out; it must be {right}')
            return None
        try:
            return read(self.fields[key])
        except ValueError:
            self.error(f'"{key}" cannot be used and the entry was left out; it must be {right}')
            return None

    def optional(self, key: str, read: Callable[[object], _T], default: _T, right: str) -> _T:
        """Return a value, or ``default`` if there is none; a value that cannot be used is told."""
        if self.fields.get(key) in (None, ""):
            return default
        try:
            return read(self.fields[key])
        except ValueError:
            self.warning(f'"{key}" cannot be used and was left out; it must be {right}')
            return default


def as_output(entry: Entry, pictures: PictureFolder) -> ImageOutput | None:
    """Return the output of an entry; None, and an error, if label, score or image cannot be used."""
    if any(key not in KEYS for key in entry.fields):
        entry.warning(f"the entry has an unknown key, not used; known ones are {', '.join(KEYS)}")
    label = entry.needed("label", json_text, "the name of what the model looks for")
    score = entry.needed("score", _probability, 'a number from 0 to 1, or a text such as "93 %"')
    image = entry.needed("image", json_text, "the file name of the image")
    if label is None or score is None or image is None:
        return None
    picture = pictures.named(image)
    if pictures.images and picture is None:
        entry.warning("the image that it names is not in images/; the entry was kept")
    time = entry.optional("time", _time, None, "a date such as 2024-05-01T08:30")
    threshold = entry.optional("threshold", _probability, math.nan, "a number from 0 to 1")
    is_assumed = math.isnan(threshold)
    if not entry.fields.get("model"):
        entry.warning('the entry names no "model"; the score is shown as one of an unknown model')
    return ImageOutput(
        id=entry.id,
        image_id=picture.id if picture else image,
        label=label,
        score=score,
        model=entry.optional("model", json_text, "unknown model", "a text"),
        model_version=entry.optional("model_version", _version, "unknown", "a text"),
        threshold=ASSUMED_THRESHOLD if is_assumed else threshold,
        threshold_assumed=is_assumed,
        time=time or (picture.time if picture else None),
        source=entry.source,
    )


def _probability(value: object) -> float:
    """Return a share of 1; a text with a percent sign says how it is meant."""
    if isinstance(value, str) and value.rstrip().endswith("%"):
        number = json_number(float(value.rstrip().rstrip("%").replace(",", "."))) / 100
    else:
        number = json_number(value)
    if not 0 <= number <= 1:
        raise ValueError("not between 0 and 1")
    return number


def _version(value: object) -> str:
    if isinstance(value, str):
        return json_text(value)
    json_number(value)
    return str(value)


def _time(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    time = parse_time(json_text(value))
    if isinstance(time, TimeDoubt):
        raise ValueError("not a date")
    return time
