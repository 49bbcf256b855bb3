"""What holds of every metric: order, names, scale of weights, bounds and complements."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from creditaudit import Roles, Tally, intervals, metrics
from creditaudit.errors import NothingToCompare
from creditaudit.metrics.rates import BY_NAME

SHARES = [*sorted(BY_NAME), "auc", "ks"]  # measures between 0 and 1
NAMES = st.sampled_from(SHARES)
RATES = st.sampled_from(sorted(BY_NAME))
KINDS = st.sampled_from(intervals.KINDS)
COLUMNS = ["race", "ok", "paid", "points", "w", "branch"]
WEIGHTS = st.sampled_from([0.25, 0.1, 0.3, 1.0, 7.0])


def people(races=("a", "b", "c"), paid=(0, 1), ok=(0, 1), least=1, weights=WEIGHTS):
    person = st.tuples(
        st.sampled_from(races),
        st.sampled_from(ok),
        st.sampled_from(paid),
        st.one_of(st.integers(0, 4), st.none()),
        weights,
        st.integers(0, 5),
    )
    return st.lists(person, min_size=least, max_size=40)


ANYONE = people(races=("a", "b", "c", None), paid=(0, 1, None), ok=(0, 1, None), least=0)
COMPLETE = people()


def tally_of(rows, score_bins="exact", **changed):
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(rows, columns=COLUMNS)
    roles = {
        "groups": ["race"],
        "decision": "ok",
        "favourable": 1,
        "outcome": "paid",
        "good": 1,
        "score": "points",
        "higher_is": "safer",
        "weight": "w",
    }
    return Tally.from_frame(frame.astype({"points": float}), Roles(**roles | changed),
                            score_bins=score_bins)  # fmt: skip


def rate(tally, name, by="race"):
    return getattr(metrics, name)(tally, by=by)


def disparity(tally, name, **how):
    try:
        return metrics.disparity(tally, name, by="race", **how)
    except NothingToCompare:
        assume(False)


def same(one, other, **tolerance):
    pd.testing.assert_frame_equal(one, other, check_dtype=False, **tolerance)


@given(ANYONE, NAMES, st.sampled_from([None, "branch"]), st.sampled_from(["exact", [0, 2, 4]]))
def test_every_number_lies_where_it_must(rows, name, cluster, score_bins):
    got = rate(tally_of(rows, score_bins, cluster=cluster), name)
    tiny = 1e-9
    for column in got.columns.intersection(["value", "low", "high", "bound_low", "bound_high"]):
        assert got[column].dropna().between(-tiny, 1 + tiny).all(), column
    known = got.dropna(subset=["value"])
    assert (known["low"] <= known["value"] + tiny).all()
    assert (known["value"] <= known["high"] + tiny).all()
    assert (known["low"] < known["high"]).all(), "no range has no width"
    if "bound_low" in known:
        assert (known["bound_low"] <= known["value"] + tiny).all()
        assert (known["value"] <= known["bound_high"] + tiny).all()
    assert (got.loc[got["value"].isna(), "note"] != "").all(), "null has a reason"


@given(ANYONE.flatmap(lambda r: st.tuples(st.just(r), st.permutations(r))), NAMES)
def test_the_order_of_people_does_not_matter(pair, name):
    one, other = (rate(tally_of(rows), name) for rows in pair)
    same(one, other)


@given(ANYONE, NAMES, st.sampled_from([1e-3, 3.0, 1e4]))
def test_the_scale_of_weights_does_not_matter(rows, name, scale):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    scaled = frame.assign(w=frame["w"].astype(float) * scale)
    same(rate(tally_of(frame), name), rate(tally_of(scaled), name), rtol=1e-9, atol=1e-9)


@given(people(races=("a", "b", None), paid=(0, 1, None), weights=st.just(2.5)), NAMES)
def test_equal_weights_are_no_weights(rows, name):
    one, other = (rate(tally_of(rows, weight=w), name) for w in ("w", None))
    same(one, other, rtol=1e-9, atol=1e-9)


@given(COMPLETE, NAMES)
def test_twice_the_people_have_the_same_rate_and_a_narrower_range(rows, name):
    once, twice = rate(tally_of(rows), name), rate(tally_of(rows * 2), name)
    np.testing.assert_allclose(once["value"], twice["value"])
    assert (twice["n"] == 2 * once["n"]).all()
    if name not in ("auc", "ks"):  # two people of a class have a variance, one has none
        known = once["value"].notna()
        narrower = (twice["high"] - twice["low"]) < (once["high"] - once["low"]) + 1e-12
        assert narrower[known].all()


@given(COMPLETE, NAMES)
def test_new_names_for_the_groups_only_move_the_rows(rows, name):
    swap = {"a": "z", "b": "y", "c": "x"}
    renamed = [(swap[row[0]], *row[1:]) for row in rows]
    one, other = rate(tally_of(rows), name), rate(tally_of(renamed), name)
    other["race"] = other["race"].map({new: old for old, new in swap.items()})
    same(one, other.sort_values("race", ignore_index=True), check_column_type=False)


@given(ANYONE)
def test_groups_add_up_to_everyone(rows):
    tally = tally_of(rows)
    for name in BY_NAME:
        assert rate(tally, name)["n"].sum() == rate(tally, name, by=None)["n"].item()


@given(COMPLETE, RATES, KINDS)
def test_swapping_group_and_reference_mirrors_the_disparity(rows, name, kind):
    tally = tally_of([row for row in rows if row[0] != "c"])
    assume(set(rate(tally, name)["race"]) == {"a", "b"})
    there, back = (disparity(tally, name, reference=r, kind=kind).iloc[0] for r in "ab")
    assert there["p_value"] == pytest.approx(back["p_value"], rel=1e-9, nan_ok=True)
    ends = ["value", "low", "high"]
    if there[ends].notna().all() and back[ends].notna().all() and there["low"] > 1e-9:
        flip = (lambda x: -x) if kind == "difference" else (lambda x: 1 / x)
        mirrored = [flip(back[end]) for end in ("value", "high", "low")]
        assert there[ends].tolist() == pytest.approx(mirrored, rel=1e-6, abs=1e-9)


@given(COMPLETE, RATES, KINDS)
def test_the_test_and_the_range_say_the_same(rows, name, kind):
    got = disparity(tally_of(rows), name, kind=kind)
    got = got.dropna(subset=["p_value", "low", "high"])
    none = 0 if kind == "difference" else 1
    excluded = (got["low"] > none) | (got["high"] < none)
    clear = (got["p_value"] - 0.05).abs() > 1e-6
    assert ((got["p_value"] < 0.05) == excluded)[clear].all()
    assert (got["p_adjusted"] >= got["p_value"]).all()


@given(COMPLETE)
def test_complements_add_to_one(rows):
    tally = tally_of(rows)
    for name, other in (
        ("true_positive_rate", "false_negative_rate"),
        ("false_positive_rate", "true_negative_rate"),
        ("precision", "false_discovery_rate"),
        ("false_omission_rate", "negative_predictive_value"),
    ):
        one, two = rate(tally, name), rate(tally, other)
        np.testing.assert_allclose(one["value"], 1 - two["value"], atol=1e-12)
        np.testing.assert_allclose(one["high"], 1 - two["low"], atol=1e-9)


@given(people(paid=(0, 1, None)), st.sampled_from(["exact", [0, 2, 4]]))
def test_turning_the_score_round_turns_the_auc_round(rows, score_bins):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    safer = rate(tally_of(frame, score_bins), "auc")
    riskier = rate(tally_of(frame, score_bins, higher_is="riskier"), "auc")
    names = [("value", "value"), ("low", "high"), ("bound_low", "bound_high")]
    for one, other in names:
        if one in safer:
            np.testing.assert_allclose(safer[one], 1 - riskier[other], atol=1e-6)


@given(people(paid=(0, 1, None)))
def test_only_the_order_of_scores_matters(rows):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    stretched = frame.assign(points=np.exp(frame["points"].astype(float)))
    same(rate(tally_of(frame), "auc"), rate(tally_of(stretched), "auc"))


# The truth behind outcomes that are hidden.


@given(COMPLETE, NAMES, st.data())
def test_bounds_hold_the_truth_whoever_hides_their_outcome(rows, name, data):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    hide = data.draw(st.lists(st.booleans(), min_size=len(frame), max_size=len(frame)))
    seen = frame.assign(paid=frame["paid"].astype(float).mask(np.array(hide, dtype=bool)))
    truth, got = rate(tally_of(frame), name)["value"], rate(tally_of(seen), name)
    ends = ("bound_low", "bound_high") if "bound_low" in got else ("low", "high")
    hidden = "bound_low" in got or got["note"].str.startswith("Declined").any()
    if hidden:
        known = truth.notna() & got[ends[0]].notna()
        assert (got[ends[0]] <= truth + 1e-9)[known].all()
        assert (got[ends[1]] >= truth - 1e-9)[known].all()


@given(COMPLETE, NAMES)
def test_a_lenders_file_never_prints_what_it_cannot_know(rows, name):
    frame = pd.DataFrame(rows, columns=COLUMNS)
    assume((frame["ok"] == 0).any())
    seen = frame.assign(paid=frame["paid"].astype(float).mask(frame["ok"] == 0))
    truth, got = rate(tally_of(frame), name)["value"], rate(tally_of(seen), name)
    if name in ("approval_rate", "precision", "false_discovery_rate"):
        np.testing.assert_allclose(got["value"], truth)
    elif name not in ("auc", "ks") or seen.dropna(subset=["points"])["paid"].isna().any():
        assert got["value"].isna().all()
        known = truth.notna()
        assert (got["low"] <= truth + 1e-9)[known].all()
        assert (got["high"] >= truth - 1e-9)[known].all()


@settings(max_examples=30)
@given(ANYONE, st.integers(0, 99))
def test_replicates_stay_between_zero_and_one(rows, seed):
    got = metrics.bootstrap(tally_of(rows), SHARES, by="race", replicates=20,
                            seed=seed)  # fmt: skip
    for column in ("value", "low", "high"):
        assert got[column].dropna().between(0, 1).all()


def test_nobody_at_all_is_no_row_and_no_error():
    tally = tally_of([])
    for name in SHARES:
        assert len(rate(tally, name)) == 0
        everyone = rate(tally, name, by=None)
        assert everyone["n"].tolist() == [0]
        assert everyone["note"].item().startswith("Undefined")
        with pytest.raises(NothingToCompare):
            metrics.disparity(tally, name, by="race")
