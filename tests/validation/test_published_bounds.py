"""Bounds from what publishers round and suppress: they hold the truth, and tables attain them.

10,000 random tables in each full run, a share of them by default. Every one is a table of groups by
decision of which a publisher told less than everything, in one of six ways.
"""

import numpy as np
import pytest
from published_bounds import WAYS, ends_of_rows, every_table, publish, tally_of

from creditaudit import metrics

SHARE, ALL = 60, 1_667


def rates(table):
    """Return approval rates, NaN for nobody."""
    people = table.sum(axis=-1)
    return np.divide(table[..., 0], people, out=np.full(people.shape, np.nan), where=people > 0)


def bounds_of(made):
    """Return the least and greatest approval rate of each group of each table."""
    tables, groups, _ = made.truth.shape
    frame = metrics.approval_rate(tally_of(made), ("table", "race"))
    frame = frame.sort_values(["table", "race"])
    low = frame["bound_low"] if "bound_low" in frame else frame["value"]
    high = frame["bound_high"] if "bound_high" in frame else frame["value"]
    shape = (tables, groups)
    return low.to_numpy().reshape(shape), high.to_numpy().reshape(shape), frame


def check(way, tables, seed):
    """Return how many groups there were, and the share of them that are open."""
    rng = np.random.default_rng([seed, WAYS.index(way)])
    counted, opened = 0, 0
    for size in np.diff(np.linspace(0, tables, 5).astype(int)):
        top = int(rng.choice([8, 40, 400, 5_000]))
        made = publish(rng, way, int(size), int(rng.integers(2, 5)), top)
        low, high, frame = bounds_of(made)
        truth = rates(made.truth)
        known = np.isfinite(truth)
        assert (low[known] <= truth[known] + 1e-9).all()
        assert (high[known] >= truth[known] - 1e-9).all()
        people = made.truth.sum(axis=2).ravel()
        assert (frame["n"].to_numpy() <= people).all()
        # With sampling error added outward.
        some = np.isfinite(frame["bound_low"] if "bound_low" in frame else frame["value"])
        assert (frame["low"][some] <= low.ravel()[some] + 1e-9).all()
        assert (frame["high"][some] >= high.ravel()[some] - 1e-9).all()
        if made.columns is None:
            expected = ends_of_rows(made)
            np.testing.assert_allclose(low, expected[0], atol=1e-9)
            np.testing.assert_allclose(high, expected[1], atol=1e-9)
        counted, opened = counted + low.size, opened + int((low < high).sum())
    return counted, opened / counted


@pytest.mark.parametrize("way", WAYS)
def test_bounds_hold_the_truth_and_are_those_that_follow_by_hand(way, record_testsuite_property):
    counted, opened = check(way, SHARE, seed=1)
    record_testsuite_property(f"bounds, {way}", {"groups": counted, "open": opened})
    assert opened > 0.02


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_bounds_of_ten_thousand_tables_hold_the_truth(way, record_testsuite_property):
    counted, opened = check(way, ALL, seed=2)
    record_testsuite_property(f"all bounds, {way}", {"groups": counted, "open": opened})
    assert opened > 0.02


def one_of(made, place):
    """Return the ends of one table, and of its totals."""
    low, high = made.low[place], made.high[place]
    rows, columns = (
        None if ends is None else (ends[0][place], ends[1][place])
        for ends in (made.rows, made.columns)
    )
    if rows is not None:
        high = np.minimum(high, rows[1][:, None])
    return low, high, rows, columns


def check_attained(way, tables, seed):
    """Write out every whole table of small ones; return how many were attained at both ends."""
    rng = np.random.default_rng([seed, WAYS.index(way)])
    made = publish(rng, way, tables, 2, 9)
    low, high, _ = bounds_of(made)
    written = 0
    for place in range(tables):
        ends = one_of(made, place)
        if np.prod(ends[1] - ends[0] + 1) > 200_000:
            continue
        found = rates(every_table(*ends))
        for group in range(2):
            own = found[:, group][np.isfinite(found[:, group])]
            if len(own):
                attained = (low[place, group], high[place, group])
                assert attained == pytest.approx((own.min(), own.max()), abs=1e-9)
                written += 1
    return written


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_table_attains_each_end(way):
    assert check_attained(way, 25, seed=3) > 20


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_whole_table_attains_each_end_of_a_thousand_tables(way, record_testsuite_property):
    written = check_attained(way, 1_000, seed=4)
    record_testsuite_property(f"attained, {way}", written)
    assert written > 1_000


def check_gaps(way, tables, seed):
    """Return how many ratios between groups were checked, against tables written out."""
    rng = np.random.default_rng([seed, WAYS.index(way)])
    checked = 0
    for _ in range(tables):
        made = publish(rng, way, 1, 2, 9)
        truth = rates(made.truth[0])
        tally = tally_of(made)
        ends = one_of(made, 0)
        if np.prod(ends[1] - ends[0] + 1) > 200_000:
            continue
        every = rates(every_table(*ends))
        some = np.isfinite(every).all(axis=1) & (every[:, 0] > 0)
        if not some.any() or not np.isfinite(truth).all() or (every[:, 0] == 0).any():
            continue
        (row,) = metrics.disparity(
            tally, by=("table", "race"), reference=(0, 0)
        ).itertuples()  # fmt: skip
        found = every[some, 1] / every[some, 0]
        bounds = (row.value, row.value) if not hasattr(row, "bound_low") else (
            row.bound_low, row.bound_high
        )  # fmt: skip
        assert bounds[0] <= truth[1] / truth[0] + 1e-9
        assert bounds[1] >= truth[1] / truth[0] - 1e-9
        if np.isfinite(every).all():
            # With rows and columns, one table has one group lowest and the other highest.
            assert bounds == pytest.approx((found.min(), found.max()), abs=1e-9)
        checked += 1
    return checked


@pytest.mark.parametrize("way", WAYS)
def test_ratios_between_groups_end_at_a_whole_table(way):
    assert check_gaps(way, 15, seed=5) > 2


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_ratios_of_five_hundred_tables_end_at_a_whole_table(way, record_testsuite_property):
    checked = check_gaps(way, 500, seed=6)
    record_testsuite_property(f"ratios, {way}", checked)
    assert checked > 50
