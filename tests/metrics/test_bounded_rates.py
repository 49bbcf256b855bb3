from itertools import product

import numpy as np
import pandas as pd
import pytest

from creditaudit import Roles, Tally, intervals, metrics
from creditaudit.errors import BoundedCounts, InputError
from creditaudit.metrics.bounded_rates import FEWEST, WITHIN_BOUNDS, WORST
from creditaudit.metrics.measures import SELECTIVE
from creditaudit.metrics.rates import RATES
from small_tables import CROSSED, JUDGED, ROLES, every_table, random_table, sums_in, tally_of


@pytest.fixture
def printed():
    """Of white people 50 were approved and 20 refused; of black ones "<5" and 9."""
    rows = [("white", "yes", 50, None, None), ("white", "no", 20, None, None),
            ("black", "yes", None, 0, 4), ("black", "no", 9, None, None)]  # fmt: skip
    return pd.DataFrame(rows, columns=["race", "decision", "n", "low", "high"])


def wilson(events, people):
    low, high = intervals.wilson(np.array([events / people]), np.array([float(people)]))
    return low[0], high[0]


def test_a_suppressed_count_by_hand(printed):
    black, white = metrics.approval_rate(tally_of(printed, None), "race").itertuples(index=False)
    # Nobody of 9 to 4 of 13 were approved.
    assert np.isnan(black.value)
    assert (black.n, black.bound_low, black.bound_high) == (9, 0, 4 / 13)
    assert (black.low, black.high) == (0, wilson(4, 13)[1])
    assert black.note == f"{WITHIN_BOUNDS} {FEWEST}"
    assert (white.n, white.value, white.note) == (70, 50 / 70, "")
    assert (white.bound_low, white.bound_high) == (50 / 70, 50 / 70)
    assert (white.low, white.high) == wilson(50, 70)
    (everyone,) = metrics.approval_rate(tally_of(printed, None)).itertuples()
    assert (everyone.bound_low, everyone.bound_high) == (50 / 79, 54 / 83)


def test_a_row_total_makes_the_number_of_people_certain(printed):
    table = printed.copy()
    table.loc[3, ["n", "low", "high"]] = [np.nan, 5, 12]
    tally = tally_of(table, pd.DataFrame({"race": ["black"], "n": [12]}))
    black = metrics.approval_rate(tally, "race").iloc[0]
    # 8 to 12 refused, so nobody to 4 approved.
    assert (black["n"], black["bound_low"], black["bound_high"]) == (12, 0, 4 / 12)
    assert black["note"] == WITHIN_BOUNDS


def test_a_rate_may_be_certain_where_its_people_are_not(printed):
    table = printed.assign(n=[50, 20, 0, None], low=[None, None, None, 5], high=[None] * 3 + [9])
    black = metrics.approval_rate(tally_of(table, None), "race").iloc[0]
    assert (black["value"], black["n"], black["note"]) == (0, 5, FEWEST)
    assert (black["low"], black["high"]) == wilson(0, 5)


def test_a_group_of_perhaps_nobody():
    rows = [("a", "yes", 0, 4), ("a", "no", 0, 0), ("b", "yes", 0, 0), ("b", "no", 0, 0)]
    frame = pd.DataFrame(rows, columns=["race", "decision", "low", "high"]).assign(n=np.nan)
    one, other = metrics.approval_rate(tally_of(frame, None), "race").itertuples(index=False)
    # Whoever there is was approved.
    assert (one.n, one.value) == (0, 1)
    assert np.isnan(other.value)
    assert other.note == "Undefined: there are no decisions here."


def values(rate, counts):
    """Return a rate from counts of shape (n_tables, 3, 3), NaN where it is of nobody."""
    total, events = (counts[:, mask].sum(axis=1) for mask in (rate.condition, rate.event))
    return np.divide(events, total, out=np.full(len(counts), np.nan), where=total > 0), total


def as_counts(frame, tables, race):
    """Return the people of a group as an array over (outcome, decision)."""
    outcomes, decisions = ("bad", "good", None), ("no", "yes", None)
    columns = [
        sums_in(frame, tables, race=race, decision=decision, outcome=outcome)
        for outcome, decision in product(outcomes, decisions)
    ]
    return np.stack(columns, axis=1).reshape(-1, 3, 3).astype(float)


def filled(rate, counts):
    """Return every way in which missing outcomes may have turned out, one table a row."""
    opened = np.flatnonzero(rate.condition[:2].any(axis=0) & ~rate.condition[2])
    made = []
    for one in counts:
        for ways in product(*(range(int(one[2, d]) + 1) for d in opened)):
            table = one.copy()
            for d, good in zip(opened, ways, strict=True):
                table[:2, d] += [one[2, d] - good, good]
                table[2, d] = 0
            made.append(table)
    return np.array(made)


