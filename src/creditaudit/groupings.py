"""Which columns are crossed with each other: the groupings that a tally keeps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import TypeGuard

from creditaudit.counting import Grouping
from creditaudit.errors import InputError
from creditaudit.roles import Roles

By = str | Sequence[str] | None
RESERVED = {
    "n", "value", "low", "high", "note", "reference", "n_reference", "p_value", "p_adjusted",
    "detectable", "bound_low", "bound_high", "measure", "metric", "seeds",
    "score_bin", "outcome", "decision", "w", "w2",
}  # fmt: skip


def groupings_to_keep(roles: Roles, by: By | Iterable[By]) -> list[Grouping]:
    """Return the groupings asked for; by default each group alone and each pair.

    Raises
    ------
    InputError
        For a column that is no group or stratum, or has the name of a result column.
    """
    groups = tuple(roles.groups)
    if by is None:
        by = [*groups, *combinations(groups, 2)]
    chosen = groupings_asked(by, roles)
    allowed = {*groups, *roles.strata}
    unknown = sorted({name for one in chosen for name in one} - allowed)
    if unknown:
        msg = (
            f"by= names {unknown}, which are not among the groups or strata of Roles: "
            f"{sorted(allowed)}. Add them to groups=."
        )
        raise InputError(msg)
    clash = sorted(RESERVED & {*allowed, roles.period})
    if clash:
        msg = (
            f"Column {', '.join(map(repr, clash))} has the name of a result column. "
            "Rename it in the table and in Roles."
        )
        raise InputError(msg)
    return chosen


def groupings_asked(by: By | Iterable[By], roles: Roles) -> list[Grouping]:
    """Return the groupings asked for: a name or a tuple of names is one, a list holds several."""
    groupings = [one_grouping(by)] if _is_one(by) else [one_grouping(one) for one in by or ()]
    # The period is a key of every grouping already.
    without = [tuple(key for key in dict.fromkeys(g) if key != roles.period) for g in groupings]
    return list(dict.fromkeys(without)) or [()]


def one_grouping(by: By) -> Grouping:
    """Return one grouping as a tuple of columns."""
    if by is None:
        return ()
    return (by,) if isinstance(by, str) else tuple(by)


def _is_one(by: By | Iterable[By]) -> TypeGuard[By]:
    lone = by is None or isinstance(by, str)
    return lone or (isinstance(by, tuple) and all(isinstance(name, str) for name in by))
