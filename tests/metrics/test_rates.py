from itertools import product

import numpy as np
import pandas as pd
import pytest

from creditaudit import Roles, Tally, intervals, metrics
from creditaudit.errors import InputError, MissingRole
from creditaudit.metrics.rates import BY_NAME

ROLES = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1)
# Of five people a, six people b and one person c, in the order of CELLS.
CELLS = [(1, 1), (1, 0), (0, 1), (0, 0)]  # (paid, ok)
HAND = {"a": (2, 1, 1, 1), "b": (3, 1, 0, 2), "c": (0, 0, 0, 1)}
# Events and people, on paper; None where there is nobody to speak of.
EXPECTED = {
    "approval_rate": ((3, 5), (3, 6), (0, 1)),
    "base_rate": ((3, 5), (4, 6), (0, 1)),
    "accuracy": ((3, 5), (5, 6), (1, 1)),
    "true_positive_rate": ((2, 3), (3, 4), (0, 0)),
    "false_negative_rate": ((1, 3), (1, 4), (0, 0)),
    "false_positive_rate": ((1, 2), (0, 2), (0, 1)),
    "true_negative_rate": ((1, 2), (2, 2), (1, 1)),
    "precision": ((2, 3), (3, 3), (0, 0)),
    "false_discovery_rate": ((1, 3), (0, 3), (0, 0)),
    "false_omission_rate": ((1, 2), (1, 3), (0, 1)),
    "negative_predictive_value": ((1, 2), (2, 3), (1, 1)),
}
# Rates that say something about refused people's outcomes.
ABOUT_REFUSED = sorted(set(EXPECTED) - {"approval_rate", "precision", "false_discovery_rate"})


def people(counts, **more):
    rows = [
        (race, *cell)
        for race, times in counts.items()
        for cell, n in zip(CELLS, times, strict=True)
        for _ in range(n)
    ]
    return pd.DataFrame(rows, columns=["race", "paid", "ok"]).assign(**more)


def rate(name, frame, roles=ROLES, by="race"):
    return getattr(metrics, name)(Tally.from_frame(frame, roles, by=["race"]), by=by)


def share_of_rows(name, rows):
    """The rate by definition, from complete rows with a weight."""
    asked = BY_NAME[name]
    paid, ok, w = (rows[c].to_numpy(dtype=float) for c in ("paid", "ok", "w"))
    cells = paid.astype(int), ok.astype(int)
    inside = w[asked.condition[cells]].sum()
    return w[asked.event[cells]].sum() / inside if inside > 0 else np.nan


def every_filling(name, rows):
    """The rate for every way to fill in the outcomes that are missing."""
    unknown = np.flatnonzero(rows["paid"].isna())
    found = []
    for outcomes in product((0, 1), repeat=len(unknown)):
        filled = rows["paid"].to_numpy(dtype=float, copy=True)
        filled[unknown] = outcomes
        found.append(share_of_rows(name, rows.assign(paid=filled)))
    return np.array(found)


def small_table(seed, hide):
    """At most twelve people with weights, of whom ``hide(paid, ok, rng)`` lose their outcome."""
    rng = np.random.default_rng(seed)
    n = rng.integers(6, 13)
    frame = pd.DataFrame(
        {
            "race": rng.choice(["a", "b"], n),
            "paid": rng.integers(0, 2, n),
            "ok": rng.integers(0, 2, n),
            "w": rng.choice([1.0, 2.0, 0.5], n),
        }
    )
    frame["paid"] = frame["paid"].astype("float").mask(hide(frame["paid"], frame["ok"], rng))
    return frame


@pytest.mark.parametrize("name", EXPECTED)
def test_every_rate_equals_the_count_on_paper(name):
    got = rate(name, people(HAND))
    events, n = np.transpose(EXPECTED[name]).astype(float)
    assert got["race"].tolist() == ["a", "b", "c"]
    assert got["n"].tolist() == n.tolist()
    p = np.divide(events, n, out=np.full(3, np.nan), where=n > 0)
    np.testing.assert_allclose(got["value"], p, rtol=1e-15)
    np.testing.assert_allclose(got[["low", "high"]].T, intervals.wilson(p, n), atol=1e-15)


