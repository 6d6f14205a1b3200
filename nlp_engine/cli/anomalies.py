"""``nlp-engine anomalies fit``, ``score`` and ``drift``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nlp_engine.errors import MissingExtraError


def anomalies_fit_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Parquet or npz (X, y): a row a case.")],
    out: Annotated[Path, typer.Option(help="Takes the model; as confidential as the table.")],
    label: Annotated[str | None, typer.Option(help="The column of 0 and 1 (1: anomaly) that choices may use.")] = None,
    row_id: Annotated[list[str] | None, typer.Option("--id", help="A column that names rows; repeatable.")] = None,
    columns: Annotated[str | None, typer.Option(help="Features, separated by commas; all others by default.")] = None,
    labs: Annotated[
        bool, typer.Option("--labs", help="FILE is a table of results: make a row a patient and day.")
    ] = False,
    trials: Annotated[int, typer.Option(min=0, help="Designs that Optuna tries; 0: the default design.")] = 0,
    time_budget: Annotated[float | None, typer.Option(help="Seconds after which no trial begins.")] = None,
    contamination: Annotated[float | None, typer.Option(min=0.001, max=0.5, help="Share called anomalies.")] = None,
    seed: Annotated[int, typer.Option(help="Makes a run repeatable.")] = 0,
) -> None:
    """Fit detectors on a cohort."""
    from nlp_engine.training.anomalies.commands import Wanted, fit_file

    names = tuple(name.strip() for name in columns.split(",")) if columns else ()
    wanted = Wanted(label, tuple(row_id or ()), names, trials, time_budget, seed, contamination)
    model = fit_file(file, wanted)
    model.save(out)
    about = model.about
    typer.echo(f"fitted on {about['rows']} rows and {len(model.columns.names)} columns: {about['members']}")
    if trials:
        typer.echo(f"best of {about['designs']} designs, {about['criterion']} {about['value']:.3f}")


def anomalies_score_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, Parquet or npz with the model's columns.")],
    model: Annotated[Path, typer.Option(help="What fit wrote; only load models that you made.")],
    out: Annotated[Path, typer.Option(help="A .csv or .parquet file.")],
    row_id: Annotated[list[str] | None, typer.Option("--id", help="A column to keep; repeatable.")] = None,
) -> None:
    """Score rows: one out per row in, in order, with reasons for the anomalies."""
    try:
        from nlp_engine.labs.anomalies.model import AnomalyModel
    except ModuleNotFoundError as error:
        raise MissingExtraError("anomaly detection", "models") from error
    from nlp_engine.training.anomalies.commands import score_file, write_table

    scores, told = score_file(file, AnomalyModel.load(model), tuple(row_id or ()))
    write_table(scores, out)
    for sentence in told:
        typer.echo(sentence, err=True)
    typer.echo(f"{len(scores)} rows, {int(scores['is_anomaly'].sum())} anomalies")
