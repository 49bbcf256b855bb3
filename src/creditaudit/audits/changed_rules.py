"""What would the new text change, and for whom?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.audits.comparing import adjusted
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import chance_words, points
from creditaudit.audits.rulebook_notes import day_of, held_book
from creditaudit.audits.wording import group_name, people, percent
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.rulebooks import Difference, Rulebook, RulebookScorer, diff
from creditaudit.rulebooks.differences import MISSING
from creditaudit.rulebooks.lints.lint import confidence_of

AUDIT, QUESTION = "rule_changes", "What would the new text change, and for whom?"
TEXT = (
    "The two files are compared rule by rule; rules are the same where they have the same id. "
    "Tightened and loosened rest on what the text alone settles."
)
METHOD = (
    "The same people are put to both texts. Shares with Wilson ranges; the difference of two "
    "shares with a Miettinen-Nurminen score range. The range for all comparisons is widened by "
    "Bonferroni, p-values by Holm."
)
LIMITS = (
    "Nobody changes what they do because the text changed.",
    "Only loses: refused, listed, in a lower tier or with fewer points than before, and better off "
    "in none of these. Money, time and standing are not in it.",
)
RAW = "It shows that the change meets one group more often, and not why."
MEASURE, UNIT = "only_loses", "percentage points"
ROWS = 60
SAID = ("rule", "change", "what", "old_line", "new_line", "old_mark", "new_mark")


@audit(
    question=QUESTION,
    needs=("rulebook", "earlier_rulebook"),
    estimand="rules that differ, exact for the two files; with inputs, the share of the group that "
    "the new text leaves only worse off less that of the reference, in the population the people "
    "are a sample of",
    topic="approval_gap",
)
def rule_changes(evidence: Evidence) -> list[Finding]:
    """Return the rules that differ; with inputs also who fares otherwise, by group.

    A book that leaves room is read in both ways. The new text is that of the plan's decision date
    where it was in force then, else the last version; the earlier one is its last version.
    """
    new, old = held_book(evidence), held_book(evidence, earlier=True)
    shapes = [book.title for book in (old, new) if book.header.shape_only]
    if shapes:
        return [_untold(new, "", f"{shapes[0]} is shape only: its rules are not public.")]
    found: list[Finding] = []
    told: list[pd.DataFrame] = []
    for before, after in _versions(evidence, old, new):
        reading = before.reading or after.reading or ""
        frame = evidence.frame
        lacking = [
            name for name in dict.fromkeys([*before.columns, *after.columns, *evidence.groups])
            if frame is not None and name not in frame.columns
        ]  # fmt: skip
        alone = frame is None or bool(lacking)
        change = diff(
            before, after, None if alone else frame, by=evidence.groups or None,
            min_cell=evidence.plan.min_cell,
        )  # fmt: skip
        told.append(change.rules[list(SAID)])
        if len(told) == 1 or not told[-1].equals(told[0]):
            found.append(_rules(change, reading))
        if lacking:
            why = f"The table of inputs has no column {', '.join(map(repr, lacking[:5]))}."
            found.append(_untold(new, f"people {reading}", why))
        if change.flips is not None:
            found += _everyone(change, reading)
            for name in evidence.groups:
                found += _groups(evidence, change, name, reading)
    return found


def _versions(
    evidence: Evidence, old: Rulebook, new: Rulebook
) -> Iterator[tuple[RulebookScorer, RulebookScorer]]:
    day = day_of(evidence, new)
    room = bool(old.open_readings or new.open_readings)
    for reading in ("mild", "strict") if room else ("",):
        taken = [reading if book.open_readings else None for book in (old, new)]
        yield RulebookScorer(old, None, taken[0]), RulebookScorer(new, day, taken[1])


def _named(change: Difference, reading: str) -> str:
    both = [f"{one.book.title} as of {one.as_of}" for one in (change.old, change.new)]
    return f"From {both[0]} to {both[1]}" + (f", {reading} reading" if reading else "")


def _scope(change: Difference, *more: str) -> str:
    return " ".join([change.old.book.id, change.new.book.id, *more]).strip()


def _rules(change: Difference, reading: str) -> Finding:
    changed = change.rules[change.rules["change"] != "unchanged"]
    counted = ", ".join(f"{n} {word}" for word, n in change.counts.items() if n)
    consulted = {
        "yes": "Consulting the public was mandatory for a text of this kind.",
        "no": "Consulting the public was not mandatory for a text of this kind.",
        "unknown": "Whether consulting the public was mandatory is not known.",
    }[change.mandatory]
    limits = [
        "Absence in a file is not absence in law: a rule that one file lacks may stand in a part "
        "of its text that nobody read.",
        *(f"The earlier file says: {note}" for note in change.old.book.header.notes),
    ]
    if len(changed) > ROWS:
        limits.append(f"{len(changed) - ROWS} more are not in the table; rules diff lists all.")
    table = changed[list(SAID)].head(ROWS).astype(object).reset_index(drop=True)
    marks = [*changed["old_mark"].dropna(), *changed["new_mark"].dropna()]
    sure = confidence_of(marks or [change.new.book.header.confidence])
    return Finding(
        id=finding_id(AUDIT, change.new.book.id, _scope(change, "rules", reading)), audit=AUDIT,
        question=QUESTION, claim=f"{_named(change, reading)}: rules {counted}. {consulted}",
        status="descriptive", confidence=sure,
        table=table.where(table.notna(), None), method=TEXT, limits=tuple(limits),
    )  # fmt: skip


def _everyone(change: Difference, reading: str) -> Iterator[Finding]:
    assert change.flips is not None
    names = list(change.flips.columns[: change.flips.columns.get_loc("measure")])
    table = change.flips[change.flips[names].isna().all(axis=1)].drop(columns=names)
    own = table.set_index("measure").loc[MEASURE]
    if pd.isna(own["value"]):
        yield _untold(change.new.book, f"people {reading}", str(own["note"]))
        return
    gains = table.set_index("measure").loc["only_gains"]
    n = int(own["n"])
    yield Finding(
        id=finding_id(AUDIT, "everyone", _scope(change, reading)), audit=AUDIT, question=QUESTION,
        claim=f"{_named(change, reading)}: of {people(n)} people, {percent(own['value'])} would "
        f"only lose ({percent(own['low'])} to {percent(own['high'])}) and "
        f"{percent(gains['value'])} would only gain ({percent(gains['low'])} to "
        f"{percent(gains['high'])}).",
        status="descriptive", estimate=float(own["value"]), low=float(own["low"]),
        high=float(own["high"]), unit="share", n=n, confidence=_confidence(n),
        table=_plain(table), method=METHOD, limits=(*_assumed(change), *LIMITS),
    )  # fmt: skip


def _groups(evidence: Evidence, change: Difference, name: str, reading: str) -> Iterator[Finding]:
    """Yield each group set against the reference, on the share that only loses."""
    assert change.flips is not None
    flips = change.flips[change.flips[name].notna() & (change.flips[name] != MISSING)]
    own = flips[(flips["measure"] == MEASURE) & flips["value"].notna()].set_index(name)
    base = evidence.plan.reference.get(name, own["n"].astype(float).idxmax() if len(own) else None)
    others = [label for label in own.index if label != base]
    if base not in own.index or not others:
        why = (
            f"{name}: it takes a reference group and another one with "
            f"{evidence.plan.min_cell} or more people each."
        )
        yield _untold(change.new.book, f"{name} {reading}", why)
        return
    told = [key for key in ("measure", "value", "low", "high", "n", "note") if key in flips]
    for label in others:
        both = flips[flips[name].isin([label, base])]
        yield _gap(evidence, change, (name, label, base), own, _plain(both[[name, *told]]), reading)


def _gap(
    evidence: Evidence, change: Difference, about: tuple[str, object, object], own: pd.DataFrame,
    table: pd.DataFrame, reading: str,
) -> Finding:  # fmt: skip
    name, label, base = about
    sides = [(float(own.loc[one, "value"]), float(own.loc[one, "n"])) for one in (label, base)]
    (p1, n1), (p2, n2) = sides
    a, b, c, d = (np.array([x]) for x in (p1, n1, p2, n2))
    family = evidence.family.level if evidence.family else LEVEL
    (low, high), ends = (
        tuple(float(x[0]) for x in intervals.miettinen_nurminen(a, b, c, d, level=level))
        for level in (LEVEL, family)
    )
    p_value = float(intervals.score_p_value(a, b, c, d)[0])
    p_adjusted = adjusted(evidence, p_value)
    status: Status = "beyond" if ends[0] > 0 or ends[1] < 0 else "cannot_tell"
    line = (
        "this is beyond the line at 0."
        if status == "beyond"
        else "the line at 0 is inside the range: it cannot be told whether there is a gap."
    )
    group, reference = (group_name((name,), [one]) for one in (label, base))
    claim = (
        f"{_named(change, reading)}: {group}, {percent(p1)} of {people(n1)} would only lose, "
        f"{points(p1 - p2)} {UNIT} beside the reference group, {reference}, {percent(p2)} of "
        f"{people(n2)} ({points(low)} to {points(high)}). Allowing for every comparison made "
        f"({points(ends[0])} to {points(ends[1])}), {line} {chance_words(p_adjusted)}"
    )
    limits = [*_assumed(change), *LIMITS, RAW]
    if name not in evidence.plan.reference:
        limits.append(f"Reference {reference}: the group with most people, as the plan names none.")
    return Finding(
        id=finding_id(AUDIT, group, _scope(change, reading, reference)), audit=AUDIT,
        question=QUESTION, claim=claim.strip(), status=status, estimate=100 * (p1 - p2),
        low=100 * low, high=100 * high, low_family=100 * ends[0], high_family=100 * ends[1],
        unit=UNIT, n=n1, group=group, reference=reference, p_value=p_value, p_adjusted=p_adjusted,
        tested=(p_value,), confidence=_confidence(min(n1, n2)), table=table, method=METHOD,
        limits=tuple(limits),
    )  # fmt: skip


def _assumed(change: Difference) -> Iterator[str]:
    decision = change.new.book.contents.decision
    if decision is not None and decision.rests_on == "assumption":
        yield f"The text decides on no application; assumed: {decision.text}"


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its columns in the order of other tables, and nulls as None."""
    order = [key for key in table.columns if key not in ("n", "value", "low", "high", "note")]
    told = table[[*order, "n", "value", "low", "high", "note"]].astype(object)
    return told.where(told.notna(), None).reset_index(drop=True)


def _confidence(smaller: float) -> str:
    return "low" if smaller < 100 else "high" if smaller >= 1000 else "moderate"


def _untold(book: Rulebook, scope: str, why: str) -> Finding:
    return Finding(
        id=finding_id(AUDIT, book.id, scope.strip()), audit=AUDIT, question=QUESTION,
        claim=f"It cannot be told whom {book.title} would reach. {why}", status="cannot_tell",
        method=METHOD,
    )  # fmt: skip
