from itertools import product

import numpy as np
import pandas as pd
import pytest

from creditaudit import Roles, Tally, intervals, metrics
from creditaudit.errors import InputError, MissingRole, NothingToCompare
from creditaudit.metrics.disparities import compare

ROLES = Roles(groups=["race"], decision="ok", favourable=1)
WIDE = {"approved": "approved", "refused": "refused"}
COLUMNS = ["race", "reference", "n", "n_reference", "value", "low", "high", "p_value",
           "p_adjusted", "detectable", "note"]  # fmt: skip


def tally(*rows, groups=("race",)):
    """Return the tally of rows of group keys, approved and refused."""
    table = pd.DataFrame(rows, columns=[*groups, "approved", "refused"])
    return Tally.from_counts(table, Roles(groups=list(groups)), by=[tuple(groups)], count=WIDE)


THREE = tally(("black", 30, 20), ("asian", 18, 12), ("white", 80, 20))


def disparity(counted, metric="approval_rate", by="race", **how):
    return metrics.disparity(counted, metric, by=by, **how)


def arrays(*values):
    return [np.array([float(x)]) for x in values]


# Value, range and test.


@pytest.mark.parametrize(
    ("kind", "value"), [("difference", -0.2), ("ratio", 0.75), ("odds_ratio", 30 * 20 / (20 * 80))]
)
def test_the_three_kinds_by_hand(kind, value):
    got = disparity(THREE, reference="white", kind=kind).set_index("race").loc["black"]
    given = arrays(0.6, 50, 0.8, 100)
    assert got[["reference", "n", "n_reference"]].tolist() == ["white", 50, 100]
    assert got["value"] == pytest.approx(value)
    expected = np.ravel(intervals.miettinen_nurminen(*given, kind))
    np.testing.assert_allclose([got["low"], got["high"]], expected)
    assert got["p_value"] == intervals.score_p_value(*given)[0]


@pytest.mark.parametrize("kind", intervals.KINDS)
def test_columns_are_exactly_those_of_the_contract(kind):
    got = disparity(THREE, reference="white", kind=kind)
    assert list(got.columns) == COLUMNS
    assert got["race"].tolist() == ["asian", "black"]
    assert got[["n", "n_reference"]].dtypes.eq(np.int64).all()
    assert (got["note"] == "").all()


def test_ratio_is_the_default_kind_and_approval_the_default_metric():
    got = metrics.disparity(THREE, by="race", reference="white")
    assert got.equals(disparity(THREE, "approval_rate", reference="white", kind="ratio"))


def test_p_adjusted_is_holm_over_the_call():
    got = disparity(THREE, reference="white")
    np.testing.assert_allclose(got["p_adjusted"], intervals.holm(got["p_value"].to_numpy()))
    assert got["p_adjusted"].min() == 2 * got["p_value"].min()
    alone = disparity(tally(("black", 30, 20), ("white", 80, 20)), reference="white")
    assert alone["p_adjusted"].item() == alone["p_value"].item()


def test_detectable_is_the_rate_seen_at_the_corrected_level_in_the_units_of_the_kind():
    (rate,) = intervals.detectable_rate(*arrays(0.8, 50, 100), level=1 - 0.05 / 2, lower=True)
    odds = rate / (1 - rate) / 4
    for kind, expected in (("difference", rate - 0.8), ("ratio", rate / 0.8), ("odds_ratio", odds)):
        got = disparity(THREE, reference="white", kind=kind).set_index("race")
        assert got.loc["black", "detectable"] == pytest.approx(expected)


def test_detectable_lies_on_the_side_where_the_group_is_worse_off():
    table = pd.DataFrame(
        {"race": ["a", "b"], "tp": [70, 80], "fn": [30, 20], "fp": [30, 30], "tn": [70, 70]}
    )
    count = {name: name for name in ("tp", "fn", "fp", "tn")}
    counted = Tally.from_counts(table, Roles(groups=["race"]), count=count)
    sides = {"approval_rate": -1, "true_positive_rate": -1, "false_positive_rate": -1,
             "false_negative_rate": 1, "true_negative_rate": 1, "precision": 1,
             "false_discovery_rate": -1, "false_omission_rate": 1}  # fmt: skip
    for metric, side in sides.items():
        found = disparity(counted, metric, reference="b", kind="difference")["detectable"]
        assert np.sign(found.item()) == side, metric


