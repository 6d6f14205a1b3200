"""``nlp-engine train risk``: a risk model from a table, or from records and their outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp_engine.errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from nlp_engine.fusion.features import Features
    from nlp_engine.training.risk.columns import ColumnNote
    from nlp_engine.training.risk.train import Trained


def train_risk_command(
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Takes the model.")],
    target: Annotated[str, typer.Option(help="The outcome: COLUMN, COLUMN=value,value or COLUMN>0.")] = "outcome",
    data: Annotated[Path | None, typer.Option(metavar="FILE", help="A table: .csv, .parquet or .npz.")] = None,
    records: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Patients; with --outcomes.")] = None,
    outcomes: Annotated[
        Path | None, typer.Option(metavar="FILE", help="patient_id, outcome, index_time; later is not seen.")
    ] = None,
    window_days: Annotated[int, typer.Option(min=1, help="With --records: how far back is looked.")] = 365,
    columns: Annotated[
        Path | None, typer.Option(metavar="FILE", help="YAML: label, unit and record feature of columns.")
    ] = None,
    id_column: Annotated[str | None, typer.Option("--id", metavar="COLUMN", help="Never a feature.")] = None,
    group: Annotated[str | None, typer.Option(metavar="COLUMN", help="Rows that stay on one side of a split.")] = None,
    site: Annotated[str | None, typer.Option(metavar="COLUMN", help="Each site is left out in turn.")] = None,
    sex: Annotated[str | None, typer.Option(metavar="COLUMN", help="For the fairness table.")] = None,
    age: Annotated[str | None, typer.Option(metavar="COLUMN", help="For the fairness table, in years or days.")] = None,
    index: Annotated[str | None, typer.Option(metavar="COLUMN", help="The time when the question is asked.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help="Not a feature; repeatable.")] = None,
    allow: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN", help="Use a refused column nevertheless; repeatable.")
    ] = None,
    outcome_name: Annotated[str | None, typer.Option(help="The outcome in a clinician's words.")] = None,
    plain: Annotated[str | None, typer.Option(help="The outcome in everyday words.")] = None,
    concept: Annotated[str | None, typer.Option(help="Id of rules/concepts that a high estimate supports.")] = None,
    family: Annotated[
        list[str] | None, typer.Option(help="logistic, forest, extra_trees, boosting, net; repeatable, all by default.")
    ] = None,
    trials: Annotated[int, typer.Option(min=1, help="Candidates of each search.")] = 20,
    time_budget: Annotated[
        float | None, typer.Option(min=1, metavar="SECONDS", help="For all searches; the machine then has a say.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, help="Outer folds.")] = 5,
    repeats: Annotated[int, typer.Option(min=1, help="How often the outer folds are drawn anew.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 0,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Takes an HTML page.")] = None,
) -> None:
    """Train a risk model with nested cross-validation and a guard against columns from the future."""
    from nlp_engine.training.risk.extras import require_models_extra

    require_models_extra()
    frame, notes = _input_table(data, records, outcomes, columns, window_days)
    if records is not None:
        id_column = id_column or "patient_id"
        index = index or ("index_time" if "index_time" in frame.columns else None)
    from nlp_engine.training.risk.report import write_report
    from nlp_engine.training.risk.search import SearchSettings
    from nlp_engine.training.risk.train import Job, train

    job = Job(
        target=target, id_column=id_column, group=group, site=site, sex=sex, age=age, index=index,
        exclude=tuple(exclude or ()), allow=tuple(allow or ()), notes=notes, outcome=outcome_name, plain=plain,
        concept=concept, window_days=window_days, seconds=time_budget, folds=folds, repeats=repeats,
        search=SearchSettings(families=_families(family), trials=trials, seed=seed),
    )  # fmt: skip
    trained = train(frame, job, out, progress=lambda words: typer.echo(words, err=True))
    if report is not None:
        write_report(trained, report)
    _tell(trained, out, report)


def _input_table(
    data: Path | None, records: Path | None, outcomes: Path | None, columns: Path | None, window_days: int
) -> tuple[pd.DataFrame, dict[str, ColumnNote]]:
    """Return the table to learn from, and what is known of its columns; the user's own notes count first."""
    from nlp_engine.training.risk.columns import read_column_notes
    from nlp_engine.training.risk.records import PATIENT
    from nlp_engine.training.tables import read_table

    notes = read_column_notes(columns)
    if data is not None and records is None and outcomes is None:
        return read_table(data), notes
    if data is None and records is not None and outcomes is not None:
        frame, told = _record_table(records, read_table(outcomes, text=(PATIENT,)), window_days)
        return frame, {**told, **notes}
    raise InputError("train risk", "needs one kind of input", "give --data, or --records and --outcomes")


def _families(wanted: list[str] | None) -> tuple[str, ...]:
    from nlp_engine.training.risk.families import FAMILIES, default_families

    unknown = [name for name in wanted or () if name not in FAMILIES]
    if unknown:
        raise InputError("--family", f'"{unknown[0]}" is no kind of model', f"choose from {', '.join(FAMILIES)}")
    return tuple(wanted or default_families())


def _record_table(folder: Path, outcomes: pd.DataFrame, window_days: int) -> tuple[pd.DataFrame, dict[str, ColumnNote]]:
    from nlp_engine.training.risk.records import index_times, record_table

    times = index_times(outcomes)
    if None in times.values():
        typer.echo("no index_time for some patients: their whole record is read, also what came after", err=True)
    return record_table(_features(folder, times, window_days), outcomes)


def _features(folder: Path, times: dict[str, datetime | None], window_days: int) -> Iterator[tuple[str, Features]]:
    """Yield the features of each patient that has an outcome, as they were known at its index time."""
    from nlp_engine.engine import Engine
    from nlp_engine.fusion.features import FeatureReader, known_at
    from nlp_engine.readers import InputFailure, open_input

    engine, reader = Engine.load(), FeatureReader.load()
    with open_input(folder) as found:
        for source in found.sources:
            if isinstance(source, InputFailure) or source.patient_id not in times:
                continue
            record, when = source.read(), times[source.patient_id]
            if when is not None:
                record = known_at(record, when, window_days=window_days)
            known = engine.assess(record, as_of=when)
            yield (
                source.patient_id,
                reader.read(
                    known.record,
                    known.extractions,
                    known.lab_results,
                    known.image_findings,
                    as_of=known.as_of,
                    window_days=window_days,
                ),
            )


def _tell(trained: Trained, out: Path, report: Path | None) -> None:
    file, summary = trained.file, trained.file.training
    typer.echo(f"{summary.rows} rows, {summary.events} with the outcome; {len(file.features)} features")
    for column, reason in summary.allowed.items():
        typer.echo(f"allowed nevertheless: {column}: {reason}")
    typer.echo(
        f"AUROC {trained.result.auroc}, Brier {summary.brier:.3f}, calibration error {summary.calibration_error:.3f}, "
        f"slope {summary.calibration_slope:.2f}; {file.family}, version {file.version}"
    )
    typer.echo(str(out))
    if report is not None:
        typer.echo(str(report))
