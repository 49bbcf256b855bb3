"""Is there a rulebook as good that is less unequal?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from creditaudit.audits.comparing import held
from creditaudit.audits.gaps_by_rule import scorers_of
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.rulebook_notes import held_book
from creditaudit.audits.wording import people
from creditaudit.errors import InputError, MissingRole, NothingToCompare, RefusedError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.rulebooks import Alternatives, Rulebook, RulebookScorer, search_alternatives
from creditaudit.rulebooks.guards import STUDY_OVERRIDE

QUESTION = "Is there a rulebook as good that is less unequal?"
METHOD = (
    "Rules left out, up to two at once, the line of refusal moved so that about as many are "
    "approved (up to 10 percentage points more or fewer). Chosen on one half of the people, judged "
    "on the other, as paired differences to the book as it stands; normal ranges with the error of "
    "a bootstrap over people, widened by Bonferroni over the variants judged. As good: the whole "
    "range of the loss of AUC lies within 0.01. Less unequal: that of the change lies below 0."
)
CHOICE = (
    "Which rules the law orders, and which serve another aim than telling who pays, the search "
    "does not know. It says what the numbers allow, and not what ought to stand in the book."
)
SEEN = "Usefulness is judged where outcomes are known; other decisions may change outcomes."
MOST_CHANGES = 2
MARGIN = 0.01
WITHIN = 0.1


@audit(
    question=QUESTION,
    needs=("tally", "rulebook", "frame", "outcome", "groups"),
    estimand="change in the largest difference of approval rates to the reference, and in AUC, "
    "between the named variant and the book as it stands, in the population the people are from",
    topic="approval_gap",
)
def rule_alternatives(evidence: Evidence) -> list[Finding]:
    """Return for each column of groups the variant that is as good and least unequal, if any.

    References
    ----------
    Gillis, T., Meursault, V. and Ustun, B. (2024). Operationalizing the search for less
    discriminatory alternatives in fair lending. FAccT 2024.
    """
    book = held_book(evidence)
    if book.header.shape_only:
        return [_nothing(evidence, book, "", "Its rules or weights are not public.")]
    return [
        _column(evidence, scorer, name)
        for scorer in scorers_of(evidence, book)
        for name in evidence.groups
    ]


def _column(evidence: Evidence, scorer: RulebookScorer, name: str) -> Finding:
    roles, frame = held(evidence).roles, evidence.frame
    assert frame is not None
    wanted = (name, roles.outcome, *scorer.columns)
    missing = [repr(column) for column in wanted if column not in frame.columns]
    if missing:
        why = f"The table of inputs has no column {', '.join(missing[:5])}."
        return _nothing(evidence, scorer.book, name, why)
    synthetic = bool(evidence.about.get("synthetic", False))
    try:
        found = search_alternatives(
            scorer, frame, by=name, reference=evidence.plan.reference.get(name),
            outcome=roles.outcome, good=roles.good, most_changes=MOST_CHANGES, margin=MARGIN,
            approved_within=WITHIN,
            min_cell=evidence.plan.min_cell, override=STUDY_OVERRIDE if synthetic else None,
        )  # fmt: skip
    except (InputError, MissingRole, NothingToCompare, RefusedError) as error:
        return _nothing(evidence, scorer.book, name, str(error))
    return _finding(found, name)


def _nothing(evidence: Evidence, book: Rulebook, name: str, why: str) -> Finding:
    about = f"{name}: " if name else ""
    return Finding(
        id=finding_id("rule_alternatives", book.id, name), audit="rule_alternatives",
        question=QUESTION, claim=f"{about}no other rulebook is looked for. {why}",
        status="descriptive", n=0 if evidence.frame is None else len(evidence.frame),
        method=METHOD,
    )  # fmt: skip


def _finding(found: Alternatives, name: str) -> Finding:
    book, best = found.scorer.book, found.best
    reading = f", {found.scorer.reading} reading" if found.scorer.reading else ""
    version = f"{book.id} as of {found.scorer.as_of}{reading}"
    told: dict[str, float] = {}
    if best is None:
        others = len(found.candidates) - 1
        claim = (
            f"{name}: of the variants looked at, none is as good as {version} and less unequal, "
            f"allowing for chance. Variants judged on {people(found.n)} people they were not "
            f"chosen with: {others}."
        )
    else:
        change = {
            measure: [
                float(part[best])
                for part in (found.value[measure], *found.range(measure, found.level))
            ]
            for measure in ("disparity_change", "usefulness_change")
        }
        unequal, useful = change["disparity_change"], change["usefulness_change"]
        before, after = (100 * found.value["disparity"][place] for place in (0, best))
        auc = [found.value["usefulness"][place] for place in (0, best)]
        claim = (
            f"{name}: {version} {found.words(best)} is as good and less unequal. The largest "
            f"difference in approval rates goes from {before:.1f} to {after:.1f} percentage points "
            f"({points(unequal[0])}; {points(unequal[1])} to {points(unequal[2])}), AUC from "
            f"{auc[0]:.3f} to {auc[1]:.3f} ({_three(useful[0])}; {_three(useful[1])} to "
            f"{_three(useful[2])}). Judged on {people(found.n)} people it was not chosen with; "
            f"variants judged, for all of which the ranges allow: {len(found.candidates) - 1}."
        )
        low, high = found.range("disparity_change")
        told = {
            "estimate": 100 * unequal[0], "low": 100 * float(low[best]),
            "high": 100 * float(high[best]), "low_family": 100 * unequal[1],
            "high_family": 100 * unequal[2],
        }  # fmt: skip
    return Finding(
        id=finding_id("rule_alternatives", name, version), audit="rule_alternatives",
        question=QUESTION, claim=claim, status="descriptive", unit="percentage points",
        n=float(found.n), table=_table(found), method=METHOD, limits=tuple(_limits(found)),
        **told,  # type: ignore[arg-type]
    )  # fmt: skip


def _three(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def _table(found: Alternatives) -> pd.DataFrame:
    frame = found.frontier.drop(columns="alternative")
    rates = [name for name in frame if name.startswith(f"{found.by} ")]
    shown = [*rates, *(name for name in frame if name.startswith("disparity"))]
    frame[shown] *= 100
    renamed = {name: f"{name} approved (%)" for name in rates}
    for word in ("dominated", "as_good", "less_unequal"):
        frame[word] = np.where(frame[word], "yes", "no")
    return frame.rename(columns=renamed | {"usefulness": "auc"})


def _limits(found: Alternatives) -> Iterator[str]:
    yield CHOICE
    yield SEEN
    yield from found.notes
    decision = found.scorer.book.contents.decision
    if decision is not None and decision.rests_on == "assumption":
        yield f"The text decides on no application; assumed: {decision.text}"
