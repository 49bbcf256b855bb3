"""Between which points everybody lies, by intervals over the domains of the columns."""

import math
from typing import TYPE_CHECKING

from creditaudit.rulebooks.lints.spans import Span
from creditaudit.rulebooks.programs import RuleStep
from creditaudit.rulebooks.trees import (
    Absolute,
    Arithmetic,
    Case,
    Constant,
    Extreme,
    Node,
    Ref,
)

if TYPE_CHECKING:
    from creditaudit.rulebooks.book import Rulebook

Range = tuple[float, float]
EVERY: Range = (-math.inf, math.inf)


def points_range(book: "Rulebook", span: Span) -> Range:
    """Return two numbers between which the points of everybody lie.

    Not always the narrowest: rules are taken as independent of each other, but for those that fire
    for nobody and for groups.
    """
    scale = book.contents.scale
    low = high = scale.base if scale else 0.0
    grouped: dict[str, list[Range]] = {}
    for step in span.program.rules:
        if step.points is None or _is_idle(span, step):
            continue
        found = _contribution(span, step)
        found = (min(found[0], 0.0), max(found[1], 0.0))
        grouped.setdefault(step.rule.group or f" {step.rule.id}", []).append(found)
    for name, parts in grouped.items():
        group = book.contents.groups.get(name)
        if group is not None and group.take != "sum":
            ends = min(p[0] for p in parts), max(p[1] for p in parts)
        else:
            ends = sum(p[0] for p in parts), sum(p[1] for p in parts)
        if group is not None and group.cap is not None:
            cap = group.cap
            ends = (max(ends[0], cap), ends[1]) if cap < 0 else (ends[0], min(ends[1], cap))
        low, high = low + ends[0], high + ends[1]
    if scale and scale.min is not None:
        low, high = max(low, scale.min), max(high, scale.min)
    if scale and scale.max is not None:
        low, high = min(low, scale.max), min(high, scale.max)
    return low, high


def _is_idle(span: Span, step: RuleStep) -> bool:
    fires = span.fires(step.rule)
    cases = span.cases(fires)
    return cases is not None and cases.never(fires)


def _contribution(span: Span, step: RuleStep) -> Range:
    node = span.program.steps[str(step.points)]
    assert isinstance(node, Case)
    return range_of(node.cases[0][1], span)


def range_of(node: Node, span: Span) -> Range:
    """Return two numbers between which an amount lies where it is known."""
    match node:
        case Constant(value=float(number)):
            return number, number
        case Ref(name=name) if name in span.columns:
            column = span.columns[name]
            if not column.numeric:
                return EVERY
            low, high = column.low, column.high
            return (-math.inf if low is None else low), (math.inf if high is None else high)
        case Arithmetic(op=op, left=left, right=right):
            return _joined(op, range_of(left, span), range_of(right, span))
        case Extreme(word=word, items=items):
            pick = min if word == "min" else max
            parts = [range_of(item, span) for item in items]
            return pick(p[0] for p in parts), pick(p[1] for p in parts)
        case Absolute(item=item):
            low, high = range_of(item, span)
            return (0.0 if low <= 0 <= high else min(abs(low), abs(high))), max(-low, high)
        case Case(cases=cases, otherwise=otherwise):
            then = [then for _, then in cases] + ([] if otherwise is None else [otherwise])
            parts = [range_of(one, span) for one in then]
            return min(p[0] for p in parts), max(p[1] for p in parts)
    return EVERY


def _joined(op: str, a: Range, b: Range) -> Range:
    if op == "+":
        return a[0] + b[0], a[1] + b[1]
    if op == "-":
        return a[0] - b[1], a[1] - b[0]
    # 0 times no limit is 0: a point of the domain is finite.
    ends = [0.0 if 0.0 in (x, y) else x * y for x in a for y in b]
    return min(ends), max(ends)
