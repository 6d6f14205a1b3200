"""``model.json`` of a picture network: its classes, what they mean, its limits and where it comes from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nlp_engine.imaging.chest.preparing import PREPARING
from nlp_engine.model_files import CARD_FILE, MODEL_FILE, NETWORK_FILE, ModelFilePart, read_model_file

__all__ = ["CARD_FILE", "DOMAIN_FILE", "MODEL_FILE", "NETWORK_FILE", "ChestModelFile", "version_of"]

DOMAIN_FILE = "domain.npz"
EMBEDDING = "embedding"
"""Name of the check of embeddings among the limits of a `Domain`."""

Share = Annotated[float, Field(ge=0, le=1)]


class InputSpec(ModelFilePart):
    """What the network reads: (n, 1, size, size) float32, made by ``imaging/chest/preparing.py``.

    Networks of the second name learnt from pictures with their frames; what they are given has none either.
    """

    size: Annotated[int, Field(ge=16)]
    preparing: Literal["unframed-percentile-1-99-standardised", "percentile-1-99-standardised"] = PREPARING


class FindingSpec(ModelFilePart):
    """A finding: the classes whose probabilities are added, and the two limits of its three answers.

    Parameters
    ----------
    classes
        Names out of ``classes``; the finding's probability is the sum of theirs.
    present_at
        From here on the answer is "present": chosen so that of the pictures without the finding at least
        ``specificity`` stay below.
    absent_at
        Up to here it is "absent": chosen so that of the pictures with the finding at least ``sensitivity`` lie above.
        Between the two the answer is "not sure".
    specificity, sensitivity
        What the limits were chosen for, on pictures that the network had not learnt from.
    """

    classes: Annotated[tuple[str, ...], Field(min_length=1)]
    present_at: Share
    absent_at: Share
    specificity: Share
    sensitivity: Share

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.absent_at >= self.present_at:
            raise ValueError("absent_at must lie below present_at")
        return self


class View(ModelFilePart):
    """One look at a picture: the middle part of it is cut out and looked at in full size.

    ``zoom`` 1.0 is the whole picture, 1.1 leaves out a border so that things look 10 % larger.
    """

    zoom: Annotated[float, Field(ge=1, le=1.5)] = 1.0


class Domain(ModelFilePart):
    """When a picture is too far from all that the network learnt from.

    Parameters
    ----------
    method
        How far an embedding is from those of ``domain.npz``.
    threshold
        A greater distance is refused.
    refused
        Share of good pictures and changed copies of them, not learnt from, that this refuses.
    neighbours
        Of ``knn``: which neighbour's distance counts.
    limits
        Of the checks of the picture itself (``imaging/quality/looks.py``): turned, mirrored, unlike, adult -> greatest
        value that passes.
    agreed
        Lower limits, of the embedding and of some of the checks: a picture is refused as well if its embedding lies
        above its own and one of the checks does. Empty: there is no such rule.
    """

    method: Literal["knn", "mahalanobis"]
    threshold: float
    refused: Share
    neighbours: Annotated[int, Field(ge=1)] = 10
    limits: dict[str, float] = Field(default_factory=dict)
    agreed: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _embedding_agrees(self) -> Self:
        if self.agreed and EMBEDDING not in self.agreed:
            raise ValueError(f"agreed needs a limit of {EMBEDDING}")
        return self


class Purpose(ModelFilePart):
    """What pictures the network is for; what a file or a record says of a picture is held against it.

    Parameters
    ----------
    words
        The pictures in words, going on after "the network learnt from".
    modalities, body_parts, views
        Words of ``rules/imaging/header.yaml`` that are judged; empty: all are.
    age_below
        Years; older patients are refused.
    """

    words: str = "the pictures of its training"
    modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    age_below: Annotated[float, Field(gt=0)] | None = None


class Training(ModelFilePart):
    """How the network was made and how good it was on patients that it had not learnt from."""

    data: str
    data_digest: str
    pictures: dict[str, int] = Field(description="part -> number")
    patients: dict[str, int] = Field(description="part -> number")
    network: str
    seed: int
    minutes: float
    made_on: str = Field(description="date, ISO")
    figures: dict[str, float] = Field(default_factory=dict, description="name -> figure on part dev")
    config: dict[str, object] = Field(default_factory=dict)


class ChestModelFile(ModelFilePart):
    """``model.json``.

    Parameters
    ----------
    version
        First twelve digits of the SHA-256 of ``model.onnx``.
    classes
        In the order of the network's output ``logits``.
    temperature
        The logits are divided by it before the softmax.
    views
        The probabilities of these looks are averaged; the embedding and the map are those of the first.
    """

    schema_version: Literal[1] = 1
    id: str
    version: str
    classes: Annotated[tuple[str, ...], Field(min_length=2)]
    input: InputSpec
    temperature: Annotated[float, Field(gt=0)] = 1.0
    findings: dict[str, FindingSpec]
    views: Annotated[tuple[View, ...], Field(min_length=1)] = (View(),)
    domain: Domain | None = None
    purpose: Purpose = Purpose()
    training: Training
    intended_use: str = ""

    @model_validator(mode="after")
    def _classes_known(self) -> Self:
        named = {name for finding in self.findings.values() for name in finding.classes}
        if unknown := named - set(self.classes):
            raise ValueError(f"findings name classes that the network does not have: {', '.join(sorted(unknown))}")
        return self

    @classmethod
    def load(cls, folder: Path) -> ChestModelFile:
        """Read ``model.json`` of a model folder.

        Raises
        ------
        nlp_engine.errors.ModelError
            If it is not there or does not fit.
        """
        return read_model_file(folder, cls, "picture model")


def version_of(network: Path) -> str:
    """Return the version of a network: the first twelve digits of its file's SHA-256."""
    return hashlib.sha256(network.read_bytes()).hexdigest()[:12]
