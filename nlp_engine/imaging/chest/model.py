"""The network with all that belongs to it: pictures in, readings out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.imaging.chest.domain import DomainCheck
from nlp_engine.imaging.chest.framing import seen_part
from nlp_engine.imaging.chest.model_file import ChestModelFile
from nlp_engine.imaging.chest.network import Network, NetworkOutput
from nlp_engine.imaging.chest.preparing import shrink
from nlp_engine.imaging.chest.reading import ImageReading, LabelReading, SmallPicture, decide
from nlp_engine.imaging.quality.pixels import pixel_fault
from nlp_engine.imaging.quality.tags import tag_fault
from nlp_engine.knowledge import resource
from nlp_engine.pictures import Picture

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ChestModel:
    """A picture network that keeps silent where it should.

    Examples
    --------
    >>> from nlp_engine.pictures import read_picture
    >>> model = ChestModel.load()  # doctest: +SKIP
    >>> model.read([read_picture(Path("x.png"))])[0].refused  # doctest: +SKIP
    """

    def __init__(self, file: ChestModelFile, network: Network, domain: DomainCheck | None) -> None:
        self.file = file
        self._network, self._domain = network, domain
        self._zooms = [view.zoom for view in file.views]

    @classmethod
    def load(cls, folder: Path | None = None, *, threads: int = 1) -> ChestModel:
        """Load a model folder, the embedded one if None.

        Parameters
        ----------
        threads
            CPU threads of the network.

        Raises
        ------
        nlp_engine.errors.ModelError
            If there is no such model, or it is not complete.
        """
        folder = folder or embedded_folder()
        file = ChestModelFile.load(folder)
        return cls(file, Network(folder, threads=threads), DomainCheck.load(folder, file))

    @property
    def name(self) -> str:
        """The model's id and version."""
        return f"{self.file.id} {self.file.version}"

    @property
    def size(self) -> int:
        """Side of what the network reads, in pixels."""
        return self.file.input.size

    def read(self, pictures: Sequence[Picture]) -> list[ImageReading]:
        """Return one reading a picture, in order; all are computed at once, so give some dozens at most."""
        return self.judge([self.small(picture) for picture in pictures])

    def small(self, picture: Picture) -> SmallPicture:
        """Return a picture as the network sees it, or why it is not even shown to the network."""
        if fault := tag_fault(picture.facts, self.file.purpose) or pixel_fault(picture):
            return SmallPicture(refused=fault, warnings=picture.warnings)
        return SmallPicture(shrink(picture.grey, self.size), warnings=picture.warnings, part=seen_part(picture.grey))

    def judge(self, pictures: Sequence[SmallPicture]) -> list[ImageReading]:
        """Return one reading a picture, in order; of those that are refused already the refusal."""
        seen = [picture.levels for picture in pictures if picture.levels is not None]
        judged = iter(self.read_small(seen) if seen else [])
        return [
            (next(judged) if one.levels is not None else ImageReading(refused=one.refused)).of_file(one)
            for one in pictures
        ]

    def read_small(self, levels: Sequence[NDArray[np.uint8]]) -> list[ImageReading]:
        """Return one reading for each of n pictures that `shrink` made small."""
        stacked = np.stack(levels)
        said = self._network.run(stacked, self._zooms, self.file.temperature)
        faults = self._domain.faults(stacked, said.embedding) if self._domain else [None] * len(stacked)
        return [self._reading(said, at, fault) for at, fault in enumerate(faults)]

    def _reading(self, said: NetworkOutput, at: int, fault: str | None) -> ImageReading:
        chances = dict(zip(self.file.classes, map(float, said.probabilities[at]), strict=True))
        findings = []
        for label, finding in self.file.findings.items():
            probability = min(1.0, sum(chances[name] for name in finding.classes))
            findings.append(LabelReading(label, probability, decide(probability, finding)))
        return ImageReading(
            findings=() if fault else tuple(findings),
            refused=fault,
            # Copies, so that one kept reading does not keep its whole batch.
            embedding=said.embedding[at].copy(),
            features=said.features[at].copy(),
        )


def embedded_folder() -> Path:
    """Return the folder of the embedded chest network."""
    return resource("models") / "chest"