def test_there_is_a_number_on_paper_for_every_rate():
    assert set(EXPECTED) == set(BY_NAME) <= set(metrics.CATALOGUE)


@pytest.mark.parametrize("name", EXPECTED)
def test_nobody_to_speak_of_is_null_with_the_reason(name):
    got = rate(name, people(HAND))
    undefined = got["value"].isna()
    assert undefined.tolist() == (got["n"] == 0).tolist()
    assert got.loc[undefined, ["low", "high"]].isna().all(axis=None)
    for note in got.loc[undefined, "note"]:
        assert note == f"Undefined: there are no {BY_NAME[name].people} here."
    assert (got.loc[~undefined, "note"] == "").all()


def test_columns_are_exactly_those_of_the_contract():
    got = metrics.approval_rate(Tally.from_frame(people(HAND), ROLES), by="race")
    assert list(got.columns) == ["race", "n", "value", "low", "high", "note"]
    assert got["n"].dtype == np.int64
    whole = metrics.approval_rate(Tally.from_frame(people(HAND), ROLES))
    assert list(whole.columns) == ["n", "value", "low", "high", "note"]
    assert whole["value"].tolist() == [6 / 12]


def test_the_complements_add_to_one():
    frame = people(HAND)
    for name, other in (
        ("true_positive_rate", "false_negative_rate"),
        ("false_positive_rate", "true_negative_rate"),
        ("precision", "false_discovery_rate"),
        ("false_omission_rate", "negative_predictive_value"),
    ):
        one, two = rate(name, frame), rate(other, frame)
        np.testing.assert_allclose((one["value"] + two["value"]).dropna(), 1)
        np.testing.assert_allclose(one["low"], 1 - two["high"], atol=1e-12)


def test_none_of_three_people_has_a_range_to_more_than_half():
    got = rate("approval_rate", pd.DataFrame({"race": ["x"] * 3, "ok": [0] * 3}),
               Roles(groups=["race"], decision="ok", favourable=1))  # fmt: skip
    assert got[["n", "value", "low"]].iloc[0].tolist() == [3, 0, 0]
    assert got["high"].iloc[0] == pytest.approx(0.5615, abs=1e-4)


def test_people_whose_group_is_missing_are_a_row_at_the_end():
    frame = people(HAND)
    frame["race"] = frame["race"].replace("a", None)
    got = rate("approval_rate", frame)
    assert got["race"].tolist()[:2] == ["b", "c"]
    assert got["race"].isna().tolist() == [False, False, True]
    assert got[["n", "value"]].iloc[-1].tolist() == [5, 0.6]


def test_people_without_a_decision_are_not_in_the_approval_rate():
    roles = Roles(groups=["race"], decision="ok", favourable="yes", unfavourable="no")
    frame = pd.DataFrame({"race": ["a"] * 5, "ok": ["yes", "no", "no", "withdrawn", None]})
    got = rate("approval_rate", frame, roles)
    assert got[["n", "value"]].iloc[0].tolist() == [3, 1 / 3]


def test_weights_move_the_value_and_not_n():
    roles = Roles(groups=["race"], decision="ok", favourable=1, weight="w")
    frame = pd.DataFrame({"race": ["a"] * 4, "ok": [1, 1, 0, 0], "w": [1.0, 2.0, 1.0, 4.0]})
    got = rate("approval_rate", frame, roles).iloc[0]
    size = intervals.effective_size(*(np.array([x]) for x in (3 / 8, 4.0, 3.0, 8.0, 5.0, 22.0)))
    assert (got["n"], got["value"]) == (4, 3 / 8)
    np.testing.assert_allclose(got[["low", "high"]].astype(float),
                               np.ravel(intervals.wilson(np.array([3 / 8]), size)))  # fmt: skip


