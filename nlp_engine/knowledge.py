"""Reads and checks the files of ``rules/``.

Everything clinical is data. Each file is a YAML mapping with ``schema_version``; each is checked against a pydantic
model that refuses unknown keys, so that a misspelt option is an error with a file name and not silence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from nlp_engine.errors import KnowledgeError


class KnowledgeModel(BaseModel):
    """Base of everything that is read from ``rules/``: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(KnowledgeModel):
    """Where a clinical fact comes from.

    Parameters
    ----------
    label
        Author or body and title, as a reader would look it up.
    year
        Year of publication.
    url
        Address, where there is a stable one.
    """

    label: str
    year: int
    url: str | None = None


class TerminologyCode(KnowledgeModel):
    """A code of a public terminology, e.g. system ``http://hl7.org/fhir/sid/icd-10-cm``."""

    system: str
    code: str
    display: str


class ConceptLab(KnowledgeModel):
    """How an analyte speaks for a concept.

    ``above`` / ``below`` are a number in ``unit`` or the word ``reference``: beyond the result's own interval.
    A ``defining`` analyte makes a finding by itself, and a result on the other side of the limit speaks against it; a
    ``sufficient`` one makes it too, but a normal result says nothing (a fever that comes and goes, a treated diabetes);
    a ``supporting`` one only adds to what another modality said. ``codes`` are LOINC, primary codes of
    ``rules/labs/*.yaml``. A number carries its source; a defining analyte its unit, as a result in another unit never
    speaks against the concept. Results older than ``max_age_days`` are not looked at. ``only_without``: this analyte is
    looked at only where none of those codes has a usable result (creatinine only where there is no eGFR).
    ``full_weight_at``: the number from which on a result has its full weight, where no interval tells how far it is.
    """

    codes: tuple[str, ...] = Field(min_length=1)
    above: Decimal | Literal["reference"] | None = None
    below: Decimal | Literal["reference"] | None = None
    unit: str | None = None
    role: Literal["defining", "sufficient", "supporting"] = "supporting"
    max_age_days: int = Field(default=30, ge=1)
    only_without: tuple[str, ...] = ()
    full_weight_at: Decimal | None = None
    source: Source | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.above is None) == (self.below is None):
            raise ValueError("needs exactly one of above, below")
        limit = self.above if self.above is not None else self.below
        if isinstance(limit, Decimal) and (self.unit is None or self.source is None):
            raise ValueError("a limit in numbers needs its unit and its source")
        if self.role == "defining" and self.unit is None:
            raise ValueError("a defining analyte needs its unit")
        return self


