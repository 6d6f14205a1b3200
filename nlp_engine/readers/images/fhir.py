"""FHIR R4 Observations of an image model, alone, in a Bundle or in a DiagnosticReport -> entries.

Read as plain JSON: label from the code or the coded value, score from a quantity or a component that is named as a
probability, model and version from the Device, image from what the Observation was derived from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeVar

from pydantic import ValidationError

from nlp_engine.pictures.outputs import DOUBTFUL_NO, OutputWords, is_doubtful_no
from nlp_engine.readers.images.entries import Entry
from nlp_engine.readers.images.fhir_resources import (
    Device,
    Element,
    Observation,
    Pictured,
    Quantity,
    Reference,
    Subject,
    Valued,
)
from nlp_engine.readers.images.pictures import PictureFolder
from nlp_engine.readers.problems import ProblemLog

_Model = TypeVar("_Model", bound=Element)
_VOID = ("entered-in-error", "cancelled")
_MAX_DEPTH = 20
_NO_FINDING = (
    "the Observation holds no probability of a finding and was left out; give its name as code and its probability as "
    "valueQuantity"
)

_STRANGER = "the Observation names another patient and was left out; put it into the folder of that patient"


@dataclass(slots=True)
class _Resources:
    """The resources of one file: those that can be referred to, and its Observations in order."""

    by_reference: dict[str, dict[str, object]] = field(default_factory=dict)
    observations: list[dict[str, object]] = field(default_factory=list)

    def add(self, resource: object, address: object = None, depth: int = 0) -> None:
        """Take up a resource and all that stand in it."""
        if not isinstance(resource, dict) or depth > _MAX_DEPTH:
            return
        kind, name = resource.get("resourceType"), resource.get("id")
        self.by_reference |= {f"{kind}/{name}": resource, f"#{name}": resource, str(address): resource}
        if kind == "Observation":
            self.observations.append(resource)
        inner = resource.get("contained")
        for held in inner if isinstance(inner, list) else ():
            self.add(held, depth=depth + 1)
        entries = resource.get("entry")
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                self.add(entry.get("resource"), entry.get("fullUrl"), depth + 1)

    def of(self, reference: Reference, model: type[_Model]) -> _Model | None:
        """Return what a reference leads to, None if it is not in the file or cannot be read."""
        address = (reference.reference or "").partition("/_history/")[0]
        found = self.by_reference.get(address) or self.by_reference.get("/".join(address.split("/")[-2:]))
        try:
            return None if found is None else model.model_validate(found)
        except ValidationError:
            return None


def fhir_entries(
    data: dict[str, object], shown: str, pictures: PictureFolder, log: ProblemLog, patient_ids: frozenset[str]
) -> Iterator[Entry]:
    """Yield an entry for each finding of the Observations of a file; each one that cannot be read is told.

    Parameters
    ----------
    patient_ids
        Ids of the patient of the record; Observations of another patient are left out.
    """
    resources = _Resources()
    resources.add(data)
    if not resources.observations:
        log.error(
            shown, "the FHIR resource holds no Observation, and nothing else is read; give the model's Observations"
        )
    read = [
        (f"{shown} Observation {number}", number, _read(raw, f"{shown} Observation {number}", log))
        for number, raw in enumerate(resources.observations, start=1)
    ]
    strangers = _strangers([one for _, _, one in read if one is not None], resources, patient_ids, shown, log)
    for place, number, observation in read:
        if observation is None:
            continue
        if _subject_ids(observation, resources) in strangers:
            log.error(place, _STRANGER)
            continue
        common = _common(observation, resources, pictures, shown)
        said = list(_said(observation, place, log))
        if any(_is_doubtful(observation, score) for _, score in said):
            log.error(place, DOUBTFUL_NO)
            continue
        if not said and not observation.hasMember:
            # One with members only holds others together.
            log.error(place, _NO_FINDING)
        for part, (label, score) in enumerate(said, start=1):
            name = f"{shown}-{number}" if len(said) == 1 else f"{shown}-{number}-{part}"
            yield Entry(name, common | {"label": label, "score": score}, place, log)


def _read(raw: dict[str, object], place: str, log: ProblemLog) -> Observation | None:
    try:
        observation = Observation.model_validate(raw)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        log.error(place, f'the Observation cannot be read and was left out; "{where}" is not as FHIR R4 has it')
        return None
    if observation.status in _VOID:
        log.warning(place, f"the Observation is {observation.status} and was left out")
        return None
    return observation


def _strangers(
    observations: list[Observation], resources: _Resources, own: frozenset[str], shown: str, log: ProblemLog
) -> set[frozenset[str]]:
    """Return the ids of the patients of a file who are not that of the record.

    Servers give ids of their own: a single patient whose ids are not known here is taken for that of the record, with
    a warning.
    """
    named = {ids for one in observations if (ids := _subject_ids(one, resources))}
    others = {ids for ids in named if not ids & own}
    if len(others) == len(named) == 1:
        log.warning(shown, "the patient has another id than this folder; check that it is the same one")
        return set()
    return others


def _subject_ids(observation: Observation, resources: _Resources) -> frozenset[str]:
    """Return the ids under which an Observation names its patient; names of people are not looked at."""
    reference = observation.subject
    if reference is None:
        return frozenset()
    patient = resources.of(reference, Subject) or Subject()
    address = (reference.reference or "").partition("/_history/")[0]
    told = [reference.identifier, *patient.identifier]
    ids = {identifier.value for identifier in told if identifier}
    if not address.startswith(("#", "urn:")):
        ids.add(address.rpartition("/")[2])
    if not address.startswith("#"):
        ids.add(patient.id)
    return frozenset(one for one in ids if one)


def _said(observation: Observation, place: str, log: ProblemLog) -> Iterator[tuple[str, float]]:
    """Yield label and score: of the Observation itself, and of each component that is a finding."""
    words, name = OutputWords.load(), observation.code.words
    presence = words.presence(observation.answer)
    is_named = words.is_finding(name) and not words.is_finding(observation.word)
    label = name if is_named or presence is not None else observation.word or name
    score = _score(observation, name)
    for part in observation.component:
        if words.is_probability(part.code.words) and not words.finding_in(part.code.words):
            score = _share(part.valueQuantity) if score is None else score
    if score is None and presence is not None and words.is_finding(name):
        log.warning(place, "the finding has no probability; present counts as 1 and absent as 0")
        score = presence
    if score is not None:
        yield words.finding_in(label) or label, score
    for part in observation.component:
        score, found = _score(part, part.code.words), words.finding_in(part.code.words)
        if score is not None and found:
            yield found, score


def _is_doubtful(observation: Observation, score: float) -> bool:
    return is_doubtful_no(OutputWords.load().presence(observation.answer), score, _threshold(observation))


def _score(valued: Valued, name: str) -> float | None:
    """Return a quantity that is a probability by its name, or of a known finding; an ejection fraction is none."""
    words = OutputWords.load()
    return _share(valued.valueQuantity) if words.is_probability(name) or words.is_finding(name) else None


def _share(quantity: Quantity | None) -> float | None:
    if quantity is None or quantity.value is None:
        return None
    return OutputWords.load().probability(quantity.value, quantity.code or quantity.unit or "")


def _common(observation: Observation, resources: _Resources, pictures: PictureFolder, shown: str) -> dict[str, object]:
    """Return the fields that all findings of an Observation share."""
    device = resources.of(observation.device, Device) if observation.device else None
    names = [name.name for name in device.deviceName] + [device.modelNumber or ""] if device else []
    told = observation.device.display if observation.device else None
    image = next((found for name in _names(observation, resources) if (found := pictures.named(name))), None)
    return {
        "model": next((name for name in names if name), told),
        "model_version": next((version.value for version in device.version), None) if device else None,
        "threshold": _threshold(observation),
        "image": image.id if image else f"image of {PurePosixPath(shown).name}",
        "time": None if image and image.time else observation.time,
    }


def _names(observation: Observation, resources: _Resources) -> Iterator[str]:
    """Yield all names under which an Observation may mean a picture."""
    for reference in (*observation.derivedFrom, *observation.focus):
        target = resources.of(reference, Pictured)
        yield from target.names if target else ()
        identifier = reference.identifier.value if reference.identifier else None
        yield from (name for name in (reference.display, identifier, reference.reference) if name)


def _threshold(observation: Observation) -> float | None:
    words = OutputWords.load()
    for part in observation.component:
        if words.is_threshold(part.code.words):
            return _share(part.valueQuantity)
    for limits in observation.referenceRange:
        if words.is_threshold(limits.text or ""):
            return _share(limits.low or limits.high)
    return None