def test_weights_of_zero_leave_the_rate_undefined_and_say_so():
    roles = Roles(groups=["race"], decision="ok", favourable=1, weight="w")
    frame = pd.DataFrame({"race": list("aab"), "ok": [1, 0, 1], "w": [0, 0, 1]})
    got = rate("approval_rate", frame, roles)
    assert got["n"].tolist() == [2, 1]
    assert got["value"].isna().tolist() == [True, False]
    assert got["note"].tolist() == ["Undefined: all weights here are zero.", ""]


def test_fractional_counts_give_fractional_n():
    table = pd.DataFrame({"race": ["a", "b"], "yes": [1.5, 8.0], "no": [4.5, 8.0]})
    tally = Tally.from_counts(table, Roles(groups=["race"]), count={"approved": "yes",
                                                                    "refused": "no"})  # fmt: skip
    got = metrics.approval_rate(tally, by="race")
    assert got["n"].tolist() == [6.0, 16.0]
    assert got["value"].tolist() == [0.25, 0.5]


def test_several_keys_and_an_unknown_one():
    frame = people(HAND, sex=["f", "m"] * 6)
    roles = Roles(groups=["race", "sex"], decision="ok", favourable=1)
    tally = Tally.from_frame(frame.drop(columns="paid"), roles, by=[("race", "sex")])
    got = metrics.approval_rate(tally, by=("race", "sex"))
    expected = frame.groupby(["race", "sex"])["ok"].agg(["size", "mean"]).reset_index()
    assert got[["race", "sex", "n", "value"]].to_numpy().tolist() == expected.to_numpy().tolist()
    assert metrics.approval_rate(tally, by="sex")["n"].tolist() == [6, 6]
    with pytest.raises(InputError, match="no grouping that holds"):
        metrics.approval_rate(tally, by="region")


def test_a_rate_without_its_role_names_the_fix():
    tally = Tally.from_frame(people(HAND), Roles(groups=["race"], decision="ok", favourable=1))
    with pytest.raises(MissingRole, match=r"true_positive_rate needs outcome\. Pass outcome= and"):
        metrics.true_positive_rate(tally, by="race")
    with pytest.raises(MissingRole, match="decision"):
        metrics.approval_rate(Tally.from_frame(people(HAND), Roles(groups=["race"])), by="race")


# Outcomes that are known for some.


@pytest.mark.parametrize("name", sorted(set(EXPECTED) - {"approval_rate"}))
@pytest.mark.parametrize("seed", range(6))
def test_bounds_are_the_extremes_over_every_filling_of_the_outcomes(name, seed):
    frame = small_table(seed, lambda _, __, rng: rng.random(len(_)) < 0.35)
    # One refused person whose outcome is known: this is no lender's file.
    frame.loc[0, ["paid", "ok"]] = [1, 0]
    roles = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1, weight="w")
    got = rate(name, frame, roles)
    seen = 0
    for row in got.itertuples():
        rows = frame[frame["race"] == row.race]
        complete = share_of_rows(name, rows[rows["paid"].notna()])
        np.testing.assert_allclose(row.value, complete)
        if "bound_low" in got:
            values = every_filling(name, rows)
            if np.isfinite(values).any():
                extremes = [np.nanmin(values), np.nanmax(values)]
                np.testing.assert_allclose([row.bound_low, row.bound_high], extremes)
                seen += 1
    assert seen or "bound_low" not in got


def test_complete_cases_come_with_the_share_observed():
    # Ten people: eight outcomes known, six of them good, of whom four were approved.
    frame = pd.DataFrame(
        {
            "race": "a",
            "ok": [1, 1, 1, 1, 0, 0, 1, 0, 1, 0],
            "paid": [1, 1, 1, 1, 1, 1, 0, 0, None, None],
        }
    )
    got = rate("true_positive_rate", frame).iloc[0]
    assert (got["n"], got["value"]) == (6, 4 / 6)
    # Worst: only the refused of the two unknown was good; best: only the approved one was.
    assert (got["bound_low"], got["bound_high"]) == (4 / 7, 5 / 7)
    assert got["note"] == "Outcome known for 80.0% of these people."
    low, high = intervals.wilson(np.array([4 / 6]), np.array([6.0]))
    assert (got["low"], got["high"]) == (low[0], high[0])


