"""Parts of a book that nothing leads to: tiers, refusals, lists, exits, measures, exceptions."""

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from creditaudit.rulebooks.lints.conditions_beside import exit_condition
from creditaudit.rulebooks.lints.lint import Lint, lint_of
from creditaudit.rulebooks.lints.ranges import points_range
from creditaudit.rulebooks.lints.spans import Period, Span, in_words, whole_periods
from creditaudit.rulebooks.records import Band
from creditaudit.rulebooks.rule_records import Exit, Rule
from creditaudit.rulebooks.toml_lines import Path
from creditaudit.rulebooks.trees import And

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook


def reach_lints(book: "Rulebook", spans: Sequence[Span]) -> Iterator[Lint]:
    """Yield the parts of a book that nothing leads to."""
    if not spans:
        return
    yield from _tiers(book, spans)
    yield from _refusal(book, spans)
    yield from _lists(book, spans)
    yield from _unnamed(book)
    yield from _exceptions(book, spans)


def _part(path: Path, about: str, claim: str, row: object = None) -> Lint:
    return Lint(
        kind="unreachable", path=path, about=about, claim=claim,
        source=getattr(row, "source", None) or "", where=getattr(row, "where", ""),
        mark=getattr(row, "mark", ""),
    )  # fmt: skip


def _tiers(book: "Rulebook", spans: Sequence[Span]) -> Iterator[Lint]:
    for place, band in enumerate(book.contents.bands):
        found = whole_periods(spans, partial(_is_empty, book, band))
        if found:
            yield _part(
                ("bands", place), band.tier,
                f"Nobody can be in tier {band.tier}: points lie from {_reach(book, spans, found)}"
                f"{in_words(found, spans)}", band,
            )  # fmt: skip


def _is_empty(book: "Rulebook", band: Band, span: Span) -> bool:
    """Whether no points and no cap lead to a tier."""
    low, high = points_range(book, span)
    start = -math.inf if band.from_ is None else band.from_
    starts = [one.from_ for one in book.contents.bands if one.from_ is not None]
    end = min((one for one in starts if one > start), default=math.inf)
    if low < end and high >= start:
        return False
    capped = any(rule.tier_cap == band.tier for rule in span.rules)
    return not (capped and high >= start)


def _reach(book: "Rulebook", spans: Sequence[Span], found: Sequence[Period]) -> str:
    ends = [points_range(book, span) for span in spans if span.period in found]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    return f"{_end(low)} to {_end(high)}"


def _end(number: float) -> str:
    return f"{number:,g}" if math.isfinite(number) else "no limit"


def _refusal(book: "Rulebook", spans: Sequence[Span]) -> Iterator[Lint]:
    decision = book.contents.decision
    if decision is None or decision.refuse_below is None:
        return
    limit = decision.refuse_below
    found = whole_periods(spans, lambda span: points_range(book, span)[0] >= limit)
    if found:
        yield _part(
            ("decision", "refuse_below"), "refuse_below",
            f"Nobody is refused for points: they lie from {_reach(book, spans, found)}, and "
            f"refusals are below {limit:g}{in_words(found, spans)}", decision,
        )  # fmt: skip


def _lists(book: "Rulebook", spans: Sequence[Span]) -> Iterator[Lint]:
    for place, row in enumerate(book.contents.lists):
        found = whole_periods(spans, partial(_has_no_entry, row.id))
        if found:
            yield _part(
                ("lists", place), row.id,
                f"Nothing enters list {row.id}: no rule in force names it{in_words(found, spans)}",
                row,
            )  # fmt: skip
        for number, way in enumerate(row.exits):
            closed = whole_periods(spans, partial(_is_closed, book, way))
            if closed:
                yield _part(
                    ("lists", place, "exits", number), f"{row.id}, exit {way.id}",
                    f"Nobody can leave list {row.id} by exit {way.id} ({way.text}): no values "
                    f"within the domains of its columns meet its condition"
                    f"{in_words(closed, spans)}", way,
                )  # fmt: skip


def _has_no_entry(name: str, span: Span) -> bool:
    return not any(rule.list == name for rule in span.rules)


def _is_closed(book: "Rulebook", way: Exit, span: Span) -> bool:
    read = exit_condition(book, way, span)
    cases = None if read is None else span.cases(read[0], beside=read[1])
    return read is not None and cases is not None and cases.never(read[0])


def _unnamed(book: "Rulebook") -> Iterator[Lint]:
    contents = book.contents
    named = {name for rule in contents.rules for name in rule.measures}
    named |= {name for row in contents.lists for name in row.measures}
    for place, measure in enumerate(contents.measures):
        if measure.id not in named and not measure.condition:
            yield _part(
                ("measures", place), measure.id,
                f"Measure {measure.id} ({measure.title}) follows from no rule and no list, and no "
                "condition is stated", measure,
            )  # fmt: skip
    grouped = {rule.group for rule in contents.rules}
    for name in contents.groups:
        if name not in grouped:
            yield _part(("groups", name), name, f"No rule is in group {name}")
    read = {
        name
        for both in book.conditions.values()
        for part in (both.mild, both.strict, both.per_mild, both.per_strict)
        if part is not None
        for name in part.parameters
    }
    # What exits and extensions say, as text: a name that stands there is not reported.
    text = str([(row.exits, row.retention) for row in contents.lists])
    text += str([rule.retention for rule in contents.rules])
    for name in contents.parameters:
        if name not in read and name not in text:
            yield _part(("parameters", name), name, f"No condition reads the parameter {name}")


def _exceptions(book: "Rulebook", spans: Sequence[Span]) -> Iterator[Lint]:
    for place, rule in enumerate(book.rules):
        inside = [span for span in spans if rule in span.rules and not _is_dead(rule, span)]
        idle: dict[str, list[str]] = {}
        for name in rule.overrides:
            found = whole_periods(inside, partial(_never_meet, rule, book.rule(name)))
            if found:
                idle.setdefault(in_words(found, inside), []).append(name)
        for words, names in idle.items():
            noun = "rule" if len(names) == 1 else "rules"
            yield lint_of(
                "unreachable", place, rule,
                f"Exception {rule.id} ({rule.title}) never meets {noun} {', '.join(names)}, which "
                f"it is to override{words}", "overrides",
            )  # fmt: skip


def _is_dead(rule: Rule, span: Span) -> bool:
    cases = span.cases(span.holds(rule))
    return cases is not None and cases.never(span.holds(rule))


def _never_meet(rule: Rule, other: Rule, span: Span) -> bool:
    if other not in span.rules:
        return True
    both = And((span.holds(rule), span.holds(other)))
    cases = span.cases(both)
    return cases is not None and cases.never(both)
