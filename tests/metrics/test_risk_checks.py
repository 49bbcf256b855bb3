"""Slope, intercept, Hosmer and Lemeshow: by hand, and against another fit."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit, logit
from scipy.stats import chi2

from creditaudit.metrics.risk_checks import hosmer_lemeshow, risk_slope


def people(n=4_000, slope=1.0, seed=2):
    rng = np.random.default_rng(seed)
    risk = expit(rng.normal(-1.5, 1, n))
    return risk, rng.random(n) < expit(slope * logit(risk))


def test_hosmer_and_lemeshow_by_hand():
    # Two groups: ten people at .2 of whom 4 bad, ten at .5 of whom 5 bad.
    risk = np.repeat([0.2, 0.5], 10)
    bad = np.r_[np.arange(10) < 4, np.arange(10) < 5]
    found = hosmer_lemeshow(risk, bad, groups=2)
    # (4 - 2)^2 / (10 x .2 x .8) = 2.5, and 0.
    assert found.statistic == pytest.approx(2.5)
    assert found.table["expected"].tolist() == pytest.approx([2, 5])
    assert found.p_value(fitted_here=False) == pytest.approx(chi2.sf(2.5, 2))
    assert np.isnan(found.p_value(fitted_here=True)), "no degree of freedom is left"


def test_degrees_of_freedom_are_two_fewer_on_the_rows_of_the_fit():
    risk, bad = people()
    found = hosmer_lemeshow(risk, bad)
    assert found.groups == 10
    assert found.p_value(fitted_here=True) == pytest.approx(chi2.sf(found.statistic, 8))
    assert found.p_value(fitted_here=False) == pytest.approx(chi2.sf(found.statistic, 10))


@pytest.mark.parametrize(("fitted", "df"), [(False, 10), (True, 8)])
def test_the_statistic_has_on_average_as_much_as_its_degrees_of_freedom(fitted, df):
    found = []
    for seed in range(150):
        risk, bad = people(1_000, seed=seed)
        if fitted:
            fit = sm.Logit(bad.astype(float), sm.add_constant(logit(risk))).fit(disp=0)
            risk = fit.predict()
        found.append(hosmer_lemeshow(risk, bad).statistic)
    # The mean of 150 values of chi-squared with 10 degrees has a standard error of .37.
    assert np.mean(found) == pytest.approx(df, abs=1.1)


def test_a_group_that_never_should_and_did_is_infinitely_off():
    risk, bad = np.repeat([0.0, 0.5], 10), np.arange(20) % 2 == 0
    assert hosmer_lemeshow(risk, bad, groups=2).statistic == np.inf


def test_the_slope_is_that_of_another_logistic_regression_with_its_sandwich_error():
    risk, bad = people(slope=0.6)
    who = np.arange(len(risk)) % 3 > 0
    intercept, slope = risk_slope(risk, bad, who)
    x = sm.add_constant(logit(risk[who]))
    fit = sm.GLM(bad[who].astype(float), x, family=sm.families.Binomial()).fit(cov_type="HC0")
    assert [intercept.value, slope.value] == pytest.approx(fit.params)
    assert [intercept.error, slope.error] == pytest.approx(fit.bse, rel=1e-6)
    assert slope.value == pytest.approx(0.6, abs=0.15)


def test_risks_of_0_or_1_and_risks_that_tell_all_apart_have_no_slope():
    risk, bad = people(200)
    everyone = np.ones(200, dtype=bool)
    for given in (np.where(risk > 0.5, 1.0, risk), np.full(200, 0.3), np.where(bad, 0.6, 0.4)):
        assert all(np.isnan(one.value) for one in risk_slope(given, bad, everyone))