def test_a_group_whose_outcomes_are_all_unknown_is_null_with_bounds():
    frame = people({"a": (2, 1, 1, 1), "b": (1, 0, 0, 1)})
    frame["paid"] = frame["paid"].astype(float).mask(frame["race"] == "b")
    got = rate("true_positive_rate", frame).set_index("race").loc["b"]
    assert np.isnan(got["value"])
    assert (got["n"], got["bound_low"], got["bound_high"]) == (0, 0, 1)
    assert got["note"] == (
        "Undefined: there are no known good payers here. Outcome known for 0.0% of these people."
    )


def test_precision_asks_only_for_outcomes_of_approved_people():
    frame = people({"a": (3, 2, 1, 2)})
    frame["paid"] = frame["paid"].astype(float).mask(frame["ok"] == 0)
    got = rate("precision", frame)
    assert "bound_low" not in got
    assert got[["n", "value", "note"]].iloc[0].tolist() == [4, 0.75, ""]


# The usual lender's file: declined people have no outcomes.


def lenders_file(counts):
    frame = people(counts)
    return frame.assign(paid=frame["paid"].astype(float).mask(frame["ok"] == 0))


@pytest.mark.parametrize("name", ABOUT_REFUSED)
def test_a_lenders_file_gives_bounds_and_no_value(name):
    got = rate(name, lenders_file({"a": (4, 3, 1, 2), "b": (5, 1, 0, 1)}))
    assert got["value"].isna().all()
    assert "bound_low" not in got
    assert got["note"].str.startswith("Declined people have no outcomes").all()
    assert (got["low"] < got["high"]).all()
    assert got[["low", "high"]].stack().between(0, 1).all()


@pytest.mark.parametrize("name", ABOUT_REFUSED)
@pytest.mark.parametrize("seed", range(4))
def test_bounds_of_a_lenders_file_hold_every_filling(name, seed):
    frame = small_table(seed, lambda _, ok, __: ok == 0)
    roles = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1, weight="w")
    got = rate(name, frame, roles)
    assert got["value"].isna().all()
    for row in got.itertuples():
        values = every_filling(name, frame[frame["race"] == row.race])
        if np.isfinite(values).any():
            assert row.low <= np.nanmin(values) + 1e-12
            assert row.high >= np.nanmax(values) - 1e-12


@pytest.mark.parametrize("name", ["true_positive_rate", "false_positive_rate"])
def test_complete_case_silence_never_prints_one(name):
    frame = lenders_file({"a": (40, 30, 10, 20), "b": (50, 1, 5, 1)})
    for by in ("race", None):
        got = rate(name, frame, by=by)
        assert not (got["value"] == 1).any()
        # Worst case of a: of 70 declined and approved good or bad, all or no declined are.
        assert got["low"].iloc[0] < 0.6


def test_bounds_of_a_lenders_file_add_sampling_error_outward():
    frame = lenders_file({"a": (4, 3, 1, 2)})
    got = rate("true_positive_rate", frame).iloc[0]
    # All five declined good: 4 of 9. All bad: 4 of 4.
    assert got["low"] == pytest.approx(intervals.wilson(np.array([4 / 9]), np.array([9.0]))[0][0])
    assert got["high"] == 1


