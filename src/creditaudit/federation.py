"""Counting together without sharing people: institutions agree on one file, then count alone."""

import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from creditaudit.bins import ScoreBins
from creditaudit.errors import InputError, UnequalTallies
from creditaudit.roles import Roles
from creditaudit.tally import Tally

KEYS = ("title", "min_cell", "groupings", "score_edges", "roles")


@dataclass(frozen=True, kw_only=True)
class CountingProtocol:
    """What institutions fix beforehand, so that their tallies can be added.

    Parameters
    ----------
    title : str
    roles : Roles
        With a fixed direction for decision, outcome and score.
    groupings : sequence of sequence of str
        The groupings everyone keeps.
    score_edges : sequence of float, optional
        The same edges for all; required when ``roles`` names a score.
    min_cell : int
        No published cell is about fewer people.

    Raises
    ------
    InputError
        With every fault at once.
    """

    title: str
    roles: Roles
    groupings: Sequence[Sequence[str]]
    score_edges: Sequence[float] | None = None
    min_cell: int = 5

    def __post_init__(self) -> None:
        faults = []
        if not self.groupings:
            faults.append("groupings= names none: [] would be a count of everyone together.")
        known = {*self.roles.groups, *self.roles.strata}
        unknown = sorted({name for one in self.groupings for name in one} - known)
        if unknown:
            faults.append(f"groupings name {unknown}, which are not in roles: {sorted(known)}.")
        if (self.roles.score is None) != (self.score_edges is None):
            faults.append("score= in roles and score_edges go together: give both or neither.")
        elif self.score_edges is not None:
            try:
                ScoreBins.from_edges(self.score_edges)
            except InputError as error:
                faults.append(str(error))
        if self.min_cell < 1:
            faults.append(f"min_cell={self.min_cell} must be 1 or more.")
        if faults:
            raise InputError("The counting protocol cannot be used. " + " ".join(faults))

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "CountingProtocol":
        """Return the protocol in a mapping; missing and unknown names are an error."""
        known = {field.name for field in fields(cls)}
        unknown, missing = sorted(set(plain) - known), sorted({"title", "roles"} - set(plain))
        if unknown or missing:
            msg = f"Protocol has unknown entries {unknown} and lacks {missing}. Known: {KEYS}."
            raise InputError(msg)
        roles = Roles.from_dict(plain["roles"])
        groupings = plain.get("groupings") or [[name] for name in roles.groups]
        return cls(**dict(plain) | {"roles": roles, "groupings": groupings})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "CountingProtocol":
        """Return the protocol in a TOML file.

        Raises
        ------
        InputError
            If the file cannot be read, or the protocol has faults.
        """
        path = Path(path)
        try:
            plain = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            msg = f"Protocol {path.name!r} cannot be read: {error}"
            raise InputError(msg) from error
        return cls.from_dict(plain)

    def count(self, data: object, *, engine: str | None = None) -> Tally:
        """Return the tally of one institution's rows under this protocol."""
        groupings = [tuple(grouping) for grouping in self.groupings]
        return Tally.from_frame(
            data, self.roles, by=groupings, score_bins=self.score_edges, engine=engine
        )


def merge_tallies(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of several tallies.

    Raises
    ------
    UnequalTallies
        If they were made under different roles, groupings or edges, or one is handed in twice.
    InputError
        If there is none.
    """
    given = list(tallies)
    if not given:
        msg = "There is no tally to merge. Hand in at least one."
        raise InputError(msg)
    prints = [tally.fingerprint() for tally in given]
    twice = sorted({place + 1 for place, one in enumerate(prints) if prints.index(one) < place})
    if twice:
        msg = (
            f"Tally number {', '.join(map(str, twice))} is the same as an earlier one; its people "
            "would be counted twice. Hand each tally in once."
        )
        raise UnequalTallies(msg)
    whole, *rest = given
    for tally in rest:
        whole = whole + tally
    return whole
