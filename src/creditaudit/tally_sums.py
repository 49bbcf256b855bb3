"""Two tallies added: what must agree, and the union of their levels and exact scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from creditaudit.bins import ScoreBins
from creditaudit.cells import BIN, compact
from creditaudit.counting import in_order
from creditaudit.errors import UnequalTallies
from creditaudit.values import Floats, Level, settle_types

if TYPE_CHECKING:
    from creditaudit.tally import Tally


def add(one: Tally, other: Tally) -> dict[str, Any]:
    """Return the fields of the sum that differ from those of the first tally.

    Raises
    ------
    UnequalTallies
        If roles, groupings or edges differ, or one was published.
    """
    _check_addable(one, other)
    bins, mine, theirs = _union_of_bins(one.bins, other.bins)
    levels: dict[str, tuple[Level, ...]] = {}
    for name in one.levels:
        both = list(dict.fromkeys([*one.levels[name], *other.levels[name]]))
        levels[name], places = in_order(settle_types(both, name, added=True))
        place = dict(zip(both, places, strict=True))
        mine[name] = np.array([place[x] for x in one.levels[name]], dtype=np.int64)
        theirs[name] = np.array([place[x] for x in other.levels[name]], dtype=np.int64)
    cells = {}
    for grouping, table in one.cells.items():
        parts = [table.recode(mine), other.cells[grouping].recode(theirs)]
        codes = np.concatenate([p.codes for p in parts])
        cells[grouping] = compact(table.columns, codes, np.concatenate([p.sums for p in parts]))
    origin = "rows" if one.origin == other.origin == "rows" else "counts"
    notes = tuple(dict.fromkeys([*one.notes, *other.notes]))
    pair = [
        bounds and bounds.recode(to) for bounds, to in ((one.bounds, mine), (other.bounds, theirs))
    ]
    open_ones = [bounds for bounds in pair if bounds is not None]
    # They count different people, so neither's totals say anything of the other.
    bounds = open_ones[0] if open_ones else None
    for further in open_ones[1:]:
        bounds = open_ones[0].joined(further)
    return {
        "levels": levels, "cells": cells, "bins": bins, "origin": origin, "notes": notes,
        "bounds": bounds,
    }  # fmt: skip


def _check_addable(one: Tally, other: Tally) -> None:
    faults = []
    if "published" in (one.origin, other.origin):
        faults.append(
            "A published tally has merged cells and cannot be added: add first, then publish."
        )
    mine, theirs = one.roles.to_dict(), other.roles.to_dict()
    unequal = sorted(k for k in {*mine, *theirs} if mine.get(k) != theirs.get(k))
    if unequal:
        faults.append(f"Their roles differ in {', '.join(unequal)}. Make both with the same Roles.")
    if set(one.groupings) != set(other.groupings):
        faults.append(
            f"Their groupings differ: {one.groupings} and {other.groupings}. "
            "Make both with the same by=."
        )
    pair = [one.bins, other.bins]
    if all(bins is not None for bins in pair):
        exact = [bins.exact for bins in pair]  # type: ignore[union-attr]
        if exact[0] != exact[1] or (not exact[0] and pair[0] != pair[1]):
            faults.append(
                "Their score bins differ. Make both with the same edges, with "
                'score_bins="exact", or with an integer and the same score_range= in Roles.'
            )
    if faults:
        raise UnequalTallies("These tallies cannot be added. " + " ".join(faults))


def _union_of_bins(
    one: ScoreBins | None, other: ScoreBins | None
) -> tuple[ScoreBins | None, dict[str, Any], dict[str, Any]]:
    if one is None or other is None or not one.exact:
        return one, {}, {}
    values: Floats = np.union1d(one.values, other.values)
    places = [{BIN: np.searchsorted(values, bins.values)} for bins in (one, other)]
    return ScoreBins(values, exact=True), places[0], places[1]