def test_family_ranges_are_at_the_bonferroni_level():
    found = compare(THREE, "approval_rate", "race", "white", "ratio", family=10)
    given = found.groups.value, found.groups.size, *arrays(0.8, 100)
    wide = intervals.miettinen_nurminen(*given, "ratio", 1 - 0.05 / 10)
    np.testing.assert_allclose([found.low_family, found.high_family], wide)
    assert (found.low_family < found.low).all()
    assert (found.high_family > found.high).all()


def test_groups_under_a_minimum_are_left_out_of_a_comparison():
    found = compare(THREE, "approval_rate", "race", "white", min_people=40)
    assert found.frame["race"].tolist() == ["black"]
    assert found.frame["p_adjusted"].tolist() == found.frame["p_value"].tolist()


# Which group is the reference.


def test_the_reference_is_by_default_the_group_with_most_people_and_the_note_says_so():
    got = disparity(THREE)
    assert (got["reference"] == "white").all()
    assert got["note"].str.fullmatch("Reference chosen because it has most people.").all()


def test_a_tuple_of_groups_has_a_tuple_as_reference():
    counted = tally(("b", "f", 3, 2), ("b", "m", 2, 2), ("w", "f", 4, 1), ("w", "m", 6, 3),
                    groups=("race", "sex"))  # fmt: skip
    got = disparity(counted, by=("race", "sex"), reference=("w", "m"))
    assert list(got.columns) == ["race", "sex", *COLUMNS[1:]]
    assert got[["race", "sex"]].to_numpy().tolist() == [["b", "f"], ["b", "m"], ["w", "f"]]
    assert (got["reference"] == "w, m").all()
    np.testing.assert_allclose(got["value"], np.array([3 / 5, 1 / 2, 4 / 5]) / (6 / 9))


@pytest.mark.parametrize("level", [1, "1", True])
@pytest.mark.parametrize("literal", [1, 1.0, "1", True, (1,)])
def test_a_reference_is_matched_by_the_rule_of_roles(level, literal):
    other = {1: 0, "1": "0"}[level]
    got = disparity(tally((level, 5, 5), (type(level)(other), 9, 9)), reference=literal)
    assert got["reference"].tolist() == [level]
    assert got["n_reference"].tolist() == [10]


@pytest.mark.parametrize("reference", ["wite", ("white", "f"), 3])
def test_an_unknown_reference_names_the_groups(reference):
    with pytest.raises(InputError, match="Groups: 'asian', 'black', 'white'"):
        disparity(THREE, reference=reference)


def test_an_unknown_metric_names_those_that_exist():
    with pytest.raises(InputError, match=r"Unknown metric 'selection_rate'. Metrics: approval_ra"):
        disparity(THREE, "selection_rate", reference="white")


def test_an_unknown_kind_names_those_that_exist():
    with pytest.raises(InputError, match="'difference', 'ratio', 'odds_ratio'"):
        disparity(THREE, kind="gap")


@pytest.mark.parametrize("by", [None, ()])
def test_a_disparity_needs_a_group_column(by):
    with pytest.raises(InputError, match="by= must name a group column"):
        disparity(THREE, by=by)


def test_a_disparity_needs_the_role_of_its_metric():
    with pytest.raises(MissingRole, match="outcome"):
        disparity(THREE, "true_positive_rate", reference="white")


def test_one_group_is_nothing_to_compare():
    with pytest.raises(NothingToCompare, match="Only one group of 'race' has people to compare: w"):
        disparity(tally(("white", 3, 4)))
    with pytest.raises(NothingToCompare, match="Only one group"):
        disparity(tally(("white", 3, 4), (None, 3, 4)))
    with pytest.raises(NothingToCompare, match="No group"):
        disparity(tally((None, 3, 4)))


