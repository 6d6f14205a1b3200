"""``nlp-engine labs``: tables of results, cleaned and flagged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp_engine.cli.options import IntervalsOption
from nlp_engine.cli.output import table_suffix, write_table
from nlp_engine.errors import InputError

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
    intervals: IntervalsOption = None,
) -> None:
    """Fill in LOINC, UCUM unit, interval, its source and the flag; every row stays, and what a cell was is kept."""
    from nlp_engine.cells.columns import OBSERVATIONS, PEOPLE
    from nlp_engine.labs import flag_table
    from nlp_engine.labs.reading import CellReader
    from nlp_engine.readers.frames import read_frame
    from nlp_engine.readers.rows import observation_kind

    table_suffix(out)
    reader = CellReader.load(site_intervals=intervals)
    given = read_frame(table, OBSERVATIONS)
    about = read_frame(patients, PEOPLE) if patients else None
    flagged = flag_table(given, about, kind=observation_kind(table.stem), reader=reader)
    write_table(flagged, out)
    for line in _summary(given, flagged):
        typer.echo(line)


def learn_intervals_command(
    table: TableArgument,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Takes the intervals: .csv or .yaml.")],
    patients: PatientsOption = None,
) -> None:
    """Learn a site's reference intervals from the flags in its own table; an empty flag means normal.

    The file says for each how many results it rests on and how well it agrees with the flags, and what could not be
    learnt and why. Read and correct it, then give it to --intervals of "labs flag" and "run".
    """
    from nlp_engine.cells.columns import OBSERVATIONS, PEOPLE
    from nlp_engine.labs.intervals.site import SUFFIXES, write_site_intervals
    from nlp_engine.labs.intervals.site_flags import learn_site_intervals
    from nlp_engine.labs.reading import CellReader
    from nlp_engine.labs.site_learning import seen_results
    from nlp_engine.readers.frames import read_frame
    from nlp_engine.readers.rows import observation_kind

    if out.suffix.lower() not in SUFFIXES:
        raise InputError(str(out), "is neither CSV nor YAML", "give a name that ends with .csv or .yaml")
    reader = CellReader.load()
    about = read_frame(patients, PEOPLE) if patients else None
    seen = list(seen_results(read_frame(table, OBSERVATIONS), about, reader, kind=observation_kind(table.stem)))
    file = learn_site_intervals(seen, reader.book)
    write_site_intervals(file, out)
    results = sum(row.results or 0 for row in file.intervals)
    agreeing = sum(float(row.agreement or 0) * (row.results or 0) for row in file.intervals)
    share = f", which agree with {agreeing / results:.1%} of their flags" if results else ""
    typer.echo(f"{len(seen):,} results with a number; {len(file.intervals)} intervals from {results:,} of them{share}.")
    typer.echo(
        f"{len(file.not_flagged)} tests are not flagged, {len(file.not_learnt)} have no interval; the file says why."
    )
    typer.echo(str(out))


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
