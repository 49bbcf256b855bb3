"""What audits are asked of firms, and the numbers they should have found."""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pandas as pd

import creditaudit as ca
from benchmarks.validation.case import Case
from benchmarks.validation.people import People

TIED, PRIVATE = "politically_tied", "private"
REFERENCE = {"ownership": PRIVATE, "size_class": "micro", "firm_region": "r01"}
RECORDED: Mapping[str, object] = {"outcome": "label_recorded", "good": 0}
AS_LENDER: Mapping[str, object] = {"outcome": "firm_default", "good": 0}
SCORED: Mapping[str, object] = {
    "score": "firm_points", "higher_is": "safer", "score_range": (300, 850),
}  # fmt: skip
# Points as a city might count them: a rule in each of the five blocks of the public credit score.
BLOCKS: Mapping[str, tuple[str, str, int]] = {
    "identity": ("annual_report_missing", "", -30),
    "finance": ("tax_points < 70", "", -25),
    "governance": ("complaints_12m > 0", "complaints_12m", -5),
    "compliance": ("penalties > 0", "penalties", -10),
    "responsibility": ("social_responsibility_points > 0", "social_responsibility_points", 1),
}
HEAD = """
format = 1
[book]
id = "xx_firm_blocks"
title = "Five blocks"
about = "Made up, to see whether a favour is found in the block that it was put into."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "state"
use = "general"
confidence = "F"
looked_at = 2026-11-23
on_missing = "false"
subjects = ["firm"]
[scale]
base = 900
mark = "F"
[decision]
rests_on = "assumption"
text = "Nobody is decided on under it; the line is for the measure of approvals."
refuse_below = 700
[[sources]]
id = "own"
title = "Own"
kind = "own"
read = "all"
mark = "F"
"""


@cache
def block_book() -> ca.Rulebook:
    """Return a rulebook with one rule for each block."""
    rules = [
        f'''[[rules]]
id = "{block}"
title = "{block.capitalize()}"
when = "{when}"
points = {points}
source = "own"
mark = "F"
{f'per = "{per}"' if per else ""}
'''
        for block, (when, per, points) in BLOCKS.items()
    ]
    return ca.Rulebook.from_toml(HEAD + "".join(rules))


def _plan(name: str) -> ca.Plan:
    return ca.Plan(groups=[name], reference={name: REFERENCE[name]})


def _counted(name: str, **given: object) -> Callable[[People], ca.Evidence]:
    def evidence(people: People) -> ca.Evidence:
        chosen = {"groups": [name], "decision": "firm_approved", "favourable": 1, **given}
        tally = ca.Tally.from_frame(
            people.frame, ca.Roles(**chosen), score_bins=55 if "score" in given else None
        )
        return ca.Evidence(tally=tally, plan=_plan(name))

    return evidence


def _ratio(values: pd.Series, names: pd.Series, group: str) -> float:
    means = values.groupby(names, observed=True).mean()
    return float(means[group] / means[REFERENCE[str(names.name)]])


def _approvals(name: str, group: str) -> Callable[[pd.DataFrame], float]:
    return lambda crowd: _ratio(crowd["approval_propensity"], crowd[name], group)


def _refused_good(label: str) -> Callable[[pd.DataFrame], float]:
    def ratio(crowd: pd.DataFrame) -> float:
        good = crowd[crowd[label] == 0]
        return _ratio(1 - good["approval_propensity"], good["ownership"], TIED)

    return ratio


def _same_score_gap(label: str) -> Callable[[pd.DataFrame], float]:
    def gap(crowd: pd.DataFrame) -> float:
        seen = crowd[(crowd["firm_approved"] == 1) & crowd["ownership"].isin([TIED, PRIVATE])]
        bins = np.minimum((seen["firm_points"] - 300) // 10, 54)
        cells = (1 - seen[label]).groupby([bins, seen["ownership"].astype(str)])
        n, good = cells.size().unstack(fill_value=0), cells.sum().unstack(fill_value=0)
        n, good = (one[n.gt(0).all(axis=1)] for one in (n, good))
        weight = n[TIED] * n[PRIVATE] / n.sum(axis=1)
        apart = good[TIED] / n[TIED] - good[PRIVATE] / n[PRIVATE]
        return 100 * float((weight * apart).sum() / weight.sum())

    return gap


def _with_blocks(people: People) -> ca.Evidence:
    return ca.Evidence(frame=people.frame, rulebook=block_book(), plan=_plan("ownership"))


def _points_gap(crowd: pd.DataFrame) -> float:
    """Return the gap in mean points by the words of the five rules."""
    points = -30 * crowd["annual_report_missing"] - 25 * (crowd["tax_points"].fillna(100) < 70)
    points = points - 5 * crowd["complaints_12m"] - 10 * crowd["penalties"]
    points = points + crowd["social_responsibility_points"].fillna(0)
    means = points.astype(float).groupby(crowd["ownership"], observed=True).mean()
    return float(means[TIED] - means[PRIVATE])


SELECTIONS = ("firms", "firms, selection .3", "firms, selection 1")
FIRM_CASES = (
    Case(
        "disparity", "approvals of firms by owner", _counted("ownership"),
        _approvals("ownership", TIED), (*SELECTIONS, "firms, ownership 30"), 1.0, group=TIED,
    ),
    Case(
        "disparity", "approvals of small firms beside micro ones", _counted("size_class"),
        _approvals("size_class", "small"), ("firms", "firms, selection 1 of micro"), 1.0,
        group="small", least=0.03, short=False,
    ),
    Case(
        "disparity", "approvals of firms by region", _counted("firm_region"),
        _approvals("firm_region", "r02"), ("firms", "firms, selection 1"), 1.0, group="r02",
        least=0.02, short=False,
    ),
    Case(
        "error_rates", "good firms refused, by owner, every outcome known",
        _counted("ownership", **RECORDED), _refused_good("label_recorded"),
        (*SELECTIONS, "firms, label .2"), 1.0, behind=_refused_good("label_true"), group=TIED,
    ),
    Case(
        "calibration", "good firms at the same score, by owner, among the approved",
        _counted("ownership", **AS_LENDER, **SCORED), _same_score_gap("label_recorded"),
        (*SELECTIONS, "firms, label .2"), 0.0, behind=_same_score_gap("label_true"), least=0.4,
        group=TIED,
    ),
    Case(
        "rule_gaps", "points of firms under five rules, by owner", _with_blocks, _points_gap,
        ("firms", "firms, ownership 5", "firms, ownership 30"), 0.0, least=0.5, group=TIED,
        most=60, short=False,
    ),
)  # fmt: skip
