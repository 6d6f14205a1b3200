"""Patient ids -> folder names that every file system takes and no two patients share."""

from __future__ import annotations

import hashlib
import re

_MAX_LENGTH = 80
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


class SafeNames:
    """Gives out folder names; an id that had to be changed ends in eight digits of its SHA-256, the same every time."""

    def __init__(self, reserved: tuple[str, ...] = ()) -> None:
        self._taken = {name.lower() for name in reserved}

    def name(self, patient_id: str) -> str:
        """Return the name for an id that was not asked for before."""
        safe = _UNSAFE.sub("_", patient_id).strip("._-")[:_MAX_LENGTH].rstrip("._-")
        if _DEVICES.match(safe):
            safe = f"id_{safe}"
        if safe != patient_id or safe.lower() in self._taken:
            digest = hashlib.sha256(patient_id.encode("utf-8", "replace")).hexdigest()
            safe = f"{safe or 'patient'}-{digest[:8]}"
        number, base = 1, safe
        while safe.lower() in self._taken:
            number += 1
            safe = f"{base}-{number}"
        self._taken.add(safe.lower())
        return safe
