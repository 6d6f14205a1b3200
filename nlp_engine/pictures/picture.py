"""What a file becomes: grey values, and the few facts of it that name nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PictureFormat = Literal["DICOM", "PNG", "JPEG"]
BURNED_IN = "The header says that text about the patient stands in the pixels; do not pass the picture on."


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What a file says of its picture. Of a DICOM header only known words are taken, never free text.

    Parameters
    ----------
    format
        What the content is, whatever the file's name says.
    modality, body_part, view
        Words of ``rules/imaging/header.yaml``: ``DX``, ``CHEST``, ``PA``; None when not said or not known.
    age_years
        Age at the examination; 90 stands for 90 and more, since such an age tells who it is.
    orientation
        Where rows and columns lead to, as DICOM writes it: ``L/F`` is left and foot; None when not said.
    bits
        Bits a sample that the file stores.
    burned_in
        Whether the header says that text about the patient stands in the pixels; None when it does not say.
    is_colour
        Whether the file's picture had colours.
    """

    format: PictureFormat
    modality: str | None = None
    body_part: str | None = None
    view: str | None = None
    age_years: float | None = None
    orientation: str | None = None
    bits: int = 8
    burned_in: bool | None = None
    is_colour: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture in grey.

    Parameters
    ----------
    grey
        float32, shape (height, width), 0 to 1; white is dense (bone is bright), as radiologists look at films.
    facts
        What the file says of it.
    warnings
        Sentences about what is doubtful; none holds anything of the patient.
    """

    grey: NDArray[np.float32]
    facts: PictureFacts
    warnings: tuple[str, ...] = ()
