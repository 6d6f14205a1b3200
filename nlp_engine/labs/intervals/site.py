"""A site's own intervals and critical limits: one file, CSV or YAML, that people read and edit.

CSV has one row an interval (`COLUMNS`), ``kind`` says ``interval``, ``critical``, ``not flagged`` (a test that the site
does not flag) or ``not learnt`` (a row that only tells why there is none). YAML has the same rows under ``intervals``,
``critical``, ``not_flagged`` and ``not_learnt``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Literal

import yaml
from pydantic import ValidationError

from nlp_engine.errors import InputError, KnowledgeError
from nlp_engine.knowledge import KnowledgeModel, did_you_mean, read_yaml
from nlp_engine.labs.catalogue import Analyte, Catalogue
from nlp_engine.labs.intervals.ages import AgeBand
from nlp_engine.labs.intervals.book import Limit, Shelf, in_own_unit
from nlp_engine.labs.intervals.files import Band
from nlp_engine.labs.names import fold_name
from nlp_engine.record import Sex

YAML_SUFFIXES = frozenset({".yaml", ".yml"})
SUFFIXES = YAML_SUFFIXES | {".csv"}
_ALL_AGES = "0d-"
_KINDS = {
    "interval": "intervals", "critical": "critical", "not flagged": "not_flagged", "not learnt": "not_learnt",
}  # fmt: skip


class SiteRow(KnowledgeModel):
    """One interval, one pair of critical limits, or one analyte that has none.

    Parameters
    ----------
    analyte
        The id of an analyte of ``rules/labs``, or its name; ``code`` (LOINC) serves as well.
    test
        The site's own name of the test, where it holds for rows of that name only.
    unit
        UCUM; the analyte's own unit if None.
    age
        A band of age such as "18y-"; all ages if None.
    results, flagged, patients, agreement
        For a learnt one: how many results it rests on, how many of them the site flags, of how many patients, and the
        share of results on which interval and flags agree. Not used.
    note
        For people. Not used.
    """

    analyte: str | None = None
    code: str | None = None
    test: str | None = None
    unit: str | None = None
    sex: Sex | None = None
    age: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    results: int | None = None
    flagged: int | None = None
    patients: int | None = None
    agreement: Decimal | None = None
    note: str | None = None


COLUMNS = ("kind", *SiteRow.model_fields)


class SiteFile(KnowledgeModel):
    """All of a site's intervals and critical limits; ``site`` is the name that reports show."""

    schema_version: Literal[1] = 1
    about: str = ""
    site: str = ""
    intervals: tuple[SiteRow, ...] = ()
    critical: tuple[SiteRow, ...] = ()
    not_flagged: tuple[SiteRow, ...] = ()
    not_learnt: tuple[SiteRow, ...] = ()


def read_site_intervals(path: Path, catalogue: Catalogue) -> Shelf:
    """Read a site's file.

    Raises
    ------
    InputError
        If there is no such file, or it cannot be used; the sentence names the row.
    """
    file = _read_yaml(path) if path.suffix.lower() in YAML_SUFFIXES else _read_csv(path)
    return site_shelf(file, catalogue, path.name)


def site_shelf(file: SiteFile, catalogue: Catalogue, name: str) -> Shelf:
    """Return a site's intervals and limits as they are looked up; ``name`` is what the file is called.

    Raises
    ------
    InputError
        If a row names an unknown analyte, cannot be converted, or holds for people for whom another one holds too.
    """
    source = f"site: {file.site or name}"
    analytes = _by_name(catalogue)
    return Shelf(
        intervals=_limits(
            file.intervals, f"{name}, intervals", analytes, source, is_inside=True, silent=file.not_flagged
        ),
        critical=_limits(file.critical, f"{name}, critical", analytes, source, is_inside=False),
        holes={},
    )


def write_site_intervals(file: SiteFile, path: Path) -> None:
    """Write a site's file: YAML where the name ends so, else CSV."""
    rows = {kind: getattr(file, field) for kind, field in _KINDS.items()}
    if path.suffix.lower() in YAML_SUFFIXES:
        listed = {_KINDS[kind]: [_plain(row) for row in some] for kind, some in rows.items()}
        head = {"schema_version": file.schema_version, "about": file.about, "site": file.site}
        text = yaml.safe_dump(
            {**head, **listed}, sort_keys=False, allow_unicode=True, default_flow_style=None, width=200
        )
        path.write_text(text, encoding="utf-8")
        return
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        for kind, some in rows.items():
            writer.writerows({"kind": kind, **_plain(row)} for row in some)


