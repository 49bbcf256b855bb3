"""What stands differently in two versions of a book, rule by rule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from creditaudit.rulebooks.programs import RuleStep
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.scoring import RulebookScorer

Change = Literal["added", "removed", "tightened", "loosened", "changed", "unchanged"]
CHANGES: tuple[Change, ...] = (
    "added", "removed", "tightened", "loosened", "changed", "unchanged",
)  # fmt: skip
COLUMNS = ("rule", "title", "change", "what", "old_line", "new_line", "old_mark", "new_mark")
_UNITS = {"working day": 1.4, "day": 1.0, "week": 7.0, "month": 30.4, "year": 365.2}


@dataclass(frozen=True)
class Part:
    """One thing that differs: in words, and whether it is now harder on the person.

    ``harder`` is None where the text alone does not tell.
    """

    words: str
    harder: bool | None


def compared_rules(old: RulebookScorer, new: RulebookScorer) -> pd.DataFrame:
    """Return one row a rule that either version has in force, in the order of the new book.

    Rules are the same rule when they have the same id. "tightened" and "loosened" rest on what the
    text alone settles: points, lists, gates, measures, terms, remedies, who is touched. A condition
    that was rewritten is "changed", for whom it fires now is a question for people; so is a rule
    that is harder in one part and easier in another.

    Returns
    -------
    frame
        ``rule, title, change, what, old_line, new_line, old_mark, new_mark``; lines are those of
        the two files, null where the rule is not there.
    """
    before = {step.rule.id: step for step in old.program.rules}
    after = {step.rule.id: step for step in new.program.rules}
    rows = [_row(name, before.get(name), after[name], old, new) for name in after]
    rows += [_row(name, before[name], None, old, new) for name in before if name not in after]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.astype({"old_line": "Int64", "new_line": "Int64"})


def _row(
    name: str, before: RuleStep | None, after: RuleStep | None,
    old: RulebookScorer, new: RulebookScorer,
) -> tuple[Any, ...]:  # fmt: skip
    own = after or before
    assert own is not None
    change, what = _change(before, after, old, new)
    lines = (
        _line(old, before.rule) if before else None,
        _line(new, after.rule) if after else None,
    )
    marks = (before.rule.mark if before else None, after.rule.mark if after else None)
    return (name, own.rule.title, change, what, *lines, *marks)


def _line(scorer: RulebookScorer, rule: Rule) -> int:
    return scorer.book.line("rules", scorer.book.rules.index(rule))


def _change(
    before: RuleStep | None, after: RuleStep | None, old: RulebookScorer, new: RulebookScorer
) -> tuple[Change, str]:
    if before is None or after is None:
        scorer, step = (new, after) if after else (old, before)
        assert step is not None
        said = scorer.book.sentence(step.rule.id, scorer.reading or "strict")
        return ("added" if after else "removed"), _effects(step.rule, scorer.reading) + said
    parts = list(_parts(before, after, old, new))
    if not parts:
        return "unchanged", ""
    directions = {part.harder for part in parts}
    what = " ".join(part.words for part in parts)
    if directions == {True}:
        return "tightened", what
    return ("loosened" if directions == {False} else "changed"), what


def _effects(rule: Rule, reading: str | None) -> str:
    found = []
    if rule.points is not None:
        found.append(f"{_points(rule, reading):+g} points.")
    if rule.list:
        found.append(f"Enters list {rule.list}.")
    if rule.tier_cap:
        found.append(f"Tier at most {rule.tier_cap}.")
    if rule.gate:
        found.append("Refuses.")
    if rule.overrides:
        found.append(f"Sets aside {', '.join(rule.overrides)}.")
    if rule.measures:
        found.append(f"Measures: {', '.join(rule.measures)}.")
    return " ".join([*found, ""])


def _points(rule: Rule, reading: str | None) -> float:
    assert rule.points is not None
    given = rule.points.of(reading)
    assert isinstance(given, int | float)
    return float(given)


def _parts(
    before: RuleStep, after: RuleStep, old: RulebookScorer, new: RulebookScorer
) -> Iterator[Part]:
    a, b = before.rule, after.rule
    if before.condition != after.condition:
        sentences = [
            one.book.sentence(a.id, one.reading or "strict").rstrip(".") for one in (old, new)
        ]
        yield Part(f"When: {sentences[0]} -> {sentences[1]}.", None)
    if (a.points is None) != (b.points is None):
        yield Part("Points were given up." if b.points is None else "Points are new.", None)
    elif a.points is not None and b.points is not None:
        points = _points(a, old.reading), _points(b, new.reading)
        if points[0] != points[1]:
            yield Part(f"Points: {points[0]:g} -> {points[1]:g}.", points[1] < points[0])
    for word, was, now in (("List", a.list, b.list), ("Gate", a.gate, b.gate)):
        if was != now:
            harder = None if was and now else bool(now)
            yield Part(f"{word}: {was or 'none'} -> {now or 'none'}.", harder)
    if a.tier_cap != b.tier_cap:
        harder = None if a.tier_cap and b.tier_cap else bool(b.tier_cap)
        yield Part(f"Tier at most: {a.tier_cap or 'any'} -> {b.tier_cap or 'any'}.", harder)
    yield from _more_or_fewer("Measures", a.measures, b.measures)
    yield from _more_or_fewer("Touches", a.touches, b.touches)
    terms = [one.retention.term if one.retention else None for one in (a, b)]
    if terms[0] != terms[1]:
        days = [_days(term) for term in terms]
        harder = None if None in days else days[1] > days[0]  # type: ignore[operator]
        yield Part(f"Term: {terms[0] or 'not stated'} -> {terms[1] or 'not stated'}.", harder)
    if a.first_breach != b.first_breach:
        easier = {"waived": False, "counted": True}.get(b.first_breach)
        yield Part(f"First breach: {a.first_breach} -> {b.first_breach}.", easier)
    for word in ("notice", "repair", "appeal"):
        was, now = (getattr(one, word) for one in (a, b))
        stated = [one is not None and one.state == "stated" for one in (was, now)]
        if stated[0] != stated[1]:
            yield Part(f"{word.capitalize()}: {'now' if stated[1] else 'no longer'} stated.",
                       not stated[1])  # fmt: skip
    if a.on_missing != b.on_missing:
        yield Part(f"Where facts are missing: {a.on_missing} -> {b.on_missing}.", None)


def _more_or_fewer(word: str, was: Sequence[str], now: Sequence[str]) -> Iterator[Part]:
    more, fewer = sorted(set(now) - set(was)), sorted(set(was) - set(now))
    if more or fewer:
        words = [f"+ {', '.join(more)}"] if more else []
        words += [f"- {', '.join(fewer)}"] if fewer else []
        yield Part(f"{word}: {'; '.join(words)}.", None if more and fewer else bool(more))


def _days(term: str | None) -> float | None:
    if term is None:
        return None
    number, unit = term.split(" ", 1)
    return int(number) * _UNITS[unit.rstrip("s")]
