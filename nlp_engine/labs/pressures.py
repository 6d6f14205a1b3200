"""Two numbers in one cell: "140/90" of a blood pressure is a systolic and a diastolic one."""

from __future__ import annotations

import re

SYSTOLIC, DIASTOLIC = "8480-6", "8462-4"
"""LOINC of the two."""
PANEL = "85354-9"
"""LOINC of a blood pressure with both."""

_NAME = re.compile(
    r"^(nibp|nbp|bp|abp|rr|blutdruck|(arterial |non[- ]?invasive )?blood pressure)( systolic/diastolic| panel)?$",
    re.IGNORECASE,
)
_CODES = frozenset({PANEL, "55284-4", "35094-2"})
_VALUE = re.compile(r"^(\d{2,3})\s*/\s*(\d{2,3})(\s*mm\s?hg)?$", re.IGNORECASE)


def pressure_pair(code: str | None, name: str, value: str) -> tuple[str, str] | None:
    """Return the systolic and the diastolic part of a cell; None where it holds no pressure of both."""
    both = _VALUE.match(value.strip())
    if both and (code in _CODES or _NAME.match(name.strip())):
        return both.group(1), both.group(2)
    return None
