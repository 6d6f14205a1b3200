"""Recall and precision of de-identification, by kind, on two sets.

Presidio's synthetic sentences, split in halves by template, so that no sentence of the test half has a template of the
development half. The tagger learns from the templates of the development half (filled with other names): its figures
there are too good, and ``deidentify_folds.py`` measures templates that were held back. Only identifiers of the Safe
Harbor list count: no organisation, nationality or title; of ages those over 89; of dates no bare year, weekday or time
of the day; of places no state or country, nor words like street and corner; of names no title or degree.

ACI-Bench visit notes with planted letter heads, signatures, names, dates, phone lines, numbers and addresses (our own
sentences; the notes' own names are replaced): the 67 train notes for development, the 20 valid notes as test, with
letter heads, sentences and names of their own. The planted names are taken out of the lists of names before, so that
none of them is known to the rules; only those that are ordinary words too ("Young", "Grace") stay.

An identifier is found when none of its words and numbers is left, whatever kind it was taken for. A find is wrong when
it touches no identifier; organisations of the first set count neither way.

python benchmarks/deidentify.py [--set presidio aci] [--part dev] [--show 20] [--known-names] [--rules-only]
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deidentify_planting import NAMES, Planter

from nlp_engine.deidentify import Deidentifier
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.training.deidentify.presidio import Sentence, read_half

DATA = Path("../shared/data")
KINDS = {
    "PERSON": "name",
    "STREET_ADDRESS": "place",
    "GPE": "place",
    "ZIP_CODE": "place",
    "DATE_TIME": "date",
    "AGE": "age",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "DOMAIN_NAME": "url",
    "IP_ADDRESS": "ip",
    "US_SSN": "ssn",
    "US_DRIVER_LICENSE": "licence",
    "CREDIT_CARD": "account",
    "IBAN_CODE": "account",
}
_WORD = re.compile(r"\w+")
_TIME = re.compile(r"\b\d\d:\d\d(?::\d\d)?\b")
_FREE_DATE = re.compile(r"(?:19|20)\d\d|(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.IGNORECASE)
_NO_NAME = re.compile(r"the|corner|of|and|nan|dr|mr|mrs|ms|miss|st|street|apt|suite|box|dds|md|phd", re.IGNORECASE)


@dataclass
class Case:
    """A text with the spans of its identifiers, and of what counts neither way."""

    text: str
    gold: list[tuple[int, int, str]]
    neutral: list[tuple[int, int]] = field(default_factory=list)


def main() -> None:
    """Print a table for each set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", nargs="+", choices=["presidio", "aci"], default=["presidio", "aci"])
    parser.add_argument("--part", choices=["dev", "test"], default="dev")
    parser.add_argument("--show", type=int, default=0, help="how many misses and false finds to show")
    parser.add_argument("--known-names", action="store_true", help="leave the planted names in the lists")
    parser.add_argument("--rules-only", action="store_true", help="leave the tagger out")
    arguments = parser.parse_args()
    for name in arguments.set:
        unseen = frozenset() if name == "presidio" or arguments.known_names else NAMES
        deidentifier = without_names(unseen)
        if not arguments.rules_only:
            deidentifier = deidentifier.with_tagger()
        cases = list(presidio(arguments.part) if name == "presidio" else aci(arguments.part))
        print(f"\n{name}, {arguments.part}: {len(cases)} texts")
        measure(deidentifier, cases, arguments.show)


