"""From scores to decisions: cut-offs by group and criterion, what each costs, what follows."""

from creditaudit.thresholds.costs import cutoff_costs
from creditaudit.thresholds.impacts import delayed_impact
from creditaudit.thresholds.policies import Cutoffs, cutoffs

__all__ = ["Cutoffs", "cutoff_costs", "cutoffs", "delayed_impact"]
