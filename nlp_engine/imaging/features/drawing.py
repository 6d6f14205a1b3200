"""The plane of features as an SVG drawing: one mark a picture, a colour and a shape a label."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#000000")
"""Distinct for the colour-blind too (Okabe & Ito 2008)."""
_SHAPES = "o^sDvPX"
MOST_LABELS = len(_COLOURS)
OTHERS, NO_LABEL = "other labels", "no label"


def draw_plane(places: NDArray[np.float32], labels: Sequence[str] | None = None, *, axes: tuple[str, str]) -> str:
    """Return an SVG of places (n, 2); rows of NaN are left out.

    Parameters
    ----------
    labels
        One a row, empty where there is none; the most frequent ones get marks of their own.
    axes
        What stands at the axes.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    groups = _groups(labels, len(places))
    with rc_context({"svg.hashsalt": "plane", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}):
        figure = Figure(figsize=(7.2, 5.4), layout="constrained")
        frame = figure.add_subplot()
        for at, (name, rows) in enumerate(groups.items()):
            shown = places[rows]
            frame.scatter(
                shown[:, 0], shown[:, 1], s=14, marker=_SHAPES[at], color=_COLOURS[at], alpha=0.6, linewidths=0,
                label=f"{name} ({len(rows):,})", rasterized=len(places) > 20_000,
            )  # fmt: skip
        if labels is not None:
            frame.legend(frameon=False)
        frame.set(xlabel=axes[0], ylabel=axes[1])
        frame.spines[["top", "right"]].set_visible(False)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    return svg[svg.index("<svg") :]


def _groups(labels: Sequence[str] | None, count: int) -> dict[str, list[int]]:
    """Return label -> rows, by the alphabet; what is rare or missing comes last."""
    if labels is None:
        return {"pictures": list(range(count))}
    sizes = Counter(name for name in labels if name)
    own = sorted(sorted(sizes, key=lambda name: (-sizes[name], name))[: MOST_LABELS - 2])
    groups: dict[str, list[int]] = {name: [] for name in (*own, OTHERS, NO_LABEL)}
    for row, name in enumerate(labels):
        groups[name if name in own else OTHERS if name else NO_LABEL].append(row)
    return {name: rows for name, rows in groups.items() if rows}
