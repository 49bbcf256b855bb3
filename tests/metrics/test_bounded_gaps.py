import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit import intervals, metrics
from creditaudit.metrics.bounded_gaps import ranges_within
from creditaudit.metrics.disparities import WIDE
from creditaudit.metrics.rate_ends import Ends
from small_tables import CROSSED, ROLES, every_table, random_table, sums_in, tally_of


def effect(kind, p, q):
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "difference":
            return p - q
        return p / q if kind == "ratio" else p * (1 - q) / ((1 - p) * q)


def rates(frame, every, race):
    yes, no = (
        sums_in(frame, every, race=race, decision=word).astype(float) for word in ("yes", "no")
    )
    people = yes + no
    return np.divide(yes, people, out=np.full(len(yes), np.nan), where=people > 0), people


def randoms(count, seed):
    """Yield tables in two and three ways, what is published of them, and every table that fits."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        keys = {"race": ["a", "b", "c"][: rng.integers(2, 4)], "decision": ["yes", "no"]}
        if rng.random() < 0.3:
            keys["decision"].append("gone")
        margins = [("race",), ("decision",), ()]
        if rng.random() < 0.3:
            keys = {"race": ["a", "b"], "sex": ["f", "m"], "decision": ["yes", "no"]}
            margins += [("sex",), ("race", "sex"), ("sex", "decision"), ("race", "decision")]
        _, frame, known = random_table(rng, keys, totals=margins, widest=3)
        tally = tally_of(frame, known, CROSSED if "sex" in keys else ROLES)
        if tally.bounds is not None:
            yield keys, frame, every_table(frame, known), tally


def check_gaps(row, kind, mine, theirs):
    """Compare a disparity with those of every table; return whether both bounds are attained."""
    p, n = mine
    q, m = theirs
    both = np.isfinite(p) & np.isfinite(q)
    found = effect(kind, p[both], q[both])
    finite = found[np.isfinite(found)]
    low, high = intervals.miettinen_nurminen(p[both], n[both], q[both], m[both], kind)
    # A null end is none: there are tables in which the reference has a rate of 0.
    low_end = {"difference": -1}.get(kind, 0) if np.isnan(row.low) else row.low
    high_end = np.inf if np.isnan(row.high) else row.high
    assert low_end <= np.nanmin(low) + 1e-6
    assert high_end >= np.nanmax(high) - 1e-6
    if np.isnan(row.value) and np.isfinite(row.p_value):
        largest = np.nanmax(intervals.score_p_value(p[both], n[both], q[both], m[both]))
        assert row.p_value >= largest - 1e-6
    if not len(finite):
        return True
    assert not row.bound_low > finite.min() + 1e-9
    assert not row.bound_high < finite.max() - 1e-9
    attained = row.bound_low == pytest.approx(finite.min(), abs=1e-9)
    attained &= np.isnan(row.bound_high) or row.bound_high == pytest.approx(finite.max(), abs=1e-9)
    return bool(attained)


@pytest.mark.parametrize("kind", intervals.KINDS)
def test_gaps_hold_every_table_and_end_at_one_or_say_so(kind):
    checked, attained = 0, 0
    for keys, frame, every, tally in randoms(30, seed=13):
        found = {race: rates(frame, every, race) for race in keys["race"]}
        known = {race: np.isfinite(one[0]) for race, one in found.items()}
        disparities = metrics.disparity(tally, by="race", reference="a", kind=kind)
        for row in disparities.itertuples():
            if not (known["a"] & known[row.race]).any():
                continue
            ends = check_gaps(row, kind, found[row.race], found["a"])
            certain = known["a"].all() and known[row.race].all()
            assert ends or WIDE in row.note or not certain
            checked, attained = checked + 1, attained + ends
    assert checked > 15
    assert attained / checked > 0.9


def test_a_total_of_approvals_ties_two_groups_by_hand():
    # 10 people each, 12 approvals together, 4 to 8 of them for a: a/b is 4/8 to 8/4.
    frame = pd.DataFrame(
        [("a", "yes", 4, 8), ("a", "no", 0, 10), ("b", "yes", 0, 10), ("b", "no", 0, 10)],
        columns=["race", "decision", "low", "high"],
    ).assign(n=np.nan)
    known = pd.DataFrame({"race": ["a", "b", None], "decision": [None, None, "yes"],
                          "n": [10, 10, 12]})  # fmt: skip
    row = metrics.disparity(tally_of(frame, known), by="race", reference="b").iloc[0]
    assert (row["bound_low"], row["bound_high"]) == (0.5, 2)
    assert np.isnan(row["value"])
    assert row["p_value"] == 1
    low = intervals.miettinen_nurminen(*(np.array(x) for x in (0.4, 10.0, 0.8, 10.0)), "ratio")[0]
    assert row["low"] == pytest.approx(low)
    row = metrics.disparity(tally_of(frame, known), by="race", kind="difference").iloc[0]
    assert sorted([row["bound_low"], row["bound_high"]]) == pytest.approx([-0.4, 0.4])


def test_totals_of_three_ways_narrow_a_gap_that_groups_alone_do_not():
    # By sex and race 5 people each; approvals by sex are told, so both races cannot be far apart.
    rows = [(r, s, d, 0, 5) for r in "ab" for s in "fm" for d in ("yes", "no")]
    frame = pd.DataFrame(rows, columns=["race", "sex", "decision", "low", "high"]).assign(n=np.nan)
    cells = frame[["race", "sex"]].drop_duplicates().assign(n=5)
    by_sex = pd.DataFrame({"sex": ["f", "m"], "decision": "yes", "n": [9, 2]})
    wide = pd.DataFrame({"race": ["a", "b"], "decision": "yes", "low": [5, 0], "high": [10, 6]})
    known = pd.concat([cells, by_sex, wide], ignore_index=True)
    tally = tally_of(frame, known, CROSSED)
    every = every_table(frame, known)
    p, q = (rates(frame, every, race)[0] for race in "ab")
    row = metrics.disparity(tally, by="race", reference="b", kind="difference").iloc[0]
    ends = (row["bound_low"], row["bound_high"])
    assert ends == pytest.approx(((p - q).min(), (p - q).max()))


def test_the_range_of_a_known_gap_is_the_usual_one():
    frame = pd.DataFrame(
        [("a", "yes", 30), ("a", "no", 20), ("b", "yes", 40), ("b", "no", 9), ("c", "yes", None)],
        columns=["race", "decision", "n"],
    )
    tally = tally_of(frame.assign(low=0, high=90), None)
    exact = ca.Tally.from_counts(frame.dropna(), ROLES)
    for kind in intervals.KINDS:
        found = metrics.disparity(tally, by="race", reference="a", kind=kind).iloc[0]
        expected = metrics.disparity(exact, by="race", reference="a", kind=kind).iloc[0]
        for column in ("value", "low", "high", "p_value", "n"):
            assert found[column] == pytest.approx(expected[column])


@pytest.mark.parametrize("kind", intervals.KINDS)
def test_more_people_do_not_widen_the_range_of_a_gap(kind):
    """What `ranges_within` rests on; odds ratios fail it near 0 and 1, and are searched there."""
    rng = np.random.default_rng(1)
    p, q = rng.uniform(0, 1, (2, 8_000))
    n, m = np.exp(rng.uniform(0, 7, (2, 8_000)))
    if kind == "odds_ratio":
        p, q, n, m = 0.1 + 0.8 * p, 0.1 + 0.8 * q, n + 5, m + 5
    few = intervals.miettinen_nurminen(p, n, q, m, kind)
    many = intervals.miettinen_nurminen(p, n * rng.uniform(1, 5, 8_000), q, m, kind)
    assert (few[0] <= many[0] + 1e-9).all()
    assert (few[1] >= many[1] * (1 - 1e-9) - 1e-9).all()
    up = intervals.miettinen_nurminen(p + (1 - p) * rng.uniform(0, 1, 8_000), n, q, m, kind)
    if kind != "odds_ratio":
        assert (few[0] <= up[0] + 1e-9).all()
        assert (few[1] <= up[1] + 1e-9).all()


def test_the_p_value_is_the_largest_of_any_table():
    def ends(low, high):
        arrays = [np.array([x]) for x in (low, high, 50.0, 50.0, 50.0)]
        return Ends(*arrays, [None], [None])

    apart = ranges_within(ends(0.2, 0.3), ends(0.5, 0.6), "ratio", 0.95)[2]
    nearest = intervals.score_p_value(*(np.array([x]) for x in (0.3, 50.0, 0.5, 50.0)))
    assert apart == nearest
    assert ranges_within(ends(0.5, 0.6), ends(0.2, 0.3), "ratio", 0.95)[2] == nearest
    assert ranges_within(ends(0.2, 0.5), ends(0.4, 0.6), "ratio", 0.95)[2] == 1
