"""``rules/imaging/outputs.yaml``: tells probabilities of findings from other numbers in the reports of image models."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource
from nlp_engine.pictures.labels import ImageLabels, without_tag

DOUBTFUL_NO = (
    "a finding is said to be absent with a high probability, which may be that of the finding or of its absence, and "
    "was left out; give the probability of the finding"
)
_HALF = 0.5


def is_doubtful_no(presence: float | None, score: object, threshold: float | None) -> bool:
    """Say whether "absent" stands beside a probability that means "present" if it is that of the finding."""
    return presence == 0 and isinstance(score, float) and score >= (_HALF if threshold is None else threshold)


class OutputFile(KnowledgeModel):
    """``rules/imaging/outputs.yaml``."""

    schema_version: Literal[1]
    about: str
    probability: tuple[str, ...]
    no_finding_name: tuple[str, ...]
    threshold: tuple[str, ...]
    present: tuple[str, ...]
    absent: tuple[str, ...]
    units: dict[str, int]


class OutputWords:
    """Reads the names, words and units that other programs give to what an image model said."""

    def __init__(self, file: OutputFile, labels: ImageLabels) -> None:
        self._file = file
        self._labels = labels
        self._probability = _any_of(file.probability)
        self._filling = _any_of(file.no_finding_name)

    @classmethod
    @cache
    def load(cls) -> OutputWords:
        """Read the packaged words."""
        return cls(read_yaml(resource("rules") / "imaging" / "outputs.yaml", OutputFile), ImageLabels.load())

    def is_probability(self, name: str) -> bool:
        """Say whether a number of this name is a probability, such as ``Certainty of Finding``."""
        return bool(self._probability.search(name))

    def is_threshold(self, name: str) -> bool:
        """Say whether a number of this name is a model's threshold."""
        return any(word in name.lower() for word in self._file.threshold)

    def is_finding(self, name: str) -> bool:
        """Say whether this is a finding that we know: ``Pleural effusion``."""
        return self._labels.is_known(name)

    def finding_in(self, name: str) -> str | None:
        """Return the finding that a name holds beside its probability: ``pneumonia``; None if it holds none."""
        left = self._probability.sub(" ", without_tag(name))
        named = " ".join(self._filling.sub(" ", left).replace("-", " ").split()).strip(" :,()")
        return named or None

    def presence(self, word: str) -> float | None:
        """Return 1 for "present", 0 for "absent", None for another word."""
        folded = without_tag(word).lower()
        if folded in self._file.absent:
            return 0.0
        return 1.0 if folded in self._file.present else None

    def probability(self, number: float, unit: str) -> float | None:
        """Return a number as a share of 1 by its unit; None if the unit is not one of probabilities."""
        divisor = self._file.units.get(unit.strip().lower())
        return None if divisor is None else number / divisor


def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    inner = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"\b(?:{inner})\b", re.IGNORECASE)
