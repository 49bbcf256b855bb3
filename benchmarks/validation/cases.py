"""What each audit is asked, of whom, and the number it should have found.

The numbers are computed from the crowd with pandas alone, by the words of the estimand.
"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

import creditaudit as ca
from benchmarks.validation.case import Case
from benchmarks.validation.firms import FIRM_CASES
from benchmarks.validation.models import auc_gap, net_change, slope_of_others, with_models
from benchmarks.validation.people import People

GROUP, OTHERS = 1, 0
PLAN = ca.Plan(groups=["minority"], reference={"minority": OTHERS})
GAPS = (
    "nothing", "opportunity .3", "opportunity 1", "direct .2", "direct .8", "measurement .1",
    "measurement .5", "selection .3", "selection 1", "linkage .1", "linkage .5",
    "proxy .9", "label .2", "missingness .1", "missingness .5", "representation .2",
    "representation .7",
)  # fmt: skip
LABELS = (
    "nothing",
    "direct .2",
    "direct .8",
    "label .03",
    "label .2",
    "selection .3",
    "selection 1",
)


def _roles(**given: object) -> ca.Roles:
    chosen = {"groups": ["minority"], "decision": "approved", "favourable": 1}
    return ca.Roles(**{**chosen, **given})  # type: ignore[arg-type]


def _counted(people: People, by: object = None, **given: object) -> ca.Evidence:
    score_bins = 55 if "score" in given else None
    tally = ca.Tally.from_frame(people.frame, _roles(**given), by=by, score_bins=score_bins)
    return ca.Evidence(tally=tally, plan=PLAN)


def _ratio(values: pd.Series, group: pd.Series) -> float:
    means = values.groupby(group).mean()
    return float(means[GROUP] / means[OTHERS])


def approval_ratio(crowd: pd.DataFrame) -> float:
    """Return the ratio of mean chances of approval."""
    return _ratio(crowd["approval_propensity"], crowd["minority"])


def _refused_good(label: str) -> Callable[[pd.DataFrame], float]:
    def ratio(crowd: pd.DataFrame) -> float:
        good = crowd[crowd[label] == 0]
        return _ratio(1 - good["approval_propensity"], good["minority"])

    return ratio


def _crossed(people: People) -> ca.Evidence:
    both = ["minority", "registration"]
    tally = ca.Tally.from_frame(people.frame, _roles(groups=both), by=[tuple(both)])
    plan = ca.Plan(groups=both, reference={"minority": OTHERS, "registration": "urban"})
    return ca.Evidence(tally=tally, plan=plan)


def _lowest_ratio(crowd: pd.DataFrame) -> float:
    rates = crowd.groupby(["minority", "registration"], observed=True)["approval_propensity"].mean()
    reference = (OTHERS, "urban")
    return float((rates.drop([reference]) / rates[reference]).min())


def _pooled_ratio(crowd: pd.DataFrame) -> float:
    """Return the ratio of Mantel and Haenszel over regions."""
    cells = crowd.groupby(["region", "minority"], observed=True)["approval_propensity"]
    n, yes = cells.size().unstack(), cells.sum().unstack()
    total = n.sum(axis=1)
    above = (yes[GROUP] * n[OTHERS] / total).sum()
    return float(above / (yes[OTHERS] * n[GROUP] / total).sum())


CONTROLS = {
    "late_payments_24m": "The lender's policy names late payments in the last two years.",
    "utilisation": "The lender's policy names the share of credit limits in use.",
}


def _with_controls(people: People) -> ca.Evidence:
    evidence = _counted(people)
    frame = people.frame[["minority", "approved", *CONTROLS]]
    return ca.Evidence(tally=evidence.tally, frame=frame, controls=CONTROLS, plan=PLAN)


def _adjusted_ratio(crowd: pd.DataFrame) -> float:
    """Return the same by Newton steps on the chances of approval, without a library of models."""
    controls = [crowd[name].astype(float).fillna(0).to_numpy() for name in CONTROLS]
    known = crowd[list(CONTROLS)].notna().all(axis=1).to_numpy()
    x = np.column_stack([np.ones(len(crowd)), crowd["minority"], *controls])[known]
    y = crowd["approval_propensity"].to_numpy(float)[known]
    beta = np.zeros(x.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-x @ beta))
        beta += np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x, x.T @ (y - p))
    rates = []
    for group in (GROUP, OTHERS):
        moved = x.copy()
        moved[:, 1] = group
        rates.append(np.mean(1 / (1 + np.exp(-moved @ beta))))
    return float(rates[0] / rates[1])


def _bin_of(crowd: pd.DataFrame) -> pd.Series:
    # The tally's 55 bins of 300 to 850 are ten points wide, the last closed.
    return np.minimum((crowd["lender_points"] - 300) // 10, 54)


def _same_score_gap(label: str) -> Callable[[pd.DataFrame], float]:
    def gap(crowd: pd.DataFrame) -> float:
        seen = crowd[crowd["approved"] == 1]
        cells = (1 - seen[label]).groupby([_bin_of(seen), seen["minority"]])
        n, good = cells.size().unstack(fill_value=0), cells.sum().unstack(fill_value=0)
        n, good = (one[n.gt(0).all(axis=1)] for one in (n, good))
        weight = n[GROUP] * n[OTHERS] / n.sum(axis=1)
        apart = good[GROUP] / n[GROUP] - good[OTHERS] / n[OTHERS]
        return 100 * float((weight * apart).sum() / weight.sum())

    return gap


def _terms(people: People) -> ca.Evidence:
    roles = ca.TermsRoles(
        groups=["minority"], amount="interest_rate", higher_is="worse", unit="percentage points",
        decision="approved", favourable=1,
    )  # fmt: skip
    frame = people.frame.assign(interest_rate=100 * people.frame["interest_rate"])
    return ca.Evidence(terms=ca.TermsTally.from_frame(frame, roles), plan=PLAN)


def _rate_gap(crowd: pd.DataFrame) -> float:
    seen = crowd[crowd["approved"] == 1]
    means = seen["interest_rate"].groupby(seen["minority"]).mean()
    return 100 * float(means[GROUP] - means[OTHERS])


STAGES = [("on file", "on_file", 1), ("approved", "on_file_and_approved", 1)]


def _funnel(people: People) -> ca.Evidence:
    both = (people.frame["on_file"] == 1) & (people.frame["approved"] == 1)
    frame = people.frame.assign(on_file_and_approved=both.astype(int))
    made = ca.Funnel.from_frame(frame, "minority", STAGES, everyone="applied")
    return ca.Evidence(funnel=made, plan=PLAN)


def _reached_ratio(crowd: pd.DataFrame) -> float:
    return _ratio(crowd["approval_propensity"] * (crowd["on_file"] == 1), crowd["minority"])


def _two_years(people: People) -> ca.Evidence:
    """Return people half of whom decided in the first year and half in the second, by chance."""
    year = np.where(np.arange(len(people.frame)) % 2, "2024", "2025")
    frame = people.frame.assign(year=year)
    tally = ca.Tally.from_frame(frame, _roles(period="year"))
    return ca.Evidence(tally=tally, plan=PLAN)


def _no_change(crowd: pd.DataFrame) -> float:
    return 0.0


def _turned_on(people: People) -> ca.Evidence:
    """Return people half of whom were decided on before the knob was turned."""
    second = np.arange(len(people.frame)) % 2 == 0
    decided = people.frame["approved"].where(second, people.frame["before"])
    frame = people.frame.assign(approved=decided, year=np.where(second, "2025", "2024"))
    return ca.Evidence(tally=ca.Tally.from_frame(frame, _roles(period="year")), plan=PLAN)


def _change(crowd: pd.DataFrame) -> float:
    means = crowd.groupby("minority")[["approval_propensity", "propensity_before"]].mean()
    gaps = means.loc[GROUP] - means.loc[OTHERS]
    return 100 * float(gaps["approval_propensity"] - gaps["propensity_before"])


def _by_region(people: People) -> ca.Evidence:
    """Return the people with the share of the minority in their region, from the whole crowd."""
    assert people.crowd is not None
    share = people.crowd.groupby("region", observed=True)["minority"].mean()
    likely = people.frame["region"].map(share).astype(float)
    frame = people.frame[["region", "approved"]].assign(yes=likely, no=1 - likely)
    made = ca.Memberships.from_frame(
        frame, ca.Roles(groups=[], decision="approved", favourable=1),
        probabilities={GROUP: "yes", OTHERS: "no"}, name="minority", cells="region",
    )  # fmt: skip
    return ca.Evidence(memberships=made, plan=PLAN)


def _refused_alone(people: People) -> ca.Evidence:
    assert people.crowd is not None
    refused = people.frame[people.frame["approved"] == 0].groupby("minority").size()
    table = pd.DataFrame({
        "minority": [GROUP, OTHERS],
        "refused": [refused[GROUP], refused[OTHERS]],
        "population": [int((people.crowd["minority"] == one).sum()) for one in (GROUP, OTHERS)],
    })  # fmt: skip
    made = ca.Refusals.from_counts(
        table, "minority", named="the synthetic crowd", date="2026", source="the generator",
    )  # fmt: skip
    return ca.Evidence(refusals=made, plan=PLAN)


def _refusal_ratio(crowd: pd.DataFrame) -> float:
    return _ratio(1 - crowd["approval_propensity"], crowd["minority"])


RULES = ca.Rulebook.from_toml("""
format = 1
[book]
id = "xx_two_rules"
title = "Two rules"
about = "Made up, to see whether the gap that it makes is found."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "firm"
use = "general"
confidence = "F"
looked_at = 2026-11-23
on_missing = "false"
[scale]
base = 600
mark = "F"
[decision]
rests_on = "text"
text = "Under 560 points."
refuse_below = 560
[[sources]]
id = "own"
title = "Own"
kind = "own"
read = "all"
mark = "F"
[[rules]]
id = "late"
title = "Payments late"
when = "late_payments_24m > 0"
points = -15
per = "late_payments_24m"
cap = -90
source = "own"
mark = "F"
[[rules]]
id = "drawn"
title = "Limits in use"
when = "utilisation > 0.5"
points = -35
source = "own"
mark = "F"
""")


def _with_rules(people: People) -> ca.Evidence:
    return ca.Evidence(frame=people.frame[["minority", *CONTROLS]], rulebook=RULES, plan=PLAN)


# The rule on late payments took fewer points before.
EARLIER = ca.Rulebook.from_toml(RULES.to_toml().replace("points = -15", "points = -5"))


def _newly_ruled(people: People) -> ca.Evidence:
    frame = people.frame[["minority", *CONTROLS]]
    return ca.Evidence(frame=frame, rulebook=RULES, earlier_rulebook=EARLIER, plan=PLAN)


def _losers_gap(crowd: pd.DataFrame) -> float:
    """Return the gap in the share of people who paid late, and so lose by the later rule."""
    shares = (crowd["late_payments_24m"].fillna(0) > 0).groupby(crowd["minority"]).mean()
    return 100 * float(shares[GROUP] - shares[OTHERS])


def _points_gap(crowd: pd.DataFrame) -> float:
    """Return the gap in mean points by the words of the two rules."""
    late = np.minimum(15 * crowd["late_payments_24m"].fillna(0).astype(float), 90)
    points = 600 - late - 35 * (crowd["utilisation"].fillna(0) > 0.5)
    means = points.groupby(crowd["minority"]).mean()
    return float(means[GROUP] - means[OTHERS])


RECORDED: Mapping[str, object] = {"outcome": "label_recorded", "good": 0}
AS_LENDER: Mapping[str, object] = {"outcome": "default", "good": 0}
SCORED: Mapping[str, object] = {
    "score": "lender_points", "higher_is": "safer", "score_range": (300, 850),
}  # fmt: skip


def everything(people: People) -> ca.Evidence:
    """Return all that an auditor could hold of these people at once."""
    counted = _counted(
        people, by=["minority", ("minority", "region")], strata=["region"], **AS_LENDER, **SCORED
    )
    return ca.Evidence(
        tally=counted.tally, terms=_terms(people).terms, funnel=_funnel(people).funnel,
        frame=_with_controls(people).frame, controls=CONTROLS, rulebook=RULES, plan=PLAN,
    )  # fmt: skip


CASES = (
    Case("disparity", "approvals", _counted, approval_ratio, GAPS, 1.0),
    Case(
        "error_rates", "good payers refused, every outcome known",
        lambda people: _counted(people, **RECORDED), _refused_good("label_recorded"), LABELS, 1.0,
        behind=_refused_good("label_true"),
    ),
    Case(
        "error_rates", "good payers refused, outcomes of the refused unknown",
        lambda people: _counted(people, **AS_LENDER), _refused_good("label_recorded"), LABELS, 1.0,
        behind=_refused_good("label_true"), bounds=True,
    ),
    Case(
        "intersections", "lowest of three crossed groups", _crossed, _lowest_ratio,
        ("nothing", "selection .3", "selection 1"), None,
    ),
    Case(
        "conditional_disparity", "approvals within regions",
        lambda people: _counted(people, by=[("minority", "region")], strata=["region"]),
        _pooled_ratio, ("nothing", "proxy .3", "proxy .9", "selection .3", "selection 1"), 1.0,
    ),
    Case(
        "adjusted_disparity", "approvals with late payments and utilisation held equal",
        _with_controls,
        _adjusted_ratio, ("nothing", "opportunity 1", "linkage .5", "selection .3", "selection 1"),
        1.0,
    ),
    Case(
        "calibration", "good payers at the same score, among the approved",
        lambda people: _counted(people, **AS_LENDER, **SCORED), _same_score_gap("label_recorded"),
        LABELS, 0.0, behind=_same_score_gap("label_true"), least=0.4,
    ),
    Case(
        "rule_gaps", "points under two rules", _with_rules, _points_gap,
        ("nothing", "opportunity 1", "linkage .5", "selection 1"), 0.0,
        least=0.3,
    ),
    Case(
        "rule_changes", "people whom a heavier rule leaves only worse off", _newly_ruled,
        _losers_gap, ("nothing", "opportunity 1", "linkage .5", "selection 1"), 0.0, least=0.5,
    ),
    Case("terms", "interest rates of the approved", _terms, _rate_gap, GAPS, 0.0, least=0.02),
    Case("funnel", "from applying to approval with a file", _funnel, _reached_ratio, GAPS, 1.0),
    Case(
        "drift", "two years that are alike", _two_years, _no_change,
        ("nothing", "selection 1"), 0.0,
    ),
    Case(
        "drift", "a knob turned on in the second of two years", _turned_on, _change,
        ("nothing", "opportunity 1", "measurement .5", "selection .3", "selection 1"), 0.0,
        least=0.2,
    ),
    Case(
        "proxied_disparity", "approvals, the group known by region only", _by_region,
        approval_ratio, ("nothing", "proxy .3", "proxy .9", "selection 1"), 1.0, bounds=True,
    ),
    Case(
        "refusals_only", "refusals per head, applications unknown", _refused_alone,
        _refusal_ratio, ("nothing", "selection .3", "selection 1"), 1.0,
    ),
    Case(
        "ranking", "AUC of the lender's points, every outcome known", with_models, auc_gap,
        ("nothing", "label .2", "selection 1"), 0.0, least=1.5,
    ),
    Case(
        "model_calibration", "slope of outcomes on a risk made from points", with_models,
        slope_of_others, ("nothing", "label .2", "selection 1"), None,
    ),
    Case(
        "replacement", "approvals by the points and not by late payments", with_models, net_change,
        ("nothing", "opportunity 1", "selection 1"), 0.0, least=1.0,
    ),
    *FIRM_CASES,
)  # fmt: skip
