"""``nlp-engine train risk``: a table in, a model folder and its figures out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nlp_engine.errors import InputError
from nlp_engine.fusion.features import DEFAULT_WINDOW_DAYS
from nlp_engine.fusion.risk.encoding import encode
from nlp_engine.fusion.risk.model import version_of
from nlp_engine.fusion.risk.model_file import (
    Outcome,
    RiskModelFile,
    Summary,
    Threshold,
)
from nlp_engine.model_files import CARD_FILE, MODEL_FILE, NETWORK_FILE
from nlp_engine.training import metrics
from nlp_engine.training.risk.cleaning import Cleaned, clean
from nlp_engine.training.risk.columns import ColumnNote
from nlp_engine.training.risk.export import export
from nlp_engine.training.risk.extras import require_models_extra
from nlp_engine.training.risk.fairness import GroupRow, fairness_table
from nlp_engine.training.risk.leakage import Leak, LeakageRules, leaks
from nlp_engine.training.risk.nested import NestedResult, Progress, Task, nested
from nlp_engine.training.risk.search import Fitted, Groups, SearchSettings, fit_choice, search
from nlp_engine.training.risk.shift import HalfShift, half_shift, leave_one_site_out
from nlp_engine.training.risk.target import Target
from nlp_engine.training.tables import as_dates

_FEWEST_EVENTS = 20
_TABLE_CUTS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Job:
    """What is asked for.

    Parameters
    ----------
    target
        ``COLUMN``, ``COLUMN=value,value`` or ``COLUMN>number``.
    id_column, group, site
        Never features. Rows of a group are never on both sides of a split; an id that stands twice makes groups.
    sex, age
        The columns of the fairness table; they stay features.
    index
        The time when the question is asked: dates after it are refused, dates before it become days.
    exclude, allow
        Columns that are left out; refused columns that are used nevertheless.
    notes
        Label, unit and record feature of columns.
    seconds
        Budget of the whole search; None for none, and then a seed gives the same model every time.
    """

    target: str
    id_column: str | None = None
    group: str | None = None
    site: str | None = None
    sex: str | None = None
    age: str | None = None
    index: str | None = None
    exclude: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    notes: Mapping[str, ColumnNote] = field(default_factory=dict)
    outcome: str | None = None
    plain: str | None = None
    concept: str | None = None
    window_days: int = DEFAULT_WINDOW_DAYS
    search: SearchSettings = field(default_factory=SearchSettings)
    seconds: float | None = None
    folds: int = 5
    repeats: int = 1


@dataclass(frozen=True)
class Prepared:
    """A table after the guard and the cleaning."""

    job: Job
    target: Target
    task: Task
    cleaned: Cleaned
    refused: tuple[Leak, ...]
    allowed: tuple[Leak, ...]
    frame: pd.DataFrame
    digest: str


@dataclass(frozen=True)
class Trained:
    """Everything that the report tells."""

    prepared: Prepared
    result: NestedResult
    fitted: Fitted
    file: RiskModelFile
    parity: float
    fairness: tuple[GroupRow, ...]
    sites: tuple[GroupRow, ...]
    halves: HalfShift | None


def prepare(frame: pd.DataFrame, job: Job, rules: LeakageRules | None = None) -> Prepared:
    """Read the target, refuse what leaks, clean the rest.

    Raises
    ------
    nlp_engine.errors.InputError
        If a named column is not there, there are too few events, or no feature is left.
    """
    _require_columns(frame, job)
    target = Target.parse(job.target, list(frame.columns))
    labels, answered = target.labels(frame[target.column])
    kept, labels = frame.loc[answered].reset_index(drop=True), labels[answered]
    if min(labels.sum(), (1 - labels).sum()) < _FEWEST_EVENTS:
        raise InputError("the table", f"has fewer than {_FEWEST_EVENTS} rows of one outcome", "give more rows")
    index_time = None if job.index is None else as_dates(kept[job.index])
    aside = {target.column, job.id_column, job.group, job.site, job.index, *job.exclude}
    candidates = kept[[column for column in kept.columns if column not in aside]]
    found = leaks(candidates, labels, rules or LeakageRules.load(), index_time=index_time)
    refused = tuple(leak for leak in found if leak.column not in job.allow)
    allowed = tuple(leak for leak in found if leak.column in job.allow)
    cleaned = clean(candidates.drop(columns=[leak.column for leak in refused]), job.notes, index_time=index_time)
    if not cleaned.specs:
        raise InputError("the table", "has no column left to learn from", "see --allow, or give more columns")
    task = Task(encode(cleaned.specs, cleaned.rows), labels, cleaned.specs, _groups(kept, job))
    return Prepared(job, target, task, cleaned, refused, allowed, kept, _digest(kept))


def train(frame: pd.DataFrame, job: Job, out: Path, *, progress: Progress = lambda words: None) -> Trained:
    """Measure the whole procedure, fit it on all rows, and write the model folder.

    Raises
    ------
    nlp_engine.errors.InputError
        If the table or the job does not fit.
    nlp_engine.errors.MissingExtraError
        If an extra is not installed.
    nlp_engine.errors.ModelError
        If the exported model does not answer like the trained one.
    """
    require_models_extra()
    prepared = prepare(frame, job)
    for leak in prepared.refused:
        progress(f"refused: {leak.column}: {leak.reason}; --allow {leak.column} uses it nevertheless")
    task, sites = prepared.task, _sites(prepared)
    searches = job.folds * job.repeats + 1 + (0 if sites is None else len(set(sites)))
    settings = replace(job.search, seconds=None if job.seconds is None else job.seconds / searches)
    result = nested(task, settings, folds=job.folds, repeats=job.repeats, progress=progress)
    at = metrics.best_threshold(task.labels, result.probabilities)
    fitted = fit_choice(search(task.x, task.labels, task.groups, settings), task.x, task.labels, settings.seed)
    progress(f"all rows: {fitted.choice.family}; nested AUROC {result.auroc}")
    left_out = () if sites is None else tuple(leave_one_site_out(task, sites, settings, at, progress))
    out.mkdir(parents=True, exist_ok=True)
    parity = export(fitted.pipeline, task.x, out / NETWORK_FILE)
    trained = Trained(
        prepared=prepared,
        result=result,
        fitted=fitted,
        file=_model_file(prepared, result, fitted, at, out),
        parity=parity,
        fairness=tuple(_fairness(prepared, result, at)),
        sites=left_out,
        halves=half_shift(task, settings.seed) if sites is None else None,
    )
    (out / MODEL_FILE).write_text(trained.file.model_dump_json(indent=2) + "\n", encoding="utf-8")
    from nlp_engine.training.risk.report import render_card

    (out / CARD_FILE).write_text(render_card(trained), encoding="utf-8")
    return trained


def _require_columns(frame: pd.DataFrame, job: Job) -> None:
    named = {
        "--id": job.id_column, "--group": job.group, "--site": job.site, "--sex": job.sex, "--age": job.age,
        "--index": job.index,
    }  # fmt: skip
    pairs = [(option, column) for option, column in named.items() if column is not None]
    pairs += [("--exclude", column) for column in job.exclude] + [("--allow", column) for column in job.allow]
    for option, column in pairs:
        if column not in frame.columns:
            raise InputError(option, f'the table has no column "{column}"', "give one of its columns")


def _groups(frame: pd.DataFrame, job: Job) -> Groups | None:
    column = job.group
    if column is None and job.id_column is not None and frame[job.id_column].duplicated().any():
        column = job.id_column
    if column is None:
        return None
    words = frame[column].astype("string")
    # A row without a group belongs to nobody else.
    alone = pd.Series([f"row {number}" for number in range(len(words))], index=words.index, dtype="string")
    return words.fillna(alone).to_numpy(dtype=object)


def _sites(prepared: Prepared) -> NDArray[np.object_] | None:
    site = prepared.job.site
    if site is None:
        return None
    sites = prepared.frame[site].astype("string").fillna("not known").to_numpy(dtype=object)
    return sites if len(set(sites)) > 1 else None


def _digest(frame: pd.DataFrame) -> str:
    """Return a digest of the table: the same table has the same, and nothing of it can be read back."""
    rows = pd.util.hash_pandas_object(frame.astype("string"), index=False).to_numpy()
    return hashlib.sha256("\n".join(frame.columns).encode() + rows.tobytes()).hexdigest()[:16]


def _fairness(prepared: Prepared, result: NestedResult, at: float) -> list[GroupRow]:
    job, frame = prepared.job, prepared.frame
    return fairness_table(
        prepared.task.labels,
        result.probabilities,
        at,
        sex=None if job.sex is None else frame[job.sex],
        age=None if job.age is None else frame[job.age],
        seed=job.search.seed,
    )


def _model_file(prepared: Prepared, result: NestedResult, fitted: Fitted, at: float, out: Path) -> RiskModelFile:
    job = prepared.job
    name = job.outcome or prepared.target.expression
    falls = {name: round(fall, 6) for name, fall in result.importance.items()}
    specs = tuple(spec.model_copy(update={"importance": falls[spec.name]}) for spec in prepared.cleaned.specs)
    unsigned = RiskModelFile(
        schema_version=1,
        id=out.name,
        version="",
        outcome=Outcome(target=prepared.target.expression, name=name, plain=job.plain or name, concept=job.concept),
        family=fitted.choice.family,
        features=specs,
        calibration=fitted.calibration,
        decision_threshold=at,
        thresholds=_thresholds(prepared, result, at),
        window_days=job.window_days,
        training=_summary(prepared, result),
    )
    return unsigned.model_copy(update={"version": version_of(unsigned, (out / NETWORK_FILE).read_bytes())})


def _thresholds(prepared: Prepared, result: NestedResult, at: float) -> tuple[Threshold, ...]:
    cuts = sorted({*_TABLE_CUTS, at})
    return tuple(metrics.threshold(prepared.task.labels, result.probabilities, cut) for cut in cuts)


def _summary(prepared: Prepared, result: NestedResult) -> Summary:
    labels, said = prepared.task.labels, result.probabilities
    return Summary(
        rows=len(labels),
        events=int(labels.sum()),
        auroc=result.auroc.value,
        auroc_low=result.auroc.low,
        auroc_high=result.auroc.high,
        brier=metrics.brier(labels, said),
        calibration_error=metrics.calibration_error(metrics.reliability(labels, said)),
        calibration_slope=metrics.calibration_line(labels, said)[0],
        trained_on=datetime.now(UTC).date().isoformat(),
        data_digest=prepared.digest,
        refused={leak.column: leak.reason for leak in prepared.refused},
        allowed={leak.column: leak.reason for leak in prepared.allowed},
        seed=prepared.job.search.seed,
        about="figures of nested cross-validation: choice, tuning and calibration were repeated in each fold",
    )
