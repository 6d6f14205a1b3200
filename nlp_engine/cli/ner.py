"""``nlp-engine train ner`` and ``evaluate ner``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nlp_engine.errors import InputError

if TYPE_CHECKING:
    from nlp_engine.training.corpora import LeftOut


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
