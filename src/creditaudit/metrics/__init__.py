"""Metrics: a tally in, a frame out, one row a group, never a number without n and a range."""

from creditaudit.metrics.catalogue import CATALOGUE
from creditaudit.metrics.disparities import disparity
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
from creditaudit.metrics.resampling import bootstrap
from creditaudit.metrics.separations import auc

__all__ = [
    "CATALOGUE",
    "accuracy",
    "approval_rate",
    "auc",
    "base_rate",
    "bootstrap",
    "disparity",
    "false_discovery_rate",
    "false_negative_rate",
    "false_omission_rate",
    "false_positive_rate",
    "negative_predictive_value",
    "precision",
    "true_negative_rate",
    "true_positive_rate",
]
