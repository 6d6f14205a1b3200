"""ICD-10-CM as terms whose names say no more than a note says: without "unspecified", "NOS" and the like.

Names of other terminologies for the same thing come in where one of theirs is also one of ICD-10-CM ("heart attack").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from nlp_engine.text.terminology.index import Kind, Term
from nlp_engine.text.terminology.words import Words

_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
_NOTHING_SAID = re.compile(
    r",? (?:NOS|alone)(?:$|[,;(\[].*$)|,? unspecified$"
    r"|, (?:unspecified|site not specified|cause unspecified)\b.*$|^unspecified "
    r"|,? unspecified as to .*$"
    r"|,? (?:without complications?|uncomplicated|not intractable|without status migrainosus)\b"
    r"| of unspecified (?:site|type|organ|part|degree|cause|origin)\b",
    re.IGNORECASE,
)
_REST = re.compile(r"\bother\b|\bNEC\b|elsewhere classified|\bexcept\b|\bexcluding\b|\bsuch as\b|:", re.IGNORECASE)
_UNSAID = re.compile(r"\bunspecified\b", re.IGNORECASE)
_TWO_WORDS = re.compile(r"([\w-]{5,}) and ([\w-]{5,})")
"""A title of two things that stand by themselves: "Malaise and fatigue"."""
_LEFT_OUT = re.compile(r"[V-Y]")
"""Chapter 20, causes from outside: a note's words for them ("fell") seldom say as much as a code does."""


def icd_terms(
    entries: Iterable[tuple[str, str, Sequence[str]]],
    concepts: Iterable[Sequence[str]],
    diseases: Iterable[tuple[Sequence[str], Mapping[str, Sequence[str]]]],
) -> list[Term]:
    """Return the terms of ICD-10-CM.

    Parameters
    ----------
    entries
        (code, title, other names) as printed.
    concepts
        Names for one thing each, from other terminologies.
    diseases
        (names, codes by namespace) of the Disease Ontology.
    """
    titles, names = {}, {}
    for code, title, others in entries:
        if not _LEFT_OUT.match(code):
            titles[code] = title
            names[code] = [plain for name in (title, *others) if (plain := plain_name(name))]
    words = Words.load()
    own = _codes_by_key(names, words)
    for code, found in list(names.items()):
        parts = [part for title in found[:1] if (pair := _TWO_WORDS.fullmatch(title)) for part in pair.groups()]
        names[code] += [part for part in parts if _key(part, words) not in own]
    names = {
        code: [name for name in found if not _is_of_broader(code, name, own, words)] for code, found in names.items()
    }
    own = _codes_by_key(names, words)
    added: dict[str, list[tuple[str, Kind]]] = defaultdict(list)
    for concept in concepts:
        owner = own.get(_key(concept[0], words))
        if owner is not None:
            added[owner] += [(name, Kind.EXACT) for name in concept if _key(name, words) not in own]
    for concept, references in diseases:
        codes = [code for code in references.get("ICD10CM", ()) if code in titles]
        if len(codes) == 1:
            added[codes[0]] += [(name, Kind.RELATED) for name in concept if _key(name, words) not in own]
    return [
        Term(code, title, (*((name, Kind.EXACT) for name in names[code]), *added[code]), kind=Kind.SHOWN_ONLY)
        for code, title in titles.items()
    ]


def plain_name(printed: str) -> str | None:
    """Return what a name says, None if it stands for a rest ("Other pain") or speaks of what is not said."""
    plain = _BRACKETS.sub("", printed)
    while (shorter := _NOTHING_SAID.sub("", plain)) != plain:
        plain = shorter
    if _REST.search(plain) or _UNSAID.search(plain):
        return None
    return plain.strip(" ,") or None


def _key(name: str, words: Words) -> tuple[str, ...]:
    return tuple(sorted(words.of(name)))


def _codes_by_key(names: Mapping[str, Sequence[str]], words: Words) -> dict[tuple[str, ...], str]:
    """Return the words of a name -> the broadest code that has it."""
    found: dict[tuple[str, ...], str] = {}
    for code in sorted(names, key=lambda code: (len(code), code)):
        for name in names[code]:
            found.setdefault(_key(name, words), code)
    return found


def _is_of_broader(code: str, name: str, own: Mapping[tuple[str, ...], str], words: Words) -> bool:
    """Say whether a broader code has the same name, or a name says too little to be one."""
    key = _key(name, words)
    owner = own.get(key, code)
    return words.say_nothing(key) or (owner != code and code.startswith(owner))
