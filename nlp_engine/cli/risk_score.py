"""``nlp-engine risk score``: the rows of a table, judged by a saved risk model."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp_engine.cli.output import table_suffix, write_table

if TYPE_CHECKING:
    from nlp_engine.cells.columns import TableKind
    from nlp_engine.fusion.risk import RiskModel
    from nlp_engine.fusion.risk.table import Scored


def risk_score_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV or Parquet: a row a case, the model's columns.")],
    model: Annotated[Path, typer.Option(metavar="FOLDER", help="A model that `train risk` wrote (docs/risk.md).")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the estimates are written: .csv or .parquet.")],
    row_id: Annotated[
        list[str] | None,
        typer.Option("--id", metavar="COLUMN", help="Of the other columns only this is kept; repeatable."),
    ] = None,
    at: Annotated[
        float | None, typer.Option(min=0, max=1, help="The cut-off of the decision; the model's own by default.")
    ] = None,
) -> None:
    """Score rows: one out a row in, in order, with the reasons, or why the model does not answer."""
    from nlp_engine.fusion.risk import RiskModel
    from nlp_engine.fusion.risk.table import score_table
    from nlp_engine.readers.frames import read_frame

    table_suffix(out)
    loaded = RiskModel.load(model)
    table = read_frame(file, _kind([spec.name for spec in loaded.file.features]))
    scored = score_table(table, loaded, tuple(row_id or ()), at=at, where=file.name)
    write_table(scored.table, out)
    for sentence in scored.told:
        typer.echo(sentence, err=True)
    for line in _summary(scored, loaded):
        typer.echo(line)


def _kind(names: list[str]) -> TableKind:
    """Return the columns to look for; names that only case or blanks tell apart must stand as the model has them."""
    from nlp_engine.cells.columns import TableKind, folded

    counts = Counter(map(folded, names))
    return TableKind(tuple(name for name in names if counts[folded(name)] == 1), needed=(), times=())


def _summary(scored: Scored, model: RiskModel) -> list[str]:
    from nlp_engine.fusion.risk.table import FLAGGED, NO_ESTIMATE

    decisions = scored.table["decision"].value_counts()
    none = int(decisions.get(NO_ESTIMATE, 0))
    rows = len(scored.table)
    return [
        f"{model.file.outcome.name}, model {model.file.id}, version {model.file.version}; for research.",
        f"{rows:,} rows; {rows - none:,} estimates, {int(decisions.get(FLAGGED, 0)):,} flagged; {none:,} without.",
    ]
