"""Can a solver find a small cell in what was published? Do the bounds hold the truth?

For tables drawn at random: every table in whole people that agrees with all published counts is
possible. A small cell is recovered if all possible tables agree on it.
"""

import numpy as np
import pandas as pd
import pytest
from linear_attack import Attack
from random_tallies import COLUMNS, draw, draw_again

from creditaudit import Roles, Tally, merging, metrics
from creditaudit.metrics.rates import RATES

# A few for every run; all of them when there is time.
MANY = pytest.mark.slow
ONCE = [range(60), pytest.param(range(60, 580), marks=MANY)]
TWICE = [range(60), pytest.param(range(60, 580), marks=MANY)]
BOUNDS = [range(20), pytest.param(range(20, 540), marks=MANY)]


@pytest.fixture
def report(request, record_testsuite_property):
    """Write what was measured into the JUnit report (``pytest --junitxml=FILE``)."""

    def write(what, value):
        record_testsuite_property(f"{request.node.name}: {what}", float(value))

    return write


@pytest.mark.parametrize("seeds", ONCE, ids=len)
def test_no_small_cell_is_recovered_from_one_publication(seeds, report):
    published = small = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        drawn = draw(rng)
        if drawn is None:
            continue
        attack = Attack([drawn.people], drawn.roles, [(drawn.published, [0])])
        assert attack.truth_agrees() or drawn.left_out().any()
        assert drawn.published.n == len(drawn.people) - drawn.left_out().sum()
        targets = attack.small_cells(drawn.by, [0], drawn.min_cell)
        assert attack.recovered(targets, rng) == [], f"seed {seed}"
        published, small = published + 1, small + len(targets)
    report("tallies published", published)
    report("small cells attacked", small)
    assert small > 10 * published


@pytest.mark.parametrize("seeds", TWICE, ids=len)
def test_no_small_cell_is_recovered_from_two_publications(seeds, report):
    published = small = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        first = draw(rng)
        second, newcomers = draw_again(rng, first) if first else (None, 0)
        if first is None or second is None:
            continue
        old = len(first.people)
        people = [first.people, second.people[old:]] if newcomers else [first.people]
        both = [0, 1] if newcomers else [0]
        told = [(first.published, [0]), (second.published, both)]
        attack = Attack(people, first.roles, told)
        assert attack.truth_agrees() or first.left_out().any() or second.left_out().any(), (
            f"seed {seed}"
        )
        targets = attack.small_cells(first.by, [0], first.min_cell)
        targets |= attack.small_cells(second.by, both, first.min_cell)
        if newcomers:
            targets |= attack.small_cells([*first.by, *second.by], [1], first.min_cell)
        assert attack.recovered(targets, rng) == [], f"seed {seed}"
        published, small = published + 1, small + len(targets)
    report("pairs published", published)
    report("small cells attacked", small)
    assert small > 10 * published


@pytest.mark.parametrize("seeds", BOUNDS, ids=len)
def test_bounds_hold_the_truth_at_every_cutoff(seeds, report):
    known = unknown = 0
    for seed in seeds:
        drawn = draw(np.random.default_rng(seed), scored=True)
        if drawn is None:
            continue
        told = drawn.published
        true = Tally.from_frame(
            drawn.merged(), told.roles, by=told.groupings, score_bins=drawn.score_bins
        )
        edges = (
            drawn.score_bins[:-1] if drawn.score_bins != "exact" else np.unique(true.bins.values)
        )
        for by in told.groupings:
            if told.roles.outcome:
                value = metrics.auc(true, by=by or None)["value"]
                assert_inside(metrics.auc(told, by=by or None), value, bounds=True)
            for cutoff in edges:
                pair = told.at_cutoff(cutoff), true.at_cutoff(cutoff)
                for rate in RATES:
                    if told.roles.outcome or "outcome" not in rate.roles:
                        found, right = (rate.estimate(one, by or None).frame for one in pair)
                        assert_inside(found, right["value"])
                        unknown += found["value"].isna().sum()
                        known += found["value"].notna().sum()
                        if "bound_low" in right and "bound_low" in found:
                            assert_inside(found, right["bound_low"], bounds=True)
                            assert_inside(found, right["bound_high"], bounds=True)
    report("rates known", known)
    report("rates between bounds", unknown)
    assert min(known, unknown) > 100


def assert_inside(found: pd.DataFrame, right: pd.Series, *, bounds: bool = False) -> None:
    """Assert that values are the right ones, and that ranges hold them where there is none."""
    assert len(found) == len(right)
    ends = ("bound_low", "bound_high") if bounds and "bound_low" in found else ("low", "high")
    low, high = (found[end].to_numpy(float) for end in ends)
    value, right = found["value"].to_numpy(float), right.to_numpy(float)
    known = np.isfinite(value) & ~np.isnan(right) & (not bounds)
    assert np.allclose(value[known], right[known])
    unknown = np.isfinite(right) & ~known
    assert (low[unknown] <= right[unknown] + 1e-9).all()
    assert (right[unknown] - 1e-9 <= high[unknown]).all()


CROSSED = {
    ("a", "f", "n"): 5, ("b", "f", "n"): 1, ("b", "f", "s"): 5, ("c", "f", "s"): 5,
    ("b", "m", "n"): 5,
}  # fmt: skip
PAIRS = [("race", "sex"), ("race", "area"), ("sex", "area")]


def test_the_attacker_finds_a_person_where_three_pairs_of_columns_are_told(monkeypatch):
    """No pair has a cell of fewer than five, and all three together tell of one person."""
    rows = [cell for cell, n in CROSSED.items() for _ in range(n)]
    people = pd.DataFrame(rows, columns=COLUMNS)
    roles, rng = Roles(groups=COLUMNS), np.random.default_rng(7)
    for rule in (True, False):
        if not rule:
            monkeypatch.setattr(merging, "cyclic_core", lambda edges: [])
            monkeypatch.setattr("creditaudit.earlier.cyclic_core", lambda edges: [])
        told = Tally.from_frame(people, roles, by=PAIRS).publish()
        assert (told.groupings == tuple(PAIRS)) is not rule
        attack = Attack([people], roles, [(told, [0])])
        targets = attack.small_cells([COLUMNS], [0], 5)
        assert attack.recovered(targets, rng) == ([] if rule else [1.0])


def test_the_attacker_finds_newcomers_where_publications_do_not_know_of_each_other():
    rng, roles = np.random.default_rng(7), Roles(groups=["race"])
    people = pd.DataFrame({"race": ["a"] * 20 + ["b"] * 20})
    more = pd.DataFrame({"race": ["a"] * 9 + ["b"] * 2})
    both = pd.concat([people, more], ignore_index=True)
    first, second = (Tally.from_frame(x, roles) for x in (people, both))
    for after, found in ((None, [2.0]), (first.publish(), [])):
        told = [(first.publish(), [0]), (second.publish(after=after), [0, 1])]
        attack = Attack([people, more], roles, told)
        assert attack.recovered(attack.small_cells([("race",)], [1], 5), rng) == found
