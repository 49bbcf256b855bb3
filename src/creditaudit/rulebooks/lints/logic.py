"""Dead, shadowed, duplicate and contradictory rules: what conditions say of each other."""

from collections.abc import Callable, Iterator, Sequence
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
from creditaudit.rulebooks.lints.spans import Span, in_words, whole_periods
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.trees import And, Node, refs_of

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

Pair = tuple[Rule, Rule]


def logic_lints(book: "Rulebook", spans: Sequence[Span]) -> Iterator[Lint]:
    """Yield rules that fire for nobody, for everybody, never alone, twice, or against each other."""
    places = {rule.id: place for place, rule in enumerate(book.rules)}
    idle: set[str] = set()
    for kind, test, claim in _ALONE:
        for rule in book.rules:
            inside = [span for span in spans if rule in span.rules]
            found = whole_periods(inside, lambda span, rule=rule, test=test: test(span, rule))
            if found:
                idle.add(rule.id)
                words = in_words(found, inside)
                yield lint_of(kind, places[rule.id], rule, f"{claim(rule)}{words}", "when")
    pairs = [pair for pair in combinations(book.rules, 2) if not {p.id for p in pair} & idle]
    for one, other in pairs:
        inside = [span for span in spans if one in span.rules and other in span.rules]
        for found_in in _between(book, one, other, inside):
            kind, first, second, told = found_in
            yield lint_of(
                kind, places[first.id], first, f"{told}; the other is on line "
                f"{book.line('rules', places[second.id])}.", about=f"{first.id} + {second.id}",
            )  # fmt: skip


def _is_dead(span: Span, rule: Rule) -> bool:
    holds = span.holds(rule)
    cases = span.cases(holds)
    return cases is not None and cases.never(holds)


def _is_always(span: Span, rule: Rule) -> bool:
    holds = span.holds(rule)
    cases = span.cases(holds)
    return cases is not None and cases.always(holds)


def _is_overridden(span: Span, rule: Rule) -> bool:
    fires = span.fires(rule)
    cases = span.cases(fires)
    return cases is not None and cases.never(fires) and not _is_dead(span, rule)


def _is_uncounted(span: Span, rule: Rule) -> bool:
    counts = span.counts(rule)
    if counts is None or rule.group is None or counts == span.fires(rule):
        return False
    cases = span.cases(counts)
    return cases is not None and cases.never(counts)


_Test = Callable[[Span, Rule], bool]
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
    if not spans:
        return
    read = [refs_of(span.holds(rule)) for span in spans[:1] for rule in (one, other)]
    if not set(read[0]) & set(read[1]):
        return
    forth = whole_periods(spans, lambda span: _implies(span, one, other))
    back = whole_periods(spans, lambda span: _implies(span, other, one))
    both = [period for period in forth if period in back]
    if both:
        words = in_words(both, spans)
        ways = {direction(book.contents, one), direction(book.contents, other)}
        if ways == {TAKES, ADDS}:
            yield "contradictory", one, other, (
                f"Rules {one.id} and {other.id} have the same condition, and one takes "
                f"({effect_words(one if direction(book.contents, one) == TAKES else other)}) what "
                f"the other adds{words}"
            )
        elif same := _same_effect(one, other):
            sum_ = points_of(one) + points_of(other)
            twice = f", {sum_:+g} in all" if same == "points" and one.group is None else ""
            yield "duplicate", one, other, (
                f"Rules {one.id} and {other.id} have the same condition and the same effect "
                f"({effect_words(one)}{twice}){words}"
            )
        return
    for first, second, found in ((one, other, forth), (other, one, back)):
        if found and _adds_nothing(first, second):
            yield "shadowed", first, second, (
                f"Rule {first.id} ({effect_words(first)}) adds nothing: whoever meets it also "
                f"meets {second.id}, from which the same follows{in_words(found, spans)}"
            )


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


def witness_of(span: Span, *conditions: Node) -> dict[str, object] | None:
    """Return a row for which all conditions are true, with the names of the columns."""
    tree = conditions[0] if len(conditions) == 1 else And(conditions)
    cases = span.cases(tree)
    found = None if cases is None else cases.witness(tree)
    return None if found is None else span.named(found)
