"""Bins by hand, from rows, from counts and from a tally."""

import json
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn, MissingRole
from creditaudit.scorers import Binning, FeatureBins, bin_counts, bin_rows, bin_tally

PEERS = Path(__file__).parents[1] / "oracles" / "data" / "optbinning_iv.json"


def people(n=4_000, seed=7):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "income": np.round(rng.lognormal(8, 1, n)),
            "purpose": rng.choice(["car", "house", "study", "boat"], n, p=[0.5, 0.3, 0.195, 0.005]),
            "late": rng.poisson(0.7, n),
        }
    )
    logit = 2 - 0.5 * np.log(frame["income"] + 1) + 0.5 * frame["late"]
    logit += frame["purpose"].map({"car": 0, "house": -0.5, "study": 0.4, "boat": 1})
    bad = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int)
    frame.loc[rng.random(n) < 0.05, "income"] = np.nan
    frame.loc[rng.random(n) < 0.05, "purpose"] = None
    return frame, bad


def test_ten_people_that_can_be_counted_on_paper():
    # No late payment: 1 bad of 5. One or more: 3 bad of 4. Unknown: 0 of 1.
    table = pd.DataFrame({"late": [0, 0, 0, 0, 0, 1, 1, 2, 2, None]})
    bad = [1, 0, 0, 0, 0, 1, 1, 1, 0, 0]
    found = bin_rows(
        table, bad, feature="late", binning=Binning(smoothing=0.5, min_share=0.3)
    )  # fmt: skip
    assert found.words == ("under 1", "1 or more", "missing")
    assert found.frame["n"].tolist() == [5, 4, 1]
    assert found.frame["bad_rate"].tolist() == [0.2, 0.75, 0]
    # 4 bad, 6 good: half a bad person and three quarters of a good one are added.
    odds = [1.5 / 4.75, 3.5 / 1.75, 0.5 / 1.75]
    woe = [log(one) - log(4 / 6) for one in odds]
    assert found.woe == pytest.approx(woe)
    parts = [(1 / 4 - 4 / 6), (3 / 4 - 1 / 6), (0 - 1 / 6)]
    assert found.iv == pytest.approx(sum(p * w for p, w in zip(parts, woe, strict=True)))


def test_without_smoothing_weights_are_those_of_the_textbook_and_a_pure_bin_is_an_error():
    table = pd.DataFrame({"late": [0, 0, 0, 1, 1, 1]})
    rule = Binning(smoothing=0, min_share=0)
    found = bin_rows(table, [1, 0, 0, 1, 1, 0], feature="late", binning=rule)
    assert found.woe == pytest.approx([log(1 / 2), log(2), 0])
    table.loc[5, "late"] = None
    with pytest.raises(InputError, match=r"late, missing: everyone is good.*smoothing=0.5"):
        bin_rows(table, [1, 0, 0, 1, 0, 0], feature="late", binning=rule)


@pytest.mark.parametrize("trend", ["ascending", "descending", "peak", "valley", "none", "auto"])
def test_bins_keep_the_trend_the_share_and_everybody(trend):
    frame, bad = people()
    for feature in ("income", "late"):
        rule = Binning(monotone=trend, min_share=0.08, max_bins=6)
        found = bin_rows(frame, bad, feature=feature, binning=rule)
        inner = found.frame[found.frame["bin"] != "missing"]
        assert (inner["n"] >= 0.08 * len(frame)).all()
        assert len(inner) <= 6
        assert found.frame["n"].sum() == len(frame)
        places = found.assign(frame)
        assert np.bincount(places, minlength=len(found.bins)).tolist() == found.frame["n"].tolist()
        steps = np.diff(inner["bad_rate"])
        if found.trend in ("ascending", "descending"):
            assert (steps >= 0).all() if found.trend == "ascending" else (steps <= 0).all()
        assert trend in ("auto", found.trend)


def test_a_direction_may_be_a_number():
    frame, bad = people()
    rule = Binning(monotone=-1)
    assert rule.monotone == "descending"
    assert bin_rows(frame, bad, feature="income", binning=rule).trend == "descending"


def test_auto_takes_a_valley_where_there_is_one_and_not_where_there_is_noise():
    rng = np.random.default_rng(7)
    x = rng.normal(size=6_000)
    curved = rng.random(6_000) < 1 / (1 + np.exp(1.5 - x**2))
    straight = rng.random(6_000) < 1 / (1 + np.exp(1.5 - x))
    table = pd.DataFrame({"x": x})
    assert bin_rows(table, curved, feature="x").trend == "valley"
    assert bin_rows(table, straight, feature="x").trend == "ascending"