# People whose group is missing.


def test_people_without_a_group_are_compared_only_when_asked_and_never_the_reference():
    counted = tally(("black", 30, 20), ("white", 80, 20), (None, 500, 500))
    left_out = disparity(counted)
    assert left_out["race"].tolist() == ["black"]
    assert left_out["reference"].tolist() == ["white"]
    shown = disparity(counted, include_missing=True)
    assert shown["race"].isna().tolist() == [False, True]
    assert shown["value"].tolist() == pytest.approx([0.75, 0.625])
    np.testing.assert_allclose(shown["p_adjusted"], intervals.holm(shown["p_value"].to_numpy()))


def test_a_partly_missing_key_counts_as_missing():
    counted = tally(("b", "f", 3, 2), ("w", None, 40, 10), ("w", "m", 6, 3),
                    groups=("race", "sex"))  # fmt: skip
    got = disparity(counted, by=("race", "sex"))
    assert got["reference"].tolist() == ["w, m"]
    assert len(got) == 1
    assert len(disparity(counted, by=("race", "sex"), include_missing=True)) == 2


# What is undefined.


@pytest.mark.parametrize(("kind", "known"), [("difference", 1), ("ratio", 0), ("odds_ratio", 0)])
def test_a_reference_rate_of_zero_leaves_ratios_null_with_the_reason(kind, known):
    got = disparity(tally(("black", 6, 4), ("white", 0, 30)), reference="white", kind=kind).iloc[0]
    assert got[["value", "low", "high"]].notna().tolist() == [known] * 3
    assert known or np.isnan(got["detectable"])
    assert got["note"] == ("" if known else "Undefined: the reference value is 0.")
    assert got["p_value"] < 0.05


def test_infinite_odds_of_the_group_are_null_with_the_reason():
    got = disparity(tally(("a", 8, 0), ("b", 6, 4)), reference="b", kind="odds_ratio").iloc[0]
    assert got[["value", "low", "high"]].isna().all()
    assert got["note"] == "Undefined: the odds of the group are infinite."


def test_infinite_odds_of_the_reference_make_a_ratio_of_zero():
    got = disparity(tally(("a", 6, 4), ("b", 8, 0)), reference="b", kind="odds_ratio").iloc[0]
    assert got[["value", "low", "note"]].tolist() == [0, 0, ""]
    assert 0 < got["high"] < 1


def test_a_group_rate_of_zero_has_a_ratio_of_zero_and_a_range():
    got = disparity(tally(("a", 0, 8), ("b", 6, 4)), reference="b").iloc[0]
    assert (got["value"], got["low"]) == (0, 0)
    assert 0 < got["high"] < 1


def test_a_group_without_anyone_in_the_condition_is_null_with_the_reason():
    table = pd.DataFrame({"race": ["a", "b"], "tp": [0, 3], "fn": [0, 1], "fp": [1, 1],
                          "tn": [5, 1]})  # fmt: skip
    count = {name: name for name in ("tp", "fn", "fp", "tn")}
    counted = Tally.from_counts(table, Roles(groups=["race"]), count=count)
    got = disparity(counted, "true_positive_rate", reference="b").iloc[0]
    assert got["n"] == 0
    assert got[["value", "low", "high", "p_value", "p_adjusted"]].isna().all()
    assert got["note"] == "Undefined: there are no good payers here."
    back = disparity(counted, "true_positive_rate", reference="a").iloc[0]
    assert back["note"] == "Reference: Undefined: there are no good payers here."


# Outcomes that are hidden.

JUDGED = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1)


