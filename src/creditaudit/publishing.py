"""Publishing a tally: the fewest merges after which nothing told is about too few people.

Why no small cell can be derived. All groupings are margins of one table: bins and levels are
merged the same way for all. The groupings kept are acyclic, the cliques of a decomposable model,
with score bin, outcome, decision and period in every one. Then

* a cell of that table lies between the bounds of Fréchet, min of its margins above, their sum less
  that of the separators below, and both are attained [1]_. So a cell that is certain is a published
  one, or nobody.
* A sum over such cells, for instance a crossing that was not published, is certain only where it
  is a sum of published cells. Each clique says which people there are by its columns, and where
  two meet, any of those alike in the columns they share may be the same person. Let a people on
  one side have the property in question, b on the other, of n alike. Every number of matches from
  max(0, a + b - n) to min(a, b) is possible, so the number is certain only if a or b is 0 or n:
  the answer is 0, or the count on the other side. From leaf to leaf it stays a sum of published
  cells, each of nobody or of enough.
* A cell within a merged one could be anything from nobody to all in it.

What is left is what the record tells by itself: each level named there had somebody. So "(other)"
holds so many that any one of its levels could be of ``min_cell`` people.

Not covered: columns that determine one another (county and state) when only their single
groupings are kept; what follows from knowing that these are the fewest merges; sums of weights,
which are only rounded; counts that were published elsewhere and are not named in ``after``.

References
----------
.. [1] Dobra, A. and Fienberg, S. E. (2000). Bounds for cell entries in contingency tables given
   marginal totals and decomposable graphs. PNAS 97, 11885-11892.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from creditaudit.bins import MISSING, ScoreBins
from creditaudit.cells import BIN, DECISION, FIXED, OUTCOME, REPLICATE, Cells, compact
from creditaudit.counting import Grouping, in_order
from creditaudit.earlier import ANSWER, Earlier, held, tables
from creditaudit.errors import InputError, RefusedError
from creditaudit.merging import Coarsening, Search
from creditaudit.partitions import Chain, small
from creditaudit.publication import OTHER, Publication
from creditaudit.roles import Roles
from creditaudit.values import Codes, Floats, Level

if TYPE_CHECKING:
    from creditaudit.tally import Tally

_DIGITS = 3


def publish(tally: Tally, min_cell: int, after: Sequence[Tally]) -> dict[str, Any]:
    """Return the fields of a tally that publishing changes; see `Tally.publish`."""
    _check(tally, min_cell)
    earlier = Earlier.of(after, tally)
    counts, left_out = _without_few_unknowns(tally, earlier.chain, min_cell)
    period = tally.roles.period
    search = Search(counts, tally.levels, period, earlier, min_cell)
    found = search.best_of(list(counts))
    if found is None:
        msg = (
            "The counts differ too little from those published earlier: even for everyone together "
            f"there is a difference of fewer than {min_cell} people. Publish again when more "
            "people have been counted."
        )
        raise RefusedError(msg)
    groupings, dropped = told_groupings(tally.groupings, period, found)
    period = period if any(period in columns for columns in found.kept) else None
    names = {*(name for grouping in groupings for name in grouping), *filter(None, [period])}
    other = {
        name: ordered(levels)
        for name, levels in search.named(found.merged).items()
        if name in names
    }
    levels, targets = new_levels(tally.levels, counts, found.merged, names)
    bins, codes, spans = tally.bins, earlier.chain.codes, None
    if bins is not None:
        bins, codes, spans = earlier.chain.merged(found.blocks, search.used)
    cells = {}
    for grouping in groupings:
        columns = (*grouping, *filter(None, [period]))
        recoded = _recoded(held(counts, columns), targets, codes)
        cells[grouping] = _rounded(recoded) if tally.roles.weight else recoded
    told = tally.bins is not None and not tally.bins.exact
    record = Publication(
        min_cell=int(min_cell),
        edges=tuple(map(float, tally.bins.values)) if told and tally.bins else None,
        spans=spans if told else None,
        other=other,
        dropped=dropped,
        sentences=(
            f"No count here, and none that can be derived, is of fewer than {min_cell} people.",
            *_bin_sentences(tally.bins, bins, len(np.unique(found.blocks[search.used]))),
            *level_sentences(other),
            *(f"Not published: the counts by {' x '.join(one)}." for one in dropped),
            *([f"{tally.roles.period} was summed out."] if tally.roles.period != period else []),
            *left_out,
            *(["Sums of weights are rounded to three digits."] if tally.roles.weight else []),
        ),
    )
    # A number of people in a note would be a count that nobody checked.
    notes = (re.sub(r"^[\d,]+ (\w)", lambda found: found[1].upper(), note) for note in tally.notes)
    return {
        "roles": replace(tally.roles, period=period), "levels": levels, "cells": cells,
        "bins": bins, "origin": "published", "published": record, "plan": (),
        "notes": (*notes, *record.sentences),
    }  # fmt: skip


def _check(tally: Tally, min_cell: int) -> None:
    if not isinstance(min_cell, int | np.integer) or isinstance(min_cell, bool) or min_cell < 1:
        msg = f"min_cell={min_cell!r} must be a whole number of people, 1 or more; 5 is usual."
        raise InputError(msg)
    if tally.origin == "published":
        msg = (
            "This tally was published already. Publish the tally it was made from, with "
            "after= this one."
        )
        raise InputError(msg)
    if tally.roles.cluster is not None:
        msg = (
            f"A tally with clusters ({tally.roles.cluster!r}) is not published: without the "
            "clusters its ranges would be too narrow, and with them its cells are too small. "
            "Publish a report made from it; or make the tally again without cluster=, and say so."
        )
        raise InputError(msg)


def _without_few_unknowns(
    tally: Tally, chain: Chain, least: int
) -> tuple[dict[Grouping, Cells], list[str]]:
    """Return the counts without people whom nothing can hide, and sentences that say so.

    Raises
    ------
    RefusedError
        If too few people have some decision and outcome.
    """
    counts = {
        keys: cells.with_column(BIN, chain.places(cells.column(BIN)))
        for keys, cells in tables(tally).items()
    }
    roles, answers = tally.roles, [OUTCOME, DECISION]
    few = held(counts, ()).project(answers)
    codes = few.codes[small(few.sums[:, 0], least)]
    unknown = ((codes < 0) & [roles.outcome is not None, roles.decision is not None]).any(axis=1)
    if not unknown.all():
        named = ", ".join(_answer(roles, *code) for code in codes[~unknown].tolist())
        msg = (
            f"Of everyone together there are fewer than {least} {named}: no merge can hide them. "
            "Publish without the outcome (make the tally without outcome= and good=), or count a "
            "longer period."
        )
        raise RefusedError(msg)
    kept = {}
    for keys, cells in counts.items():
        own = cells.codes[:, [cells.columns.index(name) for name in answers]]
        lone = (own[:, None] == codes[None]).all(axis=2).any(axis=1) | (cells.sums[:, 0] <= 0)
        kept[keys] = Cells(cells.columns, cells.codes[~lone], cells.sums[~lone])
    sentences = [
        f"Fewer than {least} {_answer(roles, *code)} are left out, as nothing could hide them."
        for code in codes.tolist()
    ]
    return kept, sentences


def _answer(roles: Roles, outcome: int, decision: int) -> str:
    who = {1: "good payers", 0: "bad payers", -1: "people"}[outcome]
    what = {1: "approved ", 0: "refused ", -1: ""}[decision]
    lacking = [
        f"{'an' if word == 'outcome' else 'a'} {word}"
        for word, code in (("decision", decision), ("outcome", outcome))
        if code < 0 and getattr(roles, word) is not None
    ]
    return f"{what}{who}{' without ' if lacking else ''}{' and '.join(lacking)}"


def told_groupings(
    asked: Sequence[Grouping], period: str | None, found: Coarsening
) -> tuple[list[Grouping], tuple[Grouping, ...]]:
    """Return the groupings to publish, and those asked for that are not among them."""
    kept = [tuple(name for name in columns if name != period) for columns in found.kept]
    told = [g for g in asked if any(set(g) <= set(columns) for columns in kept)]
    told += [one for one in kept if not any(set(one) <= set(g) for g in told)]
    return told, tuple(g for g in asked if g not in told)


def new_levels(
    levels: Mapping[str, tuple[Level, ...]], counts: Mapping[Grouping, Cells],
    merged: Mapping[str, frozenset[int]], names: Iterable[str],
) -> tuple[dict[str, tuple[Level, ...]], dict[str, Codes]]:  # fmt: skip
    """Return the levels published, and by column the new code of each old one, missing last."""
    told, targets = {}, {}
    for name in levels:
        if name not in names:
            continue
        gone = merged.get(name, frozenset())
        used = np.unique(held(counts, (name,)).column(name)).tolist()
        left = {code: levels[name][code] for code in used if code >= 0 and code not in gone}
        kept = [*left.values(), *([OTHER] if gone & set(used) else [])]
        told[name], places = in_order(kept)
        target = np.full(len(levels[name]) + 1, -1, dtype=np.int64)
        target[list(left)] = places[: len(left)]
        if len(kept) > len(left):
            target[sorted(gone)] = places[-1]
        targets[name] = target
    return told, targets


def _recoded(table: Cells, targets: Mapping[str, Codes], bins: Codes) -> Cells:
    columns = (*table.columns[: -len(ANSWER)], *FIXED)
    codes = np.full((len(table), len(columns)), MISSING, dtype=np.int64)
    for at, name in enumerate(columns):
        if name in targets:
            codes[:, at] = targets[name][table.column(name)]
        elif name != REPLICATE:
            found = table.column(name)
            codes[:, at] = bins[found] if name == BIN else found
    return compact(columns, codes, table.sums)


def _rounded(cells: Cells) -> Cells:
    """Return the cells with weights in three digits, so that the effective people stay."""
    n, w, w2 = cells.sums.T
    rounded = significant(w)
    size = np.divide(w**2, w2, out=np.ones_like(w), where=w2 > 0)
    return Cells(
        cells.columns, cells.codes, np.column_stack([n, rounded, significant(rounded**2 / size)])
    )


def significant(values: Floats) -> Floats:
    """Return numbers in three digits."""
    return np.array([float(f"{value:.{_DIGITS - 1}e}") for value in values], dtype=np.float64)


def ordered(levels: Iterable[Level]) -> tuple[Level, ...]:
    """Return levels in order, None last."""
    known = in_order([level for level in levels if level is not None])[0]
    return (*known, *([None] if None in levels else []))


def _bin_sentences(before: ScoreBins | None, after: ScoreBins | None, left: int) -> list[str]:
    if before is None or after is None or before.exact == after.exact is True or before == after:
        return []
    of = "scores were merged into" if before.exact else f"score bins were merged, {len(before)} to"
    found = [f"Neighbouring {of} {left} with people in them, the same for every group."]
    if after.unscored:
        found.append("Those who score lowest are counted with people without a score.")
    return found


def level_sentences(other: Mapping[str, Sequence[Level]]) -> list[str]:
    """Return a sentence for each column with merged levels."""
    return [
        f"{name}: merged into (other): "
        + ", ".join("people without one" if level is None else str(level) for level in levels)
        + "."
        for name, levels in other.items()
    ]
