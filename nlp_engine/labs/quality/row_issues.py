"""Rows beside each other, and a row's own interval and flag."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from nlp_engine.assessment import HIGH_FLAGS, LOW_FLAGS, Flag
from nlp_engine.cells.plain import plain_limit
from nlp_engine.labs.distinct import alike
from nlp_engine.labs.flags import source_flag
from nlp_engine.labs.moments import Moments
from nlp_engine.labs.quality.found import Found
from nlp_engine.labs.quality.judged import Floats, Judged, Mask

if TYPE_CHECKING:
    from nlp_engine.labs.distinct import Numbers

_RANK = {
    "corrected": 3, "amended": 3, "c": 3, "final": 2, "f": 2, "verified": 2, "complete": 2, "completed": 2,
    "preliminary": 1, "p": 1, "registered": 1, "partial": 1, "cancelled": 0, "canceled": 0, "x": 0, "d": 0, "w": 0,
    "deleted": 0, "entered-in-error": 0, "superseded": 0,
}  # fmt: skip
"""States of a result, FHIR's and HL7 v2's (table 0085); a higher one supersedes a lower one."""


def repeat_issues(judged: Judged, moments: Moments, status: pd.Series[str] | None) -> Iterator[Found]:
    """Yield rows that an earlier one says too, and results of one time that contradict each other."""
    label, names = judged.labels
    analyte = _analytes(judged)
    place, _ = alike(judged.cells["patient_id"], analyte, moments.instants)
    unit = pd.factorize(pd.Series([test.ucum or "" for test in judged.tests], dtype=str))[0][judged.test]
    states = pd.Series("", index=range(judged.rows), dtype=str) if status is None else status.str.casefold()
    same, first = alike(place, judged.value, unit.astype(np.int64), states)
    dated = moments.instants >= 0
    repeated = dated & (first[same] != np.arange(judged.rows))
    yield Found("duplicate", repeated, label, names, judged.value, judged.value_texts)
    result = _results(judged)
    answer, _ = alike(place, result)
    several = pd.Series(answer).groupby(place).transform("nunique").to_numpy() > 1 if judged.rows else repeated
    several &= dated & judged.has_result & (judged.cells["patient_id"] != "").to_numpy()
    decided = _decided(place, result, several, status)
    yield Found("corrected", several & decided, label, names, judged.value, judged.value_texts)
    yield Found("contradicting", several & ~decided, label, names, judged.value, judged.value_texts)


def interval_issues(judged: Judged) -> Iterator[Found]:
    """Yield intervals that cannot be, and flags that contradict the interval of their row."""
    label, names = judged.labels
    low, low_bad, low_text = _ends(judged.cells["reference_low"])
    high, high_bad, high_text = _ends(judged.cells["reference_high"])
    yield Found("interval_unreadable", low_bad, label, names, *low_text)
    if (high_bad & ~low_bad).any():
        yield Found("interval_unreadable", high_bad & ~low_bad, label, names, *high_text)
    with np.errstate(invalid="ignore"):
        yield Found("interval_upside_down", low > high, label, names)
        below, above = judged.given < low, judged.given > high
    flags, distinct = pd.factorize(judged.cells["flag"])
    read = [source_flag(text) for text in distinct.tolist()]
    texts = distinct.tolist()
    unknown = judged.spread([bool(text) and flag is None for text, flag in zip(texts, read, strict=True)], flags)
    yield Found("flag_unknown", unknown, cells=flags.astype(np.int64), texts=texts)
    says_low, says_high, says_normal = (
        judged.spread([flag in some for flag in read], flags) for some in (LOW_FLAGS, HIGH_FLAGS, {Flag.NORMAL})
    )
    wrong = (
        (says_normal & (below | above)) | (says_low & ~below & ~np.isnan(low)) | (says_high & ~above & ~np.isnan(high))
    )
    usable = ~np.isnan(judged.given) & ~judged.has_comparator & ~(low > high)
    yield Found("flag_contradicts", wrong & usable, label, names, flags.astype(np.int64), texts)


def _analytes(judged: Judged) -> Numbers:
    """Return for each row the number of its analyte, or of its name and specimen where it is none of ours."""
    said = [test.analyte.id if test.analyte else f"{test.code}|{test.name}|{test.specimen}" for test in judged.tests]
    return pd.factorize(pd.Series(said, dtype=str))[0].astype(np.int64)[judged.test] if judged.rows else judged.test


def _results(judged: Judged) -> Numbers:
    """Return for each row the number of its result: the number in the analyte's unit, else the cell."""
    number = np.where(np.isnan(judged.number), judged.given, judged.number)
    # Nine digits: what two units give for one result is one result.
    rounded = pd.Series([f"{one:.9g}" for one in pd.unique(number)], dtype=str)
    numbers = pd.factorize(rounded)[0][pd.factorize(number, use_na_sentinel=False)[0]] if judged.rows else judged.value
    return np.where(np.isnan(number), -1 - judged.value, numbers).astype(np.int64)


def _decided(place: Numbers, result: Numbers, several: Mask, status: pd.Series[str] | None) -> Mask:
    """Return the rows of places where one state is the highest, and only one result has it."""
    if status is None:
        return np.zeros(len(place), dtype=bool)
    frame = pd.DataFrame({"place": place, "result": result, "rank": status.str.casefold().map(_RANK).to_numpy()})[
        several
    ]
    top = frame["rank"] == frame.groupby("place")["rank"].transform("max")
    holding = frame[top].groupby("place")["result"].nunique()
    is_told = frame.groupby("place")["rank"].agg(lambda ranks: ranks.notna().all())
    decided = (holding == 1) & is_told.reindex(holding.index)
    return np.isin(place, decided.index[decided].to_numpy())


def _ends(column: pd.Series[str]) -> tuple[Floats, Mask, tuple[Numbers, list[str]]]:
    """Return the ends of intervals as numbers, which rows could not be read, and their cells."""
    numbers, distinct = pd.factorize(column)
    texts = distinct.tolist()
    read = [plain_limit(text) if text else None for text in texts]
    floats = np.asarray([np.nan if one is None else float(one) for one in read] or [np.nan])
    bad = np.asarray([bool(text) and one is None for text, one in zip(texts, read, strict=True)] or [False])
    if not len(column):
        return np.empty(0), np.zeros(0, dtype=bool), (numbers, texts)
    return floats[numbers], bad[numbers], (numbers.astype(np.int64), texts)
