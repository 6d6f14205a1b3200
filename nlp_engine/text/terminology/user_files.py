"""Terminologies that a user brings: CSV or JSON Lines with code, name, system, synonyms; RxNorm's RXNCONSO.RRF."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp_engine.assessment import MentionLabel
from nlp_engine.errors import InputError
from nlp_engine.knowledge import did_you_mean
from nlp_engine.text.terminology.index import Index, Kind, Term

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
_COLUMNS = ("code", "name", "system", "synonyms", "label")
_NEEDED = ("code", "name", "system")
_RXNORM_TYPES = frozenset({"IN", "PIN", "MIN", "BN"})
_RXNORM_CELLS = 18
_CODED = (MentionLabel.PROBLEM, MentionLabel.TEST, MentionLabel.DRUG, MentionLabel.TREATMENT, MentionLabel.ANATOMY)


@dataclass(frozen=True, slots=True)
class UserTerminology:
    """The rows of one system; ``labels`` are the mentions that get its codes."""

    index: Index
    labels: frozenset[MentionLabel]


def read_terminology(path: Path) -> list[UserTerminology]:
    """Read a file into one terminology for each system (and label) in it.

    Parameters
    ----------
    path
        ``.csv`` (UTF-8, a head row: code, name, system, and if you like synonyms, parted by ``|``, and label, the kind
        of mention that gets the code), ``.jsonl`` (the same keys; synonyms are a list) or ``RXNCONSO.RRF``.

    Raises
    ------
    nlp_engine.errors.InputError
        If there is no such file, or a row does not fit; the sentence names the row.
    """
    readers = {".csv": _csv_rows, ".jsonl": _json_rows, ".rrf": _rxnorm_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InputError(path.name, "is of no known kind", "give a .csv, .jsonl or .RRF file")
    if not path.is_file():
        raise InputError(path.name, "does not exist", "give the file of a terminology")
    groups: dict[tuple[str, MentionLabel | None], dict[str, tuple[str, list[str]]]] = defaultdict(dict)
    try:
        for where, row in reader(path):
            system, label, code, name, synonyms = _checked(where, row)
            _, names = groups[system, label].setdefault(code, (name, []))
            names += [name, *synonyms]
    except UnicodeDecodeError as error:
        raise InputError(path.name, "is not UTF-8", "save it as UTF-8") from error
    if not groups:
        raise InputError(path.name, "holds no terms", "give a row for each code")
    return [
        UserTerminology(_index(system, terms), frozenset(_CODED if label is None else (label,)))
        for (system, label), terms in groups.items()
    ]


def _index(system: str, terms: Mapping[str, tuple[str, Sequence[str]]]) -> Index:
    return Index.build(
        (
            Term(code, name, tuple((other, Kind.EXACT) for other in names if other != name))
            for code, (name, names) in terms.items()
        ),
        system=system,
    )


Row = Mapping[str, object]


def _csv_rows(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file, strict=True)
        _check_keys(path.name, reader.fieldnames or ())
        try:
            for number, row in enumerate(reader, 2):
                if None in row or None in row.values():
                    raise InputError(
                        f"{path.name}, row {number}",
                        "has not as many cells as the head",
                        "quote cells that hold commas",
                    )
                synonyms = [part for part in (row.get("synonyms") or "").split("|") if part.strip()]
                yield f"{path.name}, row {number}", {**row, "synonyms": synonyms}
        except csv.Error as error:
            raise InputError(path.name, "is not readable as CSV", f"mend line {reader.line_num}") from error


def _json_rows(path: Path) -> Iterator[tuple[str, Row]]:
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                where = f"{path.name}, line {number}"
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise InputError(where, "is not JSON", "write one JSON object a line") from error
                if not isinstance(row, dict):
                    raise InputError(where, "is not a JSON object", "write one JSON object a line")
                _check_keys(where, list(row))
                yield where, row


def _rxnorm_rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Yield ingredients and brands of RxNorm's own names; other sources in the file have other licences."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            cells = line.rstrip("\n").split("|")
            if len(cells) < _RXNORM_CELLS:
                raise InputError(f"{path.name}, line {number}", "is no row of RXNCONSO", "give RxNorm's RXNCONSO.RRF")
            code, source, kind, name, suppressed = cells[0], cells[11], cells[12], cells[14], cells[16]
            if source == "RXNORM" and kind in _RXNORM_TYPES and suppressed == "N":
                row = {"code": code, "name": name, "system": RXNORM, "synonyms": [], "label": MentionLabel.DRUG.value}
                yield f"{path.name}, line {number}", row


def _check_keys(where: str, keys: Sequence[str]) -> None:
    for key in keys:
        if key not in _COLUMNS:
            hint = did_you_mean(key, list(_COLUMNS)).replace("?", "") if key else ""
            raise InputError(where, f'has an unknown column "{key}"{hint}', f"use {', '.join(_COLUMNS)}")
    missing = [key for key in _NEEDED if key not in keys]
    if missing:
        raise InputError(where, f"lacks the column {missing[0]}", f"give {', '.join(_NEEDED)}")


def _checked(where: str, row: Row) -> tuple[str, MentionLabel | None, str, str, list[str]]:
    code, name, system = (str(row[key] if row[key] is not None else "").strip() for key in _NEEDED)
    for key, value in zip(_NEEDED, (code, name, system), strict=True):
        if not value:
            raise InputError(where, f"has an empty {key}", "fill it")
    label = str(row.get("label") or "").strip()
    if label and label not in MentionLabel.__members__:
        raise InputError(where, "has an unknown label", f"use one of {', '.join(MentionLabel)}")
    synonyms = row.get("synonyms") or []
    if not isinstance(synonyms, list) or not all(isinstance(other, str) for other in synonyms):
        raise InputError(where, "has synonyms that are no list of words", 'write ["...", "..."]')
    return system, MentionLabel(label) if label else None, code, name, synonyms
