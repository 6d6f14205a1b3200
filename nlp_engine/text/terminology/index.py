"""Names of a terminology as arrays: from names to words and back, and from pieces of three letters to words.

The names, the codes and the words are the only Python objects, so that 40,000 names load in a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp_engine.model_files import read_arrays
from nlp_engine.text.terminology.words import Words

_SHORT_FORM = 6
_ARRAYS = ("about", "codes", "names", "vocabulary", "former", "term_of", "kinds", "lengths", "words")
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


class Kind(IntEnum):
    """What sort of name a name is; a preferred name is the display."""

    PREFERRED = 0
    EXACT = 1
    LAY = 2
    NARROW = 3
    BROAD = 4
    RELATED = 5
    ABBREVIATION = 6
    USAGE = 7
    """As an annotated corpus calls it."""
    SHOWN_ONLY = 8
    """A preferred name that is never compared ("Other pain"): what it means its terminology alone can tell."""


@dataclass(frozen=True, slots=True)
class Term:
    """A code with its names; ``former`` are codes of older releases that it replaced; see `Kind` for ``kind``."""

    code: str
    name: str
    synonyms: tuple[tuple[str, Kind], ...] = ()
    former: tuple[str, ...] = ()
    kind: Kind = Kind.PREFERRED


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists of numbers, one behind the other: list ``i`` is ``values[starts[i]:starts[i + 1]]``."""

    starts: Ints
    values: Ints

    def __getitem__(self, place: int) -> Ints:
        """Return one list."""
        return self.values[self.starts[place] : self.starts[place + 1]]

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Lists:
        """Pack some lists."""
        starts = np.zeros(len(lists) + 1, np.int32)
        np.cumsum([len(numbers) for numbers in lists], out=starts[1:])
        return cls(starts, np.fromiter((number for numbers in lists for number in numbers), np.int32, int(starts[-1])))

    def turned(self, size: int) -> Lists:
        """Return for each of ``size`` values the lists that hold it, in order."""
        owners = np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), np.diff(self.starts))
        order = np.argsort(self.values, kind="stable")
        starts = np.zeros(size + 1, np.int32)
        np.cumsum(np.bincount(self.values, minlength=size), out=starts[1:])
        return Lists(starts, owners[order])


