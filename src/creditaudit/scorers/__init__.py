"""Scorers: from what is known of a person to points, where higher is safer."""

from creditaudit.scorers.binning import bin_counts, bin_rows, bin_tally
from creditaudit.scorers.boosting import BoostingScorer
from creditaudit.scorers.dividing import Binning
from creditaudit.scorers.feature_bins import FeatureBins
from creditaudit.scorers.rejected import RejectInference, infer_rejected
from creditaudit.scorers.score_tables import ScoreTable
from creditaudit.scorers.scorecard import ScorecardScorer
from creditaudit.scorers.wrapping import WrappedScorer, wrap

__all__ = [
    "Binning",
    "BoostingScorer",
    "FeatureBins",
    "RejectInference",
    "ScoreTable",
    "ScorecardScorer",
    "WrappedScorer",
    "bin_counts",
    "bin_rows",
    "bin_tally",
    "infer_rejected",
    "wrap",
]
