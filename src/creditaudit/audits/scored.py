"""The groups of one column on which cut-offs can be set and shown."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from creditaudit.audits.comparing import held, reference_of
from creditaudit.audits.wording import group_name
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.thresholds.criteria import Criterion
from creditaudit.thresholds.curves import Curves, curves_of
from creditaudit.thresholds.spreads import CLUSTERED, RANGE

# A good payer brings 1; what a bad one costs is not in the data, so it is swept.
GAIN, LOSS, LOSSES = 1.0, 4.0, (2.0, 4.0, 10.0)
ASSUMED = f"A bad payer is taken to cost {LOSS:g} times what a good one brings"
NO_PROFIT = (
    f"no cut-off makes a profit where a bad payer costs {LOSS:g} times what a good one brings"
)
TERMS = (
    "Demographic parity: the same approval rate in every group; equal opportunity: the same share "
    "of good payers approved; equalized odds: the same shares of good and of bad payers approved."
)
SWEPT = (
    "What a bad payer costs beside what a good one brings is an assumption, not an estimate. Put "
    "in the lender's own with ca.cutoffs."
)
UNTOLD = (
    "Outcomes under other cut-offs are taken to be those seen; approval itself may change them."
)
WORDS: dict[Criterion, str] = {
    "max_profit": "the best cut-off of each group",
    "single": "one cut-off for all",
    "demographic_parity": "the same approval rate",
    "equal_opportunity": "the same share of good payers approved",
    "equalized_odds": "the same shares of good and of bad payers approved",
}


@dataclass(frozen=True, eq=False)
class Scored:
    """Groups with enough good and bad payers who have a score.

    ``reference`` is the place of the reference group; ``limits`` says who is left out.
    """

    name: str
    curves: Curves
    reference: int
    limits: tuple[str, ...]

    @property
    def n(self) -> float:
        """People in these groups."""
        return float(self.curves.people.sum())

    @property
    def keys(self) -> list[object]:
        """The value of each group."""
        return list(self.curves.keys[self.name].tolist())

    def group(self, place: int) -> str:
        """Return a group as ``race black``."""
        return group_name((self.name,), [self.keys[place]])


@dataclass(frozen=True)
class Unset:
    """Why no cut-offs can be set: for one column, or for all where ``name`` is empty."""

    name: str
    why: str


def scored_groups(evidence: Evidence) -> list[Scored | Unset]:
    """Return for each column its groups, or why there are none to compare."""
    columns: list[Scored | Unset] = []
    for name in evidence.groups:
        try:
            curves = curves_of(held(evidence), (name,))
        except InputError as error:
            # Whatever the column: nobody has an outcome, or nobody who was declined has one.
            return [Unset("", str(error))]
        columns.append(_enough(evidence, name, curves))
    return columns


def _enough(evidence: Evidence, name: str, curves: Curves) -> Scored | Unset:
    least = evidence.plan.min_cell
    enough = (curves.n.sum(axis=1) >= least).all(axis=1) & (curves.totals > 0).all(axis=1)
    kept = curves.take(enough & ~curves.missing)
    keys, given = kept.keys[name].tolist(), reference_of(evidence, (name,))
    if len(kept) < 2 or (given is not None and given not in keys):
        return Unset(
            name,
            f"{name}: no cut-offs are compared. It takes a reference group and another one with "
            f"{least} or more good and {least} or more bad payers who have a score.",
        )
    reference = int(np.argmax(kept.people)) if given is None else keys.index(given)
    left = int((~enough & ~curves.missing).sum())
    noun = "group" if left == 1 else "groups"
    few = f"{left} {noun} with fewer than {least} good or {least} bad payers: not part, not shown."
    limits = (
        *([few] if left else []),
        *([f"People whose {name} is missing are not part."] if curves.missing.any() else []),
        *curves.notes,
    )
    return Scored(name, kept, reference, limits)


def term(criterion: Criterion) -> str:
    """Return the name of a criterion as tables have it."""
    return criterion.replace("_", " ")


def sentences(parts: Sequence[str]) -> str:
    """Return parts as sentences."""
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in parts)


def unanswered(evidence: Evidence, audit: str, question: str, unset: Unset) -> Finding:
    """Return the finding that there is nothing to answer a question with."""
    return Finding(
        id=finding_id(audit, "unanswered", unset.name), audit=audit, question=question,
        claim=unset.why, status="descriptive", n=held(evidence).n,
    )  # fmt: skip


def ranges_words(evidence: Evidence) -> str:
    """Return what the ranges of given rules are."""
    return RANGE if held(evidence).roles.cluster is None else CLUSTERED
