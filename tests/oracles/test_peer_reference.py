"""Agreement with what fairlearn, aif360, aequitas, aedt-audit and scipy print on real data.

``data/peer_metrics.json`` holds their numbers. Every row is either recomputed here from our frames
or named in ``NOT_SHARED`` with the reason; a row in neither fails.
"""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from scipy.special import ndtr, ndtri

from creditaudit import Roles, Tally, metrics
from creditaudit.populations import load_hmda_boston, load_loanapp

ROWS = json.loads((Path(__file__).parent / "data" / "peer_metrics.json").read_text())

NOT_SHARED = {
    "ppr": "aequitas: a group's share of all approved people, which depends on its size",
    "ppr_disparity_ratio": "aequitas: ratio of those shares",
    "smoothed_empirical_differential_fairness": "not in this version",
    "conditional_demographic_disparity(no strata; AWS/Clarify form)": "not in this version",
}
REFERENCE_ITSELF = "the reference group has no row of its own in a disparity"

RATES = {
    "selection_rate": "approval_rate",
    "pprev": "approval_rate",
    "prev": "base_rate",
    "tpr": "true_positive_rate",
    "fpr": "false_positive_rate",
    "tnr": "true_negative_rate",
    "fnr": "false_negative_rate",
    "precision": "precision",
    "accuracy": "accuracy",
    "for": "false_omission_rate",
    "fdr": "false_discovery_rate",
    "npv": "negative_predictive_value",
}
RATIOS = {
    **{f"{short}_disparity_ratio": name for short, name in RATES.items()},
    "demographic_parity_ratio": "approval_rate",
    "disparate_impact": "approval_rate",
    "LL144_impact_ratio": "approval_rate",
    "false_discovery_rate_ratio": "false_discovery_rate",
    "false_omission_rate_ratio": "false_omission_rate",
}
DIFFERENCES = {
    "statistical_parity_difference": "approval_rate",
    "equal_opportunity_difference": "true_positive_rate",
    "false_positive_rate_difference": "false_positive_rate",
    "false_negative_rate_difference": "false_negative_rate",
}


PAIRS = {
    "demographic_parity_difference": lambda w: abs(difference(w, "approval_rate")),
    "average_odds_difference": lambda w: against_white(w, metrics.average_odds_difference),
    "average_abs_odds_difference": lambda w: against_white(w, metrics.average_abs_odds_difference),
    "equalized_odds_difference": lambda w: against_white(w, metrics.equalized_odds),
    "fisher_exact_p": lambda w: against_white(w, metrics.exact_test, "p_value"),
    "average_predictive_value_difference": lambda w: (
        (difference(w, "precision") + difference(w, "false_omission_rate")) / 2
    ),
    "error_rate_ratio": lambda w: (1 - rate(w, "accuracy")) / (1 - rate(white(w), "accuracy")),
    "odds_ratio_denial": lambda w: effect(
        ("hmda", "white"), "approval_rate", "odds_ratio", "black"
    ),
    "chi2_no_correction": lambda w: pooled_z(w) ** 2,
    "LL144_z_score": lambda w: pooled_z(w),
    "LL144_p_value": lambda w: 2 * ndtr(pooled_z(w)),
}
AGGREGATES = {
    "demographic_parity_difference": lambda w: widest(w, "approval_rate", "difference"),
    "demographic_parity_ratio": lambda w: widest(w, "approval_rate", "ratio"),
    "equal_opportunity_difference": lambda w: over_groups(w, metrics.equal_opportunity),
    "equal_opportunity_ratio": lambda w: over_groups(w, metrics.equal_opportunity, "ratio"),
    "equalized_odds_difference": lambda w: over_groups(w, metrics.equalized_odds),
    "equalized_odds_ratio": lambda w: over_groups(w, metrics.equalized_odds, "ratio"),
}
PEOPLE = {
    "theil_index": lambda tally, _: metrics.theil(tally)["value"].item(),
    "generalized_entropy_index": lambda t, _: metrics.generalized_entropy(t)["value"].item(),
    "coefficient_of_variation": lambda t, _: metrics.coefficient_of_variation(t)["value"].item(),
    "between_all_groups_theil_index": lambda t, by: between(t, by, alpha=1),
    "between_all_groups_generalized_entropy_index": lambda t, by: between(t, by, alpha=2),
}


@cache
def counted(data):
    """Return the tally of a data set, and its group column."""
    if data == "hmda":
        people = load_hmda_boston()
        return Tally.from_frame(people.frame, people.roles), "race"
    frame = load_loanapp().frame
    frame = frame.assign(within=(frame["obrat"] <= 36).astype(int))
    roles = Roles(groups=["ethnicity"], decision="within", favourable=1, outcome="approved", good=1)
    return Tally.from_frame(frame, roles), "ethnicity"