def every_effect(frame, kind):
    """The effect on the true positive rate, a against b, for every filling of the outcomes."""
    unknown = np.flatnonzero(frame["paid"].isna())
    found = []
    for outcomes in product((0, 1), repeat=len(unknown)):
        filled = frame["paid"].to_numpy(dtype=float, copy=True)
        filled[unknown] = outcomes
        rates = frame["ok"][filled == 1].groupby(frame["race"]).mean().reindex(["a", "b"])
        a, b = rates.to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            found.append(a - b if kind == "difference" else a / b)
    found = np.array(found)
    return found[np.isfinite(found)]


def small_file(seed, *, lender):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"race": list("aaaaaabbbbbb"), "ok": [1, 1, 0, 0, 1, 0] * 2})
    frame["paid"] = rng.integers(0, 2, 12).astype(float)
    hidden = frame["ok"] == 0 if lender else frame.index % 3 == 1
    frame["paid"] = frame["paid"].mask(hidden)
    frame.loc[[0, 6], "paid"] = 1
    return frame if lender else frame.assign(paid=frame["paid"].where(frame.index != 3, 1))


@pytest.mark.parametrize("kind", ["difference", "ratio"])
@pytest.mark.parametrize("seed", range(4))
def test_a_lenders_file_gives_bounds_that_hold_every_filling_and_no_value(kind, seed):
    frame = small_file(seed, lender=True)
    got = disparity(Tally.from_frame(frame, JUDGED), "true_positive_rate", reference="b",
                    kind=kind).iloc[0]  # fmt: skip
    assert got[["value", "p_value", "p_adjusted", "detectable"]].isna().all()
    assert got["note"].startswith("Declined people have no outcomes")
    values = every_effect(frame, kind)
    assert got["low"] <= values.min()
    assert got["high"] >= values.max()


@pytest.mark.parametrize("kind", ["difference", "ratio"])
@pytest.mark.parametrize("seed", range(4))
def test_partly_observed_outcomes_give_a_value_and_bounds_that_are_attained(kind, seed):
    frame = small_file(seed, lender=False)
    got = disparity(Tally.from_frame(frame, JUDGED), "true_positive_rate", reference="b",
                    kind=kind).iloc[0]  # fmt: skip
    complete = frame[frame["paid"] == 1].groupby("race")["ok"].mean()
    gap = complete["a"] - complete["b"] if kind == "difference" else complete["a"] / complete["b"]
    assert got["value"] == pytest.approx(gap)
    values = every_effect(frame, kind)
    assert (got["bound_low"], got["bound_high"]) == pytest.approx((values.min(), values.max()))
    assert "Outcome known for" in got["note"]


# AUC.


def scored(seed=1, n=300):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"race": rng.choice(["a", "b"], n), "paid": rng.integers(0, 2, n)})
    strength = np.where(frame["race"] == "a", 2, 6)
    frame["points"] = rng.integers(0, 12, n) + strength * frame["paid"]
    return frame


SCORED = Roles(groups=["race"], outcome="paid", good=1, score="points", higher_is="safer")


def test_auc_is_compared_by_its_own_errors():
    counted = Tally.from_frame(scored(), SCORED, score_bins="exact")
    got = disparity(counted, "auc", reference="b", kind="difference")
    assert list(got.columns) == COLUMNS
    by_group = metrics.CATALOGUE["auc"].estimate(counted, "race")
    error = np.hypot(*by_group.error)
    gap = by_group.value[0] - by_group.value[1]
    np.testing.assert_allclose(got[["value", "low", "high"]].iloc[0],
                               [gap, gap - 1.959964 * error, gap + 1.959964 * error])  # fmt: skip
    assert got["p_value"].item() == intervals.two_sided_p(gap / error)
    assert got["detectable"].item() == pytest.approx(-(1.959964 + 0.841621) * error)
    ratio = disparity(counted, "auc", reference="b").iloc[0]
    assert ratio["value"] == pytest.approx(by_group.value[0] / by_group.value[1])
    assert ratio["low"] < ratio["value"] < ratio["high"]


