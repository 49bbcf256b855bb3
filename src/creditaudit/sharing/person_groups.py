"""People of a society by group: who is in which, as masks and as keys of a frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import MissingColumn

Flags = npt.NDArray[np.bool_]
By = str | Sequence[str] | None


@dataclass(frozen=True, eq=False)
class PersonGroup:
    """Everybody, or the people of one group.

    Attributes
    ----------
    keys : dict
        Column -> value; empty for everybody.
    members : bool array
    """

    keys: dict[str, Any]
    members: Flags

    @property
    def n(self) -> int:
        """How many people."""
        return int(self.members.sum())

    @property
    def name(self) -> str:
        """The values, with commas; "all" for everybody."""
        return ", ".join(map(str, self.keys.values())) or "all"


def groups_of_people(frame: pd.DataFrame, by: By) -> list[PersonGroup]:
    """Return everybody, then the people of each group.

    Parameters
    ----------
    frame : DataFrame
        One row a person.
    by : str, sequence of str or None
        Columns; people without a value are in no group, and among everybody.

    Raises
    ------
    MissingColumn
    """
    names = [] if by is None else [by] if isinstance(by, str) else [*by]
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise MissingColumn.of(missing, frame.columns, "Pass by= with columns of the people.")
    whole = PersonGroup(dict.fromkeys(names, "(all)"), np.ones(len(frame), dtype=bool))
    if not names:
        return [PersonGroup({}, whole.members)]
    found = [whole]
    for values, rows in frame.groupby(names, observed=True, dropna=True).indices.items():
        members = np.zeros(len(frame), dtype=bool)
        members[rows] = True
        single = values if isinstance(values, tuple) else (values,)
        found.append(PersonGroup(dict(zip(names, single, strict=True)), members))
    return found
