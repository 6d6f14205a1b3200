"""Fit the tagger of de-identification.

python -m nlp_engine.training.deidentify.train --data ../shared/data --without benchmarks/deidentify_planting.yaml
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from nlp_engine.deidentify import Deidentifier
from nlp_engine.deidentify.rules import DeidRules
from nlp_engine.deidentify.tagger.features import Features
from nlp_engine.deidentify.tagger.gazetteer import Gazetteer
from nlp_engine.deidentify.tagger.network import Network
from nlp_engine.knowledge import resource
from nlp_engine.text.tokens import fold
from nlp_engine.training.deidentify.encode import Encoder
from nlp_engine.training.deidentify.material import Material
from nlp_engine.training.deidentify.net import Settings, fit
from nlp_engine.training.deidentify.presidio import read_half, templates_of
from nlp_engine.training.deidentify.sentences import read_sentences

_SEED = 1


def main() -> None:
    """Fit it on everything and write it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with deid, notes and ner")
    parser.add_argument("--without", type=Path, help="a text: no word of it is filled in as a name")
    parser.add_argument("--out", type=Path, default=resource("models") / "deidentify")
    arguments = parser.parse_args()
    without = words_of(arguments.without) if arguments.without else frozenset()
    rules, sentences = DeidRules.load(), read_sentences()
    presidio = templates_of(read_half(arguments.data, "dev"), rules.places)
    material = Material(arguments.data, sentences, sentences.everyday, list(presidio.values()), without)
    arguments.out.mkdir(parents=True, exist_ok=True)
    fitted(material, rules).save(arguments.out)


def words_of(path: Path) -> frozenset[str]:
    """Return the words of a text as lists of names have them, and the parts of double ones."""
    words = (fold(word) for word in re.findall(r"[^\W\d_][\w'\u2019-]*", path.read_text(encoding="utf-8")))
    return frozenset(part for word in words for part in (word, word.replace("'", ""), *word.split("-")))


def fitted(material: Material, rules: DeidRules) -> Network:
    """Return the network that fits some material."""
    rules_only = Deidentifier.of_rules(rules)
    encoder = Encoder(Features(rules, rules_only.vocabulary), Gazetteer.load(resource("models") / "deidentify"))
    return fit(encoder, encoder.encode(material.examples(rules, rules_only, _SEED)), Settings())


if __name__ == "__main__":
    main()