@dataclass(frozen=True)
class Index:
    """All names of a terminology.

    Parameters
    ----------
    system, version
        Of the terminology: a URI and a release.
    codes, names, vocabulary
        Codes of the terms; all names, the preferred one of a term first; all words.
    term_of, kinds
        Of each name its term and its `Kind`.
    words_of
        Of each name its words.
    former
        Code of an older release -> number of the term.
    """

    system: str
    version: str
    codes: list[str]
    names: list[str]
    vocabulary: list[str]
    term_of: Ints
    kinds: npt.NDArray[np.int8]
    words_of: Lists
    former: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Derive what a search needs."""
        put = object.__setattr__
        size = len(self.vocabulary)
        put(self, "word_ids", {word: number for number, word in enumerate(self.vocabulary)})
        put(self, "names_with", self.words_of.turned(size))
        put(self, "in_capitals", np.fromiter(map(_is_short_form, self.names), bool, len(self.names)))
        put(self, "first_name", _first_places(self.term_of, len(self.codes)))
        counts = np.diff(self.names_with.starts)
        rarity = np.log1p((1 + len(self.names)) / (1 + counts)).astype(np.float32)
        words = Words.load()
        put(self, "unseen_weight", float(np.log(2 + len(self.names))))
        factors = np.fromiter((words.weight(word) for word in self.vocabulary), np.float32, size)
        put(self, "weights", rarity * factors)
        put(self, "sums", _sums(self.words_of, self.weights))
        put(self, "norms", np.sqrt(_sums(self.words_of, self.weights**2)))

    word_ids: dict[str, int] = field(init=False, repr=False)
    names_with: Lists = field(init=False, repr=False)
    in_capitals: npt.NDArray[np.bool_] = field(init=False, repr=False)
    first_name: Ints = field(init=False, repr=False)
    weights: Floats = field(init=False, repr=False)
    unseen_weight: float = field(init=False, repr=False)
    sums: Floats = field(init=False, repr=False)
    norms: Floats = field(init=False, repr=False)

    @classmethod
    def build(cls, terms: Iterable[Term], *, system: str, version: str = "") -> Index:
        """Make an index; equal names of a term are kept once."""
        words = Words.load()
        codes, names, term_of, kinds, former = [], [], [], [], {}
        vocabulary: dict[str, int] = {}
        lists: list[list[int]] = []
        for number, term in enumerate(terms):
            codes.append(term.code)
            former.update(dict.fromkeys(term.former, number))
            seen = set()
            for place, (name, kind) in enumerate(((term.name, term.kind), *term.synonyms)):
                found = () if kind is Kind.SHOWN_ONLY else words.of(name)
                key = tuple(sorted(found))
                if place and kind is not Kind.LAY and (words.say_nothing(found) or key in seen):
                    continue
                seen.add(key)
                names.append(" ".join(name.split()))
                term_of.append(number)
                kinds.append(kind)
                lists.append([vocabulary.setdefault(word, len(vocabulary)) for word in found])
        return cls(
            system,
            version,
            codes,
            names,
            list(vocabulary),
            np.asarray(term_of, np.int32),
            np.asarray(kinds, np.int8),
            Lists.of(lists),
            former,
        )

    def terms_of(self, codes: Iterable[str]) -> list[int]:
        """Return the numbers of codes, also of those of older releases; unknown ones are left out."""
        found = (self._term_by_code.get(code, self.former.get(code)) for code in codes)
        return [number for number in found if number is not None]

    @cached_property
    def _term_by_code(self) -> dict[str, int]:
        return {code: number for number, code in enumerate(self.codes)}

    def name_of(self, term: int) -> str:
        """Return the preferred name of a term."""
        return self.names[int(self.first_name[term])]

    def save(self, path: Path) -> None:
        """Write one compressed file."""
        former = [f"{old}\t{number}" for old, number in self.former.items()]
        texts = {
            key: np.frombuffer("\n".join(rows).encode(), np.uint8)
            for key, rows in (
                ("about", [self.system, self.version]),
                ("codes", self.codes),
                ("names", self.names),
                ("vocabulary", self.vocabulary),
                ("former", former),
            )
        }
        lengths = np.diff(self.words_of.starts).astype(np.uint8)
        np.savez_compressed(
            path, **texts, term_of=self.term_of, kinds=self.kinds, lengths=lengths, words=self.words_of.values
        )

    @classmethod
    def read(cls, path: Path) -> Index:
        """Read what `save` wrote.

        Raises
        ------
        nlp_engine.errors.ModelError
            If there is no such file, or it is not complete.
        """
        arrays = read_arrays(path, *_ARRAYS)

        def rows(key: str) -> list[str]:
            return arrays[key].tobytes().decode().split("\n") if len(arrays[key]) else []

        system, version = rows("about")
        starts = np.zeros(len(arrays["lengths"]) + 1, np.int32)
        np.cumsum(arrays["lengths"], out=starts[1:])
        former = {old: int(number) for old, number in (row.split("\t") for row in rows("former"))}
        return cls(
            system,
            version,
            rows("codes"),
            rows("names"),
            rows("vocabulary"),
            arrays["term_of"],
            arrays["kinds"],
            Lists(starts, arrays["words"]),
            former,
        )


def _is_short_form(name: str) -> bool:
    """Say whether a name is an abbreviation, which in small letters may be another word ("HARDS", "hard")."""
    return len(name) <= _SHORT_FORM and name.isupper()


def _sums(lists: Lists, weights: Floats) -> Floats:
    """Return the sum of the weights of each list."""
    running = np.zeros(len(lists.values) + 1, np.float64)
    np.cumsum(weights[lists.values], out=running[1:])
    return np.asarray(running[lists.starts[1:]] - running[lists.starts[:-1]], np.float32)


def _first_places(term_of: Ints, size: int) -> Ints:
    places = np.zeros(size, np.int32)
    terms, first = np.unique(term_of, return_index=True)
    places[terms] = first
    return places
