import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from alternative_people import planted, searched
from creditaudit.alternatives.candidates import approved_at, cutoff_of
from creditaudit.alternatives.measuring import _auc
from creditaudit.alternatives.refitting import reweighing


@given(st.integers(0, 2**32 - 1))
def test_the_auc_of_counted_people_is_that_of_repeated_people(seed):
    rng = np.random.default_rng(seed)
    risk, bad = rng.integers(0, 6, 30).astype(float), rng.random(30) < 0.5
    bad[:2] = (True, False)
    weights = rng.integers(0, 4, 30)
    weights[:2] = 1
    expected = roc_auc_score(np.repeat(bad, weights), np.repeat(risk, weights))
    assert _auc(risk, bad, weights[None].astype(float))[0] == pytest.approx(expected)


@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.98))
def test_people_at_the_cut_off_are_approved_in_part_so_that_the_share_is_exact(seed, share):
    risk = np.random.default_rng(seed).integers(0, 5, 40).astype(float)
    assert approved_at(risk, *cutoff_of(risk, share)).mean() == pytest.approx(share)


def test_the_range_of_an_auc_agrees_with_delong():
    from creditaudit.metrics.influences import auc_of

    found = searched(draws=200, methods=()).base
    rng = np.random.default_rng(3)
    rows = rng.choice(len(planted()), len(planted()) * 2 // 5, replace=False)
    frame = planted().iloc[rows]
    risk = found.candidate.score(frame[["ability", "street", "noise"]], np.zeros(len(frame), int))
    bad = frame["bad"].to_numpy() == 1
    assert found.quality.error == pytest.approx(auc_of(risk, bad, ~bad).error, rel=0.2)


def test_the_range_of_a_gap_agrees_with_the_formula():
    found = searched(draws=200, methods=()).base
    rates = [number.value for number in found.measured.rates.values()]
    frame = planted()
    sizes = [0.4 * (frame["group"] == name).sum() for name in "ab"]
    error = np.sqrt(sum(p * (1 - p) / n for p, n in zip(sorted(rates, reverse=True), sizes,
                                                         strict=True)))  # fmt: skip
    assert found.gap.error == pytest.approx(error, rel=0.2)


def test_reweighing_by_hand_leaves_group_and_outcome_apart():
    codes = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    bad = np.array([0.0, 0, 0, 1, 0, 1, 1, 1])
    weights = reweighing(codes, bad)
    # Half are bad and half are in group 0: an eighth is bad in it, a quarter is expected.
    assert weights[3] == pytest.approx(2)
    assert weights[0] == pytest.approx(2 / 3)
    shares = [np.average(bad[codes == k], weights=weights[codes == k]) for k in (0, 1)]
    assert shares == pytest.approx([0.5, 0.5])


def test_clusters_of_one_person_change_nothing_and_larger_ones_do():
    few = {"methods": ("cutoffs",)}
    n = len(planted())
    alone = searched.__wrapped__(**few, clusters=np.arange(n)).base
    streets = np.floor(planted()["street"].to_numpy() * 2)
    together = searched.__wrapped__(**few, clusters=streets).base
    assert alone.gap.error == searched(**few).base.gap.error
    assert together.gap.error > 1.2 * alone.gap.error
