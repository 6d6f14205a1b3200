"""``nlp-engine anomalies fit``, ``score`` and ``drift``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nlp_engine.cli.output import table_suffix, write_table
from nlp_engine.errors import MissingExtraError

if TYPE_CHECKING:
    import pandas as pd

IdOption = Annotated[list[str] | None, typer.Option("--id", help="A column that names rows; repeatable.")]
LabsOption = Annotated[
    bool, typer.Option("--labs", help="FILE is a table of results: make one row a patient and day of it.")
]


def anomalies_fit_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Parquet or npz (X, y): a row a case.")],
    out: Annotated[Path, typer.Option(help="Takes the model; as confidential as the table.")],
    label: Annotated[str | None, typer.Option(help="The column of 0 and 1 (1: anomaly) that choices may use.")] = None,
    row_id: IdOption = None,
    columns: Annotated[str | None, typer.Option(help="Features, separated by commas; all others by default.")] = None,
    labs: LabsOption = False,
    trials: Annotated[int, typer.Option(min=0, help="Designs that Optuna tries; 0: the default design.")] = 0,
    time_budget: Annotated[float | None, typer.Option(help="Seconds after which no trial begins.")] = None,
    contamination: Annotated[float | None, typer.Option(min=0.001, max=0.5, help="Share called anomalies.")] = None,
    seed: Annotated[int, typer.Option(help="Makes a run repeatable.")] = 0,
) -> None:
    """Fit detectors on a cohort."""
    from nlp_engine.training.anomalies.commands import Wanted, fit_frame

    names = tuple(name.strip() for name in columns.split(",")) if columns else ()
    table, ids = _cases(file, row_id, labs=labs)
    wanted = Wanted(label, ids, names, trials, time_budget, seed, contamination)
    model = fit_frame(table, wanted, where=file.name)
    model.save(out)
    about = model.about
    columns_read = len(model.columns.names)
    typer.echo(f"fitted on {about['rows']} of {about['of']} rows and {columns_read} columns: {about['members']}")
    if trials:
        typer.echo(f"best of {about['designs']} designs, {about['criterion']} {about['value']:.3f}")


def anomalies_score_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Parquet or npz with the model's columns.")],
    model: Annotated[Path, typer.Option(help="What fit wrote; only load models that you made.")],
    out: Annotated[Path, typer.Option(help="Where the scores are written: .csv or .parquet.")],
    row_id: Annotated[
        list[str] | None, typer.Option("--id", help="Of the other columns only this is kept; repeatable.")
    ] = None,
    labs: LabsOption = False,
) -> None:
    """Score rows: one out per row in, in order, with reasons for the anomalies."""
    table_suffix(out)
    try:
        from nlp_engine.labs.anomalies.model import AnomalyModel
    except ModuleNotFoundError as error:
        raise MissingExtraError("anomaly detection", "models") from error
    from nlp_engine.training.anomalies.commands import score_frame

    loaded = AnomalyModel.load(model)
    table, ids = _cases(file, row_id, labs=labs)
    scores, told = score_frame(table, loaded, ids, where=file.name)
    write_table(scores, out)
    for sentence in told:
        typer.echo(sentence, err=True)
    typer.echo(f"{len(scores)} rows, {int(scores['is_anomaly'].sum())} anomalies")


def anomalies_drift_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A table of results with dates, CSV or Parquet.")],
    out: Annotated[Path, typer.Option(help="Where the findings are written: .csv or .parquet.")],
    by: Annotated[Literal["day", "week"], typer.Option(help="What is compared.")] = "day",
) -> None:
    """Say since when level, missing values, flags, rows, units or names of a feed are others."""
    from nlp_engine.cells.columns import OBSERVATIONS
    from nlp_engine.labs.anomalies.drift import as_frame, drifts
    from nlp_engine.readers.frames import read_frame

    table_suffix(out)
    found = drifts(read_frame(file, OBSERVATIONS), by=by)
    write_table(as_frame(found), out)
    for drift in found:
        typer.echo(drift.sentence)
    typer.echo(f"{len(found)} findings")


def _cases(file: Path, row_id: list[str] | None, *, labs: bool) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the table of cases, and the columns that name them."""
    from nlp_engine.training.tables import read_table

    if not labs:
        return read_table(file), tuple(row_id or ())
    from nlp_engine.cells.columns import OBSERVATIONS
    from nlp_engine.labs.anomalies.panel import IDS, patient_days
    from nlp_engine.readers.frames import read_frame

    return patient_days(read_frame(file, OBSERVATIONS)), IDS
