"""``nlp-engine schema`` and ``rules check``: the published documents and the clinical rules."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nlp_engine.cli.output import FAILED
from nlp_engine.errors import InputError

if TYPE_CHECKING:
    from pydantic import BaseModel


class SchemaName(StrEnum):
    """The documents whose schema is published."""

    EXTRACT = "extract"
    ASSESSMENT = "assessment"
    RECORD = "record"


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


def rules_check_command(
    folder: Annotated[Path | None, typer.Argument(help="A rules folder; the packaged one by default.")] = None,
) -> None:
    """Run every example of the rules and look up every reference."""
    from nlp_engine.decisions import check_rules
    from nlp_engine.labs.misfits import check_comparisons

    if folder is not None and not folder.is_dir():
        raise InputError(str(folder), "is not a folder", "give a folder like rules/")
    problems = [*check_rules(folder), *check_comparisons(folder)]
    for problem in problems:
        typer.echo(problem, err=True)
    typer.echo("All rules pass." if not problems else f"{len(problems)} problems.", err=bool(problems))
    raise typer.Exit(FAILED if problems else 0)