@pytest.mark.parametrize("kind", ["difference", "ratio"])
def test_four_people_perfectly_ranked_are_no_evidence(kind):
    perfect = pd.DataFrame({"race": "z", "paid": [1, 1, 0, 0], "points": [9, 8, 2, 1]})
    counted = Tally.from_frame(pd.concat([scored(), perfect]), SCORED, score_bins="exact")
    got = disparity(counted, "auc", reference="a", kind=kind).set_index("race").loc["z"]
    assert got["p_value"] > 0.05
    none = 0 if kind == "difference" else 1
    assert got["low"] < none < got["high"]


def test_binned_scores_bring_bounds_that_hold_the_exact_disparity():
    exact = Tally.from_frame(scored(), SCORED, score_bins="exact")
    binned = Tally.from_frame(scored(), SCORED, score_bins=[0, 5, 10, 20])
    got = disparity(binned, "auc", reference="b").iloc[0]
    truth = disparity(exact, "auc", reference="b")["value"].item()
    assert got["bound_low"] <= truth <= got["bound_high"]


# Clusters.

CLUSTERED = Roles(groups=["race"], decision="ok", favourable=1, cluster="branch")


def branches(seed=2):
    rng = np.random.default_rng(seed)
    branch = np.repeat(np.arange(11), 40)
    p = np.clip(0.6 + rng.normal(0, 0.2, 11), 0.05, 0.95).repeat(40)
    return pd.DataFrame({"race": rng.choice(["a", "b"], 440), "branch": branch,
                         "ok": (rng.random(440) < p).astype(int)})  # fmt: skip


@pytest.mark.parametrize("kind", intervals.KINDS)
def test_clustered_disparities_are_jackknifed_from_the_rows(kind):
    frame = branches()

    def effect(rows):
        a, b = rows.groupby("race")["ok"].mean()
        odds = a / (1 - a) / (b / (1 - b))
        return {"difference": a - b, "ratio": np.log(a / b), "odds_ratio": np.log(odds)}[kind]

    left_out = np.array([effect(frame[frame["branch"] != b]) for b in range(11)])
    error = np.sqrt(10 / 11 * ((left_out - left_out.mean()) ** 2).sum())
    reach = float(intervals.critical(0.95, np.array(10.0))) * error
    ends = effect(frame) + np.array([-reach, reach])
    ends = ends if kind == "difference" else np.exp(ends)
    got = disparity(Tally.from_frame(frame, CLUSTERED), reference="b", kind=kind).iloc[0]
    np.testing.assert_allclose([got["low"], got["high"]], ends)
    p = intervals.two_sided_p(np.array(effect(frame) / error), np.array(10.0))
    assert got["p_value"] == pytest.approx(float(p))


@pytest.mark.parametrize("kind", intervals.KINDS)
def test_a_clustered_group_without_approvals_falls_back_on_the_score_range(kind):
    frame = branches()
    frame.loc[frame["race"] == "a", "ok"] = 0
    got = disparity(Tally.from_frame(frame, CLUSTERED), reference="b", kind=kind).iloc[0]
    found = compare(Tally.from_frame(frame, CLUSTERED), "approval_rate", "race", "b", kind)
    assert found.groups.size.item() == 11
    expected = intervals.miettinen_nurminen(
        found.groups.value, found.groups.size, found.reference.value, found.reference.size, kind
    )
    np.testing.assert_allclose([got["low"], got["high"]], np.ravel(expected))


def test_a_group_in_one_cluster_is_no_evidence():
    frame = branches()
    frame["race"] = np.where(frame["branch"] == 4, "lone", frame["race"])
    frame.loc[frame["branch"] == 4, "ok"] = ([0] * 9 + [1]) * 4
    plain = disparity(Tally.from_frame(frame.drop(columns="branch"), ROLES), reference="b")
    assert plain.set_index("race").loc["lone", "p_value"] < 1e-6
    got = disparity(Tally.from_frame(frame, CLUSTERED), reference="b", kind="difference")
    assert got.set_index("race").loc["lone", "p_value"] > 0.05
    # The other comparison does not lose its jackknife.
    a = got.set_index("race").loc["a"]
    assert a["high"] - a["low"] < 0.5