@pytest.mark.parametrize("rate", RATES, ids=lambda rate: rate.name)
def test_every_rate_ends_where_a_table_written_out_does(rate):
    rng = np.random.default_rng(5)
    seen = 0
    for _ in range(12):
        _, frame, known = random_table(
            rng, {"race": ["a", "b"], "decision": ["yes", "no"], "outcome": ["good", "bad"]},
            totals=[("race",), ("decision", "outcome"), ("race", "outcome"), ()], widest=3,
        )  # fmt: skip
        tally = tally_of(frame, known, JUDGED)
        if tally.bounds is None:
            continue
        every = every_table(frame, known)
        got = rate.estimate(tally, "race").frame
        for row in got.itertuples():
            found, people = values(rate, as_counts(frame, every, row.race))
            assert row.n == people.min()
            if np.isnan(found).all():
                assert np.isnan([row.value, row.low, row.bound_low]).all()
                continue
            seen += 1
            ends = np.nanmin(found), np.nanmax(found)
            assert (row.bound_low, row.bound_high) == pytest.approx(ends, abs=1e-9)
            assert (
                (row.value == pytest.approx(ends[0])) if ends[0] == ends[1] else np.isnan(row.value)
            )
            known_ones = np.isfinite(found)
            low, high = intervals.wilson(found[known_ones], people[known_ones])
            assert row.low <= low.min() + 1e-12
            assert row.high >= high.max() - 1e-12
    assert seen > 10


@pytest.mark.parametrize("name", ["true_positive_rate", "accuracy", "base_rate", "precision"])
@pytest.mark.parametrize("refused_known", [True, False])
def test_missing_outcomes_and_bounds_are_allowed_for_together(name, refused_known):
    rate = next(one for one in RATES if one.name == name)
    rng = np.random.default_rng(9)
    for _ in range(8):
        _, frame, known = random_table(
            rng, {"race": ["a", "b"], "decision": ["yes", "no"], "outcome": ["good", "bad", None]},
            totals=[("race",), ("race", "decision"), ()], widest=2, top=3,
        )  # fmt: skip
        if not refused_known:
            lost = (frame["decision"] == "no") & frame["outcome"].notna()
            frame.loc[lost, ["n", "low", "high"]] = 0
            known = None
        tally = tally_of(frame, known, JUDGED)
        if tally.bounds is None:
            continue
        every = every_table(frame, known)
        for row in rate.estimate(tally, "race").frame.itertuples():
            counts = as_counts(frame, every, row.race)
            full, _ = values(rate, filled(rate, counts))
            if np.isnan(full).all():
                continue
            ends = np.nanmin(full), np.nanmax(full)
            assert (row.bound_low, row.bound_high) == pytest.approx(ends, abs=1e-9)
            complete, _ = values(rate, counts)
            if np.isfinite(row.value):
                assert np.nanmin(complete) == pytest.approx(row.value)
                assert np.nanmax(complete) == pytest.approx(row.value)
            elif np.isfinite(row.low):
                assert row.low <= ends[0] + 1e-12
                assert row.high >= ends[1] - 1e-12


def test_the_note_says_what_is_not_known():
    rows = [
        ("a", "yes", "good", 30, 30),
        ("a", "yes", "bad", 5, 5),
        ("a", "no", None, 0, 4),
        ("b", "yes", "good", 10, 12),
        ("b", "yes", "bad", 5, 5),
        ("b", "no", None, 9, 9),
        ("c", "yes", "good", 10, 10),
        ("c", "yes", "bad", 2, 2),
        ("c", "no", None, 0, 0),
    ]
    frame = pd.DataFrame(rows, columns=["race", "decision", "outcome", "low", "high"])
    tally = tally_of(frame.assign(n=np.nan), None, JUDGED)
    a, b, c = metrics.true_positive_rate(tally, "race").itertuples(index=False)
    assert a.note == SELECTIVE
    assert (a.bound_low, a.bound_high) == (30 / 34, 1)
    assert b.note == f"{SELECTIVE} {FEWEST}"
    assert (b.bound_low, b.bound_high) == (10 / 19, 1)
    # Nobody here was declined, but whoever was has no outcome anywhere.
    assert (c.note, c.bound_low, c.bound_high) == (SELECTIVE, 1, 1)
    accuracy = metrics.accuracy(tally, "race")
    assert accuracy.loc[1, "note"] == f"{WITHIN_BOUNDS} {WORST} {FEWEST}"
    precision = metrics.precision(tally, "race")
    assert precision.loc[0, "value"] == 30 / 35
    assert precision.loc[1, "note"] == f"{WITHIN_BOUNDS} {FEWEST}"


def test_a_selective_tally_without_open_counts_gives_the_same_bounds():
    rows = [("a", "yes", "good", 30), ("a", "yes", "bad", 5), ("a", "no", None, 14),
            ("b", "yes", "good", 12), ("b", "yes", "bad", 5), ("b", "no", None, 9)]  # fmt: skip
    told = pd.DataFrame(rows, columns=["race", "decision", "outcome", "n"])
    extra = pd.DataFrame([("z", "yes", "good", 0, 1)],
                         columns=["race", "decision", "outcome", "low", "high"])  # fmt: skip
    wide = pd.concat([told, extra], ignore_index=True)
    for rate in RATES:
        exact = rate.estimate(Tally.from_counts(told, JUDGED), "race").frame
        found = rate.estimate(tally_of(wide, None, JUDGED), "race").frame.iloc[:2]
        for column in ("value", "low", "high"):
            np.testing.assert_allclose(found[column], exact[column])
        assert found["note"].tolist() == exact["note"].tolist()