def test_neighbours_differ_by_what_is_asked():
    frame, bad = people()
    apart = bin_rows(frame, bad, feature="income", binning=Binning(min_difference=0.05))
    rates = apart.frame["bad_rate"][: len(apart.cuts) + 1]
    assert (np.abs(np.diff(rates)) >= 0.05).all()
    sure = bin_rows(frame, bad, feature="income", binning=Binning(max_p_value=0.01))
    from scipy.stats import chi2_contingency

    inner = sure.bins[: len(sure.cuts) + 1]
    for one, other in pairwise(inner):
        table = [[one.bad, one.good], [other.bad, other.good]]
        assert chi2_contingency(table, correction=False).pvalue <= 0.01


def test_a_trend_in_every_period_holds_in_each():
    frame, bad = people()
    period = np.arange(len(frame)) % 4
    found = bin_rows(
        frame, bad, feature="income", period=period, binning=Binning(monotone="descending")
    )
    free = bin_rows(frame, bad, feature="income", binning=Binning(monotone="descending"))
    places = found.assign(frame)
    assert 1 < len(found.cuts) + 1 < len(free.cuts) + 1
    for when in range(4):
        rates = [bad[(places == k) & (period == when)].mean() for k in range(len(found.cuts) + 1)]
        assert (np.diff(rates) <= 0).all()


def test_unseen_values_go_where_it_is_stated():
    frame, bad = people()
    new = pd.DataFrame({"purpose": ["boat", "yacht", None, ""]})
    for unseen, words in (
        ("rare", "boat or any other"),
        ("neutral", "any other"),
        ("worst", "any other"),
    ):
        rule = Binning(unseen=unseen, min_level_share=0.01, min_share=0)
        found = bin_rows(frame, bad, feature="purpose", binning=rule)
        places = found.assign(new)
        assert found.words[places[1]] == words
        assert found.words[places[2]] == found.words[places[3]] == "missing"
        woe = found.woe[places[1]]
        if unseen == "neutral":
            assert woe == 0
        elif unseen == "worst":
            assert woe == found.woe.max()
        else:
            assert places[0] == places[1]


def test_a_missing_value_that_was_never_seen_is_neutral_or_worst():
    table, bad = pd.DataFrame({"late": [0, 0, 1, 1]}), [0, 0, 1, 0]
    for unseen, woe in (("rare", 0.0), ("neutral", 0.0), ("worst", None)):
        found = bin_rows(table, bad, feature="late", binning=Binning(unseen=unseen, min_share=0))
        place = found.assign(pd.DataFrame({"late": [np.nan]}))[0]
        assert found.words[place] == "missing"
        assert found.woe[place] == (found.woe.max() if woe is None else woe)


def test_special_values_have_bins_of_their_own_with_their_own_rates():
    table = pd.DataFrame({"score": [-9, -9, -8, -7, 1, 2, 3, 4, 5, 6]})
    bad = np.array([1, 1, 0, 1, 0, 1, 0, 1, 0, 0])
    found = bin_rows(
        table, bad, feature="score", specials=[-9, (-8, -7)], binning=Binning(min_share=0.1)
    )
    by_name = found.frame.set_index("bin")
    assert by_name.loc["special: -9", ["n", "bad_rate"]].tolist() == [2, 1]
    assert by_name.loc["special: -8 or -7", ["n", "bad_rate"]].tolist() == [2, 0.5]
    assert found.words[found.assign(pd.DataFrame({"score": [-7.0]}))[0]] == "special: -8 or -7"


@pytest.mark.parametrize("feature", ["income", "late", "purpose"])
def test_a_table_of_counts_gives_the_bins_of_the_rows(feature):
    frame, bad = people()
    counts = frame.assign(bad=bad, good=1 - bad)
    counts = counts.groupby(feature, dropna=False)[["bad", "good"]].sum().reset_index()
    rows = bin_rows(frame, bad, feature=feature)
    assert bin_counts(counts, feature=feature) == rows
    assert bin_counts(pa.Table.from_pandas(counts), feature=feature) == rows


def test_counts_from_polars_and_duckdb_give_the_same_bins():
    pl = pytest.importorskip("polars")
    duckdb = pytest.importorskip("duckdb")
    frame, bad = people()
    rows = bin_rows(frame, bad, feature="income")
    given = pl.from_pandas(frame.assign(bad=bad))
    counts = given.lazy().group_by("income").agg(pl.sum("bad"), good=(1 - pl.col("bad")).sum())
    assert bin_counts(counts, feature="income") == rows
    connection = duckdb.connect()
    relation = connection.from_arrow(given.to_arrow())
    counts = relation.aggregate("income, sum(bad) as bad, sum(1 - bad) as good")
    assert bin_counts(counts, feature="income") == rows


def test_a_tally_gives_the_bins_of_the_rows():
    frame, bad = people()
    roles = ca.Roles(groups=["purpose"], outcome="bad", good=0, score="late", higher_is="riskier")
    tally = ca.Tally.from_frame(frame.assign(bad=bad), roles, score_bins="exact")
    assert bin_tally(tally, "purpose") == bin_rows(frame, bad, feature="purpose")
    late, rows = bin_tally(tally, "late"), bin_rows(frame, bad, feature="late")
    assert late.frame.equals(rows.frame)


