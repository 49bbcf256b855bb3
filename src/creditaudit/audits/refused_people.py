"""Who is refused more often, as far as refused people alone can show?"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import reference_of
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import (
    group_name,
    people,
    per_hundred,
    percent,
    reach_words,
    status_of,
    status_sentence,
)
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.metrics.refusal_shares import PerHead, reference_place, refusal_composition
from creditaudit.refusals import Refusals

QUESTION = "Who is refused or listed more often per head of the population?"
METHOD = (
    "Ratio of people per head of a named population, with the exact range given both numbers "
    "(Clopper and Pearson); the range for all comparisons is widened by Bonferroni. Divided by the "
    "stated range of how often the group applies, if one is stated with its reason."
)
WHO_APPLIED = (
    "Who applied is not known. A group that applies more often is refused more often per head at "
    "the same rate per application, so nothing is said of rates per application unless how often "
    "the groups apply is stated, with a reason."
)
ONCE = (
    "Each refusal counts as one person; where a person is refused more than once, or the people "
    "refused come from outside the population, the range is too narrow or the ratio another."
)


@audit(
    question=QUESTION,
    needs=("refusals",),
    estimand="people refused (or listed) per head of a named population in the group over the same "
    "in the reference; over a stated factor of applications, the ratio of refusal rates",
    topic="approval_gap",
)
def refusals_only(evidence: Evidence) -> list[Finding]:
    """Return for each group its refusals per head against the reference, and what that rests on.

    Without a stated factor of applications a finding is descriptive. With one, and its reason, it
    is set against the line of the plan by the whole range over that factor.

    References
    ----------
    Cornfield, J. et al. (1959). Journal of the National Cancer Institute 22, 173-203, appendix A.
    """
    held = _held(evidence)
    try:
        base = reference_place(held, reference_of(evidence, (held.name,)))
    except InputError:
        return [_nothing(evidence, "the reference of the plan is none of the groups")]
    least = evidence.plan.min_cell
    shown = [at for at in range(len(held.groups)) if at != base and held.people[at] >= least]
    if not shown or held.people[base] < least:
        return [_nothing(evidence, f"it takes two groups of {least} or more people {held.event}")]
    found = [_Ratio(evidence, PerHead(held, at, base)) for at in shown]
    order = np.argsort([-one.ratio.value for one in found], kind="stable")
    return [found[at].finding(len(held.groups) - len(shown) - 1) for at in order]


def _held(evidence: Evidence) -> Refusals:
    assert evidence.refusals is not None
    return evidence.refusals


def _nothing(evidence: Evidence, why: str) -> Finding:
    held = _held(evidence)
    return Finding(
        id=finding_id("refusals_only", "", held.name), audit="refusals_only", question=QUESTION,
        claim=f"{held.name}: nothing can be compared, as {why}.", status="cannot_tell",
        unit="ratio", n=held.n, method=METHOD,
    )  # fmt: skip


@dataclass(frozen=True)
class _Ratio:
    """One group against the reference, on its way to a finding."""

    evidence: Evidence
    ratio: PerHead

    @property
    def held(self) -> Refusals:
        return self.ratio.refusals

    def name(self, at: int) -> str:
        return group_name((self.held.name,), [self.held.groups[at]])

    def finding(self, hidden: int) -> Finding:
        held, one, plan = self.held, self.ratio, self.evidence.plan
        level = self.evidence.family.level if self.evidence.family else LEVEL
        status: Status = "descriptive"
        said, (low, high) = self._without_factor(), one.range()
        ends = one.range(level)
        if one.factor is not None:
            ends, (low, high) = one.per_application(level), one.per_application()
            status = status_of(*ends, plan.line)
            said = self._with_factor(status, low, high, ends)
        group, reference = self.name(one.group), self.name(one.reference)
        limits = [WHO_APPLIED, ONCE, f"Population: {held.named} ({held.date}; {held.source})."]
        if held.unknown:
            reach = reach_words(*one.bounds)
            limits.append(
                f"{people(held.unknown)} people {held.event} have no group; whatever it is, the "
                f"ratio per head is {reach} for every 100."
            )
        if held.name not in plan.reference:
            limits.append(
                f"Reference {reference}: the group with the largest population, as the plan names "
                "none."
            )
        if hidden:
            limits.append(f"{hidden} groups of fewer than {plan.min_cell} people: not shown.")
        return Finding(
            id=finding_id("refusals_only", group, f"{held.name}: {reference}"),
            audit="refusals_only", question=QUESTION, claim=f"{self._per_head()} {said}",
            status=status, estimate=one.value if one.factor is None else None, low=low, high=high,
            low_family=ends[0], high_family=ends[1], unit="ratio",
            n=float(held.people[one.group]), group=group, reference=reference, tested=(math.nan,),
            confidence="low", table=self._table(), method=METHOD, limits=tuple(limits),
        )  # fmt: skip

    def _per_head(self) -> str:
        held, one = self.held, self.ratio
        low, high = one.range()
        total, residents = held.people.sum(), held.population.sum()
        shares = [held.people[one.group] / total, held.population[one.group] / residents]
        times = per_hundred(one.value) if math.isfinite(one.value) else "no number of"
        return (
            f"{self.name(one.group)}: {times} people {held.event} for every 100 in the reference "
            f"group, {self.name(one.reference)}, per head of the population "
            f"({reach_words(low, high)}). The group is {percent(shares[0])} of people "
            f"{held.event} and {percent(shares[1])} of the population."
        )

    def _without_factor(self) -> str:
        low, high = self.ratio.range()
        listed = self.held.event == "listed"
        what = "come before whoever lists people" if listed else "apply"
        per = "occasion" if listed else "application"
        times = f"{self.ratio.value:.2f} times as often" if math.isfinite(self.ratio.value) else (
            "more often without end"
        )  # fmt: skip
        limit = f"{low:.2f} to {high:.2f}" if math.isfinite(high) else f"{low:.2f} or more"
        return (
            f"There is no gap per {per} if the group would {what} {times} per head as the "
            f"reference ({limit}); whether it does is not in these data."
        )

    def _with_factor(
        self, status: Status, low: float, high: float, ends: tuple[float, float]
    ) -> str:
        assert self.ratio.factor is not None
        least, most = self.ratio.factor
        line = self.evidence.plan.line
        ratio = ends[0] if ends[0] > 1 else math.nan
        return (
            f"If the group applies {least:.2f} to {most:.2f} times as often per head, there are "
            f"{reach_words(low, high)} for every 100 per application. "
            f"{status_sentence(status, ratio, *ends, line)} The factor rests on: "
            f"{self.held.reason.rstrip('.')}."
        )

    def _table(self) -> pd.DataFrame:
        found = refusal_composition(self.held)
        found = found.iloc[[self.ratio.reference, self.ratio.group]].reset_index(drop=True)
        residents = found["population_share"]
        # Where reports are drawn, a value with its range is a rate: here the share of the people.
        return found[[self.held.name, "n", "population"]].assign(
            value=found["share"], low=found["low"] * residents, high=found["high"] * residents,
            population_share=residents, note=found["note"],
        )  # fmt: skip
