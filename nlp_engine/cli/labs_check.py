"""``nlp-engine labs check``: the data-quality report of a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp_engine.cli.labs import PatientsOption, TableArgument
from nlp_engine.cli.output import FAILED, lines_to

if TYPE_CHECKING:
    from nlp_engine.labs.quality import Issue, QualityReport

_SHOWN = 3
_HEADINGS = {"error": "Errors", "warning": "Warnings", "info": "Changes and remarks"}


def check_command(
    table: TableArgument,
    patients: PatientsOption = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the page is written; NAME_quality.html in this folder by default."),
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report as JSON too.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit status 1 if errors were found.")] = False,
) -> None:
    """Report what is wrong, doubtful, changed or missing in a table, with row numbers; the table is not changed."""
    from nlp_engine.cells.columns import OBSERVATIONS, PEOPLE
    from nlp_engine.labs.quality import Severity, check_table
    from nlp_engine.readers.frames import read_frame
    from nlp_engine.readers.rows import observation_kind

    about = read_frame(patients, PEOPLE) if patients else None
    kind = observation_kind(table.stem)
    report = check_table(read_frame(table, OBSERVATIONS), about, name=table.name, kind=kind)
    page = out or Path(f"{table.stem}_quality.html")
    with lines_to(page) as stream:
        stream.write(report.to_html().encode())
    if json is not None:
        with lines_to(json) as stream:
            stream.write(report.to_json().encode())
    for line in report_lines(report):
        typer.echo(line)
    typer.echo(f"\nThe page: {page}")
    if strict and report.count(Severity.ERROR):
        raise typer.Exit(FAILED)


def report_lines(report: QualityReport) -> Iterator[str]:
    """Yield the lines of a report, errors first."""
    known, usable = (part / report.rows if report.rows else 0 for part in (report.recognised, report.usable))
    yield (
        f"{report.table}: {report.rows:,} rows, {report.patients:,} patients; "
        f"test recognised {known:.1%}, number usable {usable:.1%}."
    )
    for severity, heading in _HEADINGS.items():
        issues = [issue for issue in report.issues if issue.severity == severity]
        if issues:
            yield f"\n{heading}"
        for issue in issues:
            yield f"  {issue.rows:>9,}  {issue.says}"
            yield f"             {_groups(issue)}"
    rates = [f"{one.column} {one.missing / report.rows:.1%}" for one in report.columns if one.present and report.rows]
    yield f"\nMissing cells: {', '.join(rates) or 'none'}."
    if absent := [one.column for one in report.columns if not one.present]:
        yield f"Columns that the table lacks: {', '.join(absent)}."


def _groups(issue: Issue) -> str:
    shown = [
        f"{group.what + ' ' if group.what else ''}(row{'s' if len(group.first_rows) > 1 else ''} "
        f"{', '.join(map(str, group.first_rows[:_SHOWN]))}{', ...' if group.rows > _SHOWN else ''})"
        for group in issue.groups[:_SHOWN]
    ]
    left_out = len(issue.groups) - len(shown) + issue.groups_left_out
    return "; ".join(shown) + (f"; {left_out} more" if left_out else "")
