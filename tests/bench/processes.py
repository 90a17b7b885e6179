"""Figures of a running process, read from /proc (proc(5)); Linux only."""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """CPU seconds so far and resident memory in MiB."""

    cpu: float
    rss: float


def usage(pid: int) -> Usage:
    """What process `pid` has used, threads included, children not."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    rss = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))
    return Usage((int(stat[11]) + int(stat[12])) / TICK, rss / 1024)


def summary(values: Sequence[float], unit: str, digits: int = 3) -> str:
    """Median, with the extremes and the number of runs."""
    middle = statistics.median(values)
    return f"{middle:.{digits}f} {unit} (min {min(values):.{digits}f}, max {max(values):.{digits}f}, n={len(values)})"
