"""What image models call things -> our labels (``rules/imaging/labels.yaml``)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self

from nlp_engine.errors import KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, normalise_phrase, read_yaml, resource

_TAG = re.compile(
    r"\s*\((?:disorder|finding|morphologic abnormality|observable entity|qualifier value|situation)\)$", re.I
)
"""What SNOMED CT puts behind its names."""


def without_tag(name: str) -> str:
    """Return a name without the semantic tag that SNOMED CT puts behind it: ``Pneumonia (disorder)``."""
    return _TAG.sub("", name.strip())


class LabelFile(KnowledgeModel):
    """``rules/imaging/labels.yaml``."""

    schema_version: Literal[1]
    about: str
    not_sure_half_width: float
    labels: dict[str, tuple[str, ...]]


class ImageLabels:
    """Knows the labels and their other names."""

    def __init__(self, file: LabelFile) -> None:
        self.not_sure_half_width = file.not_sure_half_width
        self._labels: dict[str, str] = {}
        for label, names in file.labels.items():
            for name in (label, *names):
                if self._labels.setdefault(_spoken(name), label) != label:
                    raise KnowledgeError("labels.yaml", f'the name "{name}" stands for two labels')

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read ``rules/imaging/labels.yaml``.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit, or a name stands for two labels.
        """
        return cls(read_yaml(path or resource("rules") / "imaging" / "labels.yaml", LabelFile))

    def label(self, name: str) -> str:
        """Return our label for a model's; an unknown one in lower case with underscores."""
        spoken = _spoken(name)
        return self._labels.get(spoken, spoken.replace(" ", "_"))

    def is_known(self, name: str) -> bool:
        """Say whether a model's label is one of ours or a known spelling of one."""
        return _spoken(name) in self._labels


def _spoken(name: str) -> str:
    return normalise_phrase(without_tag(name).replace("_", " "))