def test_whether_declined_people_have_outcomes_is_judged_over_the_whole_tally():
    frame = people({"a": (4, 3, 1, 2), "b": (5, 1, 1, 1)})
    frame["paid"] = frame["paid"].astype(float).mask((frame["race"] == "b") & (frame["ok"] == 0))
    got = rate("true_positive_rate", frame)
    # The declined of a have outcomes, so b is a complete case with bounds, not a lender's file.
    assert got["value"].tolist() == [4 / 7, 1.0]
    assert got["bound_low"].tolist() == [4 / 7, 5 / 7]
    frame["paid"] = frame["paid"].mask(frame["ok"] == 0)
    assert rate("true_positive_rate", frame)["value"].isna().all()
    everyone_of_b_approved = frame.drop(frame.index[(frame["race"] == "b") & (frame["ok"] == 0)])
    assert rate("true_positive_rate", everyone_of_b_approved)["value"].isna().all()


def test_a_lenders_file_keeps_what_it_can_tell():
    frame = lenders_file({"a": (4, 3, 1, 2), "b": (5, 1, 0, 1)})
    assert rate("approval_rate", frame)["value"].tolist() == [0.5, 5 / 7]
    assert rate("precision", frame)["value"].tolist() == [0.8, 1.0]


# Clusters.

CLUSTERED = Roles(groups=["race"], decision="ok", favourable=1, cluster="branch")


def branches(seed=1, effect=0.3):
    rng = np.random.default_rng(seed)
    branch = np.repeat([f"branch {i}" for i in range(12)], 25)
    p = np.clip(0.6 + rng.normal(0, effect, 12), 0.05, 0.95)
    race = rng.choice(["a", "b"], 300)
    return pd.DataFrame({"race": race, "branch": branch, "ok": rng.random(300) < p.repeat(25)})


def replicate_groups(frame):
    """Which branches share a replicate group, found by what leaving a branch out changes."""
    groups = []
    for name in frame["branch"].unique():
        tally = Tally.from_frame(frame[frame["branch"] == name], CLUSTERED)
        groups.append((int(tally.cells[("race",)].column("\0replicate")[0]), name))
    return pd.DataFrame(groups, columns=["group", "branch"]).groupby("group")["branch"].apply(list)


def test_clustered_ranges_equal_a_jackknife_of_the_rows():
    frame = branches()
    got = metrics.approval_rate(Tally.from_frame(frame, CLUSTERED), by="race")
    together = replicate_groups(frame)
    kept = [frame[~frame["branch"].isin(names)] for names in together]
    left_out = np.array([rows.groupby("race")["ok"].mean() for rows in kept])
    p, k = frame.groupby("race")["ok"].mean().to_numpy(), len(together)
    variance = (k - 1) / k * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0)
    shrink = (intervals.critical() / intervals.critical(0.95, np.array(k - 1.0))) ** 2
    size = np.minimum(p * (1 - p) / variance * shrink, frame.groupby("race").size())
    np.testing.assert_allclose(got["value"], p)
    np.testing.assert_allclose(got[["low", "high"]].T, intervals.wilson(p, size), rtol=1e-9)


def test_clusters_widen_the_range():
    frame = branches()
    plain = rate("approval_rate", frame, Roles(groups=["race"], decision="ok", favourable=1))
    clustered = rate("approval_rate", frame, CLUSTERED)
    assert ((clustered["high"] - clustered["low"]) > (plain["high"] - plain["low"])).all()


def test_a_group_in_one_cluster_counts_as_one_unit():
    frame = branches()
    frame["race"] = np.where(frame["branch"] == "branch 3", "lone", "b")
    got = rate("approval_rate", frame, CLUSTERED).set_index("race").loc["lone"]
    assert 0 < got["value"] < 1
    one = intervals.wilson(np.array([got["value"]]), np.array([1.0]))
    np.testing.assert_allclose([got["low"], got["high"]], np.ravel(one))


def test_bounds_of_clustered_outcomes_rest_on_the_clusters():
    frame = branches().assign(paid=1.0)
    frame["paid"] = frame["paid"].mask(frame["ok"] == 0)
    roles = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1)
    clustered = Roles(**(roles.to_dict() | {"cluster": "branch"}))
    plain, wide = (rate("base_rate", frame, r).iloc[0] for r in (roles, clustered))
    assert wide["low"] < plain["low"]
    assert wide["high"] == plain["high"] == 1
