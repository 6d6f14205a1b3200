"""Which problem a drug is for: "metformin for diabetes", "prn pain", "HTN: lisinopril 10", within one sentence.

Finds 16 of 17 reasons of sentences held back, and none where there is none (``benchmarks/medications.py``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence

from nlp_engine.extraction import MentionLabel
from nlp_engine.text.attributes.rules import AttributeRules
from nlp_engine.text.medications.status_rules import DrugStatusRules
from nlp_engine.text.note import ReadNote, Span

_FAR, _LONGEST_HEAD = 25, 3
_SIGNS = frozenset("()[]#*.,~\"'")


class Reasons:
    """Finds the reason of each drug: the problem behind "for", or the one that heads the item."""

    def __init__(self, rules: DrugStatusRules, attributes: AttributeRules) -> None:
        self._rules = rules
        self._dose_words = attributes.dose_words
        self._list_words = attributes.joiners | attributes.list_words

    def find(self, note: ReadNote, mentions: Sequence[Span], others: Collection[int]) -> dict[int, int]:
        """Return drug -> problem, as places among the mentions (in order).

        Parameters
        ----------
        others
            Places of drugs that get no reason: what is said of them is why they are held, stopped or not tolerated.
        """
        found: dict[int, int] = {}
        following: int | None = None
        next_drug = len(mentions)
        for place in range(len(mentions) - 1, -1, -1):
            mention = mentions[place]
            if mention.label == MentionLabel.PROBLEM:
                following = place
            if mention.label != MentionLabel.DRUG:
                continue
            is_next = following is not None and following < next_drug
            next_drug = place
            if place not in others:
                reason = self._behind(note, mentions[place], mentions, following) if is_next else None
                if reason is None:
                    reason = self._of_next(note, mentions, place, found)
                if reason is not None:
                    found[place] = reason
        for place, mention in enumerate(mentions):
            if mention.label == MentionLabel.DRUG and place not in others and place not in found:
                reason = self._head(note, mentions, place, found)
                if reason is not None:
                    found[place] = reason
        return found

    def _behind(self, note: ReadNote, drug: Span, mentions: Sequence[Span], problem: int | None) -> int | None:
        """Return the problem behind a drug when "for" or "prn" leads to it."""
        words = None if problem is None else self._words(note, drug, mentions[problem])
        if words is None:
            return None
        while words and (words[-1] in self._rules.reason_fillers or words[-1] in _SIGNS - {",", "."}):
            words.pop()
        lead = next(
            (hit for hit in self._rules.reason_words.find(words) if hit.behind == len(words)),
            None,
        )
        if lead is None:
            return None
        if any(key in self._rules.not_reasons for key in words[: lead.first]):
            return None
        unknown = [key for key in words[: lead.first] if key[0].isalpha() and key not in self._dose_words]
        return problem if len(unknown) <= _LONGEST_HEAD else None

    def _of_next(self, note: ReadNote, mentions: Sequence[Span], drug: int, found: dict[int, int]) -> int | None:
        """Return the reason of the drug that this one stands in a list with ("Norco and Motrin for pain")."""
        other = drug + 1
        if other >= len(mentions) or mentions[other].label != MentionLabel.DRUG or other not in found:
            return None
        words = self._words(note, mentions[drug], mentions[other])
        is_list = words is not None and bool(words) and all(key in self._list_words for key in words) and words != [","]
        return found[other] if is_list and found[other] > other else None

    def _head(self, note: ReadNote, mentions: Sequence[Span], drug: int, found: dict[int, int]) -> int | None:
        """Return the problem that heads the item of a drug ("HTN: lisinopril"), or stands before it ("RA on MTX")."""
        before = drug - 1
        if before < 0:
            return None
        words = self._words(note, mentions[before], mentions[drug])
        if words is None:
            return None
        if mentions[before].label == MentionLabel.DRUG:
            known = self._list_words | self._dose_words | self._rules.head_words
            in_list = all(key in known or not key[0].isalpha() for key in words) and ";" not in words
            return found[before] if in_list and before in found and found[before] < before else None
        if mentions[before].label != MentionLabel.PROBLEM or not words:
            return None
        if ")" in words and "(" not in words:
            return None  # "lithium (held for toxicity), olanzapine"
        if not all(key in self._rules.head_words or key in _SIGNS or key[0].isdigit() for key in words):
            return None
        return before if words != [","] and "." not in words else None

    def _words(self, note: ReadNote, first: Span, second: Span) -> list[str] | None:
        """Return the words between two mentions of one sentence, None if they stand too far apart."""
        if note.sentences.index_at(first.start) != note.sentences.index_at(second.start):
            return None
        low = bisect_left(note.tokens.starts, first.end)
        high = bisect_left(note.tokens.starts, second.start)
        return note.tokens.keys[low:high] if high - low <= _FAR else None
