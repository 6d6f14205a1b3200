"""A table of results with a site's flags -> the results that intervals are learnt from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import isnan
from typing import TYPE_CHECKING

from nlp_engine.assessment import NOT_PLAUSIBLE, Flag
from nlp_engine.cells.columns import GIVEN
from nlp_engine.cells.texts import texts_of
from nlp_engine.errors import InputError
from nlp_engine.labs.flags import source_flag
from nlp_engine.labs.intervals.site_flags import SeenResult
from nlp_engine.labs.moments import Moments
from nlp_engine.labs.people import People
from nlp_engine.labs.table import flag_table

if TYPE_CHECKING:
    import pandas as pd

    from nlp_engine.labs.reading import CellReader
    from nlp_engine.record import ObservationKind


def seen_results(
    table: pd.DataFrame, patients: pd.DataFrame | None, reader: CellReader, *, kind: ObservationKind
) -> Iterator[SeenResult]:
    """Yield the results that intervals can be learnt from: plain numbers in their analyte's unit, with the site's flag.

    An empty flag cell means normal; a row with a word that is no flag ("delta") is left out, like one whose number is
    not plausible.

    Parameters
    ----------
    table, patients
        As for `nlp_engine.labs.table.flag_table`.

    Raises
    ------
    InputError
        If the table has no patients, or no flags.
    """
    flagged = flag_table(table, patients, kind=kind, reader=reader)
    needed = ("patient_id", f"flag{GIVEN}")
    told = {column: _texts(flagged, column) for column in ("name", "time", *needed)}
    for column in needed:
        if not any(told[column]):
            name = column.removesuffix(GIVEN)
            raise InputError("the table", f'has nothing in the column "{name}"', "intervals are learnt from flags")
    people = People.of(table, patients, Moments.of(told["time"]), reader.like)
    cells = [flagged[column] for column in ("code", "unit", "value", "number", "remarks")]
    rows = zip(*cells, *(told[column] for column in ("name", *needed)), people.rows, strict=True)
    for code, unit, value, number, remarks, name, patient_id, cell, person in rows:
        analyte = reader.catalogue.by_code.get(code)
        flag = source_flag(cell) if cell else Flag.NORMAL
        if analyte is None or flag is None or unit != analyte.unit:
            continue
        if value[:1] not in {"<", ">"} and NOT_PLAUSIBLE not in remarks and not isnan(number):
            # "40.0" was a float of the table; the result had no places.
            plain = Decimal(str(number)).normalize() + 0
            yield SeenResult(analyte, name, patient_id, people.persons[person], plain, flag)


def _texts(table: pd.DataFrame, column: str) -> pd.Series[str]:
    import pandas as pd

    if column not in table:
        return pd.Series("", index=range(len(table)), dtype=str)
    return texts_of(table[column]).reset_index(drop=True)
