"""``nlp-engine run``: a folder in, reports and tables out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp_engine.cli.options import (
    IntervalsOption,
    KeyOption,
    NerOption,
    RiskModelOption,
    TerminologyOption,
    as_of_option,
    engine_loader,
)
from nlp_engine.cli.output import shown_progress
from nlp_engine.errors import InputError

if TYPE_CHECKING:
    from nlp_engine.batch import RunSummary

_SHOWN_FAILURES = 10


def run_command(
    folder: Annotated[Path, typer.Argument(metavar="INPUT", help="A patient's folder, or a folder of many.")],
    out: Annotated[Path, typer.Option(help="The folder that takes reports and tables.")],
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; by default one a processor.")] = None,
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help='The time that counts as "now".')] = None,
    no_html: Annotated[bool, typer.Option("--no-html", help="Write tables only.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Allow an output folder with other files.")] = False,
    ner: NerOption = None,
    terminology: TerminologyOption = None,
    intervals: IntervalsOption = None,
    risk_model: RiskModelOption = None,
    deidentify: Annotated[
        bool, typer.Option("--deidentify", help="Put surrogates in the place of names, dates and numbers first.")
    ] = False,
    key_file: KeyOption = None,
) -> None:
    """Read every patient of a folder, and write reports and tables.

    Exit status: 0 all assessed; 1 some patient failed (see failures.jsonl); 2 nothing could start.
    """
    now = as_of_option(as_of)
    if deidentify and now is not None:
        raise InputError("--as-of", "cannot go with --deidentify, which moves all dates", "leave one of them out")
    from nlp_engine.batch import run
    from nlp_engine.batch.deidentify import read_key
    from nlp_engine.batch.pages import ReportPages

    loader = engine_loader(ner, terminology, site_intervals=intervals, risk_models=risk_model)
    with shown_progress() as on_progress:
        summary = run(
            folder,
            out,
            workers=workers,
            as_of=now,
            pages=None if no_html else ReportPages(),
            overwrite=overwrite,
            engine_loader=loader if ner or terminology or intervals or risk_model else None,
            deidentify_key=read_key(key_file) if deidentify else None,
            on_progress=on_progress,
        )
    _tell(summary, has_index=not no_html)
    raise typer.Exit(summary.exit_status)


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
