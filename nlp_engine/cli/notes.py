"""``nlp-engine extract`` and ``deidentify``: notes in, mentions or notes without names out."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from nlp_engine.cli.options import KeyOption, NerOption, TerminologyOption, engine_loader
from nlp_engine.cli.output import FAILED, lines_to


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
    engine = engine_loader(ner, terminology)()
    with lines_to(out) as stream:
        for result in extract_notes(paths, engine, stdin=sys.stdin.buffer.read):
            if isinstance(result, Failure):
                failed += 1
                typer.echo(f"{result.where}: {result.sentence}", err=True)
            else:
                stream.write(f"{result.model_dump_json()}\n".encode())
    raise typer.Exit(FAILED if failed else 0)


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
        table = stack.enter_context(lines_to(replacements)) if replacements else None
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
