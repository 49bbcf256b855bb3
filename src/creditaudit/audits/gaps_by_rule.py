"""Which rules make the gap?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import adjusted
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import chance_words
from creditaudit.audits.rulebook_notes import day_of, held_book
from creditaudit.audits.wording import group_name
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.rulebooks import Rulebook, RulebookScorer, RuleGaps, disparity_by_rule
from creditaudit.rulebooks.effect_means import RuleGap
from creditaudit.rulebooks.rule_effects import LISTING, measures_of

QUESTION = "Which rules make the gap?"
METHOD = (
    "Exact Shapley values of the rules for each person, worked out by the steps of the book itself "
    "on every subset of the rules that hold for that person; mean over the group less mean over "
    "the reference. Normal ranges with the error of a bootstrap over people; the range for all "
    "comparisons is widened by Bonferroni, p-values by Holm."
)
SHARE = (
    "A share says which rule a gap runs through. It does not say why the rule meets one group more "
    "often, nor that the facts behind it are right."
)
SHARED = (
    "What rules do only together is shared between them: beside each share stand the gap that the "
    "rule alone would make, and what the gap would lose without it."
)
UNITS = {"points": "points", "approval": "percentage points"}
NAMED = 3


@audit(
    question=QUESTION,
    needs=("rulebook", "frame", "groups"),
    estimand="mean points (share approved, share listed) of the group less that of the reference, "
    "with the shares of the rules that add up to it, in the population the people are a sample of",
    topic="approval_gap",
)
def rule_gaps(evidence: Evidence) -> list[Finding]:
    """Return for each group the gap in points, approvals and listings, shared over the rules.

    A book that leaves room is read in both ways. The version is that of the plan's decision date
    where the book was in force then, else the last.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games.
    """
    book = held_book(evidence)
    if book.header.shape_only:
        return [_nothing(evidence, book, "", "Its rules or weights are not public.")]
    found: list[Finding] = []
    for scorer in scorers_of(evidence, book):
        for name in evidence.groups:
            found += _column(evidence, scorer, name)
    return found


def scorers_of(evidence: Evidence, book: Rulebook) -> list[RulebookScorer]:
    """Return a scorer for each reading, as of the decision date where the book was in force."""
    day = day_of(evidence, book)
    readings = ["mild", "strict"] if book.open_readings else [None]
    return [RulebookScorer(book, day, reading) for reading in readings]


def _column(evidence: Evidence, scorer: RulebookScorer, name: str) -> list[Finding]:
    book, frame = scorer.book, evidence.frame
    assert frame is not None
    missing = [column for column in (name, *scorer.columns) if column not in frame.columns]
    if missing:
        why = f"The table of inputs has no column {', '.join(map(repr, missing[:5]))}."
        return [_nothing(evidence, book, name, why)]
    found: list[Finding] = []
    for measure in measures_of(scorer):
        try:
            gaps = disparity_by_rule(
                scorer, frame, by=name, measure=measure,
                reference=evidence.plan.reference.get(name), min_cell=evidence.plan.min_cell,
            )  # fmt: skip
        except (NothingToCompare, InputError) as error:
            return [*found, _nothing(evidence, book, name, str(error))]
        found += [_finding(evidence, gaps, gap) for gap in gaps.gaps]
    return found


def _nothing(evidence: Evidence, book: Rulebook, name: str, why: str) -> Finding:
    about = f"{name}: " if name else ""
    return Finding(
        id=finding_id("rule_gaps", book.id, name), audit="rule_gaps", question=QUESTION,
        claim=f"{about}no gap can be shared over the rules of {book.id}. {why}",
        status="cannot_tell", n=0 if evidence.frame is None else len(evidence.frame),
        method=METHOD,
    )  # fmt: skip


def _finding(evidence: Evidence, gaps: RuleGaps, gap: RuleGap) -> Finding:
    measure, scale = gaps.effects.measure, 1 if gaps.effects.measure == "points" else 100
    unit = UNITS.get(measure, "percentage points")
    group, reference = (group_name((gaps.by,), [one]) for one in (gap.group, gap.reference))
    family = evidence.family.level if evidence.family else LEVEL
    low, high = (float(end[-1]) * scale for end in gap.range("shapley"))
    ends = tuple(float(end[-1]) * scale for end in gap.range("shapley", family))
    value = float(gap.value["shapley"][-1]) * scale
    p_values = gap.p_values("shapley")
    p_adjusted = adjusted(evidence, float(p_values[-1]))
    status: Status = "beyond" if ends[0] > 0 or ends[1] < 0 else "cannot_tell"
    claim = (
        f"{group}: {_signed(value)} {unit}{_of(measure)} beside the reference group, {reference} "
        f"({_signed(low)} to {_signed(high)}), under {_version(gaps)}. "
        f"{_status_words(status, *ends)} {chance_words(p_adjusted)} {_shares(gaps, gap, family)}"
    )
    return Finding(
        id=finding_id("rule_gaps", group, f"{measure} {_version(gaps)} {reference}"),
        audit="rule_gaps", question=QUESTION, claim=" ".join(claim.split()), status=status,
        estimate=value, low=low, high=high, low_family=ends[0], high_family=ends[1], unit=unit,
        n=float(gap.n), group=group, reference=reference, p_value=float(p_values[-1]),
        p_adjusted=p_adjusted, tested=tuple(p for p in p_values.tolist() if np.isfinite(p)),
        confidence=_confidence(gap), table=_table(evidence, gaps, gap, scale), method=METHOD,
        limits=tuple(_limits(evidence, gaps, gap, reference)),
    )  # fmt: skip


def _version(gaps: RuleGaps) -> str:
    reading = f", {gaps.scorer.reading} reading" if gaps.scorer.reading else ""
    return f"{gaps.scorer.book.id} as of {gaps.scorer.as_of}{reading}"


def _of(measure: str) -> str:
    if measure == "points":
        return " a head"
    if measure == "approval":
        return " in the share approved"
    return f" in the share on the list {measure.removeprefix(LISTING)}"


def _signed(value: float) -> str:
    return "undefined" if np.isnan(value) else f"{value:+.1f}".replace("-", "−")


def _status_words(status: Status, low: float, high: float) -> str:
    if np.isnan(low):
        return "No rule changes anything for anybody of either group."
    said = f"Allowing for every comparison made ({_signed(low)} to {_signed(high)}),"
    if status == "beyond":
        return f"{said} the gap is beyond the line at 0."
    return f"{said} the line at 0 is inside the range: it cannot be told whether there is a gap."


def _shares(gaps: RuleGaps, gap: RuleGap, level: float) -> str:
    """Return in words which rules have a share that chance alone would seldom give."""
    scale = 1 if gaps.effects.measure == "points" else 100
    value = gap.value["shapley"][:-1]
    low, high = (end[:-1] for end in gap.range("shapley", level))
    sure = np.flatnonzero((low > 0) | (high < 0))
    noun = "tag" if gaps.effects.joined else "rule"
    if not len(sure):
        return f"The share of no single {noun} can be told from none."
    order = sure[np.argsort(-np.abs(value[sure]))]
    told = [
        f"{gaps.effects.players[place]} {_signed(scale * value[place])} "
        f"({_signed(scale * low[place])} to {_signed(scale * high[place])})"
        for place in order[:NAMED]
    ]
    more = f", and {len(order) - NAMED} more in the table" if len(order) > NAMED else ""
    return f"Through {noun}s whose share can be told from none: {'; '.join(told)}{more}."


def _table(evidence: Evidence, gaps: RuleGaps, gap: RuleGap, scale: float) -> pd.DataFrame:
    """Return for each rule its share with its range, and what it does alone and last."""
    low, high = gap.range("shapley")
    touched = gap.touched
    few = (touched > 0) & (touched < evidence.plan.min_cell)
    frame = pd.DataFrame({
        "tag" if gaps.effects.joined else "rule": gaps.effects.players,
        "people": pd.array(touched, dtype="Int64"),
        "share": scale * gap.value["shapley"][:-1],
        "low": scale * low[:-1], "high": scale * high[:-1],
        "alone": scale * gap.value["alone"][:-1],
        "change_without_it": -scale * gap.value["leave_one_out"][:-1],
    })  # fmt: skip
    frame.loc[few, frame.columns[1:]] = None
    frame["note"] = np.where(few, f"Changes something for fewer than {evidence.plan.min_cell}.", "")
    order = np.argsort(-np.abs(gap.value["shapley"][:-1]), kind="stable")
    return frame.iloc[order].reset_index(drop=True)


def _confidence(gap: RuleGap) -> str:
    smaller = min(gap.n, gap.n_reference)
    if smaller < 100 or gap.left_out > 0.1 * (gap.n + gap.n_reference):
        return "low"
    sure = smaller >= 1000 and gap.left_out < 0.01 * (gap.n + gap.n_reference)
    return "high" if sure else "moderate"


def _limits(evidence: Evidence, gaps: RuleGaps, gap: RuleGap, reference: str) -> Iterator[str]:
    yield SHARE
    yield SHARED
    decision = gaps.scorer.book.contents.decision
    if gaps.effects.measure == "approval" and decision and decision.rests_on == "assumption":
        yield f"The text decides on no application; assumed: {decision.text}"
    if gap.left_out:
        yield f"{gap.left_out:,} people of both groups are left out: their facts leave it open."
    yield from gaps.notes
    if gaps.by not in evidence.plan.reference:
        yield f"Reference {reference}: the group with most people, as the plan names none."