def test_a_tally_with_edges_is_cut_at_its_edges_only():
    frame, bad = people()
    roles = ca.Roles(
        outcome="bad", good=0, score="income", higher_is="safer", score_range=(0, 20_000)
    )
    tally = ca.Tally.from_frame(frame.assign(bad=bad), roles, score_bins=200)
    found = bin_tally(tally, "income")
    assert len(found.cuts) >= 3
    assert set(found.cuts) <= set(tally.bins.values) | {np.nextafter(20_000, np.inf)}
    assert np.bincount(found.assign(frame)).tolist() == found.frame["n"].tolist()


def test_a_tally_without_an_outcome_has_no_bins(people, roles):
    with pytest.raises(MissingRole, match="Pass outcome= and good="):
        bin_tally(ca.Tally.from_frame(people, roles), "race")


def test_json_types_bring_the_bins_back():
    frame, bad = people()
    for feature in frame:
        found = bin_rows(frame, bad, feature=feature)
        assert FeatureBins.from_plain(json.loads(json.dumps(found.to_plain()))) == found


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from(["auto", "none", "peak"]))
def test_everybody_is_in_one_bin_whatever_the_numbers(seed, trend):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 200))
    x = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e300, 5e-324, *rng.normal(size=9)], n)
    bad = rng.random(n) < 0.5
    bad[:2] = True, False
    rule = Binning(monotone=trend, min_share=float(rng.choice([0, 0.1])))
    found = bin_rows(pd.DataFrame({"x": x}), bad, feature="x", binning=rule)
    places = found.assign(pd.DataFrame({"x": x}))
    assert np.bincount(places, minlength=len(found.bins)).tolist() == [b.n for b in found.bins]
    assert sum(one.bad for one in found.bins) == bad.sum()
    assert found.iv >= -1e-12


def test_the_information_value_is_within_one_per_cent_of_optbinning_on_the_same_prebins():
    # Measured with optbinning 1.0.0, user_splits = our prebins, min_bin_size 0.05, 8 bins at most.
    for case in json.loads(PEERS.read_text("utf-8")):
        table = pd.DataFrame({"x": case["x"], "bad": case["bad"], "good": case["good"]})
        rule = Binning(
            monotone=case["trend"], max_bins=8, min_share=0.05, max_prebins=len(case["x"])
        )
        found = bin_counts(table, feature="x", binning=rule)
        assert found.iv == pytest.approx(case["iv"], rel=0.01)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bad": [0, 0, 0, 0]}, "one class is absent"),
        ({"bad": [0, 1, None, 0]}, "must be 1 .bad. or 0"),
        ({"bad": [0, 1, 1]}, "4 rows and outcomes of shape"),
        ({"weight": [1, 1, -1, 1]}, "not negative"),
        ({"weight": [1, 1, np.nan, 1]}, "finite"),
        ({"weight": [1, 1, 1]}, "4 rows and weights"),
        ({"period": ["a"]}, "4 rows and periods"),
    ],
)
def test_outcomes_and_weights_that_cannot_be_used_are_named(change, message):
    given = {"bad": [0, 1, 1, 0], "weight": None, "period": None} | change
    bad = given.pop("bad")
    with pytest.raises(InputError, match=message):
        bin_rows(pd.DataFrame({"x": [1, 2, 3, 4]}), bad, feature="x", **given)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"monotone": "up"}, "monotone='up' must be one of"),
        ({"monotone": True}, "monotone=True"),
        ({"max_bins": 0}, "max_bins=0"),
        ({"max_bins": 2.5}, "whole number"),
        ({"min_share": 0.6}, "from 0 to 0.5"),
        ({"max_prebins": 65}, "from 2 to 64"),
        ({"smoothing": -1}, "0 or more"),
        ({"max_p_value": 2}, "from 0 to 1"),
        ({"unseen": "error"}, "unseen='error'"),
    ],
)
def test_rules_that_make_no_sense_are_named(change, message):
    with pytest.raises(InputError, match=message):
        Binning(**change)


def test_a_column_that_is_not_there_and_a_date_are_errors():
    table = pd.DataFrame({"when": pd.date_range("2024-01-01", periods=4)})
    with pytest.raises(MissingColumn, match=r"'wehn' not found\. Columns: 'when'.*'when'"):
        bin_rows(table, [0, 1, 0, 1], feature="wehn")
    with pytest.raises(InputError, match="months since a date"):
        bin_rows(table, [0, 1, 0, 1], feature="when")
    with pytest.raises(InputError, match="'n' must be finite and not negative"):
        bin_counts(
            pd.DataFrame({"x": [1, 2], "n": [-1, 1], "m": [1, 1]}), feature="x", bad="n", good="m"
        )
