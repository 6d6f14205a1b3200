"""How dates, numbers, units and people are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from nlp_engine.assessment import Assessment, LabResult
from nlp_engine.record import Patient, Sex
from nlp_engine.report.phrases import Phrases

_MANY_PLACES = 4


def said_time(time: datetime | None, phrases: Phrases) -> str:
    """Return ``5 Mar 2026, 14:30``; the day alone at midnight, where a source gave no hour."""
    if time is None:
        return phrases.common["no_date"]
    day = f"{time.day} {phrases.months[time.month - 1]} {time.year}"
    if (time.hour, time.minute) == (0, 0):
        return day
    offset = time.strftime("%z")
    zone = "" if not offset else " UTC" if not time.utcoffset() else f" UTC{offset[:3]}:{offset[3:5]}"
    return f"{day}, {time:%H:%M}{zone}"


def said_day(time: datetime, phrases: Phrases) -> str:
    """Return ``5 March 2026``."""
    return f"{time.day} {phrases.months_long[time.month - 1]} {time.year}"


def said_number(value: Decimal | int) -> str:
    """Return a number without exponent; trailing zeros stay, since they say how exactly it was measured."""
    value = Decimal(value)
    places = -int(value.as_tuple().exponent)
    return f"{value:f}" if places <= _MANY_PLACES else f"{value:.{_MANY_PLACES}f}".rstrip("0").rstrip(".")


def said_unit(unit: str | None, phrases: Phrases) -> str:
    """Return a UCUM unit as a reader writes it; other curly annotations of UCUM are left out."""
    text = (unit or "").strip()
    return phrases.units[text] if text in phrases.units else re.sub(r"\{[^}]*\}", "", text)


def with_unit(number: str, unit: str | None, phrases: Phrases) -> str:
    """Join a number and its unit; no blank before a per cent sign."""
    mark = said_unit(unit, phrases)
    return f"{number}{'' if mark in {'', '%'} else ' '}{mark}"


def said_value(result: LabResult, phrases: Phrases) -> str:
    """Return a result with its unit: ``>1000 mg/dL``, or the text of a cell that is no number."""
    if result.value is None:
        return with_unit(result.text.strip(), result.unit, phrases)
    return with_unit(f"{result.comparator or ''}{said_number(result.value)}", result.unit, phrases)


def said_reference(result: LabResult, phrases: Phrases) -> str:
    """Return the reference interval with the places of the value, empty if there is none."""
    low, high = (
        None if end is None else said_number(_as_exact(end, result.value))
        for end in (result.reference_low, result.reference_high)
    )
    if low is not None and high is not None:
        return phrases.common["to_range"].format(low=low, high=high)
    if high is not None:
        return phrases.common["at_most"].format(high=high)
    return "" if low is None else phrases.common["at_least"].format(low=low)


def _as_exact(end: Decimal, value: Decimal | None) -> Decimal:
    """Return an end of an interval with at least the decimal places of the value: 28 beside 32.1 is 28.0."""
    if value is None:
        return end
    places = min(-int(value.as_tuple().exponent), _MANY_PLACES)
    return end.quantize(Decimal(1).scaleb(-places)) if places > -int(end.as_tuple().exponent) else end


def said_score(score: float) -> str:
    """Return a model's score with two places, never rounded up to a certain 1 or down to a certain 0."""
    shown = f"{score:.2f}"
    if Fraction(shown) in (0, 1) and Fraction(shown) != Fraction(score):
        return ">0.99" if score > 1 / 2 else "<0.01"
    return shown


def said_sex(patient: Patient, phrases: Phrases) -> str:
    """Return the sex in words; said so when it is not known."""
    return phrases.common["sex_not_known"] if patient.sex is Sex.UNKNOWN else phrases.common[patient.sex.value]


def said_age(patient: Patient, as_of: datetime | None, phrases: Phrases) -> str:
    """Return the age at ``as_of`` in words; said so when it is not known."""
    age = patient.age_at(as_of)
    return phrases.common["age_not_known"] if age is None else phrases.common["years"].format(age=said_number(age))


def without_underscores(name: str) -> str:
    """Return an id of a section or a label as words."""
    return name.replace("_", " ").strip()


def counted(words: Mapping[str, str], key: str, count: int) -> str:
    """Return a phrase with its number; the phrase ``<key>_one`` speaks of a single thing."""
    return words[f"{key}_one" if count == 1 else key].format(count=count)


def listed(words: list[str], phrases: Phrases) -> str:
    """Join words with commas."""
    return phrases.common["list_joint"].join(words)


def not_read(assessment: Assessment, phrases: Phrases) -> list[str]:
    """Name the modalities that the record has and no stage of the engine read."""
    record = assessment.record
    unread = {
        "note": record.notes and not assessment.extractions,
        "observation": record.observations and not assessment.lab_results,
        "image": record.image_outputs and not assessment.image_findings,
    }
    return [phrases.modality[kind] for kind, is_unread in unread.items() if is_unread]
