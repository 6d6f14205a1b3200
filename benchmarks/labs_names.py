"""Names of hospital tests -> LOINC: the 1,630 items of MIMIC-IV with name, fluid and unit, against people's LOINC.

An item is right when it is given the analyte that its LOINC belongs to (an analyte holds a code and its equivalents,
such as the one for blood beside the one for serum). Recall is over the items whose code we hold; precision over all
items that were given an analyte: one whose own code we do not hold, or that has none, counts as wrong. Both by item
and weighted by the rows of the hospital.

Half of the items (by a hash of their number) were looked at while names were added; only the other half is a test, and
within it only the items that the MIMIC-III demo does not use are names nobody here had seen: the demo's are of the same
hospital.

python benchmarks/labs_names.py [--data ../shared/data] [--show 20]      (--show prints mistakes of the dev half)
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from nlp_engine.labs.catalogue import Analyte, Catalogue
from nlp_engine.labs.names import AnalyteNames
from nlp_engine.labs.units import Units
from nlp_engine.record import ObservationKind


@dataclass(frozen=True)
class Item:
    """A test of the hospital; ``is_new`` when the demo's tables do not use it."""

    id: str
    name: str
    fluid: str
    unit: str
    code: str
    rows: int
    is_new: bool

    @property
    def is_dev(self) -> bool:
        """Whether this is one of the items that were looked at."""
        return sha256(f"labs-names/{self.id}".encode()).digest()[0] < 128


@dataclass(frozen=True)
class Answer:
    """What an item was taken for, and what it is; None when we hold no such analyte."""

    item: Item
    given: Analyte | None
    right: Analyte | None

    @property
    def is_right(self) -> bool:
        """Whether the analyte is the one of the item's code."""
        return self.given is not None and self.right is not None and self.given.id == self.right.id


def items(data: Path) -> list[Item]:
    """Return all items that are mapped or not."""
    used = {row["ITEMID"] for row in _table(data / "records/mimic3_demo/LABEVENTS.csv")}
    return [
        Item(
            id=row["itemid (omop_source_code)"],
            name=row["label"],
            fluid=row["fluid"],
            unit=row["valueuom"].split("|")[0],
            code=row["omop_concept_code"],
            rows=int(row["labevents_row_count"] or 0),
            is_new=row["itemid (omop_source_code)"] not in used,
        )
        for row in _table(data / "labs/lab_loinc_ucum/d_labitems_to_loinc.csv")
    ]


def answers(found: Iterable[Item]) -> list[Answer]:
    """Return what each item is taken for by name, unit and fluid."""
    catalogue = Catalogue.load()
    names, units = AnalyteNames(catalogue), Units(catalogue)
    return [
        Answer(
            item,
            units.fitting(names.find(None, item.name, ObservationKind.LAB, item.fluid), item.unit),
            catalogue.by_code.get(item.code),
        )
        for item in found
    ]


def report(title: str, found: list[Answer]) -> None:
    """Print precision and recall, by item and by row."""
    print(f"{title}: {len(found)} items, {sum(one.item.rows for one in found):,} rows")
    for words, weight in (("by item", lambda _: 1), ("by row", lambda item: item.rows)):
        right = sum(weight(one.item) for one in found if one.is_right)
        given = sum(weight(one.item) for one in found if one.given)
        held = sum(weight(one.item) for one in found if one.right)
        coded = sum(weight(one.item) for one in found if one.item.code)
        print(
            f"  {words}: precision {right / max(given, 1):.1%} of {given:,}, recall {right / max(held, 1):.1%} of "
            f"{held:,} whose code we hold; {held / max(coded, 1):.1%} of those with a code"
        )


def _table(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        yield from csv.DictReader(lines)


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    found = answers(items(options.data))
    report("dev half", [one for one in found if one.item.is_dev])
    report("test half", [one for one in found if not one.item.is_dev])
    report("test half, not in the demo", [one for one in found if not one.item.is_dev and one.item.is_new])
    wrong = [one for one in found if one.item.is_dev and not one.is_right and (one.given or one.right)]
    for one in sorted(wrong, key=lambda one: -one.item.rows)[: options.show]:
        given, right = (analyte.id if analyte else "-" for analyte in (one.given, one.right))
        print(f"  {one.item.rows:>9,} {one.item.name} | {one.item.fluid} | {one.item.unit}: {given}, not {right}")


if __name__ == "__main__":
    main()
