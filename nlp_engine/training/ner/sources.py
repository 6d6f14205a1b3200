"""Which corpora a run or a model knows, and where their folders are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_engine.errors import InputError, ModelError
from nlp_engine.knowledge import did_you_mean, resource
from nlp_engine.text.ner.labels import Corpus, LabelFile, load_labels
from nlp_engine.training.corpora import Part, find_folder, part_files, read_files
from nlp_engine.training.ner.config import NerConfig

Folders = Path | Sequence[Path]
"""One folder of corpora, or several that are looked through in order."""


@dataclass(frozen=True, slots=True)
class KnownCorpora:
    """What a model folder can be measured on.

    Parameters
    ----------
    heads
        Names of its heads.
    corpora
        Those of ``rules/ner/labels.yaml``, and the model's own.
    """

    heads: tuple[str, ...]
    corpora: Mapping[str, Corpus]

    def corpus(self, name: str) -> Corpus:
        """Return a corpus that the model has a head for.

        Raises
        ------
        InputError
            If the corpus is unknown, or the model has no head for it.
        """
        if name not in self.corpora:
            raise unknown_name(f'corpus "{name}"', name, self.corpora)
        if name not in self.heads:
            raise InputError(
                f'corpus "{name}"', "this model has no head for it", f"the model has {', '.join(self.heads)}"
            )
        return self.corpora[name]


def known_to(model: Path | None) -> KnownCorpora:
    """Read what a model folder says about itself, the embedded one if None.

    Raises
    ------
    ModelError
        If its ``config.json`` cannot be read.
    """
    try:
        path = (model or resource("models") / "ner") / "config.json"
        described = json.loads(path.read_text(encoding="utf-8"))
        heads = tuple(head["name"] for head in described["heads"])
        own = described.get("training", {}).get("own_corpora", {})
        corpora = {name: Corpus.model_validate(corpus) for name, corpus in own.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError("the NER model is not complete: config.json cannot be read.") from error
    return KnownCorpora(heads, {**load_labels().corpora, **corpora})


def settle(config: NerConfig, labels: LabelFile, data: Folders) -> tuple[NerConfig, LabelFile]:
    """Return a run's configuration and corpora with folders found and all types known.

    A corpus of the user's own that names no types teaches those of our labels that its train part holds.

    Raises
    ------
    InputError
        If a corpus is unknown, has no train or dev part, or teaches nothing.
    """
    known = {**labels.corpora, **config.own_corpora}
    found: dict[str, Corpus] = {}
    for name in config.corpora:
        if name not in known:
            raise unknown_name(f'corpora: "{name}"', name, known)
        folder = folder_of(known[name], data)
        for part in ("train", "dev"):
            require_part(known[name], folder, part)
        types = known[name].types or _types_in(known[name], folder)
        found[name] = known[name].model_copy(update={"folder": str(folder), "types": types})
    own = {
        name: corpus.model_copy(update={"types": found[name].types})
        for name, corpus in config.own_corpora.items()
        if name in found
    }
    return config.model_copy(update={"own_corpora": own}), labels.model_copy(update={"corpora": found})


def folder_of(corpus: Corpus, data: Folders) -> Path:
    """Return the absolute folder of a corpus.

    Raises
    ------
    InputError
        If none of the folders holds it.
    """
    folder = find_folder(corpus, as_list(data))
    if folder is None:
        raise InputError(
            f"{corpus.folder}/", "the folder does not exist", "point --data at the folder that holds the corpora"
        )
    return folder.absolute()


def as_list(data: Folders) -> Sequence[Path]:
    """Return one folder or several as several."""
    return [data] if isinstance(data, Path) else data


def require_part(corpus: Corpus, folder: Path, part: Part) -> None:
    """Pass if a corpus has a part.

    Raises
    ------
    InputError
        If it has not.
    """
    if not part_files(corpus, folder, part):
        raise InputError(f"{corpus.folder}/", f"has no {part} part", "docs/training.md shows the files of a corpus")


def unknown_name(where: str, name: str, legal: Iterable[str]) -> InputError:
    """Return the error for a name that is none of some legal ones, with the nearest of them."""
    names = list(legal)
    hint = did_you_mean(name, names).removeprefix(", ")
    return InputError(where, "is not known", f"known are {', '.join(names)}{f' ({hint})' if hint else ''}")


def _types_in(corpus: Corpus, folder: Path) -> dict[str, str]:
    documents = read_files(corpus.format, part_files(corpus, folder, "train"))
    kinds = sorted({span.label for document in documents for span in document.spans})
    types = {kind: label for kind in kinds if (label := corpus.label_of(kind))}
    if not types:
        raise InputError(
            f"{corpus.folder}/",
            "no type of its train part is a label of the engine",
            "say under types what its types mean",
        )
    return types
