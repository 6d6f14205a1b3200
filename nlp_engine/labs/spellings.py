"""Units of mass, substance, activity and volume in any case and spelling -> UCUM: "MG/DL", "mcg/l", "nmol / 24 h"."""

from __future__ import annotations

import re

from nlp_engine.knowledge import fold_unit

_PREFIX = r"(?P<{0}>mc|[kdcmunpf])?"
_TOP = _PREFIX.format("prefix") + r"(?P<top>gm|g|mol|iu|\[iu\]|u|kat|eq|val|osmol|osmo|osm|l)"
_TIME = r"(?P<time>hours|hour|hrs|hr|h|days|day|d|min)"
_BOTTOM = rf"(?:(?P<number>100|24)?(?:{_PREFIX.format('below')}(?P<bottom>l|g|mol)|{_TIME}))"
_METRIC = re.compile(rf"{_TOP}(?P<note>\{{[a-z]+\}})?(?:/|per){_BOTTOM}(?P<end>\{{[a-z]+\}})?")
_UNITS = {"gm": "g", "iu": "[IU]", "[iu]": "[IU]", "u": "U", "val": "eq", "osmol": "osm", "osmo": "osm", "l": "L"}
_TIMES = {"hours": "h", "hour": "h", "hrs": "h", "hr": "h", "days": "d", "day": "d"}


def metric_unit(cell: str) -> str | None:
    """Return the UCUM unit of a cell that is a plain metric one over a volume, a mass or a time; None of others.

    Case is not looked at: nobody means megagrams or petalitres.
    """
    match = _METRIC.fullmatch(fold_unit(cell))
    if match is None:
        return None
    part = match.groupdict(default="")
    note = part["note"] or part["end"]
    if note in {"{feu}", "{ddu}"}:
        note = note.upper()
    return _unit(part["prefix"], part["top"]) + _below(part) + note


def _below(part: dict[str, str]) -> str:
    if part["time"]:
        time = _TIMES.get(part["time"], part["time"])
        return f"/({part['number']}.{time})" if part["number"] else f"/{time}"
    unit = _unit(part["below"], part["bottom"])
    if not part["number"]:
        return f"/{unit}"
    return "/dL" if part["number"] == "100" and unit == "mL" else f"/({part['number']}.{unit})"


def _unit(prefix: str, unit: str) -> str:
    return ("u" if prefix == "mc" else prefix) + _UNITS.get(unit, unit)
