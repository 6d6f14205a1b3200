"""The command line: a thin shell over functions. What is heavy is imported by the command that needs it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Literal

import typer

from nlp_engine import __version__
from nlp_engine.errors import InputError, NlpEngineError

if TYPE_CHECKING:
    from datetime import datetime

    from pydantic import BaseModel

    from nlp_engine.batch import Progress, RunSummary
    from nlp_engine.training.corpora import LeftOut

FAILED, NOT_STARTED = 1, 2
NerOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME_OR_FOLDER_OR_YAML",
        help="The model that finds the entities: fast (a smaller one), an installed spaCy model, a model folder, or a "
        "YAML file about one.",
    ),
]
KeyOption = Annotated[
    Path | None,
    typer.Option(help="A file with the secret that decides surrogates and shifts of dates; a new secret by default."),
]
TerminologyOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--terminology",
        metavar="FILE",
        help="Your own terminology: CSV or JSON Lines (code, name, system, synonyms), or RXNCONSO.RRF; repeatable.",
    ),
]
_SHOWN_FAILURES = 10
_PLAIN_EVERY = 50

app = typer.Typer(
    help="Clinical notes, labs and image-model outputs in, traceable plain-language reports out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
rules_app = typer.Typer(help="The clinical rules.", no_args_is_help=True)
train_app = typer.Typer(help="Train models.", no_args_is_help=True)
evaluate_app = typer.Typer(help="Measure models.", no_args_is_help=True)
app.add_typer(rules_app, name="rules")
app.add_typer(train_app, name="train")
app.add_typer(evaluate_app, name="evaluate")


class SchemaName(StrEnum):
    """The documents whose schema is published."""

    EXTRACT = "extract"
    ASSESSMENT = "assessment"
    RECORD = "record"


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error of the user is one sentence on stderr and exit status 2."""
    try:
        app(args=arguments, prog_name="nlp-engine")
    except NlpEngineError as error:
        typer.echo(str(error), err=True)
        sys.exit(NOT_STARTED)
    except OSError as error:
        if error.strerror is None:  # not from the operating system
            raise
        typer.echo(f"The system reports: {error.strerror}.", err=True)
        sys.exit(NOT_STARTED)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"nlp-engine {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Clinical notes, labs and image-model outputs in, traceable plain-language reports out."""


@app.command("run")
def run_command(
    folder: Annotated[Path, typer.Argument(metavar="INPUT", help="A patient's folder, or a folder of many.")],
    out: Annotated[Path, typer.Option(help="The folder that takes reports and tables.")],
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; by default one a processor.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help='The time that counts as "now".')] = None,
    no_html: Annotated[bool, typer.Option("--no-html", help="Write tables only.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Allow an output folder with other files.")] = False,
    ner: NerOption = None,
    terminology: TerminologyOption = None,
    deidentify: Annotated[
        bool, typer.Option("--deidentify", help="Put surrogates in the place of names, dates and numbers first.")
    ] = False,
    key_file: KeyOption = None,
) -> None:
    """Read every patient of a folder, and write reports and tables.

    Exit status: 0 all assessed; 1 some patient failed (see failures.jsonl); 2 nothing could start.
    """
    now = _as_of(as_of)
    if deidentify and now is not None:
        raise InputError("--as-of", "cannot go with --deidentify, which moves all dates", "leave one of them out")
    from nlp_engine.batch import run
    from nlp_engine.batch.deidentify import read_key
    from nlp_engine.batch.pages import ReportPages

    with _shown_progress() as on_progress:
        summary = run(
            folder,
            out,
            workers=workers,
            as_of=now,
            pages=None if no_html else ReportPages(),
            overwrite=overwrite,
            engine_loader=_engine_loader(ner, terminology) if ner or terminology else None,
            deidentify_key=read_key(key_file) if deidentify else None,
            on_progress=on_progress,
        )
    _tell(summary, has_index=not no_html)
    raise typer.Exit(summary.exit_status)


