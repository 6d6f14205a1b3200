"""How numbers and units are compared and said."""

from __future__ import annotations

from decimal import Decimal

from nlp_engine.decisions.values import Range, Value

_WITHOUT = {"", "1", "{INR}", "{score}", "{ratio}"}
_SAID = {
    "mL/min/{1.73_m2}": "mL/min/1.73 m²",
    "mm[Hg]": "mmHg",
    "Cel": "°C",
    "10*3/uL": "×10³/µL",
    "10*6/uL": "×10⁶/µL",
    "m[IU]/L": "mIU/L",
    "ug/dL": "µg/dL",
    "a": "years",
    "d": "days",
}
_LARGE = Decimal("999999.9995")


def same_unit(first: str | None, second: str | None) -> bool:
    """Say whether two UCUM units are the same; the ways to write "no unit" are one."""
    a, b = (first or "").strip(), (second or "").strip()
    return a == b or (a in _WITHOUT and b in _WITHOUT)


def said_unit(unit: str | None) -> str:
    """Return a UCUM unit as a reader writes it; empty for a number without unit."""
    text = (unit or "").strip()
    return "" if text in _WITHOUT else _SAID.get(text, text)


def said_number(value: Decimal) -> str:
    """Return a number with at most three decimals; one too large to be true in powers of ten."""
    if abs(value) >= _LARGE:
        return f"{value:.2E}"
    places = -int(value.as_tuple().exponent)
    # The source's own trailing zeros ("6.0") stay: they say how exactly it was measured.
    return f"{value:f}" if places <= 3 else f"{value:.3f}".rstrip("0").rstrip(".")


def said(value: Value, unit: str | None = None) -> str:
    """Return a value in words: ``6.7 mmol/L``, ``>60``, ``0 to 1``, ``yes``, ``not known``."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    number = _said_range(value) if isinstance(value, Range) else said_number(value)
    mark = said_unit(unit)
    return f"{number}{'' if mark in {'', '%'} else ' '}{mark}"


def _said_range(value: Range) -> str:
    if value.low is not None and value.high is not None:
        return f"{said_number(value.low)} to {said_number(value.high)}"
    if value.low is not None:
        return f"{'>' if value.low_open else '≥'}{said_number(value.low)}"
    if value.high is not None:
        return f"{'<' if value.high_open else '≤'}{said_number(value.high)}"
    return "not known"
