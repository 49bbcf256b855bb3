"""Bounds of groups known as probabilities: by hand, attained, and against linear programmes."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

from creditaudit.metrics.membership_bounds import ProxyCells

SIDES = 3  # event, other, neither


def cells(n, event, other, share, error=0.0):
    n, event, other = (np.asarray(one, dtype=float) for one in (n, event, other))
    share = np.asarray(share, dtype=float)
    low, high = np.maximum(share - error, 0), np.minimum(share + error, 1)
    return ProxyCells(n, event, other, low, high)


@st.composite
def tables(draw, groups=None, neither=True, error=True):
    """Draw two to four cells of a few people, and the shares of two to four groups there."""
    k = draw(st.integers(1, 4))
    g = groups or draw(st.integers(2, 4))
    counts = np.array([[draw(st.integers(0, 12)) for _ in range(SIDES)] for _ in range(k)])
    if not neither:
        counts[:, 2] = 0
    parts = np.array([[draw(st.integers(0, 8)) for _ in range(g)] for _ in range(k)], dtype=float)
    assume((counts.sum(axis=1) > 0).all() and (parts.sum(axis=1) > 0).all())
    assume(counts[:, 0].sum() and counts[:, 1].sum() and (parts.sum(axis=0) > 0).all())
    share = parts / parts.sum(axis=1, keepdims=True)
    off = draw(st.sampled_from([0.0, 0.05, 0.3])) if error else 0.0
    return cells(counts.sum(axis=1), counts[:, 0], counts[:, 1], share, off)


def programme(table):
    """Return equalities and limits of all tables of cell x group x side that fit, for linprog.

    Variables: people x[z, g, side], then shares p[z, g]; both times the scale t, which is last.
    """
    k, g = table.low.shape
    size = k * g * SIDES + k * g + 1
    sides = np.column_stack([table.event, table.other, table.n - table.event - table.other])
    equal, limit = [], []
    for z in range(k):
        for side in range(SIDES):
            row = np.zeros(size)
            row[[(z * g + one) * SIDES + side for one in range(g)]] = 1
            row[-1] = -sides[z, side]
            equal.append(row)
        for one in range(g):
            row = np.zeros(size)
            at = (z * g + one) * SIDES
            row[at : at + SIDES] = 1
            row[k * g * SIDES + z * g + one] = -table.n[z]
            equal.append(row)
            for sign, end in ((1, table.high[z, one]), (-1, table.low[z, one])):
                row = np.zeros(size)
                row[k * g * SIDES + z * g + one] = sign
                row[-1] = -sign * end
                limit.append(row)
    return np.array(equal), np.array(limit)


def side_of(table, group, side):
    k, g = table.low.shape
    row = np.zeros(k * g * SIDES + k * g + 1)
    row[[(z * g + group) * SIDES + side for z in range(k)]] = 1
    return row


def greatest_by_programme(table, group):
    """Return the greatest event / (event + other) of a group by Charnes and Cooper's programme."""
    equal, limit = programme(table)
    event, other = side_of(table, group, 0), side_of(table, group, 1)
    found = linprog(
        -event, A_ub=limit, b_ub=np.zeros(len(limit)),
        A_eq=np.vstack([equal, event + other]), b_eq=[*np.zeros(len(equal)), 1],
        bounds=(0, None),
    )  # fmt: skip
    return -found.fun if found.status == 0 else np.nan


@given(tables())
def test_the_greatest_rate_is_that_of_a_linear_programme(table):
    found = table.greatest()
    for group in range(table.low.shape[1]):
        asked = greatest_by_programme(table, group)
        if np.isfinite(asked):
            assert found[group] == pytest.approx(asked, abs=1e-7)


@given(tables(neither=False, error=False))
def test_gaps_in_approvals_reach_the_ends_of_a_linear_programme(table):
    """With everyone decided the rates have known people below, so a difference is linear."""
    low, high = table.bounds()
    equal, _ = programme(table)
    scale = np.zeros(equal.shape[1])
    scale[-1] = 1
    k, g = table.low.shape
    shares = np.zeros((k * g, equal.shape[1]))
    shares[:, k * g * SIDES : -1] = np.eye(k * g)
    held = np.vstack([equal, shares, scale])
    ends = [*np.zeros(len(equal)), *table.low.ravel(), 1]
    people = table.n @ table.low
    first, second = 0, g - 1
    gap = side_of(table, first, 0) / people[first] - side_of(table, second, 0) / people[second]
    for sign, end in ((1, low[first] - high[second]), (-1, high[first] - low[second])):
        found = linprog(sign * gap, A_eq=held, b_eq=ends, bounds=(0, None))
        assert found.status == 0
        assert sign * found.fun == pytest.approx(end, abs=1e-7)
    assert table.attained_together(first, second)


