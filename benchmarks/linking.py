"""Codes of given mentions against what people, or for ICD-10-CM a language model, say is right.

- BC5CDR dev (MeSH), given disease spans: developed on its train part, which also lends the index names. Mentions
  without an id (-1) are left out; of several ids joined with ``|`` one is enough, as is usually done (BioSyn); "strict"
  counts those as wrong.
- HPO GSC+ (HPO), given spans, by mention: learnt on the 22 abstracts called dev; `--gsc-part test` is the part of 206.
  Ids of older releases count as what replaced them.
- ICD-10-CM on problems of the dev part of our annotated notes, each text once and without its note
  (``linking_icd.csv``: a random sample; the codes were written by a language model before any were looked up; where
  there is none, none is right).
- Time and memory of loading and looking up (time of the processor, not of the clock).

Precision is of the codes given at the shipped thresholds, recall of the mentions that have one; "ranked first" asks for
the best term without a threshold.

python benchmarks/linking.py [--data /work/shared/data] [--gsc-part dev] [--show 20]
"""

from __future__ import annotations

import argparse
import csv
import resource as system_resource
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from gold import NothingFound

from nlp_engine.assessment import MentionLabel
from nlp_engine.knowledge import resource
from nlp_engine.record import Note
from nlp_engine.text import TextStage
from nlp_engine.text.terminology.index import Index
from nlp_engine.text.terminology.linker import TerminologyLinker
from nlp_engine.text.terminology.ranking import Ranker
from nlp_engine.text.terminology.search import Search
from nlp_engine.text.terminology.settings import TerminologiesFile, TerminologySettings
from nlp_engine.training.terminologies.build import ICD
from nlp_engine.training.terminologies.corpora import LinkedDocument, read_gsc, read_linked

SAMPLE = Path(__file__).with_name("linking_icd.csv")


@dataclass
class Counts:
    """What was found among ``asked`` mentions."""

    asked: int = 0
    first: int = 0
    strict: int = 0
    given: int = 0
    right: int = 0

    def line(self, name: str) -> str:
        """Return the figures."""
        precision, recall = self.right / max(1, self.given), self.right / max(1, self.asked)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        return (
            f"{name:<24}{self.asked:>6} mentions  ranked first {self.first / self.asked:6.1%} (strict "
            f"{self.strict / self.asked:6.1%})  with threshold: P {precision:6.1%} R {recall:6.1%} F1 {f1:6.1%}"
        )


def corpus(settings: TerminologySettings, documents: Iterable[LinkedDocument], show: int) -> Counts:
    """Return how often the code of a given span is right."""
    search = Search(Index.read(resource("models") / "terminologies" / f"{settings.id}.npz"))
    counts = Counts()
    for document in documents:
        for mention in document.mentions:
            if not mention.codes:
                continue
            right = set(search.index.terms_of(mention.codes))
            phrase = document.long_form(mention.text)
            found = search.find(phrase)
            everything = Ranker.load().rank(search, found)
            given = [one for one in Ranker.load().rank(search, found, settings) if one.score >= settings.threshold]
            counts.asked += 1
            is_first = bool(everything) and everything[0].term in right
            counts.first += is_first
            counts.strict += is_first and len(mention.codes) == 1
            counts.given += bool(given)
            counts.right += bool(given) and given[0].term in right
            if show > 0 and given and given[0].term not in right:
                show -= 1
                print(
                    f"  {phrase} -> {search.index.name_of(given[0].term)} ({given[0].score:.2f}), not {mention.codes}"
                )
    return counts


def sample(show: int) -> list[str]:
    """Return the figures of the sample for ICD-10-CM, through the whole text stage."""
    stage = TextStage(NothingFound())
    asked = given = right = none = none_right = 0
    with SAMPLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        accepted = row["codes"].split()
        extraction = stage.extract(Note(id="n", text=row["text"]), mentions=[(0, len(row["text"]), "PROBLEM")])
        codes = [code.code for code in extraction.mentions[0].codes if code.system == ICD]
        is_right = bool(codes) and codes[0] in accepted
        asked += bool(accepted) and not row["none_is_right_too"]
        none += not accepted
        none_right += not accepted and not codes
        given += bool(codes)
        right += is_right
        if show and codes and not is_right:
            print(f"  {row['text']} -> {codes[0]}, not {accepted or 'any'}")
        elif show and not codes and accepted and not row["none_is_right_too"]:
            print(f"  {row['text']} -> none, not {accepted}")
    return [
        f"ICD-10-CM sample        {len(rows):>6} texts     codes given {given}, right {right / max(1, given):.1%}; "
        f"of {asked} that have one {min(1, right / asked):.1%}; none given to {none_right} of {none} that have none"
    ]


def cost(phrases: Sequence[str]) -> list[str]:
    """Return time and memory of loading everything, and time a mention."""
    before = system_resource.getrusage(system_resource.RUSAGE_SELF).ru_maxrss
    start = process_time()
    linker = TerminologyLinker.load()
    for label, word in ((MentionLabel.PROBLEM, "diabetis"), (MentionLabel.DRUG, "furosemid")):
        linker.codes(word, label)
    loaded = process_time() - start
    after = system_resource.getrusage(system_resource.RUSAGE_SELF).ru_maxrss
    start = process_time()
    for phrase in phrases:
        linker.codes(phrase, MentionLabel.PROBLEM)
    each = (process_time() - start) / len(phrases)
    return [
        f"all terminologies loaded in {loaded:.2f} s, {(after - before) / 1024:.0f} MB more at the peak; "
        f"{each * 1000:.2f} ms a problem in all three, over {len(phrases)} texts seen for the first time"
    ]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("/work/shared/data"))
    parser.add_argument("--gsc-part", default="dev", choices=["dev", "test"])
    parser.add_argument("--show", type=int, default=0, help="how many wrong codes to show")
    arguments = parser.parse_args()
    settings = {one.id: one for one in TerminologiesFile.load().terminologies}
    bc5cdr = list(read_linked(arguments.data / "ner/bc5cdr/dev.pubtator", frozenset({"Disease"})))
    phrases = sorted({document.long_form(mention.text) for document in bc5cdr for mention in document.mentions})
    print("\n".join(cost(phrases)))
    print(corpus(settings["mesh_diseases"], bc5cdr, arguments.show).line("BC5CDR dev, MeSH"))
    gsc = read_gsc(arguments.data / f"linking/hpo_gsc/GSCplus_{arguments.gsc_part}_gold.tsv")
    print(corpus(settings["hpo"], gsc, arguments.show).line(f"GSC+ {arguments.gsc_part}, HPO"))
    print("\n".join(sample(arguments.show)))


if __name__ == "__main__":
    main()
