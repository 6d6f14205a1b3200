"""The cells of one row of a table -> the cells as they are filled in."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from nlp_engine.assessment import Flag
from nlp_engine.cells.plain import NO_LIMIT, plain_limit
from nlp_engine.labs.flags import OWN, worst_flag
from nlp_engine.labs.intervals import Person
from nlp_engine.labs.pressures import DIASTOLIC, PANEL, SYSTOLIC, pressure_pair
from nlp_engine.labs.reading import CellReader, Cells, Reading
from nlp_engine.record import ObservationKind

_PRESSURE = "Blood pressure"


@dataclass(frozen=True, slots=True)
class Texts:
    """The cells of a row as text; "" where there is nothing."""

    code: str
    name: str
    value: str
    unit: str
    reference_low: str
    reference_high: str
    flag: str
    specimen: str


class Filled(NamedTuple):
    """What stands in the row afterwards; see `nlp_engine.labs.table.flag_table`."""

    value: str
    code: str
    unit: str
    reference_low: float | None
    reference_high: float | None
    flag: str
    interval_source: str
    analyte: str
    number: float | None
    remarks: str


def filled(reader: CellReader, texts: Texts, person: Person, kind: ObservationKind) -> Filled:
    """Read one row; what holds no number stays as it came, with its own unit and interval."""
    pair = pressure_pair(texts.code or None, texts.name, texts.value)
    if pair is not None:
        return _pressure(reader, texts, pair, person, kind)
    limits, doubts = _limits(texts)
    reading = reader.read(_cells(texts, kind, limits=limits), person)
    if not texts.name and not texts.code:
        doubts.append("the row has no name and no code")
    if reading.number is None:
        low, high = limits
        own = OWN if limits != (None, None) else ""
        return _row(reading, texts, texts.value, (reading.given_unit, low, high, own), doubts)
    value = f"{reading.comparator or ''}{reading.number:f}"
    return _row(reading, texts, value, (reading.unit, reading.low, reading.high, reading.interval_source), doubts)


def _row(
    reading: Reading,
    texts: Texts,
    value: str,
    measure: tuple[str | None, Decimal | None, Decimal | None, str | None],
    doubts: list[str],
) -> Filled:
    unit, low, high, source = measure
    return Filled(
        value=value,
        code=reading.analyte.code if reading.analyte else texts.code,
        unit=unit or "",
        reference_low=_float(low),
        reference_high=_float(high),
        flag=_code(reading.flag),
        interval_source=source or "",
        analyte=reading.analyte.name if reading.analyte else "",
        number=_float(reading.number),
        remarks="; ".join([*doubts, *reading.remarks]),
    )


def _pressure(reader: CellReader, texts: Texts, pair: tuple[str, str], person: Person, kind: ObservationKind) -> Filled:
    """Fill in a cell with both numbers of a blood pressure: the flag is the worse of the two, the remarks give each."""
    readings = {
        side: reader.read(_cells(texts, kind, code=code, value=value), person)
        for side, code, value in zip(("systolic", "diastolic"), (SYSTOLIC, DIASTOLIC), pair, strict=True)
    }
    flag = worst_flag(reading.flag for reading in readings.values())
    each = ", ".join(f"{side} {_judged(reading)}" for side, reading in readings.items())
    said = [f"two numbers in one cell: {each}; the flag is the worse of the two"]
    if texts.reference_low or texts.reference_high or texts.flag:
        said.append("the row's own interval and flag were not used, as they do not say of which number they are")
    remarks = [remark for reading in readings.values() for remark in reading.remarks]
    systolic = readings["systolic"]
    return Filled(
        value=texts.value,
        code=texts.code or PANEL,
        unit=systolic.unit or "",
        reference_low=None,
        reference_high=None,
        flag=_code(flag),
        interval_source=systolic.interval_source or "",
        analyte=_PRESSURE,
        number=None,
        remarks="; ".join([*said, *dict.fromkeys(remarks)]),
    )


def _judged(reading: Reading) -> str:
    interval = "" if reading.low is None or reading.high is None else f" ({reading.low:f} to {reading.high:f})"
    return f"{reading.number}{interval} {_code(reading.flag) or 'without a flag'}"


def _cells(
    texts: Texts,
    kind: ObservationKind,
    *,
    code: str | None = None,
    value: str | None = None,
    limits: tuple[Decimal | None, Decimal | None] | None = None,
) -> Cells:
    """Return the cells for the reader; with a code and a value of its own, one half of a pressure."""
    low, high = limits or (None, None)
    return Cells(
        name=texts.name or texts.code,
        value=texts.value if value is None else value,
        code=code or texts.code or None,
        kind=kind,
        unit=texts.unit or None,
        reference_low=low,
        reference_high=high,
        flag=texts.flag or None if limits else None,
        specimen=texts.specimen or None,
    )


def _limits(texts: Texts) -> tuple[tuple[Decimal | None, Decimal | None], list[str]]:
    """Return the ends of the row's own interval, and what is wrong with their cells."""
    cells = {"reference_low": texts.reference_low, "reference_high": texts.reference_high}
    ends = {column: plain_limit(cell) if cell else None for column, cell in cells.items()}
    doubts = [f'the cell "{column}" {NO_LIMIT}' for column, cell in cells.items() if cell and ends[column] is None]
    return (ends["reference_low"], ends["reference_high"]), doubts


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _code(flag: Flag | None) -> str:
    return flag.value if flag else ""
