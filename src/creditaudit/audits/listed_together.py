"""What happens to people when lists are shared?"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.held_worlds import (
    SYNTHETIC,
    held_regimes,
    held_society,
    people_words,
    society_groups,
    society_sides,
)
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import group_name, people
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.rulebooks.lints.lint import confidence_of
from creditaudit.sharing.cascade_measures import BY_TIE, CHILDREN, rests_on
from creditaudit.sharing.cascade_wiring import equality, theorem
from creditaudit.sharing.cascades import Cascade, cascade
from creditaudit.sharing.crowds import ALL_OF_THEM
from creditaudit.sharing.sweeps import Swept

QUESTION = "What happens to people when lists are shared?"
SEEDS = range(10)
METHOD = (
    "Findings of each agency are put on its list; imports follow; ties carry what the regime says "
    "they carry, each open or closed for a person's whole record. A refusal here is what an agency "
    "would refuse to whoever is on the list it holds. Refusals and findings are counted as pairs "
    "of a person and an agency, once each. The same people, findings and draws under every regime. "
    "Ranges: over draws of the ties; where a share of ties rests on no source, over its range; "
    "else over people drawn alike."
)
LIMITS = (
    SYNTHETIC,
    "What counts as a finding is assumed for agencies other than the court and the market "
    "regulator; mistaken entries count as they would in a register.",
    "Listed, touched by a measure and refused are three things; who is tied to somebody listed is "
    "touched. Nobody here asks for anything: would be refused, not refused, is what is counted.",
)
GAP_SWEPT = (
    "A gap between groups need not grow with a share of ties: its sweep is taken at the ends of "
    "the ranges."
)
STRESS = "Stress test (ties that list, as no national text does): "
PER_FINDING, INNOCENT, PER_HEAD = (
    "refusals_per_finding", "touched_without_own_finding", "touched_of_those_without_finding",
)  # fmt: skip
GAP = "refusals_per_person"
PER_FINDING_UNIT = "would-be refusals per finding"
UNITS = {GAP: "would-be refusals a head", PER_HEAD: "share of people without a finding"}
COLUMNS = ["measure", "findings", "by", "group", "value", "low", "high", "n", "kind", "note"]


@audit(
    question=QUESTION,
    needs=("society", "regimes"),
    estimand="refusals for each finding, the share without a finding among people whom a list or "
    "a measure reaches, and the gap in refusals a head and in people reached without a finding "
    "between groups, under each regime",
    topic="sharing",
)
def shared_lists(evidence: Evidence) -> list[Finding]:
    """Return for each regime what its sharing does to the people of the society.

    References
    ----------
    Kempe, D., Kleinberg, J. and Tardos, E. (2003). KDD, 137-146.
    """
    world = held_society(evidence)
    told: list[tuple[bool, Finding]] = []
    first, *others = held_regimes(evidence).items()
    # What was asked about leads; the rule that it is set against follows.
    for name, regime in (*others, first):
        one = cascade(world, regime, SEEDS)
        told += [(bool(theorem(regime, PER_FINDING)), _refusals(name, one))]
        told += [(bool(theorem(regime, INNOCENT)), _innocent(name, one))]
        for column in society_groups(evidence, world):
            told += [(False, gap) for gap in _gaps(evidence, name, one, column)]
    # What follows from the rule itself is no answer to lead with.
    found = [one for _, one in sorted(told, key=lambda pair: pair[0])]
    gaps = sum(one.reference is not None for one in found)
    return [_beside_others(one, gaps) if one.reference is not None else one for one in found]


def _beside_others(finding: Finding, gaps: int) -> Finding:
    """Return a gap with the number of gaps that it is one of: their ranges are not adjusted."""
    if gaps == 1:
        return finding
    line = f"One of {gaps} comparisons of groups here; ranges are not adjusted for their number."
    return replace(finding, limits=(line, *finding.limits))


def _refusals(name: str, one: Cascade) -> Finding:
    value = _shown(one, PER_FINDING)
    findings = float(one.sums_without_sweep[0, 0, 0, 6])
    if not findings:
        claim = "no agency of this regime has a finding against anybody"
        return _finding(name, one, PER_FINDING, claim, {}, PER_FINDING_UNIT)
    unshared = "; where nobody shares and each agency refuses whom it lists, one"
    alone = theorem(one.regime, PER_FINDING)
    claim = (
        f"{_words(value, one, PER_FINDING)} would-be refusals for each of {people(findings)} "
        f"findings against {people_words(one.world)}{'' if alone else unshared}. "
        f"{_kind_words(one, PER_FINDING)}"
    )
    numbers = _numbers(value, one, PER_FINDING)
    return _finding(name, one, PER_FINDING, claim, numbers, PER_FINDING_UNIT)


def _innocent(name: str, one: Cascade) -> Finding:
    value = _shown(one, INNOCENT)
    touched = float(np.mean(one.sums_without_sweep[0, :, 0, 3]))
    if theorem(one.regime, INNOCENT):
        claim = f"no one without a finding is reached. {_kind_words(one, INNOCENT)}"
        numbers: dict[str, Any] = {"estimate": 0.0}
    else:
        scaled = value if isinstance(value, Swept) else 100 * value
        claim = (
            f"of the {people_words(one.world)} whom a list or a measure reaches, "
            f"{_words(scaled, one, INNOCENT, per=100)} in 100 have no finding of their own. "
            f"{_kind_words(one, INNOCENT)}"
        )
        numbers = _numbers(value, one, INNOCENT)
    children = [rule for rule in one.regime.ties if rule.relation == "child"]
    if children:
        claim += " Households with a child whom a rule reaches are in the table."
    return _finding(name, one, INNOCENT, claim, numbers, "share of people reached", n=touched)


def _gaps(evidence: Evidence, name: str, one: Cascade, column: str) -> Iterator[Finding]:
    """Yield for each group the gap in refusals a head, and in people reached without a finding."""
    reference, _, others = society_sides(evidence, one.world.people.frame, column)
    measures = [GAP] if theorem(one.regime, INNOCENT) else [GAP, PER_HEAD]
    for level, members in others:
        if members.sum() < evidence.plan.min_cell:
            continue
        group, base = group_name((column,), [level]), group_name((column,), [reference])
        for measure in measures:
            places = (str(level), str(reference))
            value = _gap(one, measure, column, *places)
            whom, what = people_words(one.world), "would-be refusals"
            if measure != GAP:
                whom, what = f"{whom} without a finding", "reached"
            claim = (
                f"{group}: for every 100 {whom} {_more(value)} {what} than in the reference group, "
                f"{base}. {_kind_words(one, measure)}"
            )
            yield _finding(
                name, one, f"{measure} {group}", claim, _gap_numbers(value), UNITS[measure],
                group=group, reference=base, n=float(members.sum()), column=column,
            )  # fmt: skip


def _gap(one: Cascade, measure: str, column: str, level: str, base: str) -> Any:
    def gap(place: Cascade) -> Any:
        ends = (
            place.values_without_sweep(measure, by=column, group=group) for group in (level, base)
        )
        first, second = (np.asarray(end) for end in ends)
        return first - second

    values = gap(one)
    if not (parameters := rests_on(one.regime, measure)):
        if not one.parts.drawn or len(set(values.tolist())) == 1:
            return float(values.mean()), *_over_people(one, measure, column, level, base)
        return float(values.mean()), *map(float, np.quantile(values, [0.025, 0.975]))
    names = {parameter.name for parameter in parameters}
    rows = [
        (which, at, float(gap(place).mean()))
        for which, at, place in one.places
        if which in names or np.isnan(at)
    ]
    frame = pd.DataFrame(rows, columns=["parameter", "at", "value"])
    return Swept(f"gap in {measure}", parameters, frame, _value=float(values.mean()))


def _over_people(one: Cascade, measure: str, column: str, *groups: str) -> tuple[float, float]:
    """Return the range of a gap where no draw enters: two groups of people drawn alike.

    Square-and-add (Newcombe 1998, method 10): each end takes the ends of the two ranges that pull
    the same way, so that the range of a difference of shares is not symmetric where theirs are not.
    """
    table = one.frame
    rows = table[
        (table["measure"] == measure) & (table["entities"] == "people")
        & (table["findings"] == "recorded") & (table["by"] == column)
    ].set_index("group")  # fmt: skip
    values = [rows.loc[group, ["value", "low", "high"]].to_numpy(float) for group in groups]
    (first, low, high), (second, least, most) = values
    gap = first - second
    below = np.hypot(first - low, most - second)
    above = np.hypot(high - first, second - least)
    return float(gap - below), float(gap + above)


def _gap_numbers(value: Any) -> dict[str, float]:
    if isinstance(value, Swept):
        return value.numbers()
    return dict(zip(("estimate", "low", "high"), value, strict=True))


def _more(value: Any) -> str:
    numbers = _gap_numbers(value)
    low, high = (f"{100 * numbers[name]:+.1f}".replace("-", "−") for name in ("low", "high"))
    gap = 100 * numbers["estimate"]
    told = f"{abs(gap):.1f} {'fewer' if gap < 0 else 'more'}"
    more = f" {value.words}" if isinstance(value, Swept) else ""
    return f"{told} ({low} to {high}{more})"


def _shown(one: Cascade, measure: str) -> float | Swept:
    if rests_on(one.regime, measure):
        return one.swept(measure)
    return float(np.mean(one.values_without_sweep(measure)))


def _row(one: Cascade, measure: str) -> pd.Series:
    table = one.frame
    return table[
        (table["measure"] == measure) & (table["entities"] == "people")
        & (table["findings"] == "recorded") & (table["by"] == ALL_OF_THEM)
    ].iloc[0]  # fmt: skip


def _numbers(value: float | Swept, one: Cascade, measure: str) -> dict[str, float]:
    if isinstance(value, Swept):
        return value.numbers()
    row = _row(one, measure)
    return {"estimate": value, "low": float(row["low"]), "high": float(row["high"])}


def _words(value: float | Swept, one: Cascade, measure: str, per: float = 1) -> str:
    if isinstance(value, Swept):
        numbers = {name: per * number for name, number in value.numbers().items()}
        ends = f"{numbers['low']:.2f} to {numbers['high']:.2f} {value.words}"
        return f"{numbers['estimate']:.2f} ({ends})"
    row = _row(one, measure)
    if row["kind"] == "theorem":
        return f"{value:.2f}"
    return f"{value:.2f} ({per * row['low']:.2f} to {per * row['high']:.2f})"


def _kind_words(one: Cascade, measure: str) -> str:
    if theorem(one.regime, measure):
        return "This follows from the rule itself (a theorem), whoever the people are."
    if measure == PER_FINDING and equality(one.regime, measure):
        size = len(one.regime.agencies)
        return f"That each one listed would be refused by {size} follows from the rule itself."
    if rests_on(one.regime, measure):
        return "The share of ties rests on no source, so this is a sweep."
    return ""


def _finding(
    name: str, one: Cascade, scope: str, claim: str, numbers: dict[str, Any], unit: str,
    *, group: str | None = None, reference: str | None = None, n: float | None = None,
    column: str = ALL_OF_THEM,
) -> Finding:  # fmt: skip
    table = one.frame
    kept = table["by"].isin([ALL_OF_THEM, column]) & (table["entities"] == "people")
    kept |= table["measure"].isin([BY_TIE, CHILDREN]) & (column == ALL_OF_THEM)
    stress = any(rule.carries == "listing" for rule in one.regime.ties)
    more = [GAP_SWEPT] if reference and rests_on(one.regime, PER_HEAD) else []
    lines: tuple[Any, ...] = (*one.regime.imports, *one.regime.ties, *one.regime.denials)
    marks = ["F" if getattr(line, "free", False) else line.mark for line in lines]
    said = f"{STRESS if stress else ''}{one.regime.title}: {claim}"
    return Finding(
        id=finding_id("shared_lists", name, scope), audit="shared_lists", question=QUESTION,
        claim=" ".join(said.split()), status="descriptive", unit=unit,
        n=float(one.world.people.n) if n is None else n, group=group or name,
        reference=reference, confidence=confidence_of(marks),
        table=table.loc[kept, COLUMNS].astype(object).reset_index(drop=True), method=METHOD,
        limits=(*LIMITS, *more, *one.notes[1:], *one.regime.notes), **numbers,
    )  # fmt: skip
