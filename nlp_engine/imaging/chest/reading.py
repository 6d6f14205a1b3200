"""What comes out for a picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.imaging.chest.framing import WHOLE, Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp_engine.assessment import ImageDecision
    from nlp_engine.imaging.chest.model_file import FindingSpec


@dataclass(frozen=True, slots=True)
class LabelReading:
    """One finding of one picture: calibrated probability, and the answer by the two limits of ``model.json``."""

    label: str
    probability: float
    decision: ImageDecision


@dataclass(frozen=True, slots=True, eq=False)
class SmallPicture:
    """A picture as the network sees it, or why it is not even shown to the network.

    Parameters
    ----------
    levels
        (size, size), as `nlp_engine.imaging.chest.preparing.shrink` makes it; None if it was refused.
    refused
        One sentence that says why; None if it was not.
    warnings, is_readable, part
        As of the reading.
    """

    levels: NDArray[np.uint8] | None = None
    refused: str | None = None
    warnings: tuple[str, ...] = ()
    is_readable: bool = True
    part: Part = WHOLE


@dataclass(frozen=True, slots=True, eq=False)
class ImageReading:
    """What the network says of a picture, or why it says nothing.

    Parameters
    ----------
    findings
        In the order of ``model.json``; empty if the picture was refused.
    refused
        One sentence that says why the picture was not judged; None if it was.
    embedding
        (d,), float32; None if the picture was refused before the network saw it.
    features
        (d, h, w), float32, what the map is made of; None like the embedding.
    warnings
        What was doubtful about the file, a sentence each.
    is_readable
        False if the file was refused because it could not be made a picture.
    part
        What of the picture the network saw.
    """

    findings: tuple[LabelReading, ...] = ()
    refused: str | None = None
    embedding: NDArray[np.float32] | None = None
    features: NDArray[np.float32] | None = None
    warnings: tuple[str, ...] = ()
    is_readable: bool = True
    part: Part = WHOLE

    def of_file(self, small: SmallPicture) -> ImageReading:
        """Return the reading with what is known of its file, and the part of the picture that was seen."""
        return replace(self, warnings=small.warnings, is_readable=small.is_readable, part=small.part)


def decide(probability: float, finding: FindingSpec) -> ImageDecision:
    """Answer by the two limits of a finding; between them the answer is "not sure"."""
    if probability >= finding.present_at:
        return "present"
    return "absent" if probability <= finding.absent_at else "not_sure"
