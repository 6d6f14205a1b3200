"""Pictures of a trained model as inline SVG, readable in grey print."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup, escape

from nlp_engine.training.metrics import Bin, Floats, Labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _SOFT, _FILL = "#16212b", "#9aa7b1", "#cfe0e8"
_SIZE = (3.5, 3.1)
"""Inches."""


_NESTED = "nested cross-validation"


def roc(labels: Labels, probabilities: Floats, *, about: str = _NESTED) -> Markup:
    """Return the ROC curve with the line of chance; ``about`` says of what, on a page that has several."""
    order = np.argsort(-probabilities, kind="stable")
    ordered, scores = labels[order], probabilities[order]
    ends = np.append(np.flatnonzero(np.diff(scores)), len(scores) - 1)
    hits = np.concatenate([[0], np.cumsum(ordered)[ends]]) / labels.sum()
    alarms = np.concatenate([[0], np.cumsum(1 - ordered)[ends]]) / (1 - labels).sum()

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=_SOFT, linestyle="--", linewidth=1)
        axes.plot(alarms, hits, color=_INK, linewidth=1.6)
        axes.set(xlabel="1 − specificity", ylabel="sensitivity", xlim=(0, 1), ylim=(0, 1.01))

    return _draw(paint, _id("roc", about), f"ROC curve: {about}")


def calibration(bins: Sequence[Bin], *, about: str = _NESTED, came: str = "share with the outcome") -> Markup:
    """Return how often the outcome came by what was said, in bins of like size; ``came`` stands at the axis."""

    def paint(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=_SOFT, linestyle="--", linewidth=1)
        said, seen = [bin_.predicted for bin_ in bins], [bin_.observed for bin_ in bins]
        axes.plot(said, seen, color=_INK, linewidth=1.3, marker="o", markersize=4.5)
        axes.set(xlabel="probability said", ylabel=came, xlim=(0, 1), ylim=(0, 1.01))

    return _draw(paint, _id("calibration", about), f"Calibration in ten groups of like size: {about}")


def confusion(labels: Labels, probabilities: Floats, at: float) -> Markup:
    """Return the counts of right and wrong at a cut-off."""
    flagged = probabilities >= at
    counts = [[int((flagged & (labels == came)).sum()) for came in (1, 0)]]
    counts.append([int((~flagged & (labels == came)).sum()) for came in (1, 0)])
    largest = max(max(row) for row in counts)

    def paint(axes: Axes) -> None:
        for row, cells in enumerate(counts):
            for column, count in enumerate(cells):
                shade = 0.08 + 0.5 * count / largest
                axes.fill_between([column, column + 1], row, row + 1, color=_FILL, alpha=min(1, shade * 1.7))
                axes.text(column + 0.5, row + 0.5, f"{count}", ha="center", va="center", fontsize=15, color=_INK)
        axes.set(xlim=(0, 2), ylim=(2, 0), xticks=[0.5, 1.5], yticks=[0.5, 1.5])
        axes.set_xticklabels(["outcome came", "did not"])
        axes.set_yticklabels([f"≥ {at:g}", f"< {at:g}"])
        axes.tick_params(length=0)

    return _draw(paint, "confusion", f"Counts at the cut-off {at:g}")


def importance(rows: Sequence[tuple[str, float]]) -> Markup:
    """Return the fall of the AUROC when a feature is shuffled, the largest first."""

    def paint(axes: Axes) -> None:
        names, falls = [name for name, _ in rows], [fall for _, fall in rows]
        axes.barh(range(len(rows)), falls, color=_FILL, edgecolor=_INK, linewidth=0.8)
        axes.set_yticks(range(len(rows)), names)
        axes.invert_yaxis()
        axes.axvline(0, color=_INK, linewidth=0.8)
        axes.set_xlabel("fall of the AUROC when shuffled")

    return _draw(paint, "importance", "What the model rests on", size=(7.2, 0.7 + 0.27 * len(rows)))


def _id(kind: str, about: str) -> str:
    """Return what the ids of a drawing begin with."""
    return kind if about == _NESTED else f"{kind}-{re.sub(r'[^a-z0-9]+', '-', about.lower())}"


def _draw(paint: Callable[[Axes], None], prefix: str, title: str, size: tuple[float, float] = _SIZE) -> Markup:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": prefix, "svg.fonttype": "none", "font.size": 8.5, "font.family": "sans-serif"}):
        figure = Figure(figsize=size, layout="constrained", facecolor="none")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        paint(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    return _inline(buffer.getvalue(), prefix, title)


def _inline(svg: str, prefix: str, title: str) -> Markup:
    """Return the picture without its XML head, with ids of its own and a title for who cannot see it."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r'\bid="', f'id="{prefix}-', body)
    body = re.sub(r'href="#', f'href="#{prefix}-', body)
    body = re.sub(r"url\(#", f"url(#{prefix}-", body)
    box = re.search(r'viewBox="[^"]*"', body)
    opening = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
    opening += f'{box.group() if box else ""} aria-label="{escape(title)}"><title>{escape(title)}</title>'
    return Markup(re.sub(r"<svg [^>]*>", opening.replace("\\", r"\\"), body, count=1))
