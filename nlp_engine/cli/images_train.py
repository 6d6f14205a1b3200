"""``nlp-engine train image``: a picture network from an index of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nlp_engine.cli.images_progress import training_progress


def train_image_command(
    data: Annotated[
        Path, typer.Option(metavar="FOLDER", exists=True, file_okay=False, help="Holds the pictures, or zips of them.")
    ],
    index: Annotated[
        Path,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="CSV: file, label, patient_id; if there are any, archive and part (train, dev).",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Takes the model and its report.")],
    work: Annotated[Path, typer.Option(metavar="FOLDER", help="Keeps what a run that is cut off goes on from.")],
    minutes: Annotated[
        float | None, typer.Option(min=0.1, help="For search and training; without it there is no search.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same network.")] = 0,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Hyper-parameters; default.yaml if left out."),
    ] = None,
    flip: Annotated[bool, typer.Option("--flip", help="Swap left and right at random.")] = False,
) -> None:
    """Train a network that reads pictures: split by patient, calibrated, with limits for three answers."""
    from nlp_engine.training.images.commands import REPORT_FILE, ImageJob, train_image
    from nlp_engine.training.images.config import load_config

    job = ImageJob(data=data, index=index, out=out, work=work, seed=seed, minutes=minutes, flip=flip)
    with training_progress() as progress:
        package = train_image(job, load_config(config), progress=progress)
    for name, result in package.evaluation.findings.items():
        held = result.cross_validated
        typer.echo(
            f"{name}: AUROC {result.auroc}, calibration error {result.calibration_error:.3f}, cross-validated "
            f"specificity {held.specificity:.3f} and sensitivity {held.sensitivity:.3f}, not sure {held.not_sure:.3f}"
        )
    for name, pair in package.evaluation.pairs.items():
        typer.echo(f"{name}: AUROC {pair}")
    typer.echo(f"{out}: version {package.file.version}; {out / REPORT_FILE} shows pictures of patients")
