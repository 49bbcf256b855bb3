"""A card of three features and six applicants, small enough to work out on paper."""

from itertools import pairwise

import pandas as pd

from creditaudit.scorers.feature_bins import Bin, FeatureBins
from creditaudit.scorers.predicates import Interval, Missing
from creditaudit.scorers.scales import Scale
from creditaudit.scorers.score_features import ScoredFeature
from creditaudit.scorers.score_tables import ScoreTable

INFINITE = float("inf")


def feature(name, cuts, points, label=None):
    """A feature with bins between cuts and a last one for missing values, two people in each."""
    ends = [-INFINITE, *cuts, INFINITE]
    holds = [Interval(a, b) for a, b in pairwise(ends)]
    bins = tuple(Bin(one, 2, 1.0, 1.0, 0.0, 0.0) for one in [*holds, Missing()])
    return ScoredFeature(
        FeatureBins(name, "number", "none", bins), 1.0, tuple(points), label or name
    )


def table(*features, start=500.0, integer=True):
    """A card of these features; 600 points are 50 to 1, and 20 more double the odds."""
    return ScoreTable(tuple(features), 0.0, Scale(20, 600, 50), start, integer, ())


CARD = table(
    feature("late", [1, 3], [60, 30, 0, 20], "Late payments"),
    feature("debt", [10], [50, 20, 30], "Debt"),
    feature("inquiries", [2], [30, 10, 10], "Inquiries"),
)
# Scores 640, 610, 610, 560, 560, 530.
APPLICANTS = pd.DataFrame(
    {
        "late": [0.0, 0, 2, 2, 4, 4],
        "debt": [5.0, 20, 5, 20, 5, 20],
        "inquiries": [0.0, 0, 0, 3, 3, 3],
    },
    index=list("abcdef"),
)
