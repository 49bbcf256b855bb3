"""One act counted by several organs, and one fact that costs points more than once."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from creditaudit.rulebooks.lints.effects import TAKES, direction, effect_words, points_of
from creditaudit.rulebooks.lints.lint import INDEPENDENT, Lint, lint_of
from creditaudit.rulebooks.lints.spans import Span, row_words
from creditaudit.rulebooks.records import Contents
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.trees import refs_of
from creditaudit.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook


def act_lints(book: "Rulebook", spans: Sequence[Span]) -> Iterator[Lint]:
    """Yield acts from which several rules draw consequences that add up for one person.

    Two rules of one group that takes the most, or of which one overrides the other, do not add up;
    neither do two that enter the same list. Two with the same condition are duplicates.
    """
    places = {rule.id: place for place, rule in enumerate(book.rules)}
    taking = [rule for rule in book.rules if direction(book.contents, rule) == TAKES]
    joined: dict[str, list[tuple[Rule, Rule, str]]] = {}
    for one, other in combinations(taking, 2):
        if not _accumulate(book.contents, one, other):
            continue
        if not one.act or one.act != other.act:
            yield from _nested(places, spans, one, other)
        elif row := _both(spans, one, other):
            joined.setdefault(one.act, []).append((one, other, row))
    for act, pairs in joined.items():
        apart = [pair for pair in pairs if "" != pair[0].agency != pair[1].agency != ""]
        scored = [pair for pair in pairs if pair[0].points and pair[1].points]
        if not (apart or scored):
            continue
        by_place = {places[rule.id]: rule for pair in apart or scored for rule in pair[:2]}
        rules = [by_place[place] for place in sorted(by_place)]
        told = "; ".join(f"{_who(rule)}: {rule.id} ({effect_words(rule)})" for rule in rules)
        if apart:
            organs = len({rule.agency for rule in rules})
            claim = f"Act {act} is counted by {organs} organs: {told}"
        else:
            claim = f"Act {act} costs points in {len(rules)} rules: {told}"
        claim += f". One person may meet two of them, such as with {(apart or scored)[0][2]}"
        yield lint_of(
            "several_organs" if apart else "counted_twice", places[rules[0].id], rules[0], claim,
            "act", about=act, limits=INDEPENDENT,
        )  # fmt: skip


def _who(rule: Rule) -> str:
    agencies = load_vocabulary().agencies
    return agencies[rule.agency][1] if rule.agency in agencies else rule.agency or "not said who"


def _accumulate(contents: Contents, one: Rule, other: Rule) -> bool:
    """Whether the consequences of two rules add up where both fire."""
    if one.id in other.overrides or other.id in one.overrides:
        return False
    if one.points and other.points:
        group = contents.groups.get(one.group or "")
        return one.group != other.group or group is None or group.take == "sum"
    same_list = one.list is not None and one.list == other.list
    same_gate = one.gate is not None and one.gate == other.gate
    if same_list or same_gate or (one.tier_cap and other.tier_cap):
        return False
    return not set(one.measures) & set(other.measures)


def _both(spans: Sequence[Span], one: Rule, other: Rule) -> str | None:
    """Return a row for which the consequences of both rules count, in words.

    None where there is none, or the rules have the same condition.
    """
    for span in spans:
        if one in span.rules and other in span.rules and not _are_alike(span, one, other):
            parts = [span.counts(rule) or span.fires(rule) for rule in (one, other)]
            row = span.witness(*parts)
            if row is not None:
                return row_words({name: row[name] for name in row if row[name] not in (False, 0)})
    return None


def _are_alike(span: Span, one: Rule, other: Rule) -> bool:
    first, second = span.holds(one), span.holds(other)
    cases = span.cases(first, second)
    return cases is not None and cases.implies(first, second) and cases.implies(second, first)


def _nested(
    places: dict[str, int], spans: Sequence[Span], one: Rule, other: Rule
) -> Iterator[Lint]:
    """Yield where whoever meets one rule meets the other too, and both take points."""
    if not (one.points and other.points):
        return
    for span in spans:
        if one not in span.rules or other not in span.rules:
            continue
        first, second = span.holds(one), span.holds(other)
        if not set(refs_of(first)) & set(refs_of(second)):
            return
        cases = span.cases(first, second)
        if cases is None or cases.never(first) or cases.never(second):
            continue
        forth, back = cases.implies(first, second), cases.implies(second, first)
        if forth == back:
            continue
        narrow, wide = (one, other) if forth else (other, one)
        row = _both([span], one, other)
        if row is None or cases.always(second if forth else first):
            continue
        yield lint_of(
            "counted_twice", places[narrow.id], narrow,
            f"Whoever meets rule {narrow.id} ({effect_words(narrow)}) meets {wide.id} "
            f"({effect_words(wide)}) too: {points_of(narrow) + points_of(wide):+g} points, such "
            f"as with {row}", "when", about=f"{narrow.id} + {wide.id}", limits=INDEPENDENT,
        )  # fmt: skip
        return
