"""``nlp-engine labs``: tables of results, cleaned and flagged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp_engine.cli.output import table_suffix, write_table

if TYPE_CHECKING:
    import pandas as pd

TableArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="A table of results, CSV or Parquet; vitals.csv holds vital signs.")
]
PatientsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="A table of patients: patient_id, sex, birth_date or age_years, pregnant; CSV or Parquet."
    ),
]


def flag_command(
    table: TableArgument,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the table is written: .csv or .parquet.")],
    patients: PatientsOption = None,
) -> None:
    """Fill in LOINC, UCUM unit, interval, its source and the flag; every row stays, and what a cell was is kept."""
    from nlp_engine.cells.columns import OBSERVATIONS, PEOPLE
    from nlp_engine.labs import flag_table
    from nlp_engine.readers.frames import read_frame
    from nlp_engine.readers.rows import observation_kind

    table_suffix(out)
    given = read_frame(table, OBSERVATIONS)
    about = read_frame(patients, PEOPLE) if patients else None
    flagged = flag_table(given, about, kind=observation_kind(table.stem))
    write_table(flagged, out)
    for line in _summary(given, flagged):
        typer.echo(line)


def _summary(given: pd.DataFrame, flagged: pd.DataFrame) -> list[str]:
    rows = len(flagged)
    known = int((flagged["analyte"] != "").sum())
    counts = flagged["flag"].value_counts()
    flags = ", ".join(f"{flag or 'none'} {count:,}" for flag, count in counts.items())
    share = f" ({known / rows:.1%})" if rows else ""
    return [
        f"{len(given):,} rows in, {rows:,} rows out.",
        f"Analyte recognised: {known:,}{share}; a number: {int(flagged['number'].notna().sum()):,}.",
        f"Flags: {flags or 'none'}.",
    ]
