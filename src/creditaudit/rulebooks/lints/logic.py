"""Dead, shadowed, duplicate and contradictory rules: what conditions say of each other."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

from creditaudit.rulebooks.lints.effects import (
    ADDS,
    TAKES,
    direction,
    effect_words,
    points_of,
)
from creditaudit.rulebooks.lints.lint import Lint, lint_of
from creditaudit.rulebooks.lints.spans import Period, Span, in_words, whole_periods
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.trees import refs_of

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook


def logic_lints(book: "Rulebook", spans: Sequence[Span]) -> Iterator[Lint]:
    """Yield rules that never fire, always fire, never take effect, repeat or contradict."""
    places = {rule.id: place for place, rule in enumerate(book.rules)}
    idle: set[tuple[Period, str]] = set()
    for kind, test, told_of in _ALONE:
        for rule in book.rules:
            inside = [span for span in spans if rule in span.rules]
            found = whole_periods(inside, partial(test, rule))
            if found:
                idle |= {(period, rule.id) for period in found}
                words = in_words(found, inside)
                yield lint_of(kind, places[rule.id], rule, f"{told_of(rule)}{words}", "when")
    for one, other in combinations(book.rules, 2):
        inside = [
            span
            for span in spans
            if one in span.rules
            and other in span.rules
            and not {(span.period, one.id), (span.period, other.id)} & idle
        ]
        for kind, first, second, told in _between(book, one, other, inside):
            line = book.line("rules", places[second.id])
            claim = f"{told}; rule {second.id} is on line {line}"
            about = f"{first.id} + {second.id}"
            yield lint_of(kind, places[first.id], first, claim, about=about)


def _is_dead(rule: Rule, span: Span) -> bool:
    holds = span.holds(rule)
    cases = span.cases(holds)
    return cases is not None and cases.never(holds)


def _is_always(rule: Rule, span: Span) -> bool:
    holds = span.holds(rule)
    cases = span.cases(holds)
    return cases is not None and cases.always(holds)


def _is_overridden(rule: Rule, span: Span) -> bool:
    fires = span.fires(rule)
    cases = span.cases(fires)
    return cases is not None and cases.never(fires) and not _is_dead(rule, span)


def _is_uncounted(rule: Rule, span: Span) -> bool:
    counts = span.counts(rule)
    if counts is None or rule.group is None or counts == span.fires(rule):
        return False
    fires = span.fires(rule)
    cases = span.cases(counts, fires)
    return cases is not None and cases.never(counts) and not cases.never(fires)


_Test = Callable[[Rule, Span], bool]
_ALONE: tuple[tuple[str, _Test, Callable[[Rule], str]], ...] = (
    ("dead", _is_dead, lambda rule: (
        f"Rule {rule.id} ({rule.title}) can fire for nobody: no values within the domains of its "
        "columns meet its condition"
    )),
    ("always", _is_always, lambda rule: (
        f"Rule {rule.id} ({rule.title}) fires for everybody: its condition tells nobody apart"
    )),
    ("shadowed", _is_overridden, lambda rule: (
        f"Rule {rule.id} ({rule.title}) never fires: whoever meets its condition also meets an "
        "exception to it"
    )),
    ("shadowed", _is_uncounted, lambda rule: (
        f"The points of rule {rule.id} ({rule.title}) never count: whenever it fires, another "
        f"rule of group {rule.group} counts instead"
    )),
)  # fmt: skip


def _between(
    book: "Rulebook", one: Rule, other: Rule, spans: Sequence[Span]
) -> Iterator[tuple[str, Rule, Rule, str]]:
    """Yield kind, the two rules in the order in which they are told, and what is said of them."""
    if not spans or not _read(spans[0], one) & _read(spans[0], other):
        return
    forth = whole_periods(spans, lambda span: _implies(span, one, other))
    back = whole_periods(spans, lambda span: _implies(span, other, one))
    both = [period for period in forth if period in back]
    if both:
        ways = [direction(book.contents, rule) for rule in (one, other)]
        same = f"Rules {one.id} and {other.id} have the same condition"
        words = in_words(both, spans)
        if set(ways) == {TAKES, ADDS}:
            told = f"{same}: the one {ways[0]} ({effect_words(one)}), the other {ways[1]} "
            yield "contradictory", one, other, f"{told}({effect_words(other)}){words}"
        elif effect := _same_effect(one, other):
            counted = effect == "points" and one.group is None and other.group is None
            whole = points_of(one) + points_of(other)
            twice = f", {whole:+g} in all" if counted else ""
            told = f"{same} and the same effect ({effect_words(one)}{twice}){words}"
            yield "duplicate", one, other, told
        return
    for first, second, found in ((one, other, forth), (other, one, back)):
        if found and _adds_nothing(first, second):
            told = (
                f"Rule {first.id} ({effect_words(first)}) adds nothing: whoever meets it also "
                f"meets {second.id}, from which the same follows{in_words(found, spans)}"
            )
            yield "shadowed", first, second, told


def _read(span: Span, rule: Rule) -> set[str]:
    return set(refs_of(span.holds(rule)))


def _implies(span: Span, one: Rule, other: Rule) -> bool:
    first, second = span.holds(one), span.holds(other)
    cases = span.cases(first, second)
    return cases is not None and cases.implies(first, second)


def _same_effect(one: Rule, other: Rule) -> str:
    """Return what two rules both do, empty if nothing."""
    if points_of(one) * points_of(other) > 0:
        return "points"
    for name in ("list", "gate", "tier_cap"):
        if getattr(one, name) is not None and getattr(one, name) == getattr(other, name):
            return name
    shared = set(one.measures) & set(other.measures) or set(one.overrides) & set(other.overrides)
    return "measures" if shared else ""


def _adds_nothing(one: Rule, other: Rule) -> bool:
    """Whether everything that follows from one rule follows from the other too."""
    if one.points is not None or one.tier_cap is not None or one.retention != other.retention:
        return False
    if one.list not in (None, other.list) or one.gate not in (None, other.gate):
        return False
    return (
        set(one.measures) <= set(other.measures)
        and set(one.overrides) <= set(other.overrides)
        and set(one.touches) <= set(other.touches)
    )
