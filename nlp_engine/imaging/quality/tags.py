"""What a file says of its picture, against what the network is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nlp_engine.imaging.chest.model_file import Purpose
    from nlp_engine.pictures import PictureFacts


_FRONTAL = frozenset({"AP", "PA"})


def tag_fault(facts: PictureFacts, purpose: Purpose) -> str | None:
    """Return why the file's own words speak against judging the picture; None if they do not.

    What a file does not say is not held against it.
    """
    told = (
        ("modality", facts.modality, purpose.modalities),
        ("body part", facts.body_part, purpose.body_parts),
        ("view", facts.view, purpose.views),
    )
    for name, word, judged in told:
        if word is not None and judged and word not in judged:
            return f"The file says {name} {word}; the network learnt from {purpose.words}."
    return _lie_fault(facts.orientation, purpose) or age_fault(facts.age_years, purpose)


def _lie_fault(orientation: str | None, purpose: Purpose) -> str | None:
    """Return why a picture does not lie as frontal ones do: rows lead to the patient's left, columns to the feet."""
    if orientation is None or not purpose.views or not _FRONTAL.issuperset(purpose.views):
        return None
    rows, columns = orientation.split("/")
    if rows[0] == "L" and columns[0] == "F":
        return None
    return (
        f"The file says that its rows lead to {rows} and its columns to {columns}; a frontal picture leads to L and F. "
        "Give it upright, as seen from the front."
    )


def age_fault(years: float | None, purpose: Purpose) -> str | None:
    """Return why a patient of this age is not judged; None if the age is unknown or fits."""
    if years is None or purpose.age_below is None or years < purpose.age_below:
        return None
    return f"The patient is {purpose.age_below:g} years or older; the network learnt from {purpose.words}."
