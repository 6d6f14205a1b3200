"""``nlp-engine images check``: what a person should look at in a set of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nlp_engine.cli.images_features import IndexOption, ModelOption, WorkersOption, labels_of
from nlp_engine.cli.images_progress import counted_progress
from nlp_engine.cli.output import lines_to, suffix_of
from nlp_engine.errors import InputError


def images_check_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Pictures (DICOM, PNG, JPEG), with all below.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The report: .html to look at, .json with everything.")],
    index: IndexOption = None,
    model: ModelOption = None,
    workers: WorkersOption = 2,
) -> None:
    """List copies, defects, odd pictures and, with an index, labels that may be wrong; nothing is changed."""
    from nlp_engine.imaging.chest.files import picture_files
    from nlp_engine.imaging.chest.model import ChestModel
    from nlp_engine.imaging.features.checking import check_set
    from nlp_engine.imaging.features.page import page_of

    suffix = suffix_of(out, ".html", ".json", what="report")
    if not folder.is_dir():
        raise InputError(str(folder), "is no folder", "give the folder that holds the pictures")
    files = picture_files([str(folder)])
    known = labels_of(files, index) if index else None
    network = ChestModel.load(model, threads=workers)
    with counted_progress("reading pictures", len(files)) as each:
        report = check_set(network, files, known, workers=workers, each=each)
    text = report.model_dump_json(indent=2) if suffix == ".json" else page_of(report, name=folder.name)
    with lines_to(out) as stream:
        stream.write(text.encode())
    typer.echo(
        f"{report.images:,} pictures, {report.labelled:,} with a label: {len(report.defects):,} with a defect, "
        f"{len(report.exact_copies):,} groups of copies, {len(report.near_copies):,} nearly the same, "
        f"{len(report.odd):,} odd, {len(report.wrong_labels):,} labels in doubt. The report: {out}"
    )