@app.command("extract")
def extract_command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Notes, folders of notes, or - for stdin.")],
    out: Annotated[Path | None, typer.Option(help="The file that takes the lines, else stdout.")] = None,
    ner: NerOption = None,
    terminology: TerminologyOption = None,
) -> None:
    """Write the mentions of each note as one line of JSON.

    Exit status: 0 a line for every note; 1 some note failed (told on stderr); 2 nothing could start.
    """
    from nlp_engine.batch import Failure
    from nlp_engine.batch.extract import extract_notes

    failed = 0
    engine = _engine_loader(ner, terminology)()
    with _lines_to(out) as stream:
        for result in extract_notes(paths, engine, stdin=sys.stdin.buffer.read):
            if isinstance(result, Failure):
                failed += 1
                typer.echo(f"{result.where}: {result.sentence}", err=True)
            else:
                stream.write(f"{result.model_dump_json()}\n".encode())
    raise typer.Exit(FAILED if failed else 0)


@app.command("deidentify")
def deidentify_command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Notes, or folders of notes.")],
    out: Annotated[Path, typer.Option(help="A new folder, for <patient>/notes/<number>.txt.")],
    key_file: KeyOption = None,
    replacements: Annotated[
        Path | None, typer.Option(help="A file that takes what was replaced, as confidential as the notes.")
    ] = None,
) -> None:
    """Write notes with surrogates in the place of names, dates, places and numbers.

    No automatic method finds everything: have the result read before it leaves your hands.
    Exit status: 0 every note was written; 1 some note failed (told on stderr); 2 nothing could start.
    """
    from nlp_engine.batch import Failure
    from nlp_engine.batch.deidentify import deidentify_notes, read_key

    written, failed = 0, 0
    with ExitStack() as stack:
        table = stack.enter_context(_lines_to(replacements)) if replacements else None
        for result in deidentify_notes(paths, out, read_key(key_file)):
            if isinstance(result, Failure):
                failed += 1
                typer.echo(f"{result.where}: {result.sentence}", err=True)
                continue
            written += 1
            if table is not None:
                lines = [item.model_dump(mode="json") for item in result.replacements]
                row = {"file": str(result.path), "patient_id": result.patient_id, "note_id": result.note_id}
                table.write(f"{json.dumps({**row, 'replacements': lines})}\n".encode())
    typer.echo(f"{written} notes written, {failed} failed; {out}")
    raise typer.Exit(FAILED if failed else 0)


@app.command("schema")
def schema_command(name: Annotated[SchemaName, typer.Argument(help="Which document.")]) -> None:
    """Print the JSON schema of a document."""
    from nlp_engine.assessment import Assessment, NoteExtraction
    from nlp_engine.record import PatientRecord

    models: dict[SchemaName, type[BaseModel]] = {
        SchemaName.EXTRACT: NoteExtraction,
        SchemaName.ASSESSMENT: Assessment,
        SchemaName.RECORD: PatientRecord,
    }
    mode: Literal["validation", "serialization"] = "validation" if name is SchemaName.RECORD else "serialization"
    typer.echo(json.dumps(models[name].model_json_schema(mode=mode), indent=2))


@rules_app.command("check")
def rules_check_command(
    folder: Annotated[Path | None, typer.Argument(help="A rules folder; the packaged one by default.")] = None,
) -> None:
    """Run every example of the rules and look up every reference."""
    from nlp_engine.decisions import check_rules

    if folder is not None and not folder.is_dir():
        raise InputError(str(folder), "is not a folder", "give a folder like rules/")
    problems = check_rules(folder)
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo("All rules pass." if not problems else f"{len(problems)} problems.", err=bool(problems))
    raise typer.Exit(FAILED if problems else 0)


@train_app.command("ner")
def train_ner_command(
    data: Annotated[list[Path], typer.Option(help="A folder of corpora; can be repeated.")],
    work: Annotated[Path, typer.Option(help="Takes checkpoints.")],
    out: Annotated[Path, typer.Option(help="Takes the finished model.")],
    config: Annotated[Path | None, typer.Option(help="A YAML file; the packaged one by default.")] = None,
) -> None:
    """Train the recogniser of mentions."""
    import logging

    from nlp_engine.training.evaluation import as_table
    from nlp_engine.training.ner.commands import train_ner

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    typer.echo("\n".join(as_table(train_ner(data, work, out, config_path=config))))


