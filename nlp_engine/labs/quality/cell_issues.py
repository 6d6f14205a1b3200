"""What is wrong with names, units and values, taken cell by cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from nlp_engine.labs import values
from nlp_engine.labs.quality.found import Found
from nlp_engine.labs.quality.judged import Judged, Mask, Test
from nlp_engine.labs.value_words import result_words
from nlp_engine.labs.values import ParsedValue
from nlp_engine.record import ObservationKind

_LOINC = re.compile(r"^\d{1,6}-\d$")
_NOT_NUMBERS = frozenset({values.RANGE, values.CLOCK, values.DATE, values.PAIR})
_REWRITTEN = frozenset({values.COMMA, values.THOUSANDS, values.POWER, values.BRACKETS})


def name_issues(judged: Judged) -> Iterator[Found]:
    """Yield names and codes that are not known, or contradict each other or the specimen."""
    names = [_shown_name(test) for test in judged.tests]
    for kind, holds in (
        ("no_name", lambda test: not test.name and not test.code),
        ("name_unknown", lambda test: test.analyte is None and bool(test.name) and not _has_loinc(test)),
        ("code_invalid", lambda test: _has_loinc(test) and not _checks(test.code)),
        ("code_unknown", lambda test: test.analyte is None and _has_loinc(test) and _checks(test.code)),
        ("code_name_differ", lambda test: _differs(judged, test)),
        ("specimen_differs", lambda test: _is_other_specimen(judged, test)),
    ):
        yield _by_label(judged, kind, holds, names)
    yield _specimens_mixed(judged)


def unit_issues(judged: Judged) -> Iterator[Found]:
    """Yield units that are missing, cannot be converted, were converted, or are spelled their own way."""
    labels = [f"{test.label}: {test.unit}" if test.unit else test.label for test in judged.tests]
    with_number = ~np.isnan(judged.given)
    for kind, holds in (
        ("unit_missing", lambda test: _is_unusable(test) and not test.unit),
        ("unit_assumed", lambda test: not test.unit and _is_assumed(test)),
        ("unit_unconvertible", lambda test: _is_unusable(test) and bool(test.unit)),
        ("unit_converted", _is_converted),
        ("unit_spelling", lambda test: test.analyte is not None and not _is_unusable(test) and test.unit != test.ucum),
    ):
        found = _by_label(judged, kind, holds, labels)
        rows = found.rows & (
            with_number if kind != "unit_spelling" else judged.of_tests([bool(t.unit) for t in judged.tests])
        )
        if kind == "unit_missing":
            rows &= ~judged.sized
        yield Found(kind, rows, found.groups, found.labels)
    yield _units_mixed(judged, with_number)
    label, names = judged.labels
    yield Found("units_two", judged.two_units, label, names, judged.value, judged.value_texts)


def value_issues(judged: Judged) -> Iterator[Found]:
    """Yield value cells without a number, and what was rewritten in those with one."""
    label, names = judged.labels
    problems = {sentence for _, sentence in result_words().problems}
    checks: tuple[tuple[str, Callable[[ParsedValue], bool]], ...] = (
        ("value_missing", lambda one: values.NO_VALUE in one.remarks),
        ("value_text", lambda one: values.TEXT in one.remarks),
        ("value_words", lambda one: one.words is not None),
        ("value_range", lambda one: bool(_NOT_NUMBERS & set(one.remarks))),
        ("value_no_result", lambda one: bool(problems & set(one.remarks))),
        ("value_ambiguous", lambda one: values.AMBIGUOUS in one.remarks),
        ("value_rewritten", lambda one: bool(_REWRITTEN & set(one.remarks))),
        ("value_flag_inside", lambda one: values.FLAG_INSIDE in one.remarks),
        ("value_approximate", lambda one: values.APPROXIMATE in one.remarks),
        ("comparator", lambda one: one.comparator is not None and one.number is not None),
    )
    for kind, holds in checks:
        rows = judged.of_values([holds(one) for one in judged.values]) & ~judged.is_pressure & ~judged.is_description
        if kind == "value_text":  # of a test that is not known, nobody can say that it should be a number
            rows &= judged.is_known
        yield Found(kind, rows, label, names, judged.value, judged.value_texts)
    yield Found("value_unit_inside", judged.unit_in_value, label, names, judged.value, judged.value_texts)


def _by_label(judged: Judged, kind: str, holds: Callable[[Test], bool], labels: list[str]) -> Found:
    numbers, distinct = pd.factorize(pd.Series(labels, dtype=str))
    rows = judged.of_tests([holds(test) for test in judged.tests])
    groups = numbers.astype(np.int64)[judged.test] if judged.rows else judged.test
    return Found(kind, rows, groups, distinct.tolist())


def _shown_name(test: Test) -> str:
    parts = [test.name or "(no name)", test.specimen, test.code]
    return ", ".join(part for part in parts if part)


def _has_loinc(test: Test) -> bool:
    return bool(_LOINC.match(test.code))


def _checks(code: str) -> bool:
    """Say whether the last digit of a LOINC fits the others (modulo 10, as LOINC defines it)."""
    body, digit = code.split("-")
    doubled = (sum(divmod(int(n) * 2, 10)) if i % 2 == 0 else int(n) for i, n in enumerate(reversed(body)))
    return (sum(doubled) + int(digit)) % 10 == 0


def _differs(judged: Judged, test: Test) -> bool:
    """Say whether a name that is known means another test than the code."""
    if test.analyte is None or not _has_loinc(test) or not test.name or test.name == test.code:
        return False
    named = judged.names.find(None, test.name, ObservationKind.LAB, test.analyte.specimen)
    as_vital = judged.names.find(None, test.name, ObservationKind.VITAL, test.analyte.specimen)
    coded = judged.names.find(test.code, test.name, ObservationKind.LAB)
    return bool(named) and not {one.id for one in (*named, *as_vital)} & {one.id for one in coded}


def _is_other_specimen(judged: Judged, test: Test) -> bool:
    if not test.specimen:
        return False
    if judged.names.contradicts(test.name, test.specimen):
        return True
    said = judged.names.specimens.of_cell(test.specimen)
    return _has_loinc(test) and test.analyte is not None and test.analyte.specimen != said


def _specimens_mixed(judged: Judged) -> Found:
    """Find names that stand for several specimens."""
    of_name: dict[str, set[str]] = {}
    for test in judged.tests:
        if test.name and test.specimen:
            of_name.setdefault(test.name, set()).add(judged.names.specimens.of_cell(test.specimen) or "")
    mixed = {name: ", ".join(sorted(found)) for name, found in of_name.items() if len(found) > 1}
    labels = [f"{test.name}: {mixed[test.name]}" if test.name in mixed else "" for test in judged.tests]
    return _by_label(judged, "specimens_mixed", lambda test: test.name in mixed, labels)


def _is_unusable(test: Test) -> bool:
    return test.analyte is not None and (test.reading is None or test.reading.conversion is None)


def _is_assumed(test: Test) -> bool:
    return test.analyte is not None and test.analyte.unit_optional and not test.analyte.unit.startswith("{")


def _is_converted(test: Test) -> bool:
    conversion = test.reading.conversion if test.reading else None
    return conversion is not None and not conversion.is_identity


def _units_mixed(judged: Judged, with_number: Mask) -> Found:
    """Find analytes whose numbers come in several units that differ by more than their name."""
    scales: dict[str, dict[str, tuple[object, object]]] = {}
    for test in judged.tests:
        if test.analyte is not None and test.reading is not None and test.reading.conversion is not None and test.ucum:
            conversion = test.reading.conversion
            scales.setdefault(test.analyte.id, {})[test.ucum] = (conversion.factor, conversion.offset)
    mixed = {name: ", ".join(sorted(units)) for name, units in scales.items() if len(set(units.values())) > 1}
    labels = [
        f"{test.label}: {mixed[test.analyte.id]}" if test.analyte and test.analyte.id in mixed else ""
        for test in judged.tests
    ]
    found = _by_label(judged, "units_mixed", lambda test: test.analyte is not None and test.analyte.id in mixed, labels)
    return Found(found.kind, found.rows & with_number, found.groups, found.labels)
