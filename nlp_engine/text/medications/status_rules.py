"""``rules/lexicons/drug_status.yaml``: words that say what happens with a drug and what it is for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nlp_engine.extraction import DrugStatus
from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource
from nlp_engine.text.phrases import PhraseTable
from nlp_engine.text.tokens import keys_of

_LED = frozenset({"on", "with"})
_AUXILIARIES = ("was", "were", "been", "being", "is", "are", "be", "get", "got")
"""Before "started on": "was started on" reaches as far; alone "was started" would speak of a drug before it."""


class StatusCues(KnowledgeModel):
    """Phrases that say one status of the drugs behind or before them."""

    status: DrugStatus
    forward: tuple[str, ...] = ()
    backward: tuple[str, ...] = ()


class DrugStatusFile(KnowledgeModel):
    """The whole file."""

    schema_version: Literal[1]
    about: str
    cues: tuple[StatusCues, ...]
    no_cue: tuple[str, ...]
    negations: frozenset[str]
    conditions: frozenset[str]
    stops: frozenset[str]
    from_words: frozenset[str]
    to_words: frozenset[str]
    sections: dict[str, DrugStatus]
    reason_words: tuple[str, ...]
    reason_fillers: frozenset[str]
    not_reasons: frozenset[str]
    head_words: frozenset[str]


@dataclass(slots=True)
class Said:
    """What a phrase says of the drugs behind and before it; neither: it hides the cues inside it."""

    forward: DrugStatus | None = None
    backward: DrugStatus | None = None


class DrugStatusRules:
    """The tables of the file."""

    def __init__(self, file: DrugStatusFile) -> None:
        said: defaultdict[tuple[str, ...], Said] = defaultdict(Said)
        for cues in file.cues:
            for words in cues.forward:
                said[keys_of(words)].forward = cues.status
            for words in cues.backward:
                said[keys_of(words)].backward = cues.status
        for phrase in [phrase for phrase in said if phrase[-1] in _LED and said[phrase].forward]:
            for auxiliary in _AUXILIARIES:
                led = said[auxiliary, *phrase]
                led.forward = led.forward or said[phrase].forward
        for phrase in list(said):
            # "Lisinopril was started on Monday": what reaches forward may end with the first word of a date.
            if phrase[-1] == "on" and phrase[:-1] in said and said[phrase].backward is None:
                said[phrase].backward = said[phrase[:-1]].backward
        for phrase in map(keys_of, file.no_cue):
            said.setdefault(phrase, Said())
        self.cues = PhraseTable(said.items())
        self.negations = file.negations
        self.conditions = file.conditions
        self.stops = file.stops
        self.from_words = file.from_words
        self.to_words = file.to_words
        self.sections = file.sections
        self.reason_words = PhraseTable((keys_of(phrase), phrase) for phrase in file.reason_words)
        self.reason_fillers = file.reason_fillers
        self.not_reasons = file.not_reasons
        self.head_words = file.head_words

    @classmethod
    def load(cls, path: Path | None = None) -> DrugStatusRules:
        """Read the packaged file, or another one.

        Raises
        ------
        nlp_engine.errors.KnowledgeError
            If the file does not fit.
        """
        return cls(read_yaml(path or resource("rules") / "lexicons" / "drug_status.yaml", DrugStatusFile))