def _plain(row: SiteRow) -> dict[str, object]:
    """Return the cells of a row that are filled in, numbers as people write them."""
    told = row.model_dump(mode="python", exclude_none=True)
    return {name: _cell(value) for name, value in told.items()}


def _cell(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.value if isinstance(value, Sex) else value


def _read_yaml(path: Path) -> SiteFile:
    if not path.is_file():
        raise InputError(str(path), "is not a file", "give a site's intervals, CSV or YAML")
    try:
        return read_yaml(path, SiteFile)
    except KnowledgeError as error:
        raise InputError(path.name, error.problem, "correct it there") from error


def _read_csv(path: Path) -> SiteFile:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            header = reader.fieldnames or []
            if unknown := [column for column in header if column not in COLUMNS]:
                hint = did_you_mean(unknown[0], list(COLUMNS))
                raise InputError(path.name, f'has an unknown column "{unknown[0]}"{hint}', f"use {', '.join(COLUMNS)}")
            rows = list(reader)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), "cannot be read", "give a site's intervals as CSV (UTF-8) or YAML") from error
    found: dict[str, list[SiteRow]] = {field: [] for field in _KINDS.values()}
    for number, cells in enumerate(rows, start=2):
        where = f"{path.name} row {number}"
        if None in cells:
            raise InputError(where, "has more cells than the header", "put cells with a comma in quotes")
        told = {name: cell.strip() for name, cell in cells.items() if cell and cell.strip()}
        kind = told.pop("kind", "interval")
        if kind not in _KINDS:
            raise InputError(where, "has an unknown kind", f"write {', '.join(_KINDS)}")
        try:
            found[_KINDS[kind]].append(SiteRow.model_validate(told))
        except ValidationError as error:
            column = str(error.errors()[0]["loc"][0])
            raise InputError(where, f'the cell "{column}" cannot be used', "correct it there") from error
    return SiteFile.model_validate(found)


def _by_name(catalogue: Catalogue) -> dict[str, Analyte]:
    """Return id, name and LOINC -> analyte."""
    names = {analyte.name.casefold(): analyte for analyte in catalogue.analytes}
    return {**names, **{analyte.id: analyte for analyte in catalogue.analytes}, **catalogue.by_code}


def _limits(
    rows: Iterable[SiteRow],
    part: str,
    analytes: Mapping[str, Analyte],
    source: str,
    *,
    is_inside: bool,
    silent: Iterable[SiteRow] = (),
) -> dict[str, Sequence[Limit]]:
    """Return the limits by the id of the analyte; ``silent`` are tests that the site does not flag."""
    found: dict[str, list[Limit]] = {}
    flagged = [(row, True) for row in rows]
    for number, (row, is_flagged) in enumerate([*flagged, *((row, False) for row in silent)], start=1):
        where = f"{part}, entry {number}"
        analyte = analytes.get(row.code or "") or analytes.get((row.analyte or "").casefold())
        if analyte is None:
            hint = did_you_mean(row.analyte or "", list(analytes)) if row.analyte else ""
            raise InputError(where, f"names no analyte that is known here{hint}", "give a LOINC in the column code")
        limit = _limit(row, analyte, where, source, is_inside=is_inside, is_flagged=is_flagged)
        same = found.setdefault(analyte.id, [])
        if any(_both_hold(limit, other) for other in same):
            raise InputError(where, f"holds for people for whom another entry of {analyte.id} holds too", "keep one")
        same.append(limit)
    return dict(found)


def _limit(row: SiteRow, analyte: Analyte, where: str, source: str, *, is_inside: bool, is_flagged: bool) -> Limit:
    sex = row.sex if row.sex in (Sex.FEMALE, Sex.MALE) else None
    test = fold_name(row.test) if row.test else None
    try:
        ages = AgeBand.parse(row.age or _ALL_AGES)
        if not is_flagged:
            return Limit(None, None, ages, source, sex, test=test, is_flagged=False)
        band = Band(low=row.low, high=row.high)
        low, high = in_own_unit(analyte, band, row.unit, is_inside=is_inside)
    except ValidationError as error:
        raise InputError(where, str(error.errors()[0]["ctx"]["error"]), "correct it there") from error
    except ValueError as error:
        raise InputError(where, str(error), "correct it there") from error
    except KnowledgeError as error:
        raise InputError(where, error.problem, f"use {analyte.unit}") from error
    return Limit(low, high, ages, source, sex, test=test)


def _both_hold(first: Limit, second: Limit) -> bool:
    is_same_sex = first.sex == second.sex or None in (first.sex, second.sex)
    return first.test == second.test and is_same_sex and first.ages.overlaps(second.ages)
