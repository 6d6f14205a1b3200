"""The index of a picture set: what is where, whose it is, and on which side of the split."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nlp_engine.cells.columns import TableKind
from nlp_engine.errors import InputError
from nlp_engine.imaging.features.copies import joined
from nlp_engine.readers.tables import Row, open_table
from nlp_engine.readers.textfile import UnreadableTextError

PARTS = ("train", "dev")
_NEEDED = ("file", "label", "patient_id")
_INDEX = TableKind(
    (*_NEEDED, "archive", "part"), needed=tuple((name,) for name in _NEEDED), times=(), aliases={"split": "part"}
)
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
    """Read an index: a table with the columns file, label, patient_id and, if there are any, archive and part.

    Commas, semicolons or tabs, with or without a byte order mark; empty lines count as rows and are passed over.

    Raises
    ------
    nlp_engine.errors.InputError
        If it cannot be read, lacks a column, a row lacks a value, or two rows name one file.
    """
    try:
        table = open_table(path, _INDEX)
        rows = list(table.rows)
    except UnreadableTextError as error:
        remedy = f"give a table with a row a picture and the columns {', '.join(_NEEDED)}"
        raise InputError(path.name, str(error).partition(";")[0], remedy) from error
    if table.doubts:
        raise InputError(path.name, table.doubts[0].partition(";")[0], "name a column once, and save it as UTF-8")
    if not rows:
        raise InputError(path.name, "has no rows", "give one row a picture")
    first: dict[tuple[str, str], int] = {}
    entries = [_entry(path, row) for row in rows]
    for entry in entries:
        before = first.setdefault((entry.archive, entry.file), entry.row)
        if before != entry.row:
            raise InputError(f"{path.name}, row {entry.row}", f"names the file of row {before} again", "leave one out")
    return entries


def to_learn_from(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries of parts train and dev, or all where the index has no parts.

    Raises
    ------
    nlp_engine.errors.InputError
        If some rows have a part and others none, or a part has no rows.
    """
    found = {entry.part for entry in entries}
    if found == {""}:
        return list(entries)
    for entry in entries:
        if not entry.part:
            raise InputError(f"index row {entry.row}", 'has no "part", though others have', "fill it in all rows")
    for part in PARTS:
        if part not in found:
            told = ", ".join(sorted(found))
            raise InputError("the index", f'has no row of part "{part}" (its parts: {told})', "name them train and dev")
    return [entry for entry in entries if entry.part in PARTS]


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
    """Refuse a split that would flatter the result, or that nothing can be learnt or measured on.

    Raises
    ------
    nlp_engine.errors.InputError
        If a patient or a byte-identical picture stands in both parts, there is one label, a label has one patient, a
        part lacks a label, or a part has one patient.
    """
    _refuse_shared(entries, [entry.patient for entry in entries], "patients", "move each patient to one part")
    _refuse_shared(entries, digests, "byte-identical pictures", "keep copies on one side or leave them out")
    labels = sorted({entry.label for entry in entries})
    if len(labels) < 2:
        raise InputError("the index", f'has the label "{labels[0]}" alone', "give pictures of two labels or more")
    for label in labels:
        if len({entry.patient for entry in entries if entry.label == label}) < 2:
            problem = f'has the label "{label}" for one patient only, who cannot be in both parts'
            raise InputError("the index", problem, "give each label two patients or more, or leave it out")
    for part in PARTS:
        inside = [entry for entry in entries if entry.part == part]
        if missing := [label for label in labels if label not in {entry.label for entry in inside}]:
            problem = f'has no picture labelled "{missing[0]}" in part {part}'
            raise InputError("the index", problem, "put each label in both parts, or draw them with another --seed")
        if len({entry.patient for entry in inside}) < 2:
            raise InputError("the index", f"has one patient only in part {part}", "give each part two patients or more")


def classes_of(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return the labels, a normal one first, the others by the alphabet."""
    names = {entry.label for entry in entries}
    return tuple(sorted(names, key=lambda name: (not is_normal(name), name)))


def is_normal(label: str) -> bool:
    """Say whether a label means that nothing was found."""
    return label.lower() in {"normal", "no_finding", "healthy"}


def _entry(path: Path, row: Row) -> Entry:
    where = f"{path.name}, row {row.number}"
    if row.extra:
        raise InputError(where, "has more cells than the head", 'put a file name with a comma in quotation marks ("")')
    values = {name: row.cells.get(name, "") for name in _INDEX.columns}
    for name in _NEEDED:
        if not values[name]:
            raise InputError(where, f'has no "{name}"', "fill it or leave the row out")
    label = values["label"].lower().replace(" ", "_")
    if set(label) - set(_SAFE):
        raise InputError(where, "has an unusual label", "use the letters a to z, digits, - and _")
    part = values["part"].lower()
    return Entry(row.number, values["archive"], values["file"], label, values["patient_id"], part)


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
    patients = sorted({entry.patient for entry in entries})
    numbers = {patient: number for number, patient in enumerate(patients)}
    holder: dict[str, int] = {}
    links = [
        (holder.setdefault(digest, numbers[entry.patient]), numbers[entry.patient])
        for entry, digest in zip(entries, digests, strict=True)
    ]
    return {patients[member]: patients[group[0]] for group in joined(links) for member in group}


def _draw(patient: str, seed: int) -> float:
    """Return a number of 0 to 1 that only the patient and the seed decide."""
    return int(hashlib.sha256(f"{seed}|{patient}".encode()).hexdigest()[:12], 16) / 16**12
