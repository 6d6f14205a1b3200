"""Facts made from other facts."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from nlp_engine.decisions.facts.base import UNKNOWN, Book, Fact, FactSpec
from nlp_engine.decisions.values import Kind
from nlp_engine.record import sort_time


class Condition(FactSpec):
    """A named part of several rules: true, false or unknown as its ``when`` is."""

    from_: Literal["condition"] = Field(alias="from")
    when: str
    KIND: ClassVar = Kind.TRUTH

    def compute(self, book: Book, name: str) -> Fact:
        """Return the truth of the condition."""
        return book.condition(name)


class Known(Condition):
    """Whether a condition is certainly true: false also where it is unknown.

    For exceptions only. A rule for adults says ``not known_child``: a patient of unknown age is not left out, a
    known child is.
    """

    from_: Literal["known"] = Field(alias="from")  # type: ignore[assignment]

    def compute(self, book: Book, name: str) -> Fact:
        """Return true with its evidence, or false."""
        fact = book.condition(name)
        return fact if fact.value is True else Fact(False)


class NewestOf(FactSpec):
    """The one of several numbers whose evidence is newest; of equally new ones the first that is listed.

    An eGFR that the laboratory reported last month gives way to one calculated from today's creatinine.
    """

    from_: Literal["newest_of"] = Field(alias="from")
    facts: tuple[str, ...] = Field(min_length=2)
    KIND: ClassVar = Kind.NUMBER

    @property
    def needs(self) -> tuple[str, ...]:
        """Names of the facts to choose from."""
        return self.facts

    def compute(self, book: Book, name: str) -> Fact:
        """Return the newest fact that is known; an unusable one if none is."""
        found = [book.fact(needed) for needed in self.facts]
        known = [fact for fact in found if fact.value is not None]
        if known:
            return max(known, key=_time)
        return next((fact for fact in found if fact.problem), UNKNOWN)


class ScoreFact(FactSpec):
    """The result of a calculator of ``rules/scores/``; with inputs missing, the range it must lie in."""

    from_: Literal["score"] = Field(alias="from")
    score: str
    KIND: ClassVar = Kind.NUMBER

    def compute(self, book: Book, name: str) -> Fact:
        """Return the score."""
        return book.score(self.score)


def _time(fact: Fact) -> float:
    return max((sort_time(evidence.time) for evidence in fact.evidence), default=float("-inf"))
