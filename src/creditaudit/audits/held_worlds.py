"""What audits of shared data read: the society, its groups, and regimes by name."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.evidence import Evidence
from creditaudit.metrics.influences import Mask
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.regimes import SharingRegime

SYNTHETIC = (
    "The people are synthetic: this describes what joining such data does to people made so, and "
    "no country."
)


def held_society(evidence: Evidence) -> Society:
    """Return the society of the evidence.

    Raises
    ------
    InputError
        If it is something else.
    """
    world = evidence.society
    if not isinstance(world, Society):
        msg = f"society= is a {type(world).__name__}. Make one with ca.make_society(...)."
        raise InputError(msg)
    return world


def held_regimes(evidence: Evidence) -> dict[str, SharingRegime]:
    """Return the regimes of the evidence by name; none where there are none.

    Raises
    ------
    InputError
        If one of them is something else, or two have the same name.
    """
    given: Any = evidence.regimes
    if given is None:
        return {}
    if isinstance(given, SharingRegime):
        given = [given]
    pairs = (
        list(given.items()) if isinstance(given, Mapping) else [(one.name, one) for one in given]
    )
    named = dict(pairs)
    if len(named) < len(pairs):
        msg = "Two of regimes= have the same name. Pass them by name: {'one': ..., 'other': ...}."
        raise InputError(msg)
    wrong = [name for name, one in named.items() if not isinstance(one, SharingRegime)]
    if wrong:
        msg = f"regimes= holds {wrong}, which are no regimes. Read them with ca.SharingRegime."
        raise InputError(msg)
    return named


def people_words(world: Society) -> str:
    """Return what the people of a society are called in a sentence."""
    return "synthetic people" if world.synthetic else "people"


def society_groups(evidence: Evidence, world: Society) -> list[str]:
    """Return the columns with groups: those of the plan, or of the society's people.

    Raises
    ------
    MissingColumn
        If the plan names a column that neither the people nor other evidence have.
    """
    columns = world.people.frame.columns
    if evidence.plan.groups is None:
        return [name for name in world.people.roles.groups if name in columns]
    lacking = [name for name in evidence.plan.groups if name not in columns]
    if lacking and evidence.tally is None and evidence.frame is None:
        raise MissingColumn.of(lacking, columns, "Name a column of the society's people.")
    return [name for name in evidence.plan.groups if name in columns]


def society_sides(
    evidence: Evidence, frame: pd.DataFrame, name: str
) -> tuple[Any, Mask, list[tuple[Any, Mask]]]:  # fmt: skip
    """Return the reference of a column with its people, and every other group with its own.

    The reference is that of the plan, or else the group with most people.

    Raises
    ------
    InputError
        If nobody is of the plan's reference.
    """
    sizes = frame[name].value_counts()
    chosen = evidence.plan.reference.get(name)
    if chosen is not None and chosen not in sizes.index:
        shown = ", ".join(str(level) for level in sizes.index[:10])
        msg = f"The plan's reference {name}={chosen!r} is nobody here. Values: {shown}."
        raise InputError(msg)
    reference = sizes.index[0] if chosen is None else chosen
    values = frame[name]

    def of(level: Any) -> Mask:
        return np.asarray((values == level).to_numpy(dtype=bool, na_value=False))

    others = [(level, of(level)) for level in sizes.index if level != reference and sizes[level]]
    return reference, of(reference), others
