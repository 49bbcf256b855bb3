"""Corrections for many groups, and what every measure that can be compared has in common."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import InputError
from creditaudit.metrics.catalogue import CATALOGUE
from creditaudit.metrics.measures import ready, widest

WIDE = {"approved": "approved", "refused": "refused"}


def tally(approved, refused):
    names = [f"g{i:03}" for i in range(len(approved))]
    table = pd.DataFrame({"region": names, "approved": approved, "refused": refused})
    return Tally.from_counts(table, Roles(groups=["region"]), count=WIDE)


SEVEN = tally([800, 30, 55, 33, 41, 36, 5], [200, 20, 45, 7, 9, 14, 0])


def disparity(counted=SEVEN, **how):
    return metrics.disparity(counted, by="region", reference="g000", **how)


@pytest.mark.parametrize(("correction", "method"), [("holm", "holm"), ("bh", "fdr_bh")])
def test_corrections_are_those_of_statsmodels(correction, method):
    got = disparity(correction=correction)
    expected = multipletests(got["p_value"], method=method)[1]
    np.testing.assert_allclose(got["p_adjusted"], expected)


def test_holm_is_the_default_and_has_no_further_columns():
    assert disparity().equals(disparity(correction="holm"))
    assert "low_fcr" not in disparity()


def test_ranges_of_the_selected_are_at_the_level_of_false_coverage():
    got = disparity(correction="bh")
    selected = got["p_adjusted"] < 0.05
    assert 0 < selected.sum() < len(got)
    assert got.loc[~selected, ["low_fcr", "high_fcr"]].isna().all(axis=None)
    # Selected, and so the range leaves out none, at the level that allows for the selection.
    inside = got[selected]
    assert ((inside["low_fcr"] > 1) | (inside["high_fcr"] < 1)).all()
    assert (inside["low_fcr"] < inside["low"]).all()
    assert (inside["high_fcr"] > inside["high"]).all()
    assert list(got.columns)[-3:] == ["low_fcr", "high_fcr", "note"]


def test_where_nothing_is_selected_there_is_no_selected_range():
    got = disparity(tally([80, 40, 41], [20, 10, 9]), correction="bh")
    assert got[["low_fcr", "high_fcr"]].isna().all(axis=None)


def test_of_the_groups_found_one_in_twenty_is_false_on_average():
    rng, shares, missed = np.random.default_rng(3), [], []
    true = np.array([0.7] * 60 + [0.5] * 15)
    for _ in range(60):
        approved = rng.binomial(80, true)
        # So large a reference that the comparisons are as good as independent.
        counted = tally([700_000, *approved], [300_000, *(80 - approved)])
        got = disparity(counted, kind="difference", correction="bh")
        found = (got["p_adjusted"] < 0.05).to_numpy()
        shares.append((found & (true == 0.7)).sum() / max(found.sum(), 1))
        outside = (got["low_fcr"] > true - 0.7) | (got["high_fcr"] < true - 0.7)
        missed.append(outside.sum() / max(found.sum(), 1))
    assert np.mean(shares) < 0.06
    assert np.mean(missed) < 0.06


def test_an_unknown_correction_is_named():
    with pytest.raises(InputError, match='"holm" or "bh"'):
        disparity(correction="bonferroni")


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_measure_can_be_compared_and_the_mirror_is_the_same_test(name):
    rng = np.random.default_rng(6)
    p = rng.beta(4, 2, 800).round(2).clip(0.01, 0.99)
    frame = pd.DataFrame(
        {
            "race": rng.choice(["a", "b"], 800),
            "ok": rng.integers(0, 2, 800),
            "paid": (rng.random(800) < p).astype(int),
            "p": p,
        }
    )
    given = Roles(groups=["race"], decision="ok", favourable=1, outcome="paid", good=1, score="p",
                  higher_is="safer")  # fmt: skip
    counted = Tally.from_frame(frame, given, score_bins="exact")
    there, back = (
        metrics.disparity(counted, name, by="race", reference=r, kind="difference").iloc[0]
        for r in "ab"
    )
    ends = ["value", "low", "high"]
    np.testing.assert_allclose(
        there[ends].astype(float), -back[["value", "high", "low"]].astype(float), atol=1e-9
    )
    assert there["p_value"] == pytest.approx(back["p_value"])
    assert abs(there["detectable"]) > 0
    measure = CATALOGUE[name]
    by_group = measure.estimate(counted, "race")
    assert there["value"] == pytest.approx(by_group.value[1] - by_group.value[0])
    assert widest(measure) in (1, 2, np.inf)
    assert ready(measure, counted).name == name
