"""``nlp-engine images``: pictures in, what the chest network says of them out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nlp_engine.cli.images_features import ModelOption, WorkersOption
from nlp_engine.cli.output import FAILED, lines_to

if TYPE_CHECKING:
    from nlp_engine.imaging.chest.reading import ImageReading

_DIGITS = 4


def predict_command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Pictures (DICOM, PNG, JPEG), or folders.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file that takes the lines, else stdout.")
    ] = None,
    model: ModelOption = None,
    workers: WorkersOption = 2,
) -> None:
    """Write for each picture one line of JSON: findings with probability and decision, or why it was refused.

    For research and professional review; the embedded network knows chest X-rays of children only.
    Exit status: 0 every picture could be read, though some may be refused; 1 some file is no picture that can be read
    (its line says why); 2 nothing could start.
    """
    from nlp_engine.imaging.chest.files import picture_files, read_files
    from nlp_engine.imaging.chest.model import ChestModel

    files = picture_files(paths)
    network = ChestModel.load(model, threads=workers)
    refused = unreadable = 0
    doubts: dict[str, list[str]] = {}
    with lines_to(out) as stream:
        for name, reading in read_files(network, files, workers=workers):
            refused += reading.refused is not None
            unreadable += not reading.is_readable
            for warning in reading.warnings:
                doubts.setdefault(warning, []).append(name)
            stream.write(f"{json.dumps(_line(name, reading, network.name), ensure_ascii=False)}\n".encode())
    for warning, names in doubts.items():
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        typer.echo(f"{names[0]}{more}: {warning}", err=True)
    typer.echo(f"{len(files):,} pictures, {refused:,} refused, {unreadable:,} of them not readable.", err=True)
    raise typer.Exit(FAILED if unreadable else 0)


def _line(name: str, reading: ImageReading, model: str) -> dict[str, object]:
    findings = [
        {"label": found.label, "probability": round(found.probability, _DIGITS), "decision": found.decision}
        for found in reading.findings
    ]
    return {"image": name, "findings": findings, "refused": reading.refused, "model": model}
