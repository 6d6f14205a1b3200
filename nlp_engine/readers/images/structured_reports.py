"""DICOM structured reports of image models -> entries.

Read are probabilities wherever they stand in the tree of a report (measurement reports of TID 1500, CAD of TID 4000 and
4100): NUM items named as a probability or as a known finding, and CODE items that say that a known finding is present
or absent. Model and version come from the algorithm identification (TID 4019), else from the device that observed
(TID 1004), else from the equipment. What persons reported is no output of a model and is not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydicom import Dataset

from nlp_engine.pictures.header import BROKEN, STRUCTURED_REPORT, moment, quiet, read_dataset, text_of
from nlp_engine.pictures.outputs import DOUBTFUL_NO, OutputWords, is_doubtful_no
from nlp_engine.readers.images.entries import Entry
from nlp_engine.readers.images.pictures import PictureFolder
from nlp_engine.readers.problems import ProblemLog

_ELEMENTS = (
    "SOPClassUID", "ContentSequence", "ConceptNameCodeSequence", "ValueType", "SoftwareVersions",
    "ManufacturerModelName", "ContentDate", "ContentTime", "CurrentRequestedProcedureEvidenceSequence", "PatientID",
)  # fmt: skip
_OBSERVER_TYPE, _PERSON, _FINDING = "121005", "121006", "121071"
_ALGORITHM_NAME, _ALGORITHM_VERSION, _ALGORITHM_PARAMETERS = "111001", "111003", "111002"
_DEVICE_NAMES = ("121013", "121015")
"""Code values of DCM (DICOM PS3.16 Annex D): device observer name, then its model name."""
_NUMBER = re.compile(r"[=:\s]\s*(\d*\.?\d+)")
_MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class _Context:
    """What the items above say of an item."""

    model: str = ""
    version: str = ""
    device: str = ""
    device_version: str = ""
    threshold: float | None = None
    finding: str = ""
    images: tuple[str, ...] = ()
    by_person: bool = False


@dataclass(slots=True)
class _Report:
    """A report while it is walked through: what the model said, with the images; and how much of each kind it holds."""

    words: OutputWords
    said: list[tuple[dict[str, object], tuple[str, ...]]] = field(default_factory=list)
    held: Counter[str] = field(default_factory=Counter)


def report_entries(path: Path, shown: str, pictures: PictureFolder, log: ProblemLog) -> Iterator[Entry]:
    """Yield an entry for each probability of a finding; what else the report holds is told as numbers.

    Raises
    ------
    PictureError
        If the file is not DICOM that can be read.
    """
    report = _Report(OutputWords.load())
    with quiet():
        dataset = read_dataset(path, _ELEMENTS, pixels=False)
        if not text_of(dataset, "SOPClassUID").startswith(STRUCTURED_REPORT):
            log.warning(shown, "the file is no structured report and was not read; put pictures into images/")
            return
        try:
            _walk(dataset, _from_equipment(dataset), report, 0)
        except BROKEN:
            log.error(shown, "the structured report is broken, and only what stands before was read; export it again")
            report.held["broken"] += 1
        patient = text_of(dataset, "PatientID")
        if patient and pictures.people and patient not in pictures.people:
            log.warning(shown, "the report names another patient than the pictures; check that it belongs to this one")
        time = moment(text_of(dataset, "ContentDate") + text_of(dataset, "ContentTime"))
    _tell(report, shown, log)
    for number, (fields, images) in enumerate(report.said, start=1):
        picture = next((found for uid in images if (found := pictures.named(uid)) is not None), None)
        fields["image"] = picture.id if picture else f"image of {path.name}"
        fields["time"] = None if picture and picture.time else time
        yield Entry(f"{shown}-{number}", fields, f"{shown} item {number}", log)


def _from_equipment(dataset: Dataset) -> _Context:
    references = tuple(
        text_of(instance, "ReferencedSOPInstanceUID")
        for study in dataset.get("CurrentRequestedProcedureEvidenceSequence") or ()
        for series in study.get("ReferencedSeriesSequence") or ()
        for instance in series.get("ReferencedSOPSequence") or ()
    )
    return _Context(
        device=text_of(dataset, "ManufacturerModelName"),
        device_version=text_of(dataset, "SoftwareVersions"),
        images=references if len(references) == 1 else (),
    )


def _walk(item: Dataset, above: _Context, report: _Report, depth: int) -> None:
    """Read the items inside an item; what they say of their siblings comes first."""
    children = list(item.get("ContentSequence") or ())
    context = _with_properties(above, item, children, report.words)
    before = len(report.said)
    for child in children:
        if text_of(child, "ValueType") == "NUM":
            _number_item(child, context, report)
        elif depth < _MAX_DEPTH:
            _walk(child, context, report, depth + 1)
    for child in children:
        report.held[text_of(child, "ValueType")] += 1
        if text_of(child, "ValueType") == "CODE":
            _code_item(child, context, report, before)


def _with_properties(context: _Context, item: Dataset, children: list[Dataset], words: OutputWords) -> _Context:
    """Return the context with what an item and its children say of all of them."""
    if text_of(item, "ValueType") == "CODE" and words.is_finding(_meaning(item, "ConceptCodeSequence")):
        context = replace(context, finding=_meaning(item, "ConceptCodeSequence"))
    images = tuple(
        text_of(reference, "ReferencedSOPInstanceUID")
        for child in children
        if text_of(child, "ValueType") == "IMAGE"
        for reference in child.get("ReferencedSOPSequence") or ()
    )
    context = replace(context, images=images or context.images)
    for child in children:
        context = _with_property(context, child)
    return context


def _with_property(context: _Context, child: Dataset) -> _Context:
    name, text = _code(child, "ConceptNameCodeSequence"), text_of(child, "TextValue")
    if name == _OBSERVER_TYPE:
        return replace(context, by_person=_code(child, "ConceptCodeSequence") == _PERSON)
    if name in _DEVICE_NAMES and text:
        return replace(context, device=text)
    if name == _ALGORITHM_NAME and text:
        return replace(context, model=text)
    if name == _ALGORITHM_VERSION and text:
        return replace(context, version=text)
    if name == _ALGORITHM_PARAMETERS and OutputWords.load().is_threshold(text):
        number = _NUMBER.search(text)
        return replace(context, threshold=float(number[1]) if number else context.threshold)
    if name == _FINDING:
        return replace(context, finding=_meaning(child, "ConceptCodeSequence"))
    return context


def _number_item(item: Dataset, above: _Context, report: _Report) -> None:
    context = _with_properties(above, item, list(item.get("ContentSequence") or ()), report.words)
    words, name = report.words, _meaning(item, "ConceptNameCodeSequence")
    measured = next(iter(item.get("MeasuredValueSequence") or ()), Dataset())
    score = words.probability(_number(measured), _code(measured, "MeasurementUnitsCodeSequence"))
    if words.is_probability(name):
        label = words.finding_in(name) or context.finding
    else:
        label = name if words.is_finding(name) else ""
    if score is None or not label:
        report.held["measurement"] += 1
    else:
        _say(label, score, context, report)


def _code_item(item: Dataset, context: _Context, report: _Report, before: int) -> None:
    """Take a yes or no; one beside a probability of the same finding only tells whether that is doubtful."""
    name = _meaning(item, "ConceptNameCodeSequence")
    score = report.words.presence(_meaning(item, "ConceptCodeSequence"))
    if score is None or not report.words.is_finding(name):
        return
    scored = [said for said in report.said[before:] if said[0]["label"] == name]
    doubtful = [said for said in scored if is_doubtful_no(score, said[0]["score"], context.threshold)]
    if doubtful:
        report.said = [said for said in report.said if said not in doubtful]
        report.held["doubtful"] += len(doubtful)
    if not scored:
        report.held["yes or no"] += not _is_by_person(context)
        _say(name, score, context, report)


def _say(label: str, score: float, context: _Context, report: _Report) -> None:
    if _is_by_person(context):
        report.held["of a person"] += 1
        return
    fields: dict[str, object] = {
        "label": label,
        "score": score,
        "model": context.model or context.device,
        # The version of a device is not that of an algorithm that it runs.
        "model_version": context.version if context.model else context.device_version,
        "threshold": context.threshold,
    }
    report.said.append((fields, context.images))


def _is_by_person(context: _Context) -> bool:
    return context.by_person and not context.model


def _tell(report: _Report, shown: str, log: ProblemLog) -> None:
    held = report.held
    if held["of a person"]:
        log.warning(shown, f"findings that a person, no model, reported were not read ({held['of a person']})")
    if held["yes or no"]:
        log.warning(shown, f"findings without a probability: present counts as 1 and absent as 0 ({held['yes or no']})")
    if held["doubtful"]:
        log.error(shown, f"{DOUBTFUL_NO} ({held['doubtful']})")
    if not report.said and not any(held[what] for what in ("of a person", "broken", "doubtful")):
        log.warning(
            shown,
            f"the structured report holds no probability of a finding ({held['TEXT']} texts, {held['NUM']} numbers, "
            f"{held['CODE']} codes, {held['IMAGE']} references to images) and was not read; put its words into notes/",
        )
    elif held["measurement"]:
        log.warning(shown, f"numbers that are no probability of a finding were not read ({held['measurement']})")


def _number(measured: Dataset) -> float:
    value = measured.get("NumericValue")
    number = value[0] if isinstance(value, Sequence) else value
    return float("nan") if number is None else float(number)


def _code(item: Dataset, sequence: str) -> str:
    code = next(iter(item.get(sequence) or ()), None)
    return text_of(code, "CodeValue") if code is not None else ""


def _meaning(item: Dataset, sequence: str) -> str:
    code = next(iter(item.get(sequence) or ()), None)
    return text_of(code, "CodeMeaning") if code is not None else ""