def rates_of(data, name):
    tally, by = counted(data)
    return getattr(metrics, name)(tally, by=by).set_index(by)


def rate(what, name, column="value"):
    data, group = what
    if group == "overall":
        return getattr(metrics, name)(counted(data)[0])[column].item()
    return rates_of(data, name).loc[group, column]


def white(what):
    return what[0], "white"


def effect(what, name, kind, reference="white", column="value"):
    data, group = what
    tally, by = counted(data)
    found = metrics.disparity(tally, name, by=by, reference=reference, kind=kind)
    return found.set_index(by).loc[group, column]


def difference(what, name):
    return effect(what, name, "difference")


def against_white(what, metric, column="value"):
    data, group = what
    tally, by = counted(data)
    return metric(tally, by=by, reference="white").set_index(by).loc[group, column]


def widest(what, name, kind):
    tally, by = counted(what[0])
    found = metrics.worst_against_best(tally, name, by=by, kind=kind, min_people=0)
    return found["value"].item()


def over_groups(what, metric, kind="difference"):
    tally, by = counted(what[0])
    return metric(tally, by=by, kind=kind, min_people=0)["value"].item()


def between(tally, by, alpha):
    parts = metrics.inequality_parts(tally, by, alpha=alpha)
    return parts.set_index("measure").loc["between", "value"]


def pooled_z(what):
    """Return z without the factor (N - 1) / N of Miettinen and Nurminen, from our p-value."""
    p = effect(what, "approval_rate", "difference", column="p_value")
    n = rates_of(what[0], "approval_rate")["n"].sum()
    return ndtri(p / 2) * (n / (n - 1)) ** 0.5


def place(row):
    """Return the data set and the group that a row speaks of."""
    data = "hmda" if row["dataset"].startswith("hmda") else "loanapp"
    group, _, _ = row["group"].replace(" vs ", "/").replace(" / ", "/").partition("/")
    return data, group


def reason_not_shared(row):
    against_reference = (*RATIOS, *DIFFERENCES, "LL144_z_score", "LL144_p_value")
    if row["metric"] in against_reference and place(row)[1] == "white":
        return REFERENCE_ITSELF
    return NOT_SHARED.get(row["metric"])


def ours(row):
    metric, what = row["metric"], place(row)
    if row["group"].startswith("aggregate"):
        return AGGREGATES[metric](what)
    if metric == "count":
        return rate(what, "approval_rate", "n")
    if metric in PEOPLE:
        return PEOPLE[metric](*counted(what[0]))
    if metric in RATES:
        return rate(what, RATES[metric])
    if metric in RATIOS:
        return effect(what, RATIOS[metric], "ratio")
    if metric in DIFFERENCES:
        return difference(what, DIFFERENCES[metric])
    return PAIRS[metric](what)


def named(row):
    return f"{place(row)[0]}-{row['tool'].split()[0]}-{row['metric']}-{row['group']}"


SHARED = [row for row in ROWS if reason_not_shared(row) is None]


@pytest.mark.parametrize("row", SHARED, ids=named)
def test_we_agree_with_the_peer(row):
    # A p-value of 1e-23 is the square of z in an exponent: twelve digits of z give nine of p.
    digits = 1e-9 if row["metric"] == "LL144_p_value" else 1e-12
    assert ours(row) == pytest.approx(row["value"], rel=digits, abs=1e-30)


def test_every_row_is_shared_or_has_a_reason():
    assert len(ROWS) == 151
    left = [row for row in ROWS if reason_not_shared(row) is not None]
    assert len(SHARED) + len(left) == len(ROWS)
    assert len(SHARED) == 130
    known = {*RATES, *RATIOS, *DIFFERENCES, *PAIRS, *AGGREGATES, *PEOPLE, "count"}
    strange = {row["metric"] for row in SHARED} - known
    assert not strange, f"neither recomputed nor in NOT_SHARED: {strange}"


def test_no_reason_is_given_for_a_row_that_is_gone():
    assert set(NOT_SHARED) <= {row["metric"] for row in ROWS}


def test_every_metric_of_aif360_has_its_row_of_names_formula_and_difference():
    page = Path(__file__).parents[2] / "docs" / "ideas" / "other_tools.md"
    text = page.read_text("utf-8").partition("### aif360, name by name")[2].partition("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    told = {line[0].strip("`"): line[1] for line in lines}
    theirs = {row["metric"].split("(")[0] for row in ROWS if row["tool"].startswith("aif360")}
    assert set(told) == theirs
    for name, ours_ in told.items():
        named = set(re.findall(r"`(?:disparity\()?([a-z_]+)", ours_))
        assert all(hasattr(metrics, one) for one in named), name
        shared = any(reason_not_shared(row) is None for row in ROWS if row["metric"] == name)
        assert bool(named) is shared, name
