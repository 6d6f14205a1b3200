"""A set of pictures -> what a person should look at: defects, copies, odd ones, labels that may be wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from nlp_engine.imaging.features.copies import Groups, exact_copies, near_copies
from nlp_engine.imaging.features.odd import LIMIT, oddness
from nlp_engine.imaging.features.scanning import Scan, scan
from nlp_engine.imaging.features.similar import Neighbours, neighbours
from nlp_engine.imaging.features.wrong_labels import suspects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nlp_engine.imaging.chest.model import ChestModel

_COMPARED = 10
"""Nearest pictures that a picture is compared with."""
_FEWEST = 20
"""Fewer pictures are too few to call one odd."""
_FRAME = 0.35
"""Share of a picture from which a black frame is told: a convention of this engine."""
_OTHER_SHAPE = np.log(1.5)
"""A width : height so many times the usual is told."""


class Labelled(NamedTuple):
    """What an index says of a picture."""

    label: str
    patient: str


class ReportModel(BaseModel):
    """Base of the report: frozen."""

    model_config = ConfigDict(frozen=True)


class Defect(ReportModel):
    """A picture that cannot be used, or not without a look."""

    image: str
    why: str


class Copies(ReportModel):
    """Pictures that are the same; ``differ`` tells what the index says differently of them."""

    images: tuple[str, ...]
    labels: tuple[str, ...] = ()
    differ: str = ""


class Odd(ReportModel):
    """A picture unlike all others: robust z-score of the distance to its nearest, by embedding or by 20 x 20 points.

    The embedding tells what the network has learnt to tell apart, the points how a picture is laid and exposed.
    """

    image: str
    score: float
    nearest: str


class WrongLabel(ReportModel):
    """A label that may be wrong: most other patients' pictures of this look are called otherwise."""

    image: str
    label: str
    likely: str
    probability: float


class SetReport(ReportModel):
    """What was found in a set; each list the most suspect first."""

    images: int
    labelled: int
    model: str
    version: str
    defects: tuple[Defect, ...] = ()
    exact_copies: tuple[Copies, ...] = ()
    near_copies: tuple[Copies, ...] = ()
    odd: tuple[Odd, ...] = ()
    wrong_labels: tuple[WrongLabel, ...] = ()


def check_set(
    model: ChestModel,
    names: Sequence[str],
    index: Mapping[str, Labelled] | None = None,
    *,
    workers: int = 2,
    each: Callable[[int], None] | None = None,
) -> SetReport:
    """Check picture files.

    Parameters
    ----------
    names
        Paths of files.
    index
        Path -> label and patient, for those files that have them.
    each
        Told from time to time how many more files were read.
    """
    about = index or {}
    seen = scan(model, names, workers=workers, each=each)
    rows = np.flatnonzero(~np.isnan(seen.vectors).any(axis=1))
    near = neighbours(seen.vectors[rows], _COMPARED)
    return SetReport(
        images=len(names),
        labelled=sum(name in about for name in names),
        model=model.file.id,
        version=model.file.version,
        defects=_defects(seen),
        exact_copies=_told(exact_copies(seen.digests), seen, about),
        near_copies=_told(_near(seen, rows, near), seen, about),
        odd=_odd(seen, rows, near),
        wrong_labels=_wrong(seen, rows, about),
    )


def _defects(seen: Scan) -> tuple[Defect, ...]:
    found = [Defect(image=name, why=why) for name, why in zip(seen.names, seen.faults, strict=True) if why is not None]
    there = (seen.shapes > 0).all(axis=1)
    ratios = np.log(np.maximum(seen.shapes[:, 1], 1) / np.maximum(seen.shapes[:, 0], 1))
    usual = float(np.median(ratios[there])) if there.any() else 0.0
    for row in np.flatnonzero(there):
        if seen.faults[row] is not None:
            continue
        if seen.frames[row] >= _FRAME:
            found.append(Defect(image=seen.names[row], why=f"A black frame covers {seen.frames[row]:.0%} of it."))
        if abs(ratios[row] - usual) > _OTHER_SHAPE:
            high, wide = seen.shapes[row]
            found.append(Defect(image=seen.names[row], why=f"Its shape ({wide} x {high}) is not that of the others."))
    return tuple(found)


def _near(seen: Scan, rows: NDArray[np.int64], near: Neighbours) -> Groups:
    groups = near_copies(seen.prints[rows], near, [seen.digests[row] for row in rows])
    return tuple(tuple(int(rows[member]) for member in group) for group in groups)


def _told(groups: Groups, seen: Scan, about: Mapping[str, Labelled]) -> tuple[Copies, ...]:
    """Return groups with what the index says of them, those that it contradicts itself on first."""
    told = []
    for group in groups:
        names = tuple(seen.names[row] for row in group)
        known = [about[name] for name in names if name in about]
        differ = [word for word, at in (("label", 0), ("patient", 1)) if len({one[at] for one in known}) > 1]
        labels = tuple(one.label for one in known) if len(known) == len(names) else ()
        told.append(Copies(images=names, labels=labels, differ=" and ".join(differ)))
    return tuple(sorted(told, key=lambda one: ("label" not in one.differ, not one.differ)))


def _odd(seen: Scan, rows: NDArray[np.int64], near: Neighbours) -> tuple[Odd, ...]:
    if len(rows) < _FEWEST:
        return ()
    scores = np.maximum(oddness(near), oddness(neighbours(seen.looks[rows].astype(np.float32), _COMPARED)))
    order = [row for row in np.argsort(-scores, kind="stable") if scores[row] >= LIMIT]
    return tuple(
        Odd(
            image=seen.names[rows[row]],
            score=round(float(scores[row]), 2),
            nearest=seen.names[rows[near.rows[row, 0]]],
        )
        for row in order
    )


def _wrong(seen: Scan, rows: NDArray[np.int64], about: Mapping[str, Labelled]) -> tuple[WrongLabel, ...]:
    known = [row for row in rows if seen.names[row] in about and seen.faults[row] is None]
    told = [about[seen.names[row]] for row in known]
    found = suspects(seen.vectors[known], [one.label for one in told], [one.patient for one in told])
    return tuple(
        WrongLabel(image=seen.names[known[one.row]], label=one.given, likely=one.likely, probability=one.probability)
        for one in found
    )
