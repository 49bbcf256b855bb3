"""Time and memory of one section."""

import ctypes
import gc
import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

REPEATS = 5
ENOUGH_SECONDS = 2.0


@dataclass(frozen=True)
class Reading:
    """What one process measured.

    Attributes
    ----------
    cpu, wall : float
        Seconds; the median of ``repeats`` runs. CPU is of all threads and child processes.
    first_cpu : float
        CPU seconds of the first of them.
    added_mb : float or None
        Peak memory of the first run above what the process held before it; None where the
        system does not tell.
    repeats : int
    """

    cpu: float
    wall: float
    first_cpu: float
    added_mb: float | None
    repeats: int


def measure(run: Callable[[], Any]) -> tuple[Reading, Any]:
    """Return the reading of a section and its last result.

    A section is run five times, or until two CPU seconds are spent: the first run of a short
    section is mostly the system handing out fresh memory.
    """
    before = _settled_memory()
    cpu, wall, added = [], [], None
    result = None
    while len(cpu) < REPEATS and sum(cpu) < ENOUGH_SECONDS:
        result = None
        start_cpu, start_wall = _cpu_seconds(), time.perf_counter()
        result = run()
        wall.append(time.perf_counter() - start_wall)
        cpu.append(_cpu_seconds() - start_cpu)
        if len(cpu) == 1 and before is not None:
            added = (_memory("VmHWM") or before) - before
    return Reading(median(cpu), median(wall), cpu[0], added, len(cpu)), result


def _cpu_seconds() -> float:
    spent = os.times()
    # os.times counts in hundredths of a second; the process clock is finer but has no children.
    return time.process_time() + spent.children_user + spent.children_system


def _settled_memory() -> float | None:
    """Give back freed memory, forget the peak, and return what the process holds in MB."""
    gc.collect()
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return None
    return _memory("VmRSS")


def _memory(name: str) -> float | None:
    with suppress(OSError):
        found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.M)
        return int(found[1]) / 1024 if found else None
    return None
