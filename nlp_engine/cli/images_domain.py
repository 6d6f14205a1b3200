"""``nlp-engine train image-domain``: what a picture network must not judge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nlp_engine.cli.images_progress import training_progress


def train_image_domain_command(
    model: Annotated[Path, typer.Option(metavar="FOLDER", help="A network that `train image` wrote; it is changed.")],
    data: Annotated[Path, typer.Option(metavar="FOLDER", exists=True, file_okay=False, help="As for `train image`.")],
    index: Annotated[Path, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="As for `train image`.")],
    work: Annotated[Path, typer.Option(metavar="FOLDER", help="As for `train image`.")],
    adults: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH...]", help="Pictures, or folders, of adults, whom the network is not for."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same checks.")] = 0,
) -> None:
    """Learn again what lies outside: turned, mirrored and inverted pictures, other things, adults, odd embeddings.

    `train image` does the same without adults.
    """
    from nlp_engine.imaging.chest.files import picture_files
    from nlp_engine.training.images.domain import DomainJob, refit_domain

    outside = [Path(name) for name in picture_files(adults or ())]
    job = DomainJob(model, data, index, work, outside, seed)
    with training_progress() as progress:
        domain = refit_domain(job, progress=progress)
    limits = ", ".join(f"{name} {limit:g}" for name, limit in domain.limits.items())
    typer.echo(f"{model}: limits {limits}, embedding {domain.threshold:g}")
