"""Imports of ten million listings, purposes, and copies of a million corrected errors.

A script of its own: ``python -m benchmarks.regimes``. The closure by byte tables stands beside one
look at each agency's bit; the days of copies beside a simulation refresh by refresh.
"""

from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import Any

import numpy as np

import creditaudit as ca
from benchmarks.clock import Reading, measure
from benchmarks.run import RESULTS, setting_of
from creditaudit.sharing import Import
from creditaudit.sharing.closures import apply_closure
from creditaudit.vocabulary import load_vocabulary

PEOPLE, ERRORS, SIMULATED = 10_000_000, 1_000_000, 1_000
AGENCIES = tuple(load_vocabulary().agencies)
BAR_CLOSURE, BAR_ERRORS = 1.0, 5.0


def main() -> int:
    """Print and write the table; 1 if a number differs or a bar does not hold."""
    lines: list[tuple[str, str, str]] = []
    rng = np.random.default_rng(7)
    faults = []
    for size in (8, 16, 64):
        closure = rng.integers(0, 2 ** min(size, 62), size).astype(np.uint64)
        closure |= np.uint64(1) << np.arange(size, dtype=np.uint64)
        masks = rng.integers(0, 2 ** min(size, 63), PEOPLE).astype(np.uint64)
        ours, found = measure(lambda c=closure, m=masks: apply_closure(m, c))  # type: ignore[misc]
        plain, wanted = measure(lambda c=closure, m=masks: _bit_by_bit(m, c))  # type: ignore[misc]
        lines += [_line(f"closure of {PEOPLE:,} masks, {size} agencies, byte tables", ours)]
        lines += [_line("the same, agency by agency", plain)]
        faults += [] if np.array_equal(found, wanted) else [f"the closures of {size} differ"]
        if size == 8 and ours.cpu > BAR_CLOSURE:
            faults.append(f"eight agencies take more than {BAR_CLOSURE} CPU s")
    full = ca.SharingRegime.full(AGENCIES, every_days=30)
    reading, flow = measure(lambda: ca.sharing.purpose_flow(full).frame)
    lines.append(_line(f"purposes of {len(full.imports)} agreements, {len(flow)} uses", reading))
    chain, origin = _chain(), AGENCIES[0]
    reading, _ = measure(lambda: ca.sharing.retraction(chain, (origin, range(ERRORS))).clear_days())
    lines.append(_line(f"clear days of {ERRORS:,} errors along a chain of 4 copies", reading))
    if reading.cpu > BAR_ERRORS:
        faults.append(f"a million errors take more than {BAR_ERRORS} CPU s")
    lives = ca.sharing.retraction(chain, (origin, range(SIMULATED)))
    reading, days = measure(lambda: _refresh_by_refresh(lives))
    lines.append(_line(f"the same of {SIMULATED:,}, refresh by refresh", reading))
    if not np.allclose(days, lives.clear_days().max(axis=1)):
        faults.append("the simulation has other days")
    head = ("what", "CPU s", "added MB")
    table = "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * 3, *lines))
    told = "All agree, and the bars hold." if not faults else "; ".join(faults)
    print(table, told, sep="\n\n")
    where = setting_of(PEOPLE, full=False)
    page = (
        "# Sharing regimes\n\n"
        f"Measured on {where['date']} with `python -m benchmarks.regimes`: {where['cores']} cores, "
        f"load {where['load_at_start']} at the start. Python {where['python']}.\n\n"
        f"{table}\n\n{told} Bars: {BAR_CLOSURE:g} CPU s for the closure with 8 agencies, "
        f"{BAR_ERRORS:g} for the million errors.\n"
    )
    (RESULTS / "regimes.md").write_text(page, encoding="utf-8")
    return int(bool(faults))


def _line(what: str, reading: Reading) -> tuple[str, str, str]:
    memory = "not told" if reading.added_mb is None else f"{reading.added_mb:,.0f}"
    return what, f"{reading.cpu:.3f}", memory


def _bit_by_bit(masks: Any, closure: Any) -> Any:
    found = np.zeros_like(masks)
    one = np.uint64(1)
    for k, reach in enumerate(closure):
        held = (masks >> np.uint64(k)) & one
        found |= held * reach
    return found


def _chain() -> ca.SharingRegime:
    """Return four agencies, each of which takes the list of the one before it."""
    names, days = AGENCIES[:5], (30.0, 7.0, 90.0, 1.0)
    lines = tuple(
        Import(importer=b, source=a, mark="V", source_text="made for this", every_days=d)
        for a, b, d in zip(names, names[1:], days, strict=False)
    )
    return replace(ca.SharingRegime.silos(names), name="chain", imports=lines)


def _refresh_by_refresh(lives: Any) -> list[float]:
    """Return the day on which the last copy is gone, by walking over every refresh in order."""
    lines = lives.chains.lines
    gone = []
    for phases in lives.phases:
        listing = {line.importer: True for line in lines} | {lives.agency: False}
        waiting = [(phase * line.every_days, k) for k, (phase, line) in enumerate(
            zip(phases, lines, strict=True))]  # fmt: skip
        heapify(waiting)
        day = 0.0
        while any(listing.values()):
            at, k = heappop(waiting)
            if listing[lines[k].importer] and not listing[lines[k].source]:
                listing[lines[k].importer], day = False, at
            heappush(waiting, (at + lines[k].every_days, k))
        gone.append(day)
    return gone


if __name__ == "__main__":
    raise SystemExit(main())
