"""Parts that say opposite things: entry and exit, one act, a waived act, mild and strict."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from creditaudit.rulebooks.kinds import NUMBER
from creditaudit.rulebooks.lints.conditions_beside import exit_condition
from creditaudit.rulebooks.lints.effects import SPARES, TAKES, direction
from creditaudit.rulebooks.lints.lint import INDEPENDENT, Lint, lint_of
from creditaudit.rulebooks.lints.spans import (
    READINGS,
    Span,
    in_words,
    plain_name,
    row_words,
    whole_periods,
)
from creditaudit.rulebooks.programs import worked_out
from creditaudit.rulebooks.rule_records import Exit, Rule
from creditaudit.rulebooks.trees import And, Compare, Constant, Not, Ref, refs_of

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook


def contradiction_lints(book: "Rulebook", spans: Sequence[Span]) -> Iterator[Lint]:
    """Yield parts of a book that say opposite things."""
    for place, rule in enumerate(book.rules):
        inside = [span for span in spans if rule in span.rules]
        yield from _entry_and_exit(book, place, rule, inside)
        yield from _first_act(book, place, rule, inside)
        yield from _readings(book, place, rule, inside)
    yield from _one_act(book)


def _entry_and_exit(
    book: "Rulebook", place: int, rule: Rule, spans: Sequence[Span]
) -> Iterator[Lint]:
    for row in book.contents.lists:
        for way in row.exits if row.id == rule.list else ():
            found = whole_periods(spans, partial(_leaves_at_once, book, rule, way))
            if found:
                yield lint_of(
                    "contradictory", place, rule,
                    f"Whoever enters list {row.id} under rule {rule.id} meets its exit {way.id} "
                    f"({way.text}) at the same moment{in_words(found, spans)}",
                    about=f"{rule.id} + {way.id}",
                )  # fmt: skip


def _leaves_at_once(book: "Rulebook", rule: Rule, way: Exit, span: Span) -> bool:
    read = exit_condition(book, way, span)
    if read is None:
        return False
    entry = span.fires(rule)
    cases = span.cases(entry, read[0], beside=read[1])
    return cases is not None and not cases.never(entry) and cases.implies(entry, read[0])


def _first_act(book: "Rulebook", place: int, rule: Rule, spans: Sequence[Span]) -> Iterator[Lint]:
    """Yield where a rule says that a first act is waived, or counts, and its condition does not."""
    if rule.first_breach == "unstated" or not spans:
        return
    span = spans[-1]
    holds = refs_of(span.holds(rule))
    counted = [name for name in holds if span.columns[name].type == "count"]
    if len(counted) != 1:
        return
    name, fires = counted[0], span.fires(rule)
    once = Compare("==", Ref(name, holds[name]), Constant(1.0, NUMBER))
    row = span.witness(fires, once)
    points = span.step(rule).points
    if row is not None and points is not None and not worked_out(span.program, row)[points]:
        row = None
    if rule.first_breach == "waived" and row is not None:
        yield lint_of(
            "contradictory", place, rule,
            f"Rule {rule.id} says that a first act is waived, and counts it: {row_words(row)}",
            "first_breach", limits=INDEPENDENT,
        )  # fmt: skip
    cases = span.cases(And((fires, once)))
    if rule.first_breach == "counted" and cases and cases.never(And((fires, once))):
        yield lint_of(
            "contradictory", place, rule,
            f"Rule {rule.id} says that a first act counts, and does not fire at "
            f"{plain_name(name)} 1", "first_breach",
        )  # fmt: skip


def _readings(book: "Rulebook", place: int, rule: Rule, spans: Sequence[Span]) -> Iterator[Lint]:
    """Yield a rule of which the reading called mild is the harder one."""
    way = direction(book.contents, rule)
    if not rule.when.differ or way not in (TAKES, SPARES):
        return
    for first, second in zip(spans[::2], spans[1::2], strict=False):
        if (first.program.reading, second.program.reading) != READINGS:
            return
        mild, strict = first.holds(rule), second.holds(rule)
        harder = (mild, Not(strict)) if way == TAKES else (strict, Not(mild))
        row = second.witness(*harder)
        if row is not None:
            yield lint_of(
                "contradictory", place, rule,
                f"The mild reading of rule {rule.id} is harder than the strict one for somebody: "
                f"{row_words(row)}", "when", limits=INDEPENDENT,
            )  # fmt: skip
            return


def _one_act(book: "Rulebook") -> Iterator[Lint]:
    """Yield acts that one rule calls lawful, or waives the first time, and another does not."""
    for name, words in (
        ("lawful", {True: "lawful", False: "not lawful"}),
        ("first_breach", {"waived": "waived the first time", "counted": "counted from the first"}),
    ):
        said: dict[str, dict[object, tuple[int, Rule]]] = {}
        for place, rule in enumerate(book.rules):
            if rule.act and getattr(rule, name) in words:
                said.setdefault(rule.act, {}).setdefault(getattr(rule, name), (place, rule))
        for act, ways in said.items():
            if len(ways) > 1:
                (place, rule), (_, other) = ways.values()
                told = [words[way] for way in ways]  # type: ignore[index]
                yield lint_of(
                    "contradictory", place, rule,
                    f"Act {act} is {told[0]} by rule {rule.id} and {told[1]} by rule {other.id}",
                    name, about=f"{rule.id} + {other.id}",
                )  # fmt: skip