def without_names(names: frozenset[str]) -> Deidentifier:
    """Return the rules with some names taken out of their lists of names."""
    rules = DeidRules.load()

    def left(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(word for word in words if word not in names)

    given = {name: left(getattr(rules.given, name)) for name in ("female", "male", "either")}
    rules = rules.model_copy(
        update={
            "given": rules.given.model_copy(update=given),
            "surnames": rules.surnames.model_copy(update={"surnames": left(rules.surnames.surnames)}),
        }
    )
    return Deidentifier.of_rules(rules)


def measure(deidentifier: Deidentifier, cases: list[Case], show: int) -> None:
    """Print gold, recall and, over all kinds, precision; some misses and false finds with their surroundings."""
    gold: Counter[str] = Counter()
    hit: Counter[str] = Counter()
    false: Counter[str] = Counter()
    finds = 0
    for case in cases:
        found = deidentifier.find(case.text)
        covered = bytearray(len(case.text))
        for item in found:
            covered[item.start : item.end] = b"\1" * (item.end - item.start)
        for start, end, kind in case.gold:
            gold[kind] += 1
            if all(
                all(covered[first:last]) for first, last in telling_words(case.text, start, end, kind, deidentifier)
            ):
                hit[kind] += 1
            elif (show := show - 1) >= 0:
                print(f"  missed {kind}: {shown(case.text, start, end)}")
        for item in found:
            is_right = touches(item.start, item.end, case.gold)
            if not is_right and touches(item.start, item.end, case.neutral):
                continue
            finds += 1
            false[item.kind.value] += not is_right
            if not is_right and (show := show - 1) >= 0:
                print(f"  false {item.kind.value}: {shown(case.text, item.start, item.end)}")
    for kind in sorted(gold):
        print(f"{kind:10} gold {gold[kind]:5}  recall {100 * hit[kind] / gold[kind]:5.1f}")
    recall, precision = 100 * hit.total() / gold.total(), 100 * (1 - false.total() / max(finds, 1))
    print(f"{'all':10} gold {gold.total():5}  recall {recall:5.1f}  precision {precision:5.1f}")
    print(f"false: {', '.join(f'{kind} {count}' for kind, count in false.items() if count)}")


def shown(text: str, start: int, end: int) -> str:
    """Return a span in brackets with its surroundings."""
    return repr(f"{text[max(0, start - 50) : start]}[{text[start:end]}]{text[end : end + 40]}")


def touches(start: int, end: int, gold: list[tuple[int, int, str]] | list[tuple[int, int]]) -> bool:
    """Say whether a span has a character in common with an identifier."""
    return any(start < other_end and other_start < end for other_start, other_end, *_ in gold)


def telling_words(text: str, start: int, end: int, kind: str, deidentifier: Deidentifier) -> list[tuple[int, int]]:
    """Return the words of an identifier that must not stay."""
    words = [(text[match.start() : match.end()], match.span()) for match in _WORD.finditer(text, start, end)]
    if kind == "place":
        allowed = deidentifier.vocabulary.is_allowed_place
        words = [
            (word, span)
            for word, span in words
            if not allowed(word.lower()) and word not in CODES and word.lower() not in STREET_WORDS
        ]
    return [span for word, span in words if not _NO_NAME.fullmatch(word)]


_RULES = DeidRules.load()
ALLOWED = {name.casefold() for name in (*_RULES.places.states, *_RULES.places.countries)} | {"greenlander"}
CODES = frozenset(_RULES.places.state_codes)
STREET_WORDS = frozenset(
    (*_RULES.cues.street_words, *(part for unit in _RULES.cues.unit_words for part in re.findall(r"\w+", unit)))
)


def presidio(part: str) -> Iterator[Case]:
    """Yield the sentences of one half of the templates."""
    return map(case_of, read_half(DATA, part))


def case_of(sentence: Sentence) -> Case:
    """Return a sentence of Presidio's set with its identifiers."""
    case = Case(sentence.full_text, [])
    for span in sentence.spans:
        place, kind = (span.start_position, span.end_position), KINDS.get(span.entity_type)
        if kind is None:
            if span.entity_type == "ORGANIZATION":
                case.neutral.append(place)
        elif found := identifier(case.text, *place, kind, ALLOWED):
            case.gold.append((*found, kind))
        else:
            case.neutral.append(place)
    return case


def identifier(text: str, start: int, end: int, kind: str, allowed: set[str]) -> tuple[int, int] | None:
    """Return the part of a marked span that Safe Harbor calls an identifier, None if there is none."""
    written = text[start:end]
    if kind == "date":
        if _FREE_DATE.fullmatch(written.strip()):
            return None
        time = _TIME.search(written)
        return (start, start + len(written[: time.start()].rstrip())) if time else (start, end)
    if kind == "age" and not (written.isdigit() and int(written) > 89):
        return None
    if kind == "place" and (written.casefold() in allowed or len(written) <= 2 or written == "nan"):
        return None
    return start, end


def aci(part: str) -> Iterator[Case]:
    """Yield the notes of a part with what is planted in them."""
    folder = DATA / "notes/aci_bench"
    wanted = "train" if part == "dev" else "valid"
    for line in (folder / "index.csv").read_text(encoding="utf-8").splitlines()[1:]:
        note, of_part, _, sex, *_ = line.split(",")
        if of_part == wanted:
            text, gold = Planter(note, sex, is_test=part == "test").plant(
                (folder / "notes" / f"{note}.txt").read_text(encoding="utf-8")
            )
            yield Case(text, gold)


if __name__ == "__main__":
    main()
