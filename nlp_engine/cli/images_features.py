"""``nlp-engine features`` and ``nlp-engine images similar``: the network's embedding, and what is near in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nlp_engine.cli.images_progress import counted_progress
from nlp_engine.cli.output import lines_to, suffix_of, table_suffix, write_table
from nlp_engine.errors import InputError, MissingExtraError, PictureError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from nlp_engine.imaging.features.checking import Labelled

ModelOption = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="A network that `train image` wrote; else the embedded one."),
]
WorkersOption = Annotated[int, typer.Option(min=1, help="CPU threads that decode, and as many that compute.")]
IndexOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A CSV with file, label and patient_id, as `train image` reads it."),
]
_AXES = {"pca": ("first principal component", "second principal component"), "umap": ("UMAP 1", "UMAP 2")}


def features_command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Pictures (DICOM, PNG, JPEG), or folders.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Takes the table: .parquet or .csv.")],
    two_dimensions: Annotated[Literal["pca", "umap"], typer.Option(help="What makes the columns x and y.")] = "pca",
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw x and y: .svg or .html.")] = None,
    labels: IndexOption = None,
    model: ModelOption = None,
    workers: WorkersOption = 2,
) -> None:
    """Write a row a picture: its name, the network's version, the embedding e0 ... eN, and two dimensions x and y."""
    from nlp_engine.imaging.chest.files import picture_files
    from nlp_engine.imaging.chest.model import ChestModel
    from nlp_engine.imaging.features.table import counted, read_features

    table_suffix(out)
    if picture is not None:
        suffix_of(picture, ".svg", ".html", what="drawing")
    files = picture_files(paths)
    index = labels_of(files, labels) if labels else {}
    network = ChestModel.load(model, threads=workers)
    with counted_progress("reading pictures", len(files)) as each:
        features = read_features(network, files, workers=workers, each=each)
    places, way = _places(features.vectors, two_dimensions)
    write_table(features.frame(places), out)
    if picture is not None:
        told = [index[name].label if name in index else "" for name in files] if labels else None
        _draw(picture, places, told, way, f"{features.model} {features.version}")
    for why, count in counted(features.refused).items():
        typer.echo(f"{count:,} refused: {why}", err=True)
    without = len(files) - int(features.has_vector.sum())
    typer.echo(f"{len(files):,} pictures, {features.vectors.shape[1]} features, {without:,} pictures without any.")


def similar_command(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="The picture to compare.")],
    features: Annotated[Path, typer.Option(metavar="FILE", help="A table that `nlp-engine features` wrote.")],
    k: Annotated[int, typer.Option("-k", "--count", min=1, help="How many are listed.")] = 10,
    model: ModelOption = None,
) -> None:
    """List the pictures of a table that are most like one: distance (1 - cosine) and name, the most similar first."""
    from nlp_engine.imaging.chest.model import ChestModel
    from nlp_engine.imaging.features.similar import similar_to
    from nlp_engine.imaging.features.table import IDS, Features
    from nlp_engine.pictures import read_picture
    from nlp_engine.training.tables import read_table

    known = Features.from_frame(read_table(features, text=IDS), where=features.name)
    network = ChestModel.load(model)
    try:
        reading = network.read([read_picture(image, least_side=network.size)])[0]
    except PictureError as error:
        raise InputError(str(image), error.problem, error.remedy) from error
    if reading.embedding is None:
        raise InputError(str(image), "was refused", f"the reason: {(reading.refused or '').rstrip('.')}")
    if reading.refused:
        typer.echo(f"The network would not judge this picture: {reading.refused}", err=True)
    for one in similar_to(reading.embedding, known, k, version=network.file.version):
        typer.echo(f"{one.distance:.4f}  {one.image}")


def labels_of(files: Sequence[str], path: Path) -> Mapping[str, Labelled]:
    """Return file -> label and patient, where the index names the file: by the end of its path, the longest first.

    Raises
    ------
    nlp_engine.errors.InputError
        If the index cannot be read, or names none of the files.
    """
    from nlp_engine.imaging.features.checking import Labelled
    from nlp_engine.training.images.index import read_index

    known = {PurePath(entry.file).as_posix(): Labelled(entry.label, entry.patient) for entry in read_index(path)}
    found: dict[str, Labelled] = {}
    for name in files:
        parts = PurePath(name).parts
        ends = ("/".join(parts[at:]) for at in range(len(parts)))
        if (end := next((end for end in ends if end in known), None)) is not None:
            found[name] = known[end]
    if not found:
        raise InputError(path.name, "names none of the pictures", "its column file has names as in the folder")
    return found


def _places(vectors: NDArray[np.float32], way: Literal["pca", "umap"]) -> tuple[NDArray[np.float32], str]:
    """Return x and y, and how they were made: by principal components where UMAP is not installed."""
    from nlp_engine.imaging.features.plane import two_dimensions

    try:
        return two_dimensions(vectors, way), way
    except MissingExtraError as error:
        typer.echo(f"{error} Principal components are used in its place.", err=True)
        return two_dimensions(vectors, "pca"), "pca"


def _draw(out: Path, places: NDArray[np.float32], labels: list[str] | None, way: str, model: str) -> None:
    from nlp_engine.imaging.features.drawing import draw_plane
    from nlp_engine.imaging.features.page import plane_page

    drawn = draw_plane(places, labels, axes=_AXES[way])
    if out.suffix.lower() == ".html":
        about = f"A mark a picture; near marks look alike to the network {model}. Axes have no unit of their own."
        drawn = plane_page(drawn, title=f"{len(places):,} pictures in two dimensions", about=about)
    with lines_to(out) as stream:
        stream.write(drawn.encode())
