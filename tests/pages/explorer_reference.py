"""Counts for the threshold explorer, and its rates computed the slow way: every vertex is tried."""

import copy
import itertools

import numpy as np
from hostile_texts import HOSTILE, LONG, WIDE

from creditaudit.intervals import wilson

RATES = (
    "approval_rate",
    "true_positive_rate",
    "false_negative_rate",
    "false_positive_rate",
    "precision",
)
MERGED = [[0, 0], [1, 3], [4, 4], [5, 5], [6, 8], [9, 11]]


OPEN_ENDED = [[-1, 2], [3, 3], [4, 8], [9, 12]]


def published(*, seed=7, exact=False, higher_is="safer", outcome=True, groups=None, bins=MERGED):
    """Small counts with empty cells, so that every kind of undefined rate is somewhere."""
    rng = np.random.default_rng(seed)
    groups = list(groups or ("black", "white", "(other)", "missing", "nobody"))
    cells = []
    for group in groups[:-1] if len(groups) > 1 else groups:
        for at in [*range(len(bins)), -1, *([] if exact else [-2, -3])]:
            counts = rng.integers(0, 7, 3) * rng.integers(0, 2, 3)
            counts = counts if outcome else np.array([0, 0, counts.sum()])
            cells.append([group, at, *map(int, counts)])
    return {
        "$schema": "creditaudit.explorer/1",
        "title": "Example Lender, 2025 (invented numbers)",
        "report_date": "2026-11-23",
        "synthetic": True,
        "group_column": "race",
        "groups": groups,
        "score_column": "points",
        "higher_is": higher_is,
        "edges": [300 + 12.5 * at for at in range(12 if exact else 13)],
        "exact": exact,
        "bins": copy.deepcopy(bins),
        "cells": cells,
        "min_cell": 5,
        "merges": ["Points 312.5 to 350 are one band, because a cell had fewer than 5 people."],
        "fingerprint": "9f2c" * 16,
        "source": "Example Lender, decisions of 2025",
        "has_outcome": outcome,
    }


def expected(counts, at, rate):
    """Least, most, low and high of a rate by group; None where undefined. Every vertex is tried."""
    return {name: bounds(rate, decisions(counts, name, at)) for name in counts["groups"]}


def expected_ratio(counts, at, reference):
    """Least and most ratio of approval rates to a group; None where undefined."""
    rates = expected(counts, at, "approval_rate")
    other, found = rates[reference], {}
    for name, one in rates.items():
        if one is None or other is None or other[1] == 0:
            found[name] = None
        elif name == reference:
            found[name] = (1, 1)
        else:
            most = 0 if one[1] == 0 else one[1] / other[0] if other[0] else np.inf
            found[name] = (one[0] / other[1], most)
    return found


def decisions(counts, name, at):
    """Return ([good, bad, unknown], decisions possible) of each cell of a group, at an edge."""
    low, high = ("no", "yes") if counts["higher_is"] == "safer" else ("yes", "no")
    found = []
    for group, place, *people in counts["cells"]:
        if group != name or place == -1:
            continue
        if place < 0:
            possible = {low if place == -2 else high}
        else:
            possible = possible_in(counts, *counts["bins"][place], at, low, high)
            possible |= {"none"} if place == 0 and counts.get("unscored") else set()
        found.append((people, sorted(possible)))
    return found


def possible_in(counts, first, last, at, low, high):
    edges, cutoff = counts["edges"], counts["edges"][at]
    exact, end = counts["exact"], len(edges) - 1
    least = -np.inf if first < 0 else edges[first]
    most = np.inf if last == end and not exact else edges[last if exact else last + 1]
    # Only the last interval reaches its upper edge.
    reaches = exact or last >= end - 1
    under = most < cutoff or (most == cutoff and not reaches)
    return {high} if least >= cutoff else {low} if under else {low, high}


def bounds(rate, cells, ways=None):
    """Return least, most and the Wilson ends, over ways to decide about those who are open."""
    sure = {"yes": np.zeros(3), "no": np.zeros(3), "none": np.zeros(3)}
    for people, possible in cells:
        if len(possible) == 1:
            sure[possible[0]] += people
    pairs = [
        (outcome, number, possible)
        for people, possible in cells
        if len(possible) > 1
        for outcome, number in enumerate(people)
        if number
    ]
    found = []
    for way in itertools.product(*(ways or vertices)(pairs)):
        decided = {decision: counts.copy() for decision, counts in sure.items()}
        for (outcome, _, possible), split in zip(pairs, way, strict=True):
            for decision, number in zip(possible, split, strict=True):
                decided[decision][outcome] += number
        events, people = fraction(rate, decided["yes"], decided["no"])
        found += [(events / people, people)] if people else []
    if not found:
        return None
    p, n = map(np.array, zip(*found, strict=True))
    low, high = wilson(p, n)
    return min(p), max(p), min(low[p == min(p)]), max(high[p == max(p)])


def vertices(pairs):
    """All people of a cell and outcome together: to each of the decisions possible."""
    return [
        [tuple(number * (at == one) for at in range(len(possible))) for one in range(len(possible))]
        for _, number, possible in pairs
    ]


def every_way(pairs):
    return [
        [
            split
            for split in itertools.product(range(number + 1), repeat=len(possible))
            if sum(split) == number
        ]
        for _, number, possible in pairs
    ]


def fraction(rate, approved, refused):
    good, bad = approved[0] + refused[0], approved[1] + refused[1]
    return {
        "approval_rate": (sum(approved), sum(approved) + sum(refused)),
        "true_positive_rate": (approved[0], good),
        "false_negative_rate": (refused[0], good),
        "false_positive_rate": (approved[1], bad),
        "precision": (approved[0], approved[0] + approved[1]),
    }[rate]


def hostile():
    return published(groups=[*HOSTILE, LONG, WIDE]) | {
        "title": HOSTILE[1],
        "group_column": HOSTILE[0],
        "score_column": WIDE,
        "source": LONG,
        "merges": [*HOSTILE, WIDE],
        "fingerprint": "ab" * 64,
    }
