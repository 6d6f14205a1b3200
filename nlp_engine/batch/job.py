"""The main job: a folder of patients in, reports and tables out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from time import perf_counter

from nlp_engine.batch.cpus import available_cpus
from nlp_engine.batch.deidentify import DeidentifiedSource, deidentified, without_places
from nlp_engine.batch.failures import Failure
from nlp_engine.batch.names import SafeNames
from nlp_engine.batch.outputs import INDEX, RESERVED, RUN, OutputFolder, Tables
from nlp_engine.batch.pages import Pages, ReportPages
from nlp_engine.batch.pool import WorkerPool
from nlp_engine.batch.result import PatientResult
from nlp_engine.batch.summary import RunSummary
from nlp_engine.batch.work import Assessor, Task, Worker, WorkPlan, load_engine
from nlp_engine.errors import InputError
from nlp_engine.readers import InputFailure, InputFolder, RecordSource, open_input
from nlp_engine.record import InputProblem

_FEW = 8
"""With fewer patients, starting worker processes takes longer than it saves."""

Found = RecordSource | DeidentifiedSource | InputFailure


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    done: int
    failed: int


def run(
    folder: str | Path,
    out: str | Path,
    *,
    workers: int | None = None,
    as_of: datetime | None = None,
    pages: Pages | None = ReportPages(),  # noqa: B008 - has no state
    overwrite: bool = False,
    engine_loader: Callable[[], Assessor] | None = None,
    deidentify_key: bytes | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> RunSummary:
    """Assess every patient of a folder and write reports and tables.

    Parameters
    ----------
    folder
        One patient's folder, or a folder of many in any of the forms of ``docs/input.md``.
    out
        Takes ``index.html``, ``<patient>/clinician.html``, ``<patient>/patient.html``, ``mentions.jsonl``,
        ``labs.parquet``, ``findings.jsonl``, ``cards.jsonl``, ``assessments.jsonl``, ``failures.jsonl``, ``run.json``.
    workers
        Processes; by default one for each available processor, but one in all for few patients.
    as_of
        The time that counts as "now" for every patient; the newest dated thing of each record if None.
    pages
        Makes the HTML; None to write tables only.
    overwrite
        Allow an output folder that holds other files; they are kept.
    engine_loader
        Makes the engine; picklable when there are several workers.
    deidentify_key
        De-identify each record before it is assessed, with this secret (``docs/deidentify.md``); no ``as_of`` then.
    on_progress
        Called after each patient.

    Raises
    ------
    InputError
        If nothing can start: no input folder, no patient in it, an output folder that is in use.
    NlpEngineError
        If the engine cannot be loaded.
    """
    start = perf_counter()
    source, target = Path(folder), Path(out)
    with ExitStack() as stack:
        opened = stack.enter_context(open_input(source))
        _check_apart(source, target)
        sources = _sources(opened, deidentify_key)
        first = list(islice(sources, _FEW))
        _check_not_empty(source, first, opened)
        output = OutputFolder(target, overwrite=overwrite)
        count = workers or (1 if len(first) < _FEW else available_cpus())
        plan = WorkPlan(engine_loader or _loader(count), pages, output.unfinished, as_of)
        summary = RunSummary(target, opened.kind, _settings(plan, count))
        results = _results(chain(first, sources), _start(plan, count, summary, stack))
        _write_all(results, output, summary, on_progress, partial(_shared_problems, opened, deidentify_key))
    summary.seconds["wall"] = perf_counter() - start
    _write_end(output, summary, pages)
    return summary


def _sources(opened: InputFolder, key: bytes | None) -> Iterator[Found]:
    """Return the patients of the input, to be de-identified when they are read if there is a key."""
    return opened.sources if key is None else (deidentified(found, key) for found in opened.sources)


def _shared_problems(opened: InputFolder, key: bytes | None) -> tuple[InputProblem, ...]:
    return opened.problems() if key is None else without_places(opened.problems())


def _loader(workers: int) -> Callable[[], Assessor]:
    return partial(load_engine, threads=available_cpus() if workers == 1 else 1)


def _write_all(
    results: Iterator[PatientResult],
    output: OutputFolder,
    summary: RunSummary,
    on_progress: Callable[[Progress], None] | None,
    shared_problems: Callable[[], tuple[InputProblem, ...]],
) -> None:
    """Write the tables; what was wrong with files of many patients is known when all are read."""
    output.begin()
    with closing(Tables(output.unfinished)) as tables:
        for result in results:
            tables.write(result)
            summary.add(result)
            if on_progress:
                on_progress(Progress(summary.counts["patients_in"], summary.counts["failed"]))
        tables.write_failures(summary.add_shared(shared_problems()))


def _settings(plan: WorkPlan, workers: int) -> dict[str, str | int | bool | None]:
    as_of = plan.as_of.isoformat() if plan.as_of else None
    return {"workers": workers, "as_of": as_of, "html": plan.pages is not None}


def _start(
    plan: WorkPlan, workers: int, summary: RunSummary, stack: ExitStack
) -> Callable[[Iterator[Task]], Iterator[PatientResult]]:
    """Load the engine, here or in worker processes."""
    if workers == 1:
        worker = Worker(plan)
        summary.versions = worker.engine.versions
        return partial(map, worker.result)
    pool = WorkerPool(plan, workers)
    stack.callback(pool.close)
    summary.versions = pool.versions()
    return pool.results


def _results(
    found: Iterator[Found], assess: Callable[[Iterator[Task]], Iterator[PatientResult]]
) -> Iterator[PatientResult]:
    """Yield one result for each patient found, in order; one who failed before reading stands where it was found."""
    names = SafeNames(RESERVED)
    failed: dict[int, list[PatientResult]] = {}
    sent = 0

    def tasks() -> Iterator[Task]:
        nonlocal sent
        for source in found:
            if isinstance(source, InputFailure):
                failed.setdefault(sent, []).append(_failed(source))
            else:
                sent += 1
                yield Task(source, names.name(source.patient_id))

    done = 0
    for result in assess(tasks()):
        yield from failed.pop(done, ())
        done += 1
        yield result
    yield from failed.pop(done, ())


def _failed(failure: InputFailure) -> PatientResult:
    lines = tuple(Failure.of_problem(failure.patient_id, problem, failed=True) for problem in failure.problems)
    return PatientResult(failure.patient_id or "", failures=lines)


def _check_apart(source: Path, target: Path) -> None:
    written, read = target.resolve(), source.resolve()
    if written == read or read in written.parents or written in read.parents:
        raise InputError(target.name, "is inside the input folder, or around it", "give a folder beside it")


def _check_not_empty(source: Path, first: list[Found], opened: InputFolder) -> None:
    if not first:
        reasons = [f"{problem.where}: {problem.sentence.rstrip('.')}" for problem in opened.problems()[:3]]
        remedy = "; ".join(reasons) or "it takes patient folders, .txt notes, or tables with a patient_id"
        raise InputError(source.name or str(source), "holds no patient", remedy)


def _write_end(output: OutputFolder, summary: RunSummary, pages: Pages | None) -> None:
    info = summary.as_dict()
    if pages is not None:
        # What an assessed patient lost stands in the patient's own report.
        lost = [
            failure.as_dict() for failure in summary.failures if failure.status == "failed" or not failure.patient_id
        ]
        html = pages.worklist(summary.rows, lost, info)
        (output.unfinished / INDEX).write_text(html, encoding="utf-8", newline="\n")
    (output.unfinished / RUN).write_text(summary.to_json(), encoding="utf-8", newline="\n")
    output.finish()
