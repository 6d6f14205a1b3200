"""The words of ``rules/labs/results.yaml``: what stands in a value cell instead of a number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from nlp_engine.knowledge import KnowledgeModel, read_yaml, resource

Comparator = Literal["<", "<=", ">", ">="]


class Problem(KnowledgeModel):
    """Parts of a cell that tell why there is no result, and the sentence for it."""

    sentence: str
    parts: tuple[str, ...]


class ResultWordsFile(KnowledgeModel):
    """``rules/labs/results.yaml``."""

    schema_version: Literal[1]
    about: str
    comparators: dict[Comparator, tuple[str, ...]]
    approximate: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    amounts: tuple[str, ...]
    no_value: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ResultWords:
    """The file, ready to be looked up in; keys are folded by `fold`."""

    comparators: dict[str, Comparator]
    prefix: re.Pattern[str]
    approximate: re.Pattern[str]
    results: dict[str, str]
    amounts: frozenset[str]
    no_value: frozenset[str]
    problems: tuple[tuple[re.Pattern[str], str], ...]

    def problem(self, text: str) -> str | None:
        """Return the sentence for the first problem that a cell tells, None if it tells none."""
        return next((sentence for pattern, sentence in self.problems if pattern.search(fold(text))), None)


def fold(text: str) -> str:
    """Return a cell as it is compared: signs as they are typed, one blank, no case."""
    plain = re.sub("[\u2010-\u2015\u2212]", "-", unicodedata.normalize("NFKC", text))
    return " ".join(plain.split()).casefold()


@lru_cache(maxsize=1)
def result_words() -> ResultWords:
    """Read the packaged file.

    Raises
    ------
    KnowledgeError
        If it does not fit.
    """
    file = read_yaml(resource("rules") / "labs" / "results.yaml", ResultWordsFile)
    comparators = {fold(word): sign for sign, words in file.comparators.items() for word in words}
    return ResultWords(
        comparators=comparators,
        prefix=re.compile(rf"^({_any(comparators)})\s*(?=[\d.,+-])", re.IGNORECASE),
        approximate=re.compile(rf"^(?:{_any(map(fold, file.approximate))})\s*(?=[\d.,])", re.IGNORECASE),
        results={fold(word): result for result, words in file.words.items() for word in words},
        amounts=frozenset(map(fold, file.amounts)),
        no_value=frozenset(map(fold, file.no_value)),
        problems=tuple(
            (re.compile(rf"(?<![a-z])(?:{_any(map(fold, problem.parts))})"), problem.sentence)
            for problem in file.problems
        ),
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
