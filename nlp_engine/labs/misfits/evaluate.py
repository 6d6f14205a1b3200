"""Whether a pattern speaks of a sample, and which analytes make it so.

A sample is a mapping of analyte to number now, and of analyte to the numbers before, the newest last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import median

from nlp_engine.labs.misfits.patterns import AnyPattern, Fluid, Sign, Signs, Slip, Swap

Now = Mapping[str, float]
Before = Mapping[str, Sequence[float]]
Spreads = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern that speaks: analyte -> its weight in it (any positive scale), and more words if there are."""

    weights: Mapping[str, float]
    detail: str = ""


def match(pattern: AnyPattern, now: Now, before: Before, spreads: Spreads) -> Match | None:
    """Return how a pattern speaks of a sample, None if it does not."""
    if isinstance(pattern, Signs):
        return _signs(pattern, now, before)
    if isinstance(pattern, Fluid):
        return _fluid(pattern, now, before, spreads)
    if isinstance(pattern, Swap):
        return _swap(pattern, now, before, spreads)
    return _slip(pattern, now, before)


def _signs(pattern: Signs, now: Now, before: Before) -> Match | None:
    needed = [sign.analyte for sign in pattern.all_of if _holds(sign, now, before)]
    others = [sign.analyte for sign in pattern.any_of if _holds(sign, now, before)]
    if len(needed) < len(pattern.all_of) or len(set(others)) < pattern.least:
        return None
    return Match(dict.fromkeys((*needed, *others), 1.0))


def _holds(sign: Sign, now: Now, before: Before) -> bool:
    value = now.get(sign.analyte)
    if (
        value is None
        or (sign.above is not None and value < sign.above)
        or (sign.below is not None and value > sign.below)
    ):
        return False
    if sign.rises is None and sign.falls is None:
        return True
    earlier = before.get(sign.analyte)
    if not earlier or earlier[-1] <= 0:
        return False
    percent = (value / earlier[-1] - 1) * 100
    return (sign.rises is None or percent >= sign.rises) and (sign.falls is None or -percent >= sign.falls)


def _fluid(pattern: Fluid, now: Now, before: Before, spreads: Spreads) -> Match | None:
    """Fit the share of fluid by least squares over all analytes but ``must``, each in its own standard deviations.

    ``now = before + share * (fluid - before)`` is linear in the share.
    """
    contents = dict.fromkeys(pattern.diluted, 0.0) | pattern.contents
    toward, moved = {}, {}
    for name, value, last in _pairs(contents, now, before):
        scale = max(spreads[name], pattern.floor / 100) * last
        toward[name], moved[name] = (contents[name] - last) / scale, (value - last) / scale
    fitted = toward.keys() - set(pattern.must)
    reach = sum(toward[name] ** 2 for name in fitted)
    along = sum(toward[name] * moved[name] for name in fitted)
    if len(fitted) < pattern.least or not toward.keys() >= set(pattern.must) or along <= 0:
        return None
    share, total = along / reach, sum(moved[name] ** 2 for name in fitted)
    follow = all(moved[name] / toward[name] >= share / 2 for name in pattern.must if toward[name])
    if share < pattern.share or share * along < pattern.explained * total or along < pattern.strength * sqrt(reach):
        return None
    if not follow:
        return None
    weights = {name: one for name in toward if (one := toward[name] * moved[name]) > 0}
    return Match(weights, f"It looks like {share:.0%} of such a fluid.")


def _swap(pattern: Swap, now: Now, before: Before, spreads: Spreads) -> Match | None:
    moved = {
        name: min(pattern.most, abs(log(value / last)) / spreads[name])
        for name, value, last in _pairs(pattern.analytes, now, before)
        if value > 0
    }
    if len(moved) < pattern.least or sum(moved.values()) / len(moved) < pattern.limit:
        return None
    return Match({name: one for name, one in moved.items() if one > 0})


def _slip(pattern: Slip, now: Now, before: Before) -> Match | None:
    room = log(1 + pattern.within / 100)
    found = {}
    for name in pattern.analytes:
        value, earlier = now.get(name), before.get(name, ())
        if value is None or value <= 0 or len(earlier) < pattern.least:
            continue
        usual = median(earlier)
        if usual > 0 and abs(abs(log(value / usual)) - log(10)) <= room:
            found[name] = 1.0
    return Match(found) if found else None


def _pairs(names: Mapping[str, float] | Sequence[str], now: Now, before: Before) -> Iterator[tuple[str, float, float]]:
    """Yield name, value now and the newest value before, which is above 0."""
    for name in names:
        earlier = before.get(name)
        if name in now and earlier and earlier[-1] > 0:
            yield name, now[name], earlier[-1]
