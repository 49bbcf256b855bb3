"""Publishing a summary of terms: no count or sum of too few people, and no amount that follows.

Counts. Groupings, levels and bands are merged as `creditaudit.publishing` merges those of a tally:
people with terms, people without and people whose terms are not recorded are counted apart, and
no such cell, told or derivable, is of fewer than ``min_cell``. Bins of the amount are merged the
same way for everyone, and are then one more column of every grouping.

Sums. A sum over some people that follows from published sums is a sum of published cells: where
the number of those people is not certain there are two persons, or two pairs, who could change
places. So it is of enough people. What people, mean and standard deviation of a cell tell of one
amount is in `creditaudit.terms_rounding`; where a cell tells too much, all cells are made of more
people than it has, until none does. Means are then rounded to at most half their standard error,
and sums by bin of the amount are not told.

Not covered: what someone in a cell learns of the others with their own amount, beyond the p per
cent rule; that everyone in a cell may be in one bin of the amount; amounts that are told elsewhere,
such as a price list; a tally or a second summary of the same people, whose differences nobody
checked; survey weights, with which the rules read effective people.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from creditaudit.bins import MISSING, UNDER, ScoreBins
from creditaudit.cells import BIN, DECISION, OUTCOME, Cells, compact
from creditaudit.counting import Grouping
from creditaudit.earlier import ANSWER, Earlier
from creditaudit.errors import InputError, RefusedError
from creditaudit.merging import Coarsening, Search
from creditaudit.partitions import Chain, finest, small
from creditaudit.publication import Publication
from creditaudit.publishing import (
    level_sentences,
    new_levels,
    ordered,
    told_groupings,
)
from creditaudit.terms_counting import AMOUNT, BAND, FIXED, NO_TERMS, UNRECORDED
from creditaudit.terms_rounding import SHARE, tells, told
from creditaudit.values import Codes

if TYPE_CHECKING:
    from creditaudit.terms_tally import TermsTally

FEWEST = 4
WITH, WITHOUT, UNKNOWN = 1, 0, -1
_TELLING = "one amount could make up most of them, or all be nearly the same"


def publish(terms: TermsTally, min_cell: int) -> dict[str, Any]:
    """Return the fields of a summary that publishing changes; see `TermsTally.publish`."""
    _check(terms, min_cell)
    cells, left_out = _without_few(terms, min_cell)
    chain = Chain.of(terms.bands)
    least, further = float(min_cell), False
    while True:
        search, found = _search(terms, cells, chain, least)
        if found is None:
            raise _refused(terms, min_cell, further=further)
        made = _Made(terms, cells, chain, search, found, least)
        telling = made.telling
        if not telling:
            break
        least, further = telling + 1, True
    dropped = made.dropped
    sentences = (
        f"No count or sum here, and none that can be derived, is of fewer than {min_cell} people.",
        *_amount_sentences(terms, further=further),
        *_band_sentences(terms, made),
        *level_sentences(made.other),
        *(f"Not published: the terms by {' x '.join(one)}." for one in dropped),
        *left_out,
    )
    record = Publication(int(min_cell), other=made.other, dropped=dropped, sentences=sentences)
    return {
        "levels": made.levels, "cells": made.cells, "bands": made.bands, "edges": made.edges,
        "origin": "published", "published": record,
    }  # fmt: skip


def _check(terms: TermsTally, min_cell: int) -> None:
    whole = isinstance(min_cell, int | np.integer) and not isinstance(min_cell, bool)
    if not whole or min_cell < FEWEST:
        msg = (
            f"min_cell={min_cell!r} must be a whole number of people, {FEWEST} or more: with mean "
            "and standard deviation, one of three amounts tells the other two. 5 is usual."
        )
        raise InputError(msg)
    if terms.origin == "published":
        msg = "This summary was published already. Publish the summary it was made from."
        raise InputError(msg)


def _states(amounts: Codes) -> Codes:
    return np.select([amounts == NO_TERMS, amounts == UNRECORDED], [WITHOUT, UNKNOWN], WITH)


def _without_few(terms: TermsTally, least: int) -> tuple[dict[Grouping, Cells], tuple[str, ...]]:
    """Return the cells without people whom nothing can hide, and sentences that say so."""
    first = next(iter(terms.cells.values()))
    states = _states(first.column(AMOUNT))
    people = {one: first.sums[states == one, 0].sum() for one in (WITH, WITHOUT, UNKNOWN)}
    if people[WITH] < least:
        msg = f"Fewer than {least} people have terms: nothing is said about them."
        raise RefusedError(msg)
    few = [one for one in (WITHOUT, UNKNOWN) if small(people[one], least)]
    kept = {}
    for grouping, table in terms.cells.items():
        out = np.isin(_states(table.column(AMOUNT)), few) | (table.sums[:, 0] <= 0)
        kept[grouping] = Cells(table.columns, table.codes[~out], table.sums[~out])
    words = {WITHOUT: "people without terms", UNKNOWN: "people whose terms are not recorded"}
    said = (f"Fewer than {least} {words[one]} are left out, as nothing could hide them."
            for one in few)  # fmt: skip
    return kept, tuple(said)


def _search(
    terms: TermsTally, cells: Mapping[Grouping, Cells], chain: Chain, least: float
) -> tuple[Search, Coarsening | None]:
    """Return the fewest merges of levels and bands, and groupings dropped, by people alone."""
    tables = {}
    for grouping, table in cells.items():
        columns = {
            OUTCOME: np.full(len(table), MISSING),
            DECISION: _states(table.column(AMOUNT)),
            BIN: chain.places(table.column(BAND)),
        }
        codes = np.column_stack(
            [table.codes[:, : len(grouping)], *(columns[name] for name in ANSWER)]
        )
        tables[grouping] = compact((*grouping, *ANSWER), codes, table.sums[:, :3])
    earlier = Earlier((), chain, np.arange(len(chain)))
    search = Search(tables, terms.levels, None, earlier, least)
    return search, search.best_of(list(tables))


class _Made:
    """A summary as it would be published, and what its cells tell of single amounts."""

    def __init__(
        self, terms: TermsTally, cells: Mapping[Grouping, Cells], chain: Chain, search: Search,
        found: Coarsening, least: float,
    ) -> None:  # fmt: skip
        groupings, self.dropped = told_groupings(terms.groupings, None, found)
        names = {name for grouping in groupings for name in grouping}
        self.other = {
            name: ordered(levels)
            for name, levels in search.named(found.merged).items()
            if name in names
        }
        self.levels, targets = new_levels(terms.levels, search.tables, found.merged, names)
        self.bands, self.blocks = terms.bands, len(np.unique(found.blocks[search.used]))
        bands = chain.codes
        if terms.bands is not None:
            self.bands, bands, _ = chain.merged(found.blocks, search.used)
        merged = {one: _recoded(_held(cells, one), one, targets, bands, chain)
                  for one in groupings}  # fmt: skip
        self.edges, amounts = _amount_bins(terms.edges, merged, found.kept, least)
        self._whole = {one: _one_bin(table) for one, table in merged.items()}
        self.cells = {
            one: told(table.with_column(AMOUNT, amounts[table.column(AMOUNT) + 3]),
                       self._whole[one])
            for one, table in merged.items()
        }  # fmt: skip

    @property
    def telling(self) -> float:
        """People in the largest cell that tells too much of one amount; 0 where none does."""
        found = [0.0]
        for table in self._whole.values():
            sums = table.sums[_states(table.column(AMOUNT)) == WITH]
            found += sums[tells(sums), 0].tolist()
        return max(found)


def _held(cells: Mapping[Grouping, Cells], grouping: Grouping) -> Cells:
    holding = [table for keys, table in cells.items() if set(grouping) <= set(keys)]
    return min(holding, key=len).project([*grouping, *FIXED])


def _recoded(
    table: Cells, grouping: Grouping, targets: Mapping[str, Codes], bands: Codes, chain: Chain
) -> Cells:
    codes = table.codes.copy()
    for at, name in enumerate(grouping):
        codes[:, at] = targets[name][codes[:, at]]
    codes[:, -2] = bands[chain.places(table.column(BAND))]
    return compact(table.columns, codes, table.sums)


def _one_bin(table: Cells) -> Cells:
    """Return the cells with all bins of the amount in one."""
    amounts = table.column(AMOUNT)
    return table.with_column(AMOUNT, np.where(_states(amounts) == WITH, 0, amounts))


def _amount_bins(
    edges: ScoreBins | None, merged: Mapping[Grouping, Cells], kept: tuple[Grouping, ...],
    least: float,
) -> tuple[ScoreBins | None, Codes]:  # fmt: skip
    """Return the bins of the amount after merging, and the new code of each old one, from -3 on."""
    places = 1 if edges is None else len(edges) + 2
    codes = np.concatenate(
        [[UNRECORDED, UNDER, NO_TERMS], np.zeros(max(places - 1, 1), dtype=np.int64)]
    )
    if edges is None:
        return None, codes
    rows = []
    for grouping in kept:
        table = merged[grouping] if grouping in merged else _held(merged, grouping)
        offered = _states(table.column(AMOUNT)) == WITH
        keys, row = np.unique(table.codes[offered, :-1], axis=0, return_inverse=True)
        counts = np.zeros((len(keys), places))
        place = np.maximum(table.codes[offered, -1], -1) + 1
        np.add.at(counts, (row.reshape(-1), place), table.sums[offered, 0])
        rows.append(counts)
    everyone = rows[0].sum(axis=0)
    blocks = finest(np.concatenate(rows), everyone, least)
    cuts = [] if blocks is None else np.flatnonzero(np.diff(blocks)).tolist()
    if not cuts:
        codes[1] = 0
        return None, codes
    new = np.searchsorted(cuts, np.arange(places)) - 1
    new = np.where(new < 0, UNDER, new)
    codes[1], codes[3 : 2 + places] = new[0], new[1:]
    # A last edge that was an inner one has the amounts at the edge itself above it.
    inner = cuts[-1] < len(edges)
    return ScoreBins(edges.values[cuts], exact=False, half_open=inner), codes


def _refused(terms: TermsTally, min_cell: int, *, further: bool) -> RefusedError:
    if further:
        msg = (
            f"Even for everyone together the sums of {terms.roles.amount} would tell single "
            f"amounts: {_TELLING}. Publish a report made from this summary, or count a longer "
            "period. A price that is the same for all can be told as such."
        )
        return RefusedError(msg)
    msg = (
        f"Even for everyone together some count is of fewer than {min_cell} people. Count a longer "
        "period or a larger area."
    )
    return RefusedError(msg)


def _amount_sentences(terms: TermsTally, *, further: bool) -> list[str]:
    first = next(iter(terms.cells.values()))
    offered = _states(first.column(AMOUNT)) == WITH
    if np.isnan(first.sums[offered, 4]).any():
        return [
            "No standard deviations were given, so it is not known whether one amount makes up "
            "most of a sum: means are rounded to two digits."
        ]
    weights = " Weights are taken as known to nobody." if terms.roles.weight else ""
    return [
        *([f"Cells were merged further, as {_TELLING}."] if further else []),
        "From people, mean and standard deviation nobody's amount follows to within "
        f"{100 * SHARE:g} %. Means are rounded to at most half their standard error, standard "
        f"deviations to three digits.{weights}",
    ]


def _band_sentences(terms: TermsTally, made: _Made) -> list[str]:
    said = []
    if terms.bands is not None and made.bands is not None and made.bands != terms.bands:
        said.append(
            f"Neighbouring bands of {terms.roles.control} were merged, {len(terms.bands)} to "
            f"{made.blocks} with people in them, the same for every group."
        )
        if made.bands.unscored:
            said.append(f"The lowest band is also of people without {terms.roles.control}.")
    if terms.edges is not None and made.edges is None:
        said.append(f"The bins of {terms.roles.amount} are not published: no quantiles.")
    elif terms.edges is not None and made.edges != terms.edges:
        said.append(f"Neighbouring bins of {terms.roles.amount} were merged.")
    return said