def joint(table, first, second):
    """Return people x[z, g, side] with the greatest rate of one group and the least of another.

    Shares are taken where both ends want them, which is possible when they fit together.
    """
    k, g = table.low.shape
    share, rest = table.event / table.n, 1 - table.other / table.n
    wanted = np.zeros((k, g))
    own = [np.clip(x, table.low[:, first], table.high[:, first]) for x in (share, rest)]
    off = [
        np.clip(x, table.low[:, second], table.high[:, second]) for x in (1 - rest, 1 - share)
    ]  # fmt: skip
    others = [x for x in range(g) if x not in (first, second)]
    least, most = table.low[:, others].sum(axis=1), table.high[:, others].sum(axis=1)
    # The first share as small as it may be, the second as large as is needed to fill up.
    wanted[:, first] = np.maximum(own[0], 1 - most - off[1])
    wanted[:, second] = np.maximum(off[0], 1 - most - wanted[:, first])
    left = 1 - wanted[:, first] - wanted[:, second]
    for one in others:
        room = (most - least)[:, None]
        part = np.divide((left - least)[:, None], room, out=np.zeros_like(room), where=room > 0)
        wanted[:, [one]] = table.low[:, [one]] + part * (table.high - table.low)[:, [one]]
    people = np.zeros((k, g, SIDES))
    sides = np.column_stack([table.event, table.other, table.n - table.event - table.other])
    for z in range(k):
        free = sides[z].copy()
        for group, order in ((first, (0, 2, 1)), (second, (1, 2, 0))):
            need = table.n[z] * wanted[z, group]
            for side in order:
                taken = min(need, free[side])
                people[z, group, side] += taken
                need, free[side] = need - taken, free[side] - taken
        for group in others:
            need = table.n[z] * wanted[z, group]
            for side in range(SIDES):
                taken = min(need, free[side])
                people[z, group, side] += taken
                need, free[side] = need - taken, free[side] - taken
    return people, wanted


@given(tables())
def test_both_ends_are_attained_by_one_table(table):
    first, second = 0, table.low.shape[1] - 1
    assume(table.attained_together(first, second))
    people, share = joint(table, first, second)
    sides = np.column_stack([table.event, table.other, table.n - table.event - table.other])
    # The table fits: sides and shares of each cell, no negative people.
    assert people.min() >= -1e-9
    assert people.sum(axis=1) == pytest.approx(sides, abs=1e-7)
    assert people.sum(axis=2) == pytest.approx(table.n[:, None] * share, abs=1e-7)
    assert (share >= table.low - 1e-9).all()
    assert (share <= table.high + 1e-9).all()
    event, other = people[:, :, 0].sum(axis=0), people[:, :, 1].sum(axis=0)
    low, high = table.bounds()
    for group, end in ((first, high), (second, low)):
        in_condition = event[group] + other[group]
        if in_condition > 1e-9:
            assert event[group] / in_condition == pytest.approx(end[group], abs=1e-7)


@given(tables(groups=2))
def test_two_groups_are_always_attained_together(table):
    assert table.attained_together(0, 1)
    assert table.attained_together(1, 0)


@given(tables(), st.integers(0, 2**32 - 1))
def test_every_table_that_fits_lies_within_the_bounds(table, seed):
    rng = np.random.default_rng(seed)
    k, g = table.low.shape
    equal, limit = programme(table)
    scale = np.zeros(equal.shape[1])
    scale[-1] = 1
    found = linprog(
        rng.normal(size=equal.shape[1]), A_ub=limit, b_ub=np.zeros(len(limit)),
        A_eq=np.vstack([equal, scale]), b_eq=[*np.zeros(len(equal)), 1], bounds=(0, None),
    )  # fmt: skip
    assert found.status == 0
    people = found.x[: k * g * SIDES].reshape(k, g, SIDES).sum(axis=0)
    low, high = table.bounds()
    for group in range(g):
        total = people[group, 0] + people[group, 1]
        if total > 1e-6:
            assert low[group] - 1e-6 <= people[group, 0] / total <= high[group] + 1e-6


def test_two_tracts_by_hand():
    """100 people, 80 approved, a tenth black; 100 people, 30 approved, nine tenths black.

    At most all 10 and 30 black people were approved, 40 of 100; at least none of the first tract
    and 20 of the second, whose 10 others cannot hold all 30.
    """
    table = cells([100, 100], [80, 30], [20, 70], [[0.1, 0.9], [0.9, 0.1]])
    low, high = table.bounds()
    assert low == pytest.approx([0.20, 0.70])
    assert high == pytest.approx([0.40, 0.90])


def test_people_without_a_decision_leave_more_open():
    """10 people, half of them of the group, 4 approved, 4 refused, 2 withdrawn.

    The group's 5 may be 4 approved and 1 withdrawn, so all of those decided were approved.
    """
    table = cells([10], [4], [4], [[0.5, 0.5]])
    assert table.bounds()[1] == pytest.approx([1, 1])
    assert cells([8], [4], [4], [[0.75, 0.25]]).bounds()[1] == pytest.approx([4 / 6, 1])


def test_a_group_that_is_certain_has_its_rate():
    table = cells([10, 20], [7, 8], [3, 12], [[1, 0], [0, 1]])
    for end in table.bounds():
        assert end == pytest.approx([0.7, 0.4])


def test_an_error_widens_the_bounds_and_a_larger_one_widens_them_more():
    args = [100, 100], [80, 30], [20, 70], [[0.1, 0.9], [0.9, 0.1]]
    ends = [cells(*args, error).bounds() for error in (0, 0.02, 0.1, 1)]
    for (low, high), (lower, higher) in pairwise(ends):
        assert (lower <= low + 1e-12).all()
        assert (higher >= high - 1e-12).all()
    assert ends[-1][0] == pytest.approx([0, 0])
    assert ends[-1][1] == pytest.approx([1, 1])


def test_three_groups_with_an_error_may_not_be_attained_together():
    """Each end wants a share of its own: more of both than there are people."""
    share = [[0.4, 0.4, 0.2]]
    assert cells([10], [5], [5], share).attained_together(0, 1)
    assert not cells([10], [5], [5], share, 0.1).attained_together(0, 1)