@evaluate_app.command("ner")
def evaluate_ner_command(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", help="Annotated files, with --format and --labels.")
    ] = None,
    form: Annotated[str | None, typer.Option("--format", help="pubtator, brat, conll or spacy.")] = None,
    labels: Annotated[str | None, typer.Option(help="The corpus whose head and types are meant.")] = None,
    data: Annotated[list[Path] | None, typer.Option(help="A folder of corpora; can be repeated.")] = None,
    model: Annotated[Path | None, typer.Option(help="A model folder; the packaged one by default.")] = None,
    corpus: Annotated[list[str] | None, typer.Option(help="With --data: only this corpus; can be repeated.")] = None,
    part: Annotated[
        Literal["dev", "test"] | None, typer.Option(help="With --data: the part of each corpus, dev by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure the recogniser on annotated files, or on the corpora of a folder."""
    from nlp_engine.training import evaluation
    from nlp_engine.training.ner.commands import evaluate_files, evaluate_ner

    if bool(files) == bool(data):
        raise InputError("evaluate ner", "needs either files or --data", "give FILE... or --data FOLDER")
    if files:
        if form is None or labels is None or corpus or part:
            raise InputError("evaluate ner", "files need --format and --labels", "--corpus and --part go with --data")
        figures, left_out = evaluate_files(files, form, labels, model)
        _tell_left_out(left_out, labels)
    elif form or labels:
        raise InputError("evaluate ner", "--format and --labels go with files", "choose corpora of --data by --corpus")
    else:
        figures = evaluate_ner(data or (), model, corpus or (), part or "dev")
    if as_json:
        typer.echo(json.dumps(evaluation.as_json(figures), indent=2))
    else:
        typer.echo("\n".join(evaluation.as_table(figures)))


def _tell_left_out(left_out: LeftOut, corpus: str) -> None:
    if left_out.types:
        typer.echo(f"ignored spans, of types that {corpus} does not use: {left_out.types_shown()}", err=True)
    if left_out.overlapping:
        typer.echo(f"ignored spans that overlap a longer one: {left_out.overlapping}", err=True)


def _engine_loader(ner: str | None, terminologies: list[Path] | None) -> Callable[[], Any]:
    """Return what loads the engine with another model or own terminologies, here or in a worker process."""
    from nlp_engine.engine import Engine

    given: dict[str, Any] = {"ner": ner, "terminologies": terminologies}
    return partial(Engine.load, **{name: value for name, value in given.items() if value})


def _as_of(text: str | None) -> datetime | None:
    """Read ``--as-of``; a day without a time means its end, so that everything of the day counts."""
    if text is None:
        return None
    from nlp_engine.readers.times import TimeDoubt, parse_time

    time = parse_time(text)
    if isinstance(time, TimeDoubt):
        raise InputError("--as-of", "is not one clear date", "write 2024-05-01 or 2024-05-01T08:30")
    return time if ":" in text or "T" in text.upper() else time.replace(hour=23, minute=59, second=59)


@contextmanager
def _lines_to(out: Path | None) -> Iterator[BinaryIO]:
    """Open stdout, or a file that appears under its name only when it is complete."""
    if out is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    partial = out.with_name(f"{out.name}.partial")
    try:
        with partial.open("wb") as stream:
            yield stream
    except FileNotFoundError as error:
        raise InputError(str(out), "cannot be written", "give a file in a folder that exists") from error
    partial.replace(out)


@contextmanager
def _shown_progress() -> Iterator[Callable[[Progress], None]]:
    """Show a bar on a terminal, plain lines elsewhere, on stderr."""
    if not sys.stderr.isatty():
        yield _plain_progress
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting")
        yield lambda progress: bar.update(task, description=_words(progress))


def _plain_progress(progress: Progress) -> None:
    if progress.done % _PLAIN_EVERY == 0:
        typer.echo(_words(progress), err=True)


def _words(progress: Progress) -> str:
    return f"{progress.done} patients, {progress.failed} failed"


def _tell(summary: RunSummary, *, has_index: bool) -> None:
    counts = summary.counts
    for failure in summary.failures[:_SHOWN_FAILURES]:
        typer.echo(f"{failure.status}: {failure.where}: {failure.sentence}", err=True)
    if len(summary.failures) > _SHOWN_FAILURES:
        typer.echo(f"... and {len(summary.failures) - _SHOWN_FAILURES} more in failures.jsonl", err=True)
    typer.echo(
        f"{counts['patients_in']} patients: {counts['assessed']} assessed ({counts['partly']} only partly), "
        f"{counts['failed']} failed; {counts['notes']} notes, {counts['mentions']} mentions, "
        f"{counts['findings']} findings, {counts['cards']} cards; {summary.seconds['wall']:.1f} s"
    )
    typer.echo(f"{summary.out / 'index.html'}" if has_index else f"{summary.out}")
