"""Rows with an issue -> the issue with its groups, counts, first rows and examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from nlp_engine.knowledge import read_yaml, resource
from nlp_engine.labs.quality.models import Issue, IssueGroup, IssueKind, QualityFile

if TYPE_CHECKING:
    from nlp_engine.labs.distinct import Numbers
    from nlp_engine.labs.quality.judged import Mask

FIRST_ROW = 2
"""The number of the first data row, as a spreadsheet counts."""
_GROUPS, _ROWS, _EXAMPLES, _LONGEST = 20, 5, 3, 60


@dataclass(frozen=True, slots=True)
class Found:
    """Rows with one kind of issue.

    Parameters
    ----------
    kind
        Its id in ``rules/labs/quality.yaml``.
    rows
        Which rows have it.
    groups, labels
        For each row of the table the number of its group, and the groups' names; one group without a name by default.
    cells, texts
        For each row the number of the cell that was judged, and the cells; no examples by default.
    """

    kind: str
    rows: Mask
    groups: Numbers | None = None
    labels: Sequence[str] = ("",)
    cells: Numbers | None = None
    texts: Sequence[str] = ()


@lru_cache(maxsize=1)
def issue_kinds() -> dict[str, IssueKind]:
    """Return id -> kind of ``rules/labs/quality.yaml``.

    Raises
    ------
    nlp_engine.errors.KnowledgeError
        If the file does not fit.
    """
    file = read_yaml(resource("rules") / "labs" / "quality.yaml", QualityFile)
    return {kind.id: kind for kind in file.kinds}


def issue_of(found: Found) -> Issue | None:
    """Return the issue, None where no row has it."""
    rows = np.flatnonzero(found.rows)
    if not len(rows):
        return None
    kind = issue_kinds()[found.kind]
    groups = np.zeros(len(rows), dtype=np.int64) if found.groups is None else found.groups[rows]
    counts = np.bincount(groups, minlength=len(found.labels))
    order = np.argsort(-counts, kind="stable")[:_GROUPS]
    largest = [number for number in order.tolist() if counts[number]]
    return Issue(
        **kind.model_dump(),
        rows=len(rows),
        groups=tuple(_group(found, rows[groups == number], found.labels[number]) for number in largest),
        groups_left_out=int((counts > 0).sum()) - len(largest),
    )


def _group(found: Found, rows: Numbers, label: str) -> IssueGroup:
    return IssueGroup(
        what=label,
        rows=len(rows),
        first_rows=tuple(int(row) + FIRST_ROW for row in rows[:_ROWS]),
        examples=_examples(found, rows),
    )


def _examples(found: Found, rows: Numbers) -> tuple[str, ...]:
    """Return the cells that were judged, the most frequent first."""
    if found.cells is None:
        return ()
    numbers, counts = np.unique(found.cells[rows], return_counts=True)
    frequent = numbers[np.argsort(-counts, kind="stable")][:_EXAMPLES]
    return tuple(found.texts[number][:_LONGEST] for number in frequent.tolist() if found.texts[number])
