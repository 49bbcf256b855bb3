"""Counting one person at a time in plain Python, as one would on paper."""

import math
from bisect import bisect_right
from collections import Counter

from creditaudit.bins import MISSING, UNDER
from creditaudit.cells import BIN, DECISION, OUTCOME


def as_float(value):
    """Return a score as a float, None where it is missing."""
    number = math.nan if value in (None, "") else float(value)
    return None if math.isnan(number) else number


def as_level(value):
    """Return a group as it is shown, None where it is missing."""
    if value == "" or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bytes):
        return value.decode() or None
    return int(value) if isinstance(value, float) and value.is_integer() else value


def bin_on_paper(score, bins):
    """Return the bin of a score by the words of the contract."""
    edges = bins.values.tolist()
    if score is None:
        return MISSING
    if bins.exact:
        return edges.index(score)
    if score < edges[0]:
        return UNDER
    if score > edges[-1]:
        return len(edges) - 1
    return min(bisect_right(edges, score) - 1, len(edges) - 2)


def side_on_paper(value, chosen):
    """Return 1 for the chosen value, 0 for another, -1 where it is missing."""
    return -1 if value is None else int(value == chosen)


def people_on_paper(rows, keys, roles, bins):
    """Return people, and the sums of weights and their squares, by cell."""
    n, w, w2 = Counter(), Counter(), Counter()
    for row in rows:
        cell = (
            *(as_level(row[key]) for key in keys),
            bin_on_paper(as_float(row[roles.score]), bins) if bins else MISSING,
            side_on_paper(row[roles.outcome], roles.good) if roles.outcome else -1,
            side_on_paper(row[roles.decision], roles.favourable) if roles.decision else -1,
        )
        weight = row[roles.weight] if roles.weight else 1.0
        n[cell] += 1
        w[cell] += weight
        w2[cell] += weight * weight
    return {cell: (n[cell], w[cell], w2[cell]) for cell in n}


def people_in_cells(tally, keys):
    """Return the same from a tally."""
    cells = tally.select(tuple(keys), [BIN, OUTCOME, DECISION])
    levels = [[*tally.levels[key], None] for key in keys]
    found = {}
    for codes, sums in zip(cells.codes.tolist(), cells.sums.tolist(), strict=True):
        named = [known[code] for known, code in zip(levels, codes, strict=False)]
        found[*named, *codes[len(keys) :]] = tuple(sums)
    return found
