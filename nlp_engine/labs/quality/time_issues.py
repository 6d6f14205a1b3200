"""Times and patients: what is missing, cannot be read, is mixed, or cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

import numpy as np
import pandas as pd

from nlp_engine.cells.columns import PEOPLE, design_names, positions
from nlp_engine.cells.texts import texts_of
from nlp_engine.cells.times import DateOrder, TimeDoubt, parse_time
from nlp_engine.labs.moments import Moments
from nlp_engine.labs.quality.found import Found
from nlp_engine.labs.quality.judged import Mask

_ZONE = re.compile(r"(?<=\d)\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})$", re.IGNORECASE)
_NO_ZONE = "no zone"


def time_issues(
    cells: Mapping[str, pd.Series[str]], moments: Moments, births: pd.Series, today: date
) -> Iterator[Found]:
    """Yield what is wrong with patients and times.

    Parameters
    ----------
    cells
        The columns of the design as text.
    moments
        The times as they were read.
    births
        For each row the day of the patient's birth as a proleptic ordinal, missing where it is not known.
    today
        Later days lie in the future.
    """
    yield Found("no_patient", (cells["patient_id"] == "").to_numpy())
    blank = (cells["time"] == "").to_numpy()
    yield Found("no_time", blank)
    distinct = pd.factorize(cells["time"])[1].tolist()
    ambiguous = np.asarray([TimeDoubt.AMBIGUOUS.value in doubt for doubt in moments.doubts] or [False])[moments.cells]
    unread = (moments.days < 0) & ~blank & ~ambiguous
    yield Found("time_unreadable", unread, cells=moments.cells, texts=distinct)
    yield Found("time_ambiguous", ambiguous, cells=moments.cells, texts=distinct)
    yield from _mixed(moments, distinct, blank | unread)
    yield Found("time_future", moments.days > today.toordinal())
    born = births.fillna(-1).to_numpy()
    yield Found("time_before_birth", (born >= 0) & (moments.days >= 0) & (moments.days < born))


def births_of(table: pd.DataFrame, patients: pd.DataFrame | None, ids: pd.Series[str]) -> pd.Series:
    """Return for each row the day of birth as an ordinal, from the table itself or the table of patients."""
    for frame, key in ((table, None), (patients, ids)):
        if frame is None:
            continue
        found, _ = positions(design_names(list(map(str, frame.columns)), PEOPLE), PEOPLE)
        if "birth_date" not in found:
            continue
        born = _ordinals(texts_of(frame.iloc[:, found["birth_date"]]).reset_index(drop=True))
        if key is None:
            return born
        if "patient_id" in found:
            listed = pd.Series(born.to_numpy(), index=texts_of(frame.iloc[:, found["patient_id"]]))
            return key.map(listed[~listed.index.duplicated()]).reset_index(drop=True)
    return pd.Series(np.nan, index=range(len(ids)))


def _ordinals(column: pd.Series[str]) -> pd.Series:
    numbers, distinct = pd.factorize(column)
    texts = distinct.tolist()
    order = DateOrder.of(texts).order
    read = [parse_time(text, order=order) if text else TimeDoubt.UNKNOWN for text in texts]
    days = [np.nan if isinstance(one, TimeDoubt) else float(one.toordinal()) for one in read]
    return pd.Series(np.asarray(days or [np.nan])[numbers] if len(column) else [], dtype=float)


def _mixed(moments: Moments, distinct: list[str], left_out: Mask) -> Iterator[Found]:
    """Yield the formats and the zones of a column, where there are several."""
    zones = [_zone(text) for text in distinct]
    formats = [_format(text) for text in distinct]
    for kind, said in (("time_formats", formats), ("time_zones", zones)):
        numbers, labels = pd.factorize(pd.Series(said, dtype=str))
        groups = numbers.astype(np.int64)[moments.cells] if len(moments.cells) else moments.cells
        several = len(np.unique(groups[~left_out])) > 1
        yield Found(kind, ~left_out if several else np.zeros(len(groups), dtype=bool), groups, labels.tolist())


def _zone(text: str) -> str:
    match = _ZONE.search(text)
    return match.group(1) if match and len(text) > 10 else _NO_ZONE


def _format(text: str) -> str:
    """Return how a time is written, "9999-99-99 99:99"; the zone is looked at by itself."""
    bare = _ZONE.sub("", text) if len(text) > 10 else text
    return re.sub(r"[A-Za-z]{3,}", "Mon", re.sub(r"\d+", lambda found: "9" * min(len(found.group()), 4), bare))
