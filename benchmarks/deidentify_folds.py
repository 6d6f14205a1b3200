"""How well the tagger of de-identification carries over to sentences whose templates it has not learnt from.

The templates of our own everyday sentences and of the development half of Presidio's set are dealt to three folds. What
is measured on a fold is a tagger that learnt from the other two. Our sentences are filled with the values of the
development half of Presidio's set to be measured; to learn from, both are filled from the lists of ``rules/deid``.

It prints recall and precision of the rules alone and with the tagger beside them, and what both replace in the third of
MTSamples that no tagger learns from, whose names are few: a change there is one in precision above all.

OMP_NUM_THREADS=1 python benchmarks/deidentify_folds.py [--show 40]
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from deidentify import DATA, Case, case_of, measure, shown
from deidentify_planting import NAMES

from nlp_engine.deidentify import Deidentifier
from nlp_engine.deidentify.numbers import Found
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.tagger.features import Features
from nlp_engine.deidentify.tagger.gazetteer import Gazetteer
from nlp_engine.deidentify.tagger.tagger import Tagger
from nlp_engine.deidentify.vocabulary import Vocabulary
from nlp_engine.knowledge import resource
from nlp_engine.training.deidentify.material import Material
from nlp_engine.training.deidentify.presidio import Sentence, read_half, templates_of
from nlp_engine.training.deidentify.sentences import read_sentences
from nlp_engine.training.deidentify.train import fitted

FOLDS, TIMES, SEED = 3, 5, 3
Item = TypeVar("Item")
_SLOT = re.compile(r"\{(\w+)\}")
_KINDS = {
    **dict.fromkeys(("name", "first", "last"), "name"),
    **dict.fromkeys(("city", "addr", "street", "zip"), "place"),
    **{slot: slot for slot in ("phone", "email", "date")},
    **dict.fromkeys(("iban", "card"), "account"),
}
_OTHERS = {
    "year": ["1967", "1999", "2004"],
    "date": ["12 May 2003", "03/04/1999", "June 5, 2011"],
    "age": ["34", "51"],
    "title": ["Dr.", "Mr.", "Mrs.", "Ms."],
}


@dataclass(frozen=True, slots=True)
class InTurn:
    """De-identifiers that read one text each, in turn, as one."""

    readers: Iterator[Deidentifier]
    vocabulary: Vocabulary

    def find(self, text: str) -> list[Found]:
        """Return what the next one finds."""
        return next(self.readers).find(text)


def main() -> None:
    """Fit a tagger for each fold and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", type=int, default=0, help="how many changes in MTSamples to show")
    arguments = parser.parse_args()
    rules = DeidRules.load()
    plain, sentences, half = Deidentifier.of_rules(rules), read_sentences(), read_half(DATA, "dev")
    templates, values = templates_of(half, rules.places), values_of(half)
    own, numbers = shuffled(sentences.everyday), shuffled(sorted(templates))
    cases: dict[str, list[Case]] = defaultdict(list)
    readers: dict[str, list[Deidentifier]] = defaultdict(list)
    for fold in range(FOLDS):
        left = [text for place, text in enumerate(own) if place % FOLDS != fold]
        learnt = [templates[number] for place, number in enumerate(numbers) if place % FOLDS != fold]
        network = fitted(Material(DATA, sentences, left, learnt, NAMES), rules)
        tagger = Tagger(Features(rules, plain.vocabulary), Gazetteer.load(resource("models") / "deidentify"), network)
        reader = Deidentifier(rules, plain.vocabulary, tagger)
        held = set(numbers[fold::FOLDS])
        for name, some in (
            ("own sentences", [filled(text, values) for text in own[fold::FOLDS] for _ in range(TIMES)]),
            ("presidio, dev", [case_of(sentence) for sentence in half if sentence.template_id in held]),
        ):
            cases[name] += some
            readers[name] += [reader] * len(some)
    for name, some in cases.items():
        print(f"\n{name}, rules alone")
        measure(plain, some, 0)
        print(f"\n{name}, with taggers that know none of the templates")
        measure(InTurn(iter(readers[name]), plain.vocabulary), some, 0)
    changes(plain, reader, arguments.show)


def shuffled(items: Sequence[Item]) -> list[Item]:
    """Return items in an order that depends on nothing but their number."""
    return random.Random(SEED).sample(list(items), len(items))


def values_of(sentences: Sequence[Sentence]) -> Mapping[str, list[str]]:
    """Return the values of the marked spans by the slot of our sentences that they fit."""
    values: dict[str, list[str]] = defaultdict(list, {name: list(words) for name, words in _OTHERS.items()})
    for sentence in sentences:
        if sentence.full_text.islower():
            continue
        case = case_of(sentence)
        for span in sentence.spans:
            written, kind = span.entity_value, span.entity_type
            is_identifier = any(start == span.start_position for start, *_ in case.gold)
            if kind == "PERSON" and " " in written:
                first, *_, last = written.split()
                for slot, value in (("name", written), ("first", first), ("last", last)):
                    values[slot].append(value)
            elif kind == "GPE":
                values["city" if is_identifier else "country"].append(written)
            elif kind == "STREET_ADDRESS" and "nan" not in written and "corner" not in written:
                values[_slot_of_address(written)].append(written)
            elif slot := _PLAIN.get(kind):
                values[slot].append(written)
    return values


_PLAIN = {
    "ORGANIZATION": "org",
    "NRP": "nat",
    "PHONE_NUMBER": "phone",
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "iban",
    "CREDIT_CARD": "card",
}


def _slot_of_address(written: str) -> str:
    if re.fullmatch(r"[\d -]+", written):
        return "zip"
    if re.match(r"Suite|Apt", written):
        return "unit"
    return "street" if len(written) < 35 and "\n" not in written and re.search(r"\d", written) else "addr"


def filled(template: str, values: Mapping[str, Sequence[str]]) -> Case:
    """Fill the slots of a sentence; one in fourteen is in small letters."""
    case, parts, place, length = Case("", []), list[str](), 0, 0
    for match in _SLOT.finditer(template):
        value = _DRAW.choice(values[match[1]])
        length += match.start() - place
        parts += [template[place : match.start()], value]
        span = length, length + len(value)
        if match[1] in _KINDS:
            case.gold.append((*span, _KINDS[match[1]]))
        else:
            case.neutral.append(span)
        length, place = length + len(value), match.end()
    text = "".join((*parts, template[place:]))
    is_small = _DRAW.random() < 1 / 14 and len(text.lower()) == len(text)
    case.text = text.lower() if is_small else text
    return case


_DRAW = random.Random(SEED)


def changes(plain: Deidentifier, reader: Deidentifier, show: int) -> None:
    """Print how many finds in MTSamples come and go with the tagger, and some of them."""
    lines = (DATA / "notes/mtsamples/mtsamples.jsonl").read_text(encoding="utf-8").splitlines()[::3]
    before, come, gone = 0, list[str](), list[str]()
    for line in lines:
        text = json.loads(line)["text"]
        old, new = set(plain.find(text)), set(reader.find(text))
        before += len(old)
        for items, some in ((come, new - old), (gone, old - new)):
            items += [shown(text, item.start, item.end) for item in some]
    print(f"\nMTSamples, {len(lines)} reports: {before} finds of the rules, {len(gone)} gone, {len(come)} new")
    for name, items in (("gone", gone), ("new", come)):
        for item in _DRAW.sample(items, min(show, len(items))):
            print(f"  {name}: {item}")


if __name__ == "__main__":
    main()
