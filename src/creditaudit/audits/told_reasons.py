"""Were people told the reasons that were used?"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.audits.model_findings import Said, gap_finding, too_few, untold
from creditaudit.audits.model_rows import Sides, sides_of
from creditaudit.audits.questions import REGISTERED, audit
from creditaudit.audits.refused_reasons import RefusedPeople, cannot_tell, refused_by
from creditaudit.audits.wording import people, per_hundred, percent
from creditaudit.errors import CreditauditError, InputError, MissingColumn
from creditaudit.evidence import Evidence
from creditaudit.explain.reason_codes import inquiry_features
from creditaudit.explain.reason_sets import ReasonSets, reasons_as_sets, usual_reference
from creditaudit.explain.references import Reference
from creditaudit.explain.rule_shares import is_book
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.influences import Mask, mean_of

MOST_REASONS = 4
METHOD = (
    "Of each refused person, the first reasons by points lost, as many as the person was told and "
    "at most {most}, against {references}. Withheld: a reason that is among them under every one "
    "of these references and was not told. Unfounded: one that was told and cost the person no "
    "points under any of them. Inputs and codes are matched by name."
)
LIMITS = (
    "Other ways to rank reasons are allowed where results are similar; a reason that is first "
    "under both references and is never told needs an explanation.",
    "What was told in other words is matched only as far as the names given are those of inputs, "
    "rules or codes.",
)


@dataclass(frozen=True, eq=False)
class Told:
    """What was told, beside what was used; rows are refused people who were told something.

    Attributes
    ----------
    rows : int array
        Places in everybody.
    withheld, unfounded : bool arrays of shape (n_rows, p)
    used, told : bool arrays of shape (n_rows, p)
    names : list of str
    unknown : int
        Reasons told that are none of the names.
    """

    rows: "np.ndarray[tuple[int], np.dtype[np.int64]]"
    withheld: Mask
    unfounded: Mask
    used: Mask
    told: Mask
    names: list[str]
    unknown: int


@audit(
    question="Were people told the reasons that were used?",
    needs=("tally", "frame", "scorer", "cutoff", "given_reasons"),
    estimand="share of refused people from whom one of their main reasons was withheld, also by "
    "group",
    topic="reasons",
)
def reasons_given(evidence: Evidence) -> list[Finding]:
    """Return how often a main reason was not told, which ones, and to whom.

    References
    ----------
    12 CFR 1002.9(b)(2) and Supplement I, comments 9(b)(2)-2 and -4.
    """
    why = cannot_tell(evidence)
    if why:
        return [untold(evidence, "reasons_given", "", why)]
    try:
        refused = refused_by(evidence)
        told = told_of(evidence, refused)
    except CreditauditError as error:
        return [untold(evidence, "reasons_given", "", str(error))]
    least = max(evidence.plan.min_cell, 2)
    if told is None or len(told.rows) < least:
        why = f"It takes {least} refused people or more with the reasons they were told."
        return [untold(evidence, "reasons_given", "", why)]
    found = [_overall(evidence, refused, told)]
    for name in evidence.groups:
        found += _column(evidence, sides_of(evidence, name), refused, told)
    return found


def told_of(evidence: Evidence, refused: RefusedPeople) -> Told | None:
    """Return what was told beside what was used, or None where nobody was told anything.

    Raises
    ------
    InputError, MissingColumn
    """
    given = evidence.given_reasons
    assert given is not None
    lacking = [name for name in ("person", "reason") if name not in given.columns]
    if lacking:
        fix = "given_reasons= has one row a reason: person (label in frame), reason."
        raise MissingColumn.of(lacking, given.columns, fix)
    label = pd.Series(range(len(refused.inputs)), index=refused.inputs.index)
    if label.index.duplicated().any():
        msg = "Two people of frame= have the same label. Give each one of their own."
        raise InputError(msg)
    place = given["person"].map(label)
    kept = given[place.isin(refused.rows)].assign(place=place[place.isin(refused.rows)].astype(int))
    rows = np.unique(kept["place"].to_numpy(np.int64))
    if not len(rows):
        return None
    inputs = refused.inputs.iloc[rows]
    sets = _sets(evidence, refused, inputs)
    names = sets[0].names
    code = _codes(evidence, names)
    told = np.zeros((len(rows), len(names)), dtype=bool)
    at = np.searchsorted(rows, kept["place"])
    where = kept["reason"].astype(str).map(code)
    known = where.notna().to_numpy()
    told[at[known], where[known].astype(int).to_numpy()] = True
    number = np.bincount(at, minlength=len(rows)).clip(1, MOST_REASONS)
    used = np.all([_first(one, number) for one in sets], axis=0)
    cost = np.any([np.nan_to_num(one.lost, nan=1.0) > 0 for one in sets], axis=0)
    return Told(rows, used & ~told, told & ~cost, used, told, names, int((~known).sum()))


def _sets(evidence: Evidence, refused: RefusedPeople, inputs: pd.DataFrame) -> list[ReasonSets]:
    usual = usual_reference(evidence.scorer)
    kinds: list[Reference] = [usual]
    if usual == "near_cutoff" and not is_book(evidence.scorer):
        kinds.append("all_applicants")
    enquiries = inquiry_features(list(map(str, inputs.columns)))
    return [
        reasons_as_sets(evidence.scorer, inputs, refused.background(), reference=kind,
                    cutoff=evidence.cutoff, k=MOST_REASONS, inquiries=enquiries)
        for kind in kinds
    ]  # fmt: skip


def _first(one: ReasonSets, number: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> Mask:
    """Return the reasons among the first so many of each person."""
    lost = np.where(one.among, np.nan_to_num(one.lost, nan=np.inf), -np.inf)
    rank = (-lost).argsort(axis=1, kind="stable").argsort(axis=1)
    return np.asarray(one.among & (rank < number[:, None]))


def _codes(evidence: Evidence, names: list[str]) -> dict[str, int]:
    """Return the place of each name, of the codes R01, R02 and of the codes of rules."""
    found = {f"R{place:02d}": place - 1 for place in range(1, len(names) + 1)}
    if is_book(evidence.scorer):
        rules = evidence.scorer.program.rules  # type: ignore[union-attr]
        found = {step.rule.reason.code: place for place, step in enumerate(rules)
                 if step.rule.reason and step.rule.reason.code}  # fmt: skip
    return {**found, **{name: place for place, name in enumerate(names)}}


def _overall(evidence: Evidence, refused: RefusedPeople, told: Told) -> Finding:
    n = len(told.rows)
    any_withheld = told.withheld.any(axis=1)
    share = float(any_withheld.mean())
    low, high = (float(one) for one in intervals.wilson(np.array(share), np.array(float(n))))
    table = _table(told)
    silent = table[(table["main_reason_of"] > 0) & (table["withheld"] == table["main_reason_of"])]
    worst = table.iloc[0]
    claim = (
        f"Of 100 refused people who were told reasons, {per_hundred(share)} were not told a reason "
        f"that is among their main ones under every reference tried ({percent(low)} to "
        f"{percent(high)})."
    )
    if worst["withheld"]:
        claim += (
            f" Most often withheld is {worst['reason']}: from {people(worst['withheld'])} of "
            f"{people(worst['main_reason_of'])} people whose main reasons it is among."
        )
    if len(silent):
        names = ", ".join(silent["reason"])
        claim += f" Told to nobody of them: {names}."
    unfounded = float(told.unfounded.any(axis=1).mean())
    claim += f" Told without having cost points: to {percent(unfounded)}."
    if told.unknown:
        claim += f" {people(told.unknown)} reasons told are none of the model's inputs or rules."
    return Finding(
        id=finding_id("reasons_given", "", "overall"), audit="reasons_given",
        question=REGISTERED["reasons_given"].question, claim=claim, status="descriptive",
        estimate=100 * share, low=100 * low, high=100 * high, unit="% of refused people told",
        n=float(n), table=table, method=_method(evidence), limits=(*LIMITS, *refused.limits),
    )  # fmt: skip


def _table(told: Told) -> pd.DataFrame:
    table = pd.DataFrame({
        "reason": told.names,
        "main_reason_of": told.used.sum(axis=0),
        "withheld": told.withheld.sum(axis=0),
        "told_to": told.told.sum(axis=0),
        "told_without_cost": told.unfounded.sum(axis=0),
    })  # fmt: skip
    n = table["main_reason_of"].to_numpy(np.float64)
    share = np.divide(table["withheld"], n, out=np.full(len(n), np.nan), where=n > 0)
    low, high = intervals.wilson(share, n)
    table = table.assign(value=share, low=low, high=high)
    return table.sort_values("withheld", ascending=False, kind="stable", ignore_index=True)


def _column(evidence: Evidence, sides: Sides, refused: RefusedPeople, told: Told) -> list[Finding]:
    least = max(evidence.plan.min_cell, 2)
    code = sides.codes[told.rows]
    sizes = np.bincount(code[code >= 0], minlength=len(sides.levels)).astype(float)
    others = sides.others(sizes, least)
    if not others or sides.reference is None:
        why = too_few(least, "refused people who were told reasons")
        return [untold(evidence, "reasons_given", sides.name, why)]
    reference = sides.word(sides.reference)
    withheld = np.asarray(told.withheld.any(axis=1), dtype=np.float64)
    base = mean_of(withheld, code == sides.reference)
    found = []
    for place in others:
        own, group = mean_of(withheld, code == place), sides.word(place)
        lead = (
            f"{group}: a main reason was withheld from {percent(own.value)} of the refused people "
            f"of the group who were told reasons, and from {percent(base.value)} of the reference "
            f"group, {reference}: {100 * (own.value - base.value):+.1f} percentage points"
        ).replace("-", "−")
        rows = [
            (sides.levels[side], name, int((code == side).sum()),
             int(told.used[code == side, k].sum()), int(told.withheld[code == side, k].sum()))
            for k, name in enumerate(told.names) if told.used[:, k].any()
            for side in (place, sides.reference)
        ]  # fmt: skip
        columns = pd.Index([sides.name, "reason", "n", "main_reason_of", "withheld"])
        found.append(gap_finding(evidence, own - base, Said(
            audit="reasons_given", scope=f"{sides.name}: {reference}", lead=lead, after="",
            n=float(sizes[place]), smaller=float(min(sizes[place], sizes[sides.reference])),
            table=pd.DataFrame(rows, columns=columns), method=_method(evidence),
            limits=(*LIMITS, *refused.limits), group=group, reference=reference,
        )))  # fmt: skip
    return found


def _method(evidence: Evidence) -> str:
    if is_book(evidence.scorer):
        words = "the rules that fired"
    elif usual_reference(evidence.scorer) == "near_cutoff":
        words = "applicants at or slightly above the cut-off, and all applicants"
    else:
        words = "all applicants"
    return METHOD.format(most=MOST_REASONS, references=words)
