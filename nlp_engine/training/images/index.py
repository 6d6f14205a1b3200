"""The index of a picture set: what is where, whose it is, and on which side of the split."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nlp_engine.errors import InputError

_NEEDED = ("file", "label", "patient_id")
PARTS = ("train", "dev")
_SAFE = "abcdefghijklmnopqrstuvwxyz0123456789_-"


@dataclass(frozen=True, slots=True)
class Entry:
    """One picture.

    Parameters
    ----------
    row
        Its line of the index, the head being line 1.
    archive
        The zip that holds it, relative to the data folder; empty for a plain file.
    part
        ``train``, ``dev``, another word for rows that are never read, or empty where the index has no such column.
    """

    row: int
    archive: str
    file: str
    label: str
    patient: str
    part: str


def read_index(path: Path) -> list[Entry]:
    """Read an index: a CSV with the columns file, label, patient_id and, if there are any, archive and part.

    Raises
    ------
    nlp_engine.errors.InputError
        If it cannot be read, lacks a column, or a row lacks a value.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
            columns = tuple(reader.fieldnames or ())
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path.name, "cannot be read as a UTF-8 table", "give a CSV file") from error
    if missing := [name for name in _NEEDED if name not in columns]:
        raise InputError(path.name, f'has no column "{missing[0]}"', f"it needs {', '.join(_NEEDED)}")
    if not rows:
        raise InputError(path.name, "has no rows", "give one row a picture")
    return [_entry(path, number, row) for number, row in enumerate(rows, start=2)]


def with_parts(entries: Sequence[Entry], digests: Sequence[str], *, dev_share: float, seed: int) -> list[Entry]:
    """Return the entries with the part of each, drawn by patient where the index gives none.

    Patients who share a byte-identical picture stay together. The draw depends on ``patient_id`` and ``seed`` alone,
    so that a patient keeps the part when the index grows.
    """
    if any(entry.part for entry in entries):
        return list(entries)
    groups = _groups(entries, digests)
    return [
        replace(entry, part="dev" if _draw(groups[entry.patient], seed) < dev_share else "train") for entry in entries
    ]


def check_split(entries: Sequence[Entry], digests: Sequence[str]) -> None:
    """Refuse a split that would flatter the result.

    Raises
    ------
    nlp_engine.errors.InputError
        If a patient or a byte-identical picture stands in both parts, a part lacks a label, or there is one label.
    """
    _refuse_shared(entries, [entry.patient for entry in entries], "patients", "move each patient to one part")
    _refuse_shared(entries, digests, "byte-identical pictures", "keep copies on one side or leave them out")
    labels = {part: {entry.label for entry in entries if entry.part == part} for part in PARTS}
    if len(labels["train"]) < 2:
        raise InputError("the index", "has fewer than two labels in part train", "give pictures of two labels or more")
    if labels["train"] != labels["dev"]:
        raise InputError("the index", "has not the same labels in parts train and dev", "put each label in both parts")


def classes_of(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return the labels, a normal one first, the others by the alphabet."""
    names = {entry.label for entry in entries}
    return tuple(sorted(names, key=lambda name: (not is_normal(name), name)))


def is_normal(label: str) -> bool:
    """Say whether a label means that nothing was found."""
    return label.lower() in {"normal", "no_finding", "healthy"}


def _entry(path: Path, number: int, row: dict[str, str]) -> Entry:
    values = {name: (row.get(name) or "").strip() for name in (*_NEEDED, "archive", "part")}
    for name in _NEEDED:
        if not values[name]:
            raise InputError(f"{path.name}, row {number}", f'has no "{name}"', "fill it or leave the row out")
    label = values["label"].lower().replace(" ", "_")
    if set(label) - set(_SAFE):
        raise InputError(f"{path.name}, row {number}", "has an unusual label", "use letters, digits, - and _")
    return Entry(number, values["archive"], values["file"], label, values["patient_id"], values["part"])


def _refuse_shared(entries: Sequence[Entry], keys: Sequence[str], what: str, remedy: str) -> None:
    first: dict[str, Entry] = {}
    shared: dict[str, int] = {}
    for entry, key in zip(entries, keys, strict=True):
        if entry.part not in PARTS:
            continue
        if first.setdefault(key, entry).part != entry.part:
            shared.setdefault(key, entry.row)
    if shared:
        key, row = next(iter(shared.items()))
        rows = f"rows {first[key].row} and {row}"
        raise InputError("the index", f"has {len(shared)} {what} in both train and dev, first in {rows}", remedy)


def _groups(entries: Sequence[Entry], digests: Sequence[str]) -> dict[str, str]:
    """Return patient -> the first patient of those that are linked by byte-identical pictures."""
    leader = {entry.patient: entry.patient for entry in entries}

    def find(patient: str) -> str:
        while leader[patient] != patient:
            patient = leader[patient]
        return patient

    holders: dict[str, set[str]] = defaultdict(set)
    for entry, digest in zip(entries, digests, strict=True):
        holders[digest].add(entry.patient)
    for patients in holders.values():
        top = min(find(patient) for patient in patients)
        for patient in patients:
            leader[find(patient)] = top
    return {patient: find(patient) for patient in leader}


def _draw(patient: str, seed: int) -> float:
    """Return a number of 0 to 1 that only the patient and the seed decide."""
    return int(hashlib.sha256(f"{seed}|{patient}".encode()).hexdigest()[:12], 16) / 16**12