def test_three_ways_are_solved_in_whole_numbers():
    rng = np.random.default_rng(21)
    for _ in range(15):
        keys = {"race": ["a", "b"], "sex": ["f", "m"], "decision": ["yes", "no"]}
        margins = [("race", "sex"), ("sex", "decision"), ("race", "decision"), ()]
        _, frame, known = random_table(rng, keys, totals=margins)
        tally = tally_of(frame, known, CROSSED)
        every = every_table(frame, known)
        if tally.bounds is None:
            continue
        for by in ("race", "sex", ("race", "sex")):
            for row in metrics.approval_rate(tally, by).to_dict("records"):
                own = {key: row[key] for key in ((by,) if isinstance(by, str) else by)}
                yes, no = (
                    sums_in(frame, every, decision=word, **own).astype(float)
                    for word in ("yes", "no")
                )
                some = yes + no > 0
                if some.any():
                    found = (yes / np.maximum(yes + no, 1))[some]
                    ends = (row["bound_low"], row["bound_high"])
                    assert ends == pytest.approx((found.min(), found.max()), abs=1e-9)


def test_what_cannot_carry_bounds_says_so():
    frame = pd.DataFrame({
        "race": ["a", "a", "b", "b"], "decision": ["yes", "no"] * 2, "outcome": ["good", "bad"] * 2,
        "points": [0.2, 0.8, 0.2, 0.8], "year": [1, 2, 1, 2], "county": ["x", "y"] * 2,
        "n": [9, np.nan, 8, 7], "low": [np.nan, 1, np.nan, np.nan],
        "high": [np.nan, 4, np.nan, np.nan],
    })  # fmt: skip
    roles = Roles(
        groups=["race"], strata=["county"], decision="decision", favourable="yes",
        outcome="outcome", good="good", score="points", higher_is="safer", period="year",
    )  # fmt: skip
    tally = tally_of(frame, None, roles, by=["race", ("race", "county")], score_bins="exact")
    asked = {
        "auc": lambda: metrics.auc(tally, "race"),
        "gini": lambda: metrics.disparity(tally, "gini", by="race", kind="difference"),
        "ks": lambda: metrics.ks(tally, "race"),
        "mean_score": lambda: metrics.mean_score(tally, "race"),
        "calibration": lambda: metrics.calibration(tally, "race"),
        "psi": lambda: metrics.psi(tally, "race", reference=tally),
        "theil": lambda: metrics.theil(tally, "race"),
        "bootstrap": lambda: metrics.bootstrap(tally, "approval_rate", by="race"),
        "permutation": lambda: metrics.permutation_test(tally, by="race"),
        "strata": lambda: metrics.stratified_disparity(tally, by="race", strata="county"),
        "trend": lambda: metrics.rate_trend(tally, by="race"),
    }
    for name, ask in asked.items():
        with pytest.raises(InputError) as caught:
            ask()
        assert isinstance(caught.value, BoundedCounts), name
    with pytest.raises(BoundedCounts):
        tally.publish(1)


def test_measures_that_can_say_that_a_rate_is_not_known_do(printed):
    tally = tally_of(printed, None)
    assert np.isnan(metrics.shortfall(tally, by="race", reference="white")["value"]).all()
    assert np.isnan(metrics.exact_test(tally, by="race", reference="white")["p_value"]).all()
    # The rate of black people is 0 whatever their number, which is not known.
    certain = tally_of(printed.assign(n=[50, 20, 0, None], low=0, high=90), None)
    assert metrics.disparity(certain, by="race", reference="white")["value"].item() == 0
    assert np.isnan(metrics.shortfall(certain, by="race", reference="white")["value"]).all()
    assert np.isnan(metrics.exact_test(certain, by="race", reference="white")["p_value"]).all()
    widest = metrics.worst_against_best(tally, by="race", min_people=5).iloc[0]
    assert np.isnan(widest["value"])
    assert widest["high"] < 1


def test_bounds_of_nothing_open_are_the_rate_itself():
    rng = np.random.default_rng(2)
    truth, frame, _ = random_table(rng, {"race": ["a", "b"], "decision": ["yes", "no"]})
    told = frame.assign(n=truth).drop(columns=["low", "high"])
    exact = metrics.approval_rate(Tally.from_counts(told, ROLES), "race")
    other = pd.concat([told, pd.DataFrame([{"race": "z", "decision": "yes", "low": 0, "high": 1}])])
    found = metrics.approval_rate(tally_of(other, None), "race").iloc[:2]
    pd.testing.assert_frame_equal(found[exact.columns], exact, check_dtype=False)
