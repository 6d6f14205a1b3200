"""Rows of tables -> observations and medications; every doubt becomes a problem with its row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from nlp_engine.cells.plain import NO_LIMIT, plain_limit
from nlp_engine.cells.times import DateOrder, Order, TimeDoubt, parse_time
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.tables import Row
from nlp_engine.record import Medication, Observation, ObservationKind


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of one file for one patient.

    Parameters
    ----------
    file
        The file's name as it is shown.
    log
        Takes the problems.
    orders
        For each date column, whether day or month comes first in the whole file.
    id_prefix
        Stands before the id of every row.
    """

    file: str
    log: ProblemLog
    orders: Mapping[str, Order | None]
    id_prefix: str = ""

    def observations(self, rows: Iterable[Row]) -> list[Observation]:
        """Return an observation for each row that can be used."""
        kind = observation_kind(self._stem)
        return [self._observation(row, kind) for row in rows if self.is_usable(row, ("name", "code"))]

    def medications(self, rows: Iterable[Row]) -> list[Medication]:
        """Return a medication for each row that can be used."""
        return [self._medication(row) for row in rows if self.is_usable(row, ("name",))]

    @property
    def _stem(self) -> str:
        return self.file.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()

    def is_usable(self, row: Row, naming: tuple[str, ...]) -> bool:
        """Say whether a row has one of the cells ``naming`` and its cells in the right columns; tell it if not."""
        if row.extra:
            self.log.error(
                self.file,
                "the row has more cells than the header and was left out, since a value may stand in the wrong column; "
                'put quotation marks around a cell that holds the delimiter ("5,6")',
                row=row.number,
            )
            return False
        if any("\n" in cell or "\r" in cell for cell in row.cells.values()):
            self.log.error(
                self.file,
                "a cell runs over a line break and the row was left out; a quotation mark is opened and not closed",
                row=row.number,
            )
            return False
        if not any(row.cells.get(column) for column in naming):
            columns = " or ".join(f'"{column}"' for column in naming)
            self.log.error(self.file, f"the row has no {columns} and was left out; fill the cell", row=row.number)
            return False
        if row.missing:
            self.log.warning(
                self.file, "the row has fewer cells than the header; the missing cells count as empty", row=row.number
            )
        return True

    def _observation(self, row: Row, kind: ObservationKind) -> Observation:
        cell = row.cells.get
        low, high = self._limit(row, "reference_low"), self._limit(row, "reference_high")
        if low is not None and high is not None and low > high:
            low = high = None
            self.log.warning(self.file, '"reference_low" is above "reference_high"; both were left out', row=row.number)
        return Observation(
            id=f"{self.id_prefix}{self._stem}-{row.number}",
            name=cell("name") or cell("code") or "",
            value=cell("value", ""),
            kind=kind,
            code=cell("code") or None,
            unit=cell("unit") or None,
            specimen=cell("specimen") or None,
            time=self.time(row, "time"),
            reference_low=low,
            reference_high=high,
            flag=cell("flag") or None,
            source=f"{self.file} row {row.number}",
        )

    def _medication(self, row: Row) -> Medication:
        cell = row.cells.get
        return Medication(
            id=f"{self.id_prefix}{self._stem}-{row.number}",
            name=cell("name", ""),
            code=cell("code") or None,
            dose=cell("dose") or None,
            unit=cell("unit") or None,
            route=cell("route") or None,
            frequency=cell("frequency") or None,
            start=self.time(row, "start"),
            stop=self.time(row, "stop"),
            status=cell("status") or None,
            source=f"{self.file} row {row.number}",
        )

    def time(self, row: Row, column: str) -> datetime | None:
        """Return the time of a cell; None, and a problem, if it is not a date."""
        cell = row.cells.get(column, "")
        if not cell:
            return None
        time = parse_time(cell, order=self.orders.get(column))
        if isinstance(time, TimeDoubt):
            self.log.warning(self.file, f'the cell "{column}" {time.value}', row=row.number)
            return None
        return time

    def _limit(self, row: Row, column: str) -> Decimal | None:
        cell = row.cells.get(column, "")
        if not cell:
            return None
        limit = plain_limit(cell)
        if limit is None:
            self.log.warning(self.file, f'the cell "{column}" {NO_LIMIT}', row=row.number)
        return limit


def observation_kind(stem: str) -> ObservationKind:
    """Return what a table holds by its file's name without the suffix: ``vitals``, or laboratory results."""
    return ObservationKind.VITAL if stem.lower() == "vitals" else ObservationKind.LAB


def date_orders(rows: Iterable[Row], columns: Iterable[str]) -> dict[str, Order | None]:
    """Return for each date column whether day or month comes first."""
    seen = {column: DateOrder() for column in columns}
    for row in rows:
        for column, order in seen.items():
            order.see(row.cells.get(column, ""))
    return {column: order.order for column, order in seen.items()}
