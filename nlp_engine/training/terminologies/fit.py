r"""Learns the weights of ``models/terminologies/ranking.json``.

    python -m nlp_engine.training.terminologies.fit --wheels wheels --corpora /work/shared/data/ner \
    --gsc /work/shared/data/linking/hpo_gsc

On the training part of BC5CDR (each half looked up in names that only the other half lent) and the 22 abstracts of HPO
GSC+ called dev, each phrase counts by the square root of how often it stands there, those of HPO eightfold as they are
few. The weights make the right term the likeliest of those found and of "none of them" (multinomial logistic
regression; a term counts as its best name does).
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from nlp_engine.knowledge import resource
from nlp_engine.text.terminology.index import Index
from nlp_engine.text.terminology.ranking import FEATURES, RankingFile, Rows, features
from nlp_engine.text.terminology.search import Search
from nlp_engine.training.terminologies.build import Packages, with_names, with_usage
from nlp_engine.training.terminologies.corpora import LinkedDocument, read_gsc, read_linked

_MOST = 60
_FEW = 8.0
_DECAY = 1e-3
_FAR = -1e9
Phrase = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Example:
    """Names for a phrase: (names, FEATURES), the term of each, whether it is right, and how much the phrase counts."""

    rows: Rows
    terms: npt.NDArray[np.int32]
    is_right: npt.NDArray[np.bool_]
    weight: float


def fit(wheels: Path, corpora: Path, gsc: Path) -> RankingFile:
    """Return the weights."""
    packages = Packages(wheels)
    halves = _halves(list(read_linked(corpora / "bc5cdr" / "train.pubtator", frozenset({"Disease"}))))
    examples = []
    for lending, asking in (halves, halves[::-1]):
        used = [(text, codes[0]) for text, codes in lending if len(codes) == 1]
        terms = with_names(with_usage(packages.diseases, used), packages.other_names)
        examples += _examples(Search(Index.build(terms, system="mesh")), asking, 1.0)
    phenotypes = Search(Index.build(packages.phenotypes, system="hpo"))
    return _solve([*examples, *_examples(phenotypes, _phrases(read_gsc(gsc / "GSCplus_dev_gold.tsv")), _FEW)])


def _halves(documents: Sequence[LinkedDocument]) -> tuple[list[Phrase], list[Phrase]]:
    return _phrases(documents[0::2]), _phrases(documents[1::2])


def _phrases(documents: Iterable[LinkedDocument]) -> list[Phrase]:
    return [
        (document.long_form(mention.text), mention.codes) for document in documents for mention in document.mentions
    ]


def _examples(search: Search, phrases: Sequence[Phrase], weight: float) -> list[Example]:
    found_examples = []
    for (phrase, codes), count in Counter(phrases).items():
        found = search.find(phrase)
        if len(found.names):
            terms = search.index.term_of[found.names][:_MOST]
            right = search.index.terms_of(codes)
            rows = features(search, found)[:_MOST]
            found_examples.append(Example(rows, terms, np.isin(terms, right), weight * count**0.5))
    return found_examples


def _solve(examples: Sequence[Example]) -> RankingFile:
    """Minimise the mean negative log-likelihood with a small penalty on the squares of the weights."""
    torch.set_num_threads(1)
    rows = torch.zeros(len(examples), _MOST, len(FEATURES))
    absent = torch.full((len(examples), _MOST), _FAR)
    groups = torch.zeros(len(examples), _MOST, dtype=torch.int64)
    right = torch.zeros(len(examples), _MOST)
    for number, example in enumerate(examples):
        size = len(example.terms)
        rows[number, :size] = torch.from_numpy(example.rows)
        absent[number, :size] = 0
        groups[number, :size] = torch.from_numpy(np.unique(example.terms, return_inverse=True)[1])
        right[number, :size] = torch.from_numpy(example.is_right.astype(np.float32))
    parts = torch.tensor([example.weight for example in examples])
    is_right = torch.zeros_like(right).scatter_reduce(1, groups, right, "amax") > 0
    weights = torch.zeros(len(FEATURES), requires_grad=True)
    none = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights, none], lr=0.5, max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        terms = torch.full_like(absent, _FAR).scatter_reduce(1, groups, rows @ weights + absent, "amax")
        nothing = none.expand(len(examples))
        everything = torch.logsumexp(torch.cat([terms, nothing[:, None]], 1), 1)
        good = torch.logsumexp(torch.where(is_right, terms, torch.full_like(terms, _FAR)), 1)
        gained = torch.where(is_right.any(1), good, nothing) - everything
        value = -(parts * gained).sum() / parts.sum() + _DECAY * (weights**2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    learnt = {feature: round(float(weight), 3) for feature, weight in zip(FEATURES, weights.tolist(), strict=True)}
    about = "Learnt by nlp_engine.training.terminologies.fit on BC5CDR train and HPO GSC+ dev"
    return RankingFile(about=about, weights=learnt, none=round(none.item(), 3))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=Path, required=True)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--gsc", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=resource("models") / "terminologies" / "ranking.json")
    arguments = parser.parse_args()
    found = fit(arguments.wheels, arguments.corpora, arguments.gsc)
    arguments.out.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
