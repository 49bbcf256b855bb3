"""What the parts of a book say of each other: every id that is named exists, and no circle."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches

from creditaudit.rulebooks.records import RIGHTS, Basis, Contents, Right
from creditaudit.rulebooks.rule_records import Remedy, Rule
from creditaudit.rulebooks.shapes import Report
from creditaudit.rulebooks.toml_lines import Path


def check_references(contents: Contents, report: Report) -> None:
    """Report every id that is used twice, unknown, or part of a circle; and dates out of order."""
    for name in ("sources", "basis", "lists", "measures", "rules"):
        _check_twice(name, [row.id for row in getattr(contents, name)], report)
    known = {
        "source": [row.id for row in contents.sources],
        "basis": [row.id for row in contents.basis],
        "list": [row.id for row in contents.lists],
        "measures": [row.id for row in contents.measures],
        "overrides": [row.id for row in contents.rules],
        "group": list(contents.groups),
    }
    for path, kind, name in _named(contents):
        if name not in known[kind]:
            close = get_close_matches(name, known[kind], n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            report(path, f"{name!r} is not in this book{hint}")
    _check_header(contents, report)
    _check_bands(contents, report)
    _check_searches(contents, report)
    for place, rule in enumerate(contents.rules):
        _check_rule(contents, rule, ("rules", place), report)
    _check_circles(contents.rules, report)


def _check_twice(name: str, ids: Sequence[str], report: Report) -> None:
    counts = Counter(ids)
    for place, one in enumerate(ids):
        if counts[one] > 1 and place != ids.index(one):
            report((name, place, "id"), f"{one!r} is used {counts[one]} times")


def _named(contents: Contents) -> Iterator[tuple[Path, str, str]]:
    """Yield path, kind and id of everything that names another part of the book."""
    for section in ("scale", "decision"):
        row = getattr(contents, section)
        if row is not None and row.source:
            yield (section, "source"), "source", row.source
    for name, right in contents.rights.items():
        if right.source:
            yield ("rights", name, "source"), "source", right.source
    for section in ("bands", "basis", "lists", "measures", "rules"):
        for place, row in enumerate(getattr(contents, section)):
            yield from _named_by(row, (section, place))
    for name, parameter in contents.parameters.items():
        for place, value in enumerate(parameter.values):
            if value.source:
                yield ("parameters", name, "values", place, "source"), "source", value.source
    for name in () if contents.decision is None else contents.decision.refuse_listed:
        yield ("decision", "refuse_listed"), "list", name


def _named_by(row: object, path: Path) -> Iterator[tuple[Path, str, str]]:
    for kind in ("source", "list", "group"):
        name = getattr(row, kind, None)
        if isinstance(name, str):
            yield (*path, kind), kind, name
    for kind in ("basis", "measures", "overrides"):
        names = getattr(row, kind, ())
        for place, name in enumerate(names):
            yield (*path, kind, place), kind, name
    for inner in ("retention", "repair", "appeal", "notice", "extension"):
        part = getattr(row, inner, None)
        if part is not None:
            yield from _named_by(part, (*path, inner))
    for place, exit_ in enumerate(getattr(row, "exits", ())):
        yield from _named_by(exit_, (*path, "exits", place))


def _check_header(contents: Contents, report: Report) -> None:
    book = contents.book
    if contents.format != 1:
        report(("format",), f"format {contents.format} is not known; this version reads 1")
    if book.in_force and book.repealed and book.repealed <= book.in_force:
        report(("book", "repealed"), f"{book.repealed} is not after in_force {book.in_force}")
    if book.shape_only and contents.rules:
        report(("book", "shape_only"), "a book of shape only has no rules")
    if not book.shape_only and not contents.rules:
        report(("book",), "there is no rule; a book without rules says shape_only = true")
    if not book.shape_only and contents.decision is None:
        what = "a book with rules needs [decision], resting on the text or on an assumption"
        report(("book",), what)
    if not contents.sources:
        report((), "there is no [[sources]]")
    for name in contents.rights:
        if name not in RIGHTS:
            report(("rights", name), f"{name!r} is not one of {', '.join(RIGHTS)}")


def _check_bands(contents: Contents, report: Report) -> None:
    bands = contents.bands
    starts = [band.from_ for band in bands]
    open_ended = [place for place, start in enumerate(starts) if start is None]
    if bands and len(open_ended) != 1:
        report(("bands",), "exactly one band, the lowest, has no 'from'")
    known = [start for start in starts if start is not None]
    if known != sorted(known) and known != sorted(known, reverse=True):
        report(("bands",), "bands stand in the order of their points")
    if len(set(known)) < len(known):
        report(("bands",), "two bands begin with the same points")
    if len({band.tier for band in bands}) < len(bands):
        report(("bands",), "two bands have the same tier")
    scale = contents.scale
    if scale is not None:
        low, high = scale.min, scale.max
        if (low is not None and scale.base < low) or (high is not None and scale.base > high):
            report(("scale", "base"), "the base lies outside of the scale")
    if bands and scale is None:
        report(("bands",), "bands need [scale] with the points everybody starts with")
    tiers = [band.tier for band in bands]
    for tier in () if contents.decision is None else contents.decision.refuse_tiers:
        if tier not in tiers:
            report(("decision", "refuse_tiers"), f"{tier!r} is no tier of this book")


def _check_searches(contents: Contents, report: Report) -> None:
    """Report a search without where, when and by whom, and a citation without what."""
    rows: list[tuple[Path, Basis | Right | Remedy]] = [
        (("basis", place), row) for place, row in enumerate(contents.basis)
    ]
    rows += [(("rights", name), right) for name, right in contents.rights.items()]
    for place, rule in enumerate(contents.rules):
        for part in ("repair", "appeal", "notice"):
            remedy = getattr(rule, part)
            if remedy is not None:
                rows.append((("rules", place, part), remedy))
    for path, row in rows:
        if row.state == "searched_not_found" and not isinstance(row, Remedy):
            for field in ("searched_in", "searched_on", "searched_by"):
                if not getattr(row, field):
                    report(path, f"searched and not found: {field} is missing")
        if isinstance(row, Basis) and row.state in ("cited", "repealed"):
            if not row.cite or row.rank is None:
                report(path, f"a {row.state} basis needs cite and rank")
            if row.state == "repealed" and row.to is None:
                report(path, "a repealed basis needs 'to', its last day")
        if not isinstance(row, Basis) and row.state == "stated" and not (row.text and row.source):
            report(path, "a stated right needs text and source")


def _check_rule(contents: Contents, rule: Rule, path: Path, report: Report) -> None:
    does = (rule.points, rule.list, rule.tier_cap, rule.gate)
    if all(part is None for part in does) and not rule.measures and not rule.overrides:
        what = "nothing follows: give points, list, tier_cap, gate, measures or overrides"
        report(path, what)
    if rule.points is not None and contents.scale is None:
        report((*path, "points"), "points need [scale] with the points everybody starts with")
    if rule.points is None and (rule.per or rule.cap is not None or rule.group):
        report(path, "per, cap and group belong to a rule with points")
    tiers = [band.tier for band in contents.bands]
    if rule.tier_cap is not None and rule.tier_cap not in tiers:
        report((*path, "tier_cap"), f"{rule.tier_cap!r} is no tier of this book")
    start, end = rule.effective.from_, rule.effective.to
    if start and end and end < start:
        report((*path, "effective"), f"'to' {end} is before 'from' {start}")
    _check_signs(contents, rule, path, report)


def _check_signs(contents: Contents, rule: Rule, path: Path, report: Report) -> None:
    if rule.points is None:
        return
    ends = (float(str(rule.points.mild)), float(str(rule.points.strict)))
    if ends[0] * ends[1] < 0:
        report((*path, "points"), "a range from minus to plus says nothing; write two rules")
    if rule.cap is not None and (rule.per is None or rule.cap * ends[1] <= 0):
        report((*path, "cap"), "a cap belongs to points with 'per', and has their sign")
    group = contents.groups.get(rule.group or "")
    if group is None:
        return
    if group.take != "sum" and rule.per:
        what = f"group {rule.group!r} takes {group.take}; a rule with 'per' cannot be in it"
        report((*path, "per"), what)
    if group.cap is not None and group.take != "sum":
        report(("groups", rule.group or "", "cap"), "a cap belongs to a group that takes sum")
    others = [
        float(str(other.points.strict))
        for other in contents.rules
        if other.group == rule.group and other.points is not None
    ]
    if group.take == "max" and min(others) < 0 < max(others):
        report((*path, "group"), "a group that takes max holds deductions or additions, not both")


def _check_circles(rules: Sequence[Rule], report: Report) -> None:
    below = {rule.id: rule.overrides for rule in rules}
    for place, rule in enumerate(rules):
        circle = _circle(rule.id, below.__getitem__, below)
        if circle:
            report(("rules", place, "overrides"), f"overrides run in a circle: {circle}")


def _circle(start: str, under: Callable[[str], Iterable[str]], known: Iterable[str]) -> str:
    """Return the way from an id back to itself in words, empty if there is none."""
    ids = set(known)
    pending = [(start, start)]
    seen: set[str] = set()
    while pending:
        here, way = pending.pop()
        for name in under(here):
            if name == start:
                return f"{way} > {name}"
            if name in ids and name not in seen:
                seen.add(name)
                pending.append((name, f"{way} > {name}"))
    return ""
