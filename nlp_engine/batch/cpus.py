"""How many processors this process may use: affinity and the quota of a container count, not what the machine has."""

from __future__ import annotations

import math
import os
from pathlib import Path

_CGROUP = Path("/sys/fs/cgroup")


def available_cpus(cgroup: Path = _CGROUP) -> int:
    """Return the number of processors that can be used, at least 1."""
    try:
        usable = len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows have no affinity that can be asked for
        usable = os.cpu_count() or 1
    quota = _quota(cgroup)
    return max(1, usable if quota is None else min(usable, math.ceil(quota)))


def _quota(cgroup: Path) -> float | None:
    """Return the processors that a control group grants (version 2, then 1); None without a limit."""
    try:
        if (cgroup / "cpu.max").is_file():
            limit, period = (cgroup / "cpu.max").read_text().split()
        else:
            limit = (cgroup / "cpu" / "cpu.cfs_quota_us").read_text().strip()
            period = (cgroup / "cpu" / "cpu.cfs_period_us").read_text().strip()
        granted = int(limit) / int(period)
    except (OSError, ValueError):  # no control group, or "max"
        return None
    return granted if granted > 0 else None
