"""``images/*`` and ``image_findings.json`` -> images and what image models said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TypeVar

from nlp_engine.cells.times import TimeDoubt, parse_time
from nlp_engine.readers.demographics import json_number, json_text, read_json
from nlp_engine.readers.files import IMAGE_FINDINGS_FILE, IMAGE_SUFFIXES, IMAGES, visible
from nlp_engine.readers.notes import dated_name, unique_ids
from nlp_engine.readers.problems import ProblemLog
from nlp_engine.readers.textfile import reason
from nlp_engine.record import Image, ImageOutput

_MARKS = {".png": (0, b"\x89PNG"), ".jpg": (0, b"\xff\xd8"), ".jpeg": (0, b"\xff\xd8"), ".dcm": (128, b"DICM")}
_T = TypeVar("_T")
_KEYS = ("image", "label", "score", "model", "model_version", "threshold", "time")


def read_images(folder: Path, log: ProblemLog) -> list[Image]:
    """List the images of a patient; a file that is not what its name says is told and left out."""
    entries = visible(folder)
    pictures = [path for path in entries if path.suffix.lower() in IMAGE_SUFFIXES]
    for path in entries:
        if path not in pictures:
            log.warning(f"{IMAGES}/{path.name}", "the file is not an image that is read; png, jpg and dcm are")
    images = []
    for path, name in zip(pictures, unique_ids(pictures), strict=True):
        shown = f"{IMAGES}/{path.name}"
        if _is_picture(path, shown, log):
            time, _ = dated_name(path, log, shown)
            images.append(Image(id=name, path=path.absolute(), time=time))
    return images


def read_image_outputs(path: Path, images: list[Image], log: ProblemLog) -> list[ImageOutput]:
    """Read ``image_findings.json``; an entry that cannot be used is told by its number and left out."""
    data = read_json(path, IMAGE_FINDINGS_FILE, log)
    entries = data.get("findings") if isinstance(data, dict) else data
    if not isinstance(entries, list):
        if data is not None:
            log.error(IMAGE_FINDINGS_FILE, 'the file holds no list; write [{"image", "label", "score", "model"}, ...]')
        return []
    return list(_outputs(entries, images, log))


def _outputs(entries: list[object], images: list[Image], log: ProblemLog) -> Iterator[ImageOutput]:
    for number, entry in enumerate(entries, start=1):
        shown = f"{IMAGE_FINDINGS_FILE} entry {number}"
        if not isinstance(entry, dict):
            log.error(shown, 'the entry is no JSON object and was left out; write {"image", "label", "score", "model"}')
            continue
        output = _output(entry, number, shown, images, log)
        if output is not None:
            yield output


def _output(
    entry: dict[str, object], number: int, shown: str, images: list[Image], log: ProblemLog
) -> ImageOutput | None:
    if any(key not in _KEYS for key in entry):
        log.warning(shown, f"the entry has an unknown key, not used; known ones are {', '.join(_KEYS)}")
    label = _needed(entry, "label", json_text, "the name of what the model looks for", shown, log)
    score = _needed(entry, "score", _probability, "a number from 0 to 1 (0.93 for 93 %)", shown, log)
    image = _needed(entry, "image", json_text, "the file name of the image", shown, log)
    if label is None or score is None or image is None:
        return None
    image_id, image_time = _image(image, images)
    if images and image_id is None:
        log.warning(shown, f'"image" names no file in {IMAGES}/; the entry was kept')
    time = _optional(entry, "time", _time, None, "a date such as 2024-05-01T08:30", shown, log)
    if not entry.get("model"):
        log.warning(shown, 'the entry names no "model"; the score is shown as one of an unknown model')
    return ImageOutput(
        id=f"image_findings-{number}",
        image_id=image_id or image,
        label=label,
        score=score,
        model=_optional(entry, "model", json_text, "unknown model", "a text", shown, log),
        model_version=_optional(entry, "model_version", _version, "unknown", "a text", shown, log),
        threshold=_optional(entry, "threshold", _probability, 0.5, "a number from 0 to 1", shown, log),
        time=time or image_time,
        source=shown,
    )


def _needed(
    entry: dict[str, object], key: str, read: Callable[[object], _T], right: str, shown: str, log: ProblemLog
) -> _T | None:
    if entry.get(key) is None:
        log.error(shown, f'the entry lacks "{key}" and was left out; it must be {right}')
        return None
    try:
        return read(entry[key])
    except ValueError:
        log.error(shown, f'"{key}" cannot be used and the entry was left out; it must be {right}')
        return None


def _optional(
    entry: dict[str, object],
    key: str,
    read: Callable[[object], _T],
    default: _T,
    right: str,
    shown: str,
    log: ProblemLog,
) -> _T:
    if entry.get(key) in (None, ""):
        return default
    try:
        return read(entry[key])
    except ValueError:
        log.warning(shown, f'"{key}" cannot be used and was left out; it must be {right}')
        return default


def _probability(value: object) -> float:
    number = json_number(value)
    if not 0 <= number <= 1:
        raise ValueError("not between 0 and 1")
    return number


def _version(value: object) -> str:
    if isinstance(value, str):
        return json_text(value)
    json_number(value)
    return str(value)


def _time(value: object) -> datetime | None:
    time = parse_time(json_text(value))
    if isinstance(time, TimeDoubt):
        raise ValueError("not a date")
    return time


def _image(name: str, images: list[Image]) -> tuple[str | None, datetime | None]:
    """Find the image that a model's output names by id, file name or path."""
    wanted = PurePosixPath(name.replace("\\", "/")).name
    for image in images:
        if wanted in (image.path.name, image.id):
            return image.id, image.time
    return None, None


def _is_picture(path: Path, shown: str, log: ProblemLog) -> bool:
    at, mark = _MARKS[path.suffix.lower()]
    try:
        with path.open("rb") as file:
            begin = file.read(at + len(mark))
    except OSError as error:
        log.error(shown, f"the image cannot be opened ({reason(error)}); make it readable")
        return False
    if begin[at:] != mark:
        log.error(shown, "the file is not the kind of image that its name says, and was left out; export it again")
        return False
    return True
