"""Make the gazetteer of the tagger from GeoNames.

    python -m nlp_engine.training.deidentify.places cities1000.txt

The file is GeoNames' table of places from 1,000 inhabitants (tabs between, the name in the second column; CC BY 4.0).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from nlp_engine.deidentify import Deidentifier
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.tagger.gazetteer import Gazetteer
from nlp_engine.deidentify.tagger.pieces import pieces_of
from nlp_engine.deidentify.vocabulary import Strength, Vocabulary
from nlp_engine.knowledge import resource
from nlp_engine.text.tokens import fold

_SHORTEST, _MOST_WORDS = 3, 5


def main() -> None:
    """Read the table and write the gazetteer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    arguments = parser.parse_args()
    names = (line.split("\t")[1] for line in arguments.table.read_text(encoding="utf-8").splitlines())
    Gazetteer.of(kept(names, Deidentifier.of_rules(DeidRules.load()).vocabulary)).save(
        resource("models") / "deidentify"
    )


def kept(names: Iterable[str], vocabulary: Vocabulary) -> Iterator[str]:
    """Yield the folded names, without those that are ordinary words, or the name of a state or country."""
    for name in names:
        written = pieces_of(name.partition("(")[0].partition("/")[0]).written
        words = [fold(word) for word in written if word[0].isalpha()]
        if words and len(words) <= _MOST_WORDS and not _is_ordinary(words, vocabulary):
            yield " ".join(words)


def _is_ordinary(words: list[str], vocabulary: Vocabulary) -> bool:
    if len(words) > 1:
        return len(words) == 2 and all(vocabulary.is_ordinary(word) for word in words)
    [word] = words
    is_other = vocabulary.strength(word) is Strength.OTHER or vocabulary.is_allowed_place(word)
    return is_other or len(word) < _SHORTEST
