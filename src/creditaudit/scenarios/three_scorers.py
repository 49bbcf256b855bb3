"""A list, a scorecard and boosting decide on the same people, side by side."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from creditaudit.audits import run_audits
from creditaudit.audits.approvals import disparity
from creditaudit.audits.wrong_refusals import error_rates
from creditaudit.evidence import Evidence, Family
from creditaudit.finding import Finding, finding_id
from creditaudit.populations import Bias, Population, load_hmda_boston, make_borrowers
from creditaudit.report import Report
from creditaudit.roles import Roles
from creditaudit.rulebooks import Rulebook, RulebookScorer
from creditaudit.scorers import BoostingScorer, ScorecardScorer
from creditaudit.tally import Tally
from creditaudit.values import Floats

PEOPLE, SEED = 8_000, 7
WAYS = ("list", "scorecard", "boosting")
# One in five of the minority's good payers is recorded as having defaulted, and the region tells
# who belongs to it: a bias of known size that learned scorers can pick up, and a list cannot.
PLANTED = Bias(label=0.2, proxy=0.9)
SEEN = (
    "reported_income", "utilisation", "late_payments_24m", "debt_to_income", "months_on_book",
    "region", "judgments_5y",
)  # fmt: skip
_HEAD = """
format = 1
[book]
id = "xx_list"
title = "A list"
about = "Made up for a demonstration: whoever is on the list is refused, and nobody else."
jurisdiction = "XX"
issuer = "Nobody"
issuer_type = "firm"
use = "general"
confidence = "F"
looked_at = 2026-11-23
on_missing = "false"
[decision]
rests_on = "assumption"
text = "Listed people are refused."
refuse_below = 0
[scale]
base = 0
mark = "F"
[[sources]]
id = "own"
title = "Own"
kind = "own"
read = "all"
mark = "F"
[[rules]]
id = "listed"
title = "Listed"
points = -1
source = "own"
mark = "F"
"""
_OF_BOSTON = """when = "phist == 'yes' or chist >= 5"
[columns.phist]
type = "category"
domain = ["no", "yes"]
unit = "level"
missing = "never"
of = "person"
sector = "court"
purpose = "credit"
sensitivity = "medium"
description = "Public record of bad credit"
[columns.chist]
type = "count"
domain = "1 to 6"
unit = "class"
missing = "never"
of = "person"
sector = "bank"
purpose = "credit"
sensitivity = "medium"
description = "Class of consumer credit history, 6 the worst"
"""
_OF_SYNTHETIC = 'when = "judgments_5y > 0 or late_payments_24m >= 2"\n'


@dataclass(frozen=True, eq=False)
class Compared:
    """Three ways to decide on the same people.

    Attributes
    ----------
    name : str
        Which people.
    decisions : DataFrame
        The group, what is known of the outcome, and ``list, scorecard, boosting``: 1 approved.
    evidence : mapping of str to Evidence
        For each way, its decisions as an auditor would hold them.
    findings : tuple of Finding
        Of each way, approvals by group, and where the truth is known good payers refused; ranges
        hold for all of them together.
    notes : tuple of str
        How they were made, for the report.
    """

    name: str
    decisions: pd.DataFrame
    evidence: Mapping[str, Evidence]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """One row a way: ``way, measure, value, low, high, n, note``."""
        rows = [
            (one.claim.split(":")[0], one.audit, one.estimate, one.low, one.high, one.n, self.name)
            for one in self.findings
        ]
        columns = ["way", "measure", "value", "low", "high", "n", "note"]
        return pd.DataFrame(rows, columns=columns)

    def report(self) -> Report:
        """Return the findings as a report, each named by the way that decided."""
        tested = sum(len(one.tested) for one in self.findings)
        whole = run_audits(
            self.evidence["scorecard"], title=f"{self.name}: three ways to decide, side by side"
        )
        own = {
            "comparisons": tested,
            "family": (
                f"Ranges called family hold for all {tested} comparisons of this report together "
                "(Bonferroni); adjusted p-values are Holm's over the same comparisons."
            ),
            "notes": [*whole.context["notes"], *self.notes],
            "verify": "creditaudit demo --force",
        }
        return replace(whole, findings=self.findings, context={**whole.context, **own})

    @property
    def sentence(self) -> str:
        """Approvals per head of the group beside the reference, way by way."""
        told = [one for one in self.findings if one.audit == "disparity"]
        ways = ", ".join(
            f"{way} {100 * (one.estimate or np.nan):.0f} "
            f"({100 * (one.low or np.nan):.0f} to {100 * (one.high or np.nan):.0f})"
            for way, one in zip(WAYS, told, strict=True)
        )
        first = told[0]
        return (
            f"{self.name}, {first.group}: approvals for every 100 of the reference group "
            f"({first.reference}), per head: {ways}."
        )


def real_people() -> Compared:
    """Return mortgage applicants of Boston, 1990; the scorers learn what the lenders decided.

    Nobody recorded who repaid, so "bad" is to have been refused: the scorers copy the lenders.
    """
    people = load_hmda_boston()
    frame = people.frame
    refused = 1 - frame["approved"].to_numpy(dtype=np.int64)
    inputs = frame.drop(columns=["race", "approved"])
    groups = frame[["race"]]
    return _compared(
        "Real people (Boston, 1990)", people, inputs, groups, refused, _OF_BOSTON,
        reference={"race": "white"}, share=float(1 - refused.mean()),
        note="Nobody recorded who repaid: scorecard and boosting were fitted to who was refused in "
        "1990, so they copy those decisions, and approve the same share.",
    )  # fmt: skip


def synthetic_people(n: int = PEOPLE, *, seed: int = SEED) -> Compared:
    """Return synthetic people in whose record a bias of known size was put.

    Parameters
    ----------
    n, seed
        As for `make_borrowers`.
    """
    people = make_borrowers(n, seed=seed, bias=PLANTED, columns=[*SEEN, "minority"])
    assert people.truth is not None
    return _compared(
        "Synthetic people", people, people.frame[list(SEEN)], people.frame[["minority"]],
        people.truth["label_recorded"].to_numpy(dtype=np.int64), _OF_SYNTHETIC,
        reference={"minority": 0}, share=0.7,
        truth=people.truth["label_true"].to_numpy(dtype=np.int64),
        note="Put into the record on purpose: one in five of the minority's good payers is "
        "recorded as having defaulted, and the region tells who belongs to it. Scorecard and "
        "boosting were fitted to that record and approve 70 per cent; good payers are told by "
        "the truth, which no lender has.",
    )  # fmt: skip


def _compared(
    name: str, people: Population, inputs: pd.DataFrame, groups: pd.DataFrame, bad: Any, list_: str,
    *, reference: Mapping[str, Any], share: float, note: str,
    truth: Any = None,
) -> Compared:  # fmt: skip
    """Fit on every other person, and decide on the rest."""
    learnt = np.arange(len(inputs)) % 2 == 0
    decided = groups[~learnt].reset_index(drop=True)
    others = inputs[~learnt].reset_index(drop=True)
    listed = RulebookScorer(Rulebook.from_toml(_HEAD + list_)).decide(others)
    made = {"list": np.asarray(listed) == "approved"}
    learners: tuple[Any, ...] = (ScorecardScorer(), BoostingScorer())
    with threadpool_limits(1):
        for way, scorer in zip(WAYS[1:], learners, strict=True):
            fitted = scorer.fit(inputs[learnt], bad[learnt])
            made[way] = _lowest(fitted.predict_proba(others)[:, 1], share)
    known = {} if truth is None else {"defaults": truth[~learnt]}
    table = decided.assign(**known, **{way: one.astype(np.int64) for way, one in made.items()})
    given: dict[str, Any] = {} if truth is None else {"outcome": "defaults", "good": 0}
    evidence = {
        way: Evidence(
            tally=Tally.from_frame(
                table, Roles(groups=list(groups), decision=way, favourable=1, **given)
            ),
            about=people.made,
        )
        for way in WAYS
    }
    evidence = {way: _planned(one, reference) for way, one in evidence.items()}
    found = tuple(_findings(name, evidence, known=truth is not None))
    split = "Fitted on every other person, decided on the rest."
    return Compared(name, table, evidence, found, (note, split))


def _planned(evidence: Evidence, reference: Mapping[str, Any]) -> Evidence:
    return replace(evidence, plan=replace(evidence.plan, reference=dict(reference)))


def _lowest(risk: Floats, share: float) -> NDArray[np.bool_]:
    """Return who is among this share of people, those of least risk."""
    return np.asarray(risk <= np.quantile(risk, share, method="inverted_cdf"))


def _findings(name: str, evidence: Mapping[str, Evidence], *, known: bool) -> Iterable[Finding]:
    asked = (disparity, error_rates) if known else (disparity,)
    first = [one for way in WAYS for audit in asked for one in audit(evidence[way])]
    family = Family(tuple(p for one in first for p in one.tested))
    for way in WAYS:
        for audit in asked:
            for one in audit(replace(evidence[way], family=family)):
                if one.group:
                    yield replace(
                        one, id=finding_id(one.audit, one.group, f"{name} {way}"),
                        claim=f"{way.capitalize()}: {one.claim}",
                    )  # fmt: skip
