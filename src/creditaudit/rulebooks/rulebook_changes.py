"""Small changes to a book: a rule dropped, points changed, the line of refusal moved."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from creditaudit.errors import InputError
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.readers import Readings
from creditaudit.rulebooks.records import Band, Contents
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.toml_texts import toml_text

LOWEST = -1e15
EFFECTS = ("points", "list", "tier_cap", "gate", "measures", "overrides")


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes
    ----------
    kind : {"drop", "points", "line"}
    rule : str
        The id of the rule; empty for the line.
    value : float
        The new points, or the points under which an application is refused.
    """

    kind: Literal["drop", "points", "line"]
    rule: str = ""
    value: float = 0.0

    def __str__(self) -> str:
        match self.kind:
            case "drop":
                return f"without {self.rule}"
            case "points":
                return f"{self.rule} {self.value:+g}"
        return f"refused below {self.value:g}"


def line_of_refusal(contents: Contents) -> float | None:
    """Return the points under which an application is refused; None where points do not decide.

    Where tiers decide, the line is where the lowest tier that is not refused begins.
    """
    decision = contents.decision
    if decision is None or (decision.refuse_below is not None and decision.refuse_tiers):
        return None
    if decision.refuse_below is not None:
        return decision.refuse_below
    band = _first_approved(contents)
    return None if band is None else band.from_


def _first_approved(contents: Contents) -> Band | None:
    """Return the lowest band that is not refused, where exactly those below it are."""
    assert contents.decision is not None
    refused = set(contents.decision.refuse_tiers)
    bands = sorted(contents.bands, key=lambda one: LOWEST if one.from_ is None else one.from_)
    left = [band for band in bands if band.tier not in refused]
    if not refused or not left or bands.index(left[0]) != len(refused):
        return None
    return left[0]


def with_line(contents: Contents, value: float) -> Contents:
    """Return contents in which an application is refused below other points."""
    decision = contents.decision
    assert decision is not None
    if decision.refuse_below is not None:
        return replace(contents, decision=replace(decision, refuse_below=value))
    band = _first_approved(contents)
    assert band is not None
    higher = [one for one in contents.bands if one.from_ is not None and one.from_ > _from(band)]
    bands = tuple(
        replace(one, from_=value) if one is band
        # A tier begins no lower than the one below it.
        else replace(one, from_=max(_from(one), value)) if one in higher
        else one if one.from_ is None
        else replace(one, from_=min(one.from_, value))
        for one in contents.bands
    )  # fmt: skip
    return replace(contents, bands=bands)


def _from(band: Band) -> float:
    return LOWEST if band.from_ is None else band.from_


def with_changes(contents: Contents, changes: Sequence[Change]) -> Contents:
    """Return contents with rules dropped and points changed; the line as it was.

    Raises
    ------
    InputError
        If there is no such rule, or one without points.
    """
    by_id = {rule.id: rule for rule in contents.rules}
    unknown = sorted({one.rule for one in changes if one.kind != "line"} - set(by_id))
    if unknown:
        msg = f"{contents.book.id!r} has no rule {unknown[0]!r}. Rules: {', '.join(by_id)}."
        raise InputError(msg)
    dropped = {one.rule for one in changes if one.kind == "drop"}
    points = {one.rule: one.value for one in changes if one.kind == "points"}
    for name in points:
        if by_id[name].points is None:
            msg = f"Rule {name!r} of {contents.book.id!r} has no points to change."
            raise InputError(msg)
    rules = [_with_points(rule, points) for rule in contents.rules if rule.id not in dropped]
    rules = [
        replace(rule, overrides=tuple(name for name in rule.overrides if name not in dropped))
        for rule in rules
    ]
    return replace(contents, rules=tuple(rules))


def _with_points(rule: Rule, points: dict[str, float]) -> Rule:
    if rule.id not in points:
        return rule
    value = points[rule.id]
    return replace(rule, points=Readings(value, value))


def changed_book(book: Rulebook, changes: Sequence[Change]) -> Rulebook:
    """Return the book with changes, which says of itself that it is no text in force.

    Its id ends in ``_changed``. Tests of what was changed are left out; what was chosen here has
    the mark F.

    Raises
    ------
    InputError
    """
    with_changes(book.contents, changes)
    data: dict[str, Any] = dict(book.to_dict())
    said = "; ".join(map(str, changes)) or "nothing"
    note = f"Not a text in force: {book.id} with changes made by a search ({said})."
    data["book"] = {
        **data["book"],
        "id": f"{book.id}_changed",
        "notes": [note, *data["book"].get("notes", [])],
    }
    data.pop("tests", None)
    dropped = {one.rule for one in changes if one.kind == "drop"}
    points = {one.rule: one.value for one in changes if one.kind == "points"}
    rules = []
    for given in data["rules"]:
        rule = {key: value for key, value in given.items() if key != "tests"}
        if rule["id"] in dropped:
            continue
        if rule["id"] in points:
            rule |= {"points": points[rule["id"]], "mark": "F"}
        if "overrides" in rule:
            rule["overrides"] = [name for name in rule["overrides"] if name not in dropped]
        # A rule that was there for a dropped one only does nothing any more.
        if any(rule.get(name) not in (None, []) for name in EFFECTS):
            rules.append({k: v for k, v in rule.items() if (k, v) != ("overrides", [])})
    data["rules"] = rules
    line = next((one.value for one in changes if one.kind == "line"), None)
    if line is not None:
        contents = with_line(book.contents, line)
        assert contents.decision is not None
        data["decision"] = {**data["decision"], "rests_on": "assumption", "mark": "F"}
        if contents.decision.refuse_below is not None:
            data["decision"]["refuse_below"] = line
        starts = {band.tier: band.from_ for band in contents.bands}
        data["bands"] = [
            {**band, **({"from": starts[band["tier"]]} if "from" in band else {})}
            for band in data.get("bands", [])
        ]
    return Rulebook.from_toml(toml_text(data), f"{book.id}_changed.toml")
