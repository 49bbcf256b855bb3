"""Levers: what one regime has that another has not, each of which can be pulled alone."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from creditaudit.errors import InputError
from creditaudit.sharing.records import Import, TieRule
from creditaudit.sharing.regimes import SharingRegime

Governance = Literal["of data", "by data"]
MOST_TIES = 4
"""With more ties than this between two regimes, all of them are one lever: at most 8 in all."""
IMPORTS, TIES, MEASURES, PROVENANCE, REFRESHES = (
    "imports", "ties", "measures", "provenance", "refreshes",
)  # fmt: skip


@dataclass(frozen=True)
class Lever:
    """One difference between two regimes.

    Attributes
    ----------
    name : str
        Such as "imports", or "tie: " and the rule in words.
    governance : {"of data", "by data"}
        Governance *of* data is how data are kept in order: provenance, refreshes, terms and repair.
        Governance *by* data is what is done to people with them: imports, ties, measures.
    """

    name: str
    governance: Governance


def levers_between(one: SharingRegime, other: SharingRegime) -> tuple[Lever, ...]:
    """Return the levers that turn one regime into another.

    Parameters
    ----------
    one, other : SharingRegime
        With the same agencies in the same order.

    Returns
    -------
    tuple of Lever
        At most 8.

    Raises
    ------
    InputError
        If the agencies differ, or nothing else does.
    """
    if one.agencies != other.agencies:
        msg = (
            f"Regimes {one.name!r} and {other.name!r} have different agencies, so their numbers "
            f"are not of the same things. Make both with agencies={list(other.agencies)}."
        )
        raise InputError(msg)
    found = []
    if {*map(_wire, one.imports)} != {*map(_wire, other.imports)}:
        found.append(Lever(IMPORTS, "by data"))
    ties = _tie_names(one, other)
    found += [Lever(name, "by data") for name in ([TIES] if len(ties) > MOST_TIES else ties)]
    if {(d.agency, d.measure) for d in one.denials} != {
        (d.agency, d.measure) for d in other.denials
    }:
        found.append(Lever(MEASURES, "by data"))
    lines = (*one.imports, *other.imports)
    kept = [(_kept(one, line), _kept(other, line)) for line in lines]
    found += [
        Lever(name, "of data")
        for place, name in enumerate((PROVENANCE, REFRESHES))
        if any(a[place] != b[place] for a, b in kept)
    ]
    if not found:
        msg = f"Regimes {one.name!r} and {other.name!r} differ in nothing that can be pulled."
        raise InputError(msg)
    return tuple(found)


def pulled(one: SharingRegime, other: SharingRegime, levers: Iterable[Lever]) -> SharingRegime:
    """Return the first regime with some levers as the second has them.

    Parameters
    ----------
    one, other : SharingRegime
    levers : iterable of Lever
        Some of those that `levers_between` returns.

    Notes
    -----
    An import that a regime does not have is governed as its others are: it names its origin if they
    all do, and is refreshed as often as they are if that is the same for all; in a regime without
    imports it names none and its refresh is not stated.
    """
    names = {lever.name for lever in levers}
    lines = (other if IMPORTS in names else one).imports
    governed = []
    for line in lines:
        provenance, _ = _kept(other if PROVENANCE in names else one, line)
        _, days = _kept(other if REFRESHES in names else one, line)
        own = days == line.every_days
        governed.append(replace(
            line, provenance=provenance, every_days=days, free=line.free and own,
            low=line.low if own else None, high=line.high if own else None,
        ))  # fmt: skip
    return replace(
        one,
        name="+".join([one.name, *sorted(names)]),
        imports=tuple(governed),
        ties=_ties(one, other, names),
        denials=(other if MEASURES in names else one).denials,
    )


def _wire(line: Import) -> tuple[str, str, tuple[str, ...], bool, str]:
    return line.importer, line.source, line.carries, line.own_only, line.purpose


def _kept(regime: SharingRegime, line: Import) -> tuple[bool, float | None]:
    """Return whether a regime's copy by this import names its origin, and how often it is asked."""
    same = [one for one in regime.imports if _wire(one) == _wire(line)]
    every = same or list(regime.imports)
    days = {one.every_days for one in every}
    provenance = bool(every) and all(one.provenance for one in every)
    return provenance, next(iter(days)) if len(days) == 1 else None


def _tie_name(rule: TieRule) -> str:
    return f"tie: {rule.what}"


def _tie_names(one: SharingRegime, other: SharingRegime) -> list[str]:
    """Return the names of the ties that only one has, or that carry another share."""
    every = dict.fromkeys(map(_tie_name, (*one.ties, *other.ties)))
    return [name for name in every if _rules(one, name) != _rules(other, name)]


def _rules(regime: SharingRegime, name: str) -> list[tuple[float, object]]:
    return [(rule.p, rule.agencies) for rule in regime.ties if _tie_name(rule) == name]


def _ties(one: SharingRegime, other: SharingRegime, names: set[str]) -> tuple[TieRule, ...]:
    if TIES in names:
        return other.ties
    return (
        *(rule for rule in one.ties if _tie_name(rule) not in names),
        *(rule for rule in other.ties if _tie_name(rule) in names),
    )
