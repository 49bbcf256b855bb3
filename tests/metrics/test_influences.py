"""Numbers made from rows: by hand, against a second derivation, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from creditaudit.metrics.influences import Estimate, auc_of, auc_range, mean_of


def delong(risks, bad):
    """Return AUCs and their covariance pair by pair, as the paper of 1988 has them."""
    aucs, by_bad, by_good = [], [], []
    for risk in risks:
        pairs = np.sign(risk[bad][:, None] - risk[~bad][None, :]) / 2 + 0.5
        aucs.append(pairs.mean())
        by_bad.append(pairs.mean(axis=1))
        by_good.append(pairs.mean(axis=0))
    return np.array(aucs), np.cov(by_bad) / bad.sum() + np.cov(by_good) / (~bad).sum()


def test_the_auc_of_five_people_by_hand():
    # Bad: 4, 2; good: 1, 2, 3. Pairs won: 4 all three, 2 one and a half: 4.5 of 6.
    risk, bad = np.array([4.0, 2, 1, 2, 3]), np.array([True, True, False, False, False])
    found = auc_of(risk, bad, ~bad)
    assert found.value == 0.75
    # V: bad 1, .5; good 1, .75, .5. Variance .125 / 2 + .0625 / 3.
    assert found.error == pytest.approx(np.sqrt(0.125 / 2 + 0.0625 / 3))


@pytest.mark.parametrize("digits", [0, 3])
def test_two_models_on_the_same_people_have_the_error_of_delong_pair_by_pair(digits):
    rng = np.random.default_rng(3)
    bad = rng.random(300) < 0.3
    risks = [(rng.normal(bad, 1.0)).round(digits) for _ in range(2)]
    risks[1] = risks[0] + risks[1]
    aucs, covariance = delong(risks, bad)
    one, other = (auc_of(risk, bad, ~bad) for risk in risks)
    assert [one.value, other.value] == pytest.approx(aucs)
    assert one.value == pytest.approx(roc_auc_score(bad, risks[0]))
    assert one.error**2 == pytest.approx(covariance[0, 0])
    wanted = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert (one - other).error ** 2 == pytest.approx(wanted)


def test_groups_that_share_nobody_add_their_variances():
    rng = np.random.default_rng(4)
    bad, b = rng.random(400) < 0.4, rng.random(400) < 0.5
    risk = rng.normal(bad, 1.0)
    one, other = (auc_of(risk, bad & side, ~bad & side) for side in (b, ~b))
    assert (one - other).error ** 2 == pytest.approx(one.error**2 + other.error**2)


def test_the_mean_has_the_usual_error():
    values = np.array([1.0, 2, 4, 9, 100])
    found = mean_of(values, np.array([True, True, True, True, False]))
    assert found.value == 4
    assert found.error == pytest.approx(values[:4].std(ddof=1) / 2)


def test_people_twice_in_one_cluster_tell_no_more_than_once():
    rng = np.random.default_rng(5)
    bad = rng.random(200) < 0.4
    risk = rng.normal(bad, 1.0)
    once = auc_of(risk, bad, ~bad)
    both, twice = np.tile(bad, 2), np.tile(risk, 2)
    cluster = np.tile(np.arange(200), 2)
    found = auc_of(twice, both, ~both, cluster)
    assert found.value == pytest.approx(once.value)
    assert found.error == pytest.approx(once.error, rel=0.02)
    assert auc_of(twice, both, ~both).error < 0.8 * once.error


def test_a_score_that_is_never_wrong_and_a_class_that_is_empty_have_no_range():
    bad = np.array([True, True, False, False])
    perfect = auc_of(np.array([4.0, 3, 2, 1]), bad, ~bad)
    assert perfect.value == 1
    assert np.isnan(perfect.range()).all()
    assert np.isnan(auc_range(perfect)).all()
    assert np.isnan(perfect.p_value)
    nobody = np.zeros(4, dtype=bool)
    assert np.isnan(auc_of(np.ones(4), nobody, bad).value)


@given(st.integers(0, 10_000))
def test_turning_the_score_round_mirrors_the_auc_and_keeps_its_error(seed):
    rng = np.random.default_rng(seed)
    bad = np.arange(40) < 12
    risk = rng.integers(0, 9, 40).astype(float)
    one, other = auc_of(risk, bad, ~bad), auc_of(-risk, bad, ~bad)
    assert one.value + other.value == pytest.approx(1)
    np.testing.assert_allclose(one.parts, -other.parts, atol=1e-12)
    same = auc_of(np.exp(risk), bad, ~bad)
    assert (one - same).value == 0
    assert isinstance(one - same, Estimate)
