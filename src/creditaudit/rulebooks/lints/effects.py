"""What a rule does to the people it fires for: it takes, adds, spares, or that is open."""

from creditaudit.rulebooks.records import Contents
from creditaudit.rulebooks.rule_records import Measure, Rule

HARMFUL = ("I", "II", "III")
SHOWN = 3
TAKES, ADDS, SPARES, OPEN = "takes", "adds", "spares", "open"


def direction(contents: Contents, rule: Rule) -> str:
    """Return "takes", "adds", "spares" (it does nothing but override), or "open".

    A list takes where a refusal or a measure of family I, II or III follows from it. A list or a
    measure of which nothing is said is open: it may be an honour.
    """
    points = points_of(rule)
    if points < 0 or rule.gate or rule.tier_cap or takes_by_measure(contents, rule):
        return TAKES
    if points > 0:
        return ADDS
    if rule.list is None and not rule.measures and points == 0 and rule.overrides:
        return SPARES
    return OPEN


def takes_by_measure(contents: Contents, rule: Rule) -> bool:
    """Whether a refusal or a harmful measure follows from a rule or from the list it enters."""
    decision = contents.decision
    refused = decision is not None and rule.list in decision.refuse_listed
    return refused or any(one.family in HARMFUL for one in measures_of(contents, rule))


def measures_of(contents: Contents, rule: Rule) -> list[Measure]:
    """Return the measures that follow from a rule, or from the list it enters."""
    named = set(rule.measures)
    named |= {name for row in contents.lists if row.id == rule.list for name in row.measures}
    return [measure for measure in contents.measures if measure.id in named]


def points_of(rule: Rule, reading: str = "strict") -> float:
    """Return the points of a rule under a reading, 0 for none."""
    return 0.0 if rule.points is None else float(str(rule.points.of(reading)))


def effect_words(rule: Rule) -> str:
    """Return what follows from a rule in a few words."""
    words = []
    if rule.points is not None:
        mild, strict = points_of(rule, "mild"), points_of(rule)
        shown = f"{strict:+g}" if mild == strict else f"{strict:+g} to {mild:+g}"
        words.append(f"{shown} points{' each time' if rule.per else ''}")
    if rule.list:
        words.append(f"list {rule.list}")
    if rule.tier_cap:
        words.append(f"no tier above {rule.tier_cap}")
    if rule.gate:
        words.append("refusal")
    if rule.measures:
        words.append(f"measure {_some(rule.measures)}")
    if rule.overrides:
        words.append(f"exception to {_some(rule.overrides)}")
    return "; ".join(words)


def _some(names: tuple[str, ...]) -> str:
    """Return the first names and how many more there are."""
    shown = ", ".join(names[:SHOWN])
    more = len(names) - SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