class Concept(KnowledgeModel):
    """What the modalities share: names and codes in notes, analytes in labs, labels of image models.

    ``names`` are phrases of notes (matched without case, as whole words, against a mention's text; the longest name
    wins; plural and hyphen variants need not be listed). ``not_names`` hold a name and mean something else ("hay
    fever" is no fever); beside a word of ``not_near`` in its sentence a name means something else too (influenza in
    a list of vaccines). ``normal_phrases`` say in a note that the concept is absent ("normal renal function"), in
    ``normal_sections`` only where these are given. ``is_a`` are the ids of broader concepts: cellulitis is an
    infection, and a note that finds no infection on a picture does not undo it. ``chronic``: whoever had it still
    has it, so that a history of it counts today. ``expects`` names the modalities that usually speak of it: a
    missing one lowers the confidence. ``plain`` is the concept in everyday words, fit for "signs of ...".
    ``narrower_image_labels`` are labels of kinds of it, with their everyday words: an image model that sees a viral
    pneumonia sees a pneumonia, one that sees no viral pneumonia says nothing of other kinds.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    plain: str
    kind: Literal["disease", "symptom", "sign", "laboratory"]
    names: tuple[str, ...] = ()
    not_names: tuple[str, ...] = ()
    not_near: tuple[str, ...] = ()
    normal_phrases: tuple[str, ...] = ()
    normal_sections: tuple[str, ...] = ()
    is_a: tuple[str, ...] = ()
    chronic: bool = False
    codes: tuple[TerminologyCode, ...] = ()
    labs: tuple[ConceptLab, ...] = ()
    image_labels: tuple[str, ...] = ()
    narrower_image_labels: dict[str, str] = Field(default_factory=dict)
    expects: tuple[Literal["note", "observation", "image"], ...] = ("note",)

    @property
    def all_image_labels(self) -> tuple[str, ...]:
        """The labels of the concept and of its kinds."""
        return (*self.image_labels, *self.narrower_image_labels)


class ConceptFile(KnowledgeModel):
    """One file of ``rules/concepts/``."""

    schema_version: Literal[1]
    about: str
    concepts: tuple[Concept, ...]


Model = TypeVar("Model", bound=BaseModel)


def load_concepts(folder: Path | None = None) -> dict[str, Concept]:
    """Read ``rules/concepts/*.yaml`` into id -> concept.

    Raises
    ------
    KnowledgeError
        If a file does not fit, an id stands twice, or a broader concept is not there.
    """
    concepts: dict[str, Concept] = {}
    for file in read_yaml_folder(folder or resource("rules") / "concepts", ConceptFile):
        for concept in file.concepts:
            if concept.id in concepts:
                raise KnowledgeError("concepts", f'the id "{concept.id}" stands twice')
            concepts[concept.id] = concept
    for concept in concepts.values():
        for broader in concept.is_a:
            if broader not in concepts:
                hint = did_you_mean(broader, list(concepts))
                raise KnowledgeError("concepts", f'{concept.id}: unknown broader concept "{broader}"{hint}')
    return concepts


def broader_concepts(concepts: Mapping[str, Concept], concept_id: str) -> frozenset[str]:
    """Return the ids of all concepts that are broader than one, at any distance, without itself."""
    found: set[str] = set()
    waiting = list(concepts[concept_id].is_a)
    while waiting:
        broader = waiting.pop()
        if broader not in found:
            found.add(broader)
            waiting += concepts[broader].is_a
    return frozenset(found - {concept_id})


def resource(name: str) -> Path:
    """Return the folder ``rules``, ``templates`` or ``models`` of the installed or the editable package.

    A wheel carries ``rules/`` and ``templates/`` inside the package; a checkout has them beside it.
    """
    package = Path(str(files("nlp_engine")))
    inside = package / name
    return inside if inside.is_dir() else package.parent / name


def read_yaml(path: Path, model: type[Model]) -> Model:
    """Read one YAML file into ``model``.

    Raises
    ------
    KnowledgeError
        If the file is not YAML, or does not fit the model; the sentence names the file, the place in it, and for an
        unknown key the nearest legal one.
    """
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, yaml.YAMLError) as error:
        raise KnowledgeError(path.name, f"cannot be read as YAML ({_first_line(error)})") from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise KnowledgeError(path.name, _sentence(error, model)) from error


def read_yaml_folder(folder: Path, model: type[Model]) -> list[Model]:
    """Read every ``*.yaml`` of a folder, in order of name."""
    return [read_yaml(path, model) for path in sorted(folder.glob("*.yaml"))]


def fold_unit(spelling: str) -> str:
    """Return a unit's spelling as it is compared: without blanks and case, ``u`` for micro, plain digits."""
    plain = unicodedata.normalize("NFKC", spelling).casefold().replace("\u03bc", "u").replace("\u00d7", "x")
    return "".join(plain.split())


def normalise_phrase(text: str) -> str:
    """Return a phrase as it is compared: lower case, one blank between words, US spelling, singular.

    Hyphens, slashes and punctuation count as blanks, except a leading comparator and the ``+`` of "K+".
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    folded = re.sub(r"['\u2019]s\b|['\u2019]", "", folded)
    words = re.findall(r"[^\W_]+\+*", folded)
    return " ".join(_singular(_us_spelling(word)) for word in words)


def did_you_mean(word: str, legal: list[str]) -> str:
    """Return ``, did you mean "x"?`` for the nearest legal word, or an empty string."""
    near = get_close_matches(word, legal, n=1)
    return f', did you mean "{near[0]}"?' if near else ""


_US_SPELLING = (
    ("aemi", "emi"), ("haem", "hem"), ("oedem", "edem"), ("oesoph", "esoph"), ("diarrhoe", "diarrhe"),
    ("dyspnoe", "dyspne"), ("apnoe", "apne"), ("tumour", "tumor"), ("kalaem", "kalem"), ("natraem", "natrem"),
    ("leuco", "leuko"), ("orthopaed", "orthoped"), ("paediat", "pediat"), ("anaesth", "anesth"), ("faec", "fec"),
    ("caec", "cec"), ("gynaec", "gynec"), ("ischaem", "ischem"), ("foet", "fet"), ("caemi", "cemi"),
)  # fmt: skip


def _us_spelling(word: str) -> str:
    for british, american in _US_SPELLING:
        word = word.replace(british, american)
    return word


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ies", "as")):
        return word[:-1]
    return word


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """The safe loader, in C where available, refusing a key that stands twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                problem = f"key {key!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key)
        result: dict[object, object] = super().construct_mapping(node, deep=deep)
        return result


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _sentence(error: ValidationError, model: type[BaseModel]) -> str:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        key = str(first["loc"][-1])
        return f'unknown key "{place}"{did_you_mean(key, _all_keys(model))}'
    return f"{place or 'file'}: {first['msg']}"


def _all_keys(model: type[BaseModel], depth: int = 4) -> list[str]:
    """Collect the legal keys of a model and of the models inside it."""
    keys = list(model.model_fields)
    if depth:
        for field in model.model_fields.values():
            for inner in _models_in(field.annotation):
                keys += _all_keys(inner, depth - 1)
    return keys


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]
