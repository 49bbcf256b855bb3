"""Metrics: a tally in, a frame out, one row a group, never a number without n and a range."""

from creditaudit.metrics.adjustments import adjusted_disparity
from creditaudit.metrics.calibration_errors import calibration_slope, expected_calibration_error
from creditaudit.metrics.calibrations import calibration, calibration_gap
from creditaudit.metrics.catalogue import CATALOGUE
from creditaudit.metrics.combined_gaps import (
    average_abs_odds_difference,
    average_odds_difference,
    equal_opportunity,
    equalized_odds,
)
from creditaudit.metrics.decompositions import oaxaca_blinder
from creditaudit.metrics.disparities import disparity
from creditaudit.metrics.drifts import gap_change, rate_trend, rates_by_period
from creditaudit.metrics.membership_gaps import membership_disparity, membership_rates
from creditaudit.metrics.monotone import monotone_bounds
from creditaudit.metrics.permutations import exact_test, permutation_test
from creditaudit.metrics.planning import power, sample_size
from creditaudit.metrics.rates import (
    accuracy,
    approval_rate,
    base_rate,
    false_discovery_rate,
    false_negative_rate,
    false_omission_rate,
    false_positive_rate,
    negative_predictive_value,
    precision,
    true_negative_rate,
    true_positive_rate,
)
from creditaudit.metrics.refusal_shares import refusal_composition, refusal_ratio
from creditaudit.metrics.regressions import regression
from creditaudit.metrics.resampling import bootstrap
from creditaudit.metrics.same_scores import same_score_disparity
from creditaudit.metrics.score_gaps import ks, mean_score
from creditaudit.metrics.sensitivities import (
    bounding_factor,
    confounder_strength,
    cornfield_ratio,
    e_value,
    e_value_limit,
    rosenbaum_bounds,
    rosenbaum_gamma,
    simpson_check,
)
from creditaudit.metrics.separations import auc, gini
from creditaudit.metrics.spreads import shortfall, worst_against_best
from creditaudit.metrics.stabilities import psi
from creditaudit.metrics.stage_gaps import stage_contributions, stage_rates
from creditaudit.metrics.standardised_gaps import standardised_mean_difference
from creditaudit.metrics.stratified import stratified_disparity, stratum_disparity
from creditaudit.metrics.terms_gaps import terms_disparity, terms_mean
from creditaudit.metrics.terms_quantiles import quantile_gap, terms_quantile
from creditaudit.metrics.welfares import (
    coefficient_of_variation,
    generalized_entropy,
    inequality_parts,
    theil,
)

__all__ = [
    "CATALOGUE",
    "accuracy",
    "adjusted_disparity",
    "approval_rate",
    "auc",
    "average_abs_odds_difference",
    "average_odds_difference",
    "base_rate",
    "bootstrap",
    "bounding_factor",
    "calibration",
    "calibration_gap",
    "calibration_slope",
    "coefficient_of_variation",
    "confounder_strength",
    "cornfield_ratio",
    "disparity",
    "e_value",
    "e_value_limit",
    "equal_opportunity",
    "equalized_odds",
    "exact_test",
    "expected_calibration_error",
    "false_discovery_rate",
    "false_negative_rate",
    "false_omission_rate",
    "false_positive_rate",
    "gap_change",
    "generalized_entropy",
    "gini",
    "inequality_parts",
    "ks",
    "mean_score",
    "membership_disparity",
    "membership_rates",
    "monotone_bounds",
    "negative_predictive_value",
    "oaxaca_blinder",
    "permutation_test",
    "power",
    "precision",
    "psi",
    "quantile_gap",
    "rate_trend",
    "rates_by_period",
    "refusal_composition",
    "refusal_ratio",
    "regression",
    "rosenbaum_bounds",
    "rosenbaum_gamma",
    "same_score_disparity",
    "sample_size",
    "shortfall",
    "simpson_check",
    "stage_contributions",
    "stage_rates",
    "standardised_mean_difference",
    "stratified_disparity",
    "stratum_disparity",
    "terms_disparity",
    "terms_mean",
    "terms_quantile",
    "theil",
    "true_negative_rate",
    "true_positive_rate",
    "worst_against_best",
]
