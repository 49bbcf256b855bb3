"""How often an audit was right about people whose truth is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, sqrt

import pandas as pd

import creditaudit as ca
import creditaudit.audits  # registers them
from benchmarks.validation.case import Case
from benchmarks.validation.cases import everything
from benchmarks.validation.people import People, crowd, samples
from creditaudit.audits.questions import REGISTERED
from creditaudit.evidence import Family
from creditaudit.finding import Finding

LEVEL, ALARMS, DEVIATIONS = 0.94, 0.05, 3.0


@dataclass(frozen=True)
class Score:
    """One audit under one setting.

    Attributes
    ----------
    samples : int
        Samples in which there was a finding with a range.
    truth, behind : float
        The estimand; what is true behind the record, where that is another number.
    covered, covered_behind : float
        Shares of samples whose 95 % range held it.
    alarms : float or None
        Share of samples whose family range lies off "no gap".
    gap : bool
        Whether there is one.
    width : float
        Median of high less low.
    """

    case: Case
    setting: str
    samples: int
    truth: float
    behind: float | None
    covered: float
    covered_behind: float | None
    alarms: float | None
    gap: bool
    width: float

    @property
    def faults(self) -> list[str]:
        """What is worse than chance explains."""
        found = []
        if self.covered < LEVEL - DEVIATIONS * sqrt(LEVEL * (1 - LEVEL) / self.samples):
            found.append(f"held the truth in {self.covered:.1%} only")
        most = ALARMS + DEVIATIONS * sqrt(ALARMS * (1 - ALARMS) / self.samples)
        if self.alarms is not None and not self.gap and self.alarms > most:
            found.append(f"{self.alarms:.1%} false alarms")
        return found


def answered(audit: str, evidence: ca.Evidence) -> list[Finding]:
    """Return an audit's findings, corrected over its own comparisons."""
    one = REGISTERED[audit]
    lacking = one.missing(evidence)
    assert not lacking, f"{audit} lacks {lacking}"
    family = Family(tuple(p for finding in one.answer(evidence) for p in finding.tested))
    return one.answer(replace(evidence, family=family))


def read(findings: Iterable[Finding], group: str = "") -> Finding:
    """Return the first finding that sets a group of this name against its reference."""
    return next(one for one in findings if one.group and group in one.group)


def ends(low: float | None, high: float | None) -> tuple[float, float]:
    """Return a range; null is no end."""
    return (-inf if low is None else low), (inf if high is None else high)


def score(case: Case, setting: str, size: int, number: int, behind: People) -> Score:
    """Return how an audit fared on samples of one setting."""
    truth = case.truth(behind.frame)
    other = None if case.behind is None else case.behind(behind.frame)
    rows = []
    for people in samples(setting, size, min(number, case.most), behind):
        one = read(answered(case.audit, case.evidence(people)), case.group)
        low, high = ends(one.low, one.high)
        family = ends(one.low_family, one.high_family)
        # The marginal range is that of one group; the lowest of several has the family's.
        low, high = family if case.audit == "intersections" else (low, high)
        alarm = case.none is not None and not family[0] <= case.none <= family[1]
        rows.append((low, high, alarm))
    table = pd.DataFrame(rows, columns=["low", "high", "alarm"])
    held = (table["low"] <= truth) & (truth <= table["high"])
    held_behind = None
    if other is not None:
        held_behind = float(((table["low"] <= other) & (other <= table["high"])).mean())
    width = (table["high"] - table["low"]).median()
    return Score(
        case, setting, len(table), truth, other, float(held.mean()), held_behind,
        None if case.none is None else float(table["alarm"].mean()),
        case.none is not None and abs(truth - case.none) > case.least,
        float(width) if isfinite(width) else inf,
    )  # fmt: skip


def scores(
    cases: Sequence[Case], settings: Sequence[str], size: int, number: int, of: int
) -> Iterable[Score]:
    """Yield the scores of all cases, setting by setting."""
    for setting in settings:
        asked = [case for case in cases if setting in case.settings]
        if asked:
            behind = crowd(setting, of)
            for case in asked:
                yield score(case, setting, size, number, behind)
            crowd.cache_clear()


def report_alarms(setting: str, size: int, number: int, of: int) -> tuple[int, float]:
    """Return how many reports there were, and the share with any alarm in it.

    A whole report puts every question at once; its ranges are corrected over all of them.
    """
    alarms = 0
    for people in samples(setting, size, number, crowd(setting, of)):
        report = ca.audit(everything(people), title="A sample", report_date="2026-01-01")
        found = [one for one in report.findings if one.group and one.low_family is not None]
        alarms += any(
            not one.low_family <= (1 if one.unit == "ratio" else 0) <= ends(0, one.high_family)[1]
            for one in found
        )
    return number, alarms / number
