"""What an auditor holds, and what that access allows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from hashlib import blake2b
from json import dumps
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.intervals import LEVEL, holm
from creditaudit.protocols import HasPoints, HasProbability
from creditaudit.tally import Tally

LEVELS = (
    "published rules only",
    "counts",
    "decisions with groups, person by person",
    "decisions and inputs, person by person",
    "the model, or the right to query it",
    "training data, flows between agencies, and logs",
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What was fixed before looking at the data; its hash goes into the report.

    Parameters
    ----------
    groups : sequence of str, optional
        The group columns to report on; all of the tally's by default.
    reference : mapping, optional
        The reference group of each column; by default the group with most people.
    line : float
        The ratio that findings are set against, 0.8 by default. It is a line on a statistic:
        beside it, a gap is beyond, not beyond, or it cannot be told.
    min_cell : int
        Groups of fewer people are not shown.
    jurisdictions : sequence of str
        Whose law is looked up, such as ["US"] or ["US-CO"].
    product : str, optional
        What was decided, such as "mortgage" or "consumer_credit".
    decision_date : str, optional
        When the decisions fell, as YYYY-MM-DD: older decisions stand under the older text.

    Raises
    ------
    InputError
        With every fault at once.
    """

    groups: Sequence[str] | None = None
    reference: Mapping[str, Any] = field(default_factory=dict)
    line: float = 0.8
    min_cell: int = 5
    jurisdictions: Sequence[str] = ()
    product: str | None = None
    decision_date: str | None = None

    def __post_init__(self) -> None:
        faults = []
        if not 0 < self.line < 1:
            faults.append(f"line={self.line!r} must lie between 0 and 1; 0.8 is four fifths.")
        if self.min_cell < 1:
            faults.append(f"min_cell={self.min_cell!r} must be 1 or more.")
        if isinstance(self.groups, str) or isinstance(self.jurisdictions, str):
            faults.append("groups= and jurisdictions= are lists, such as ['race'] and ['US'].")
        if faults:
            raise InputError("Plan cannot be used as given. " + " ".join(faults))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types with the hash of the rest."""
        plain = asdict(self)
        plain["groups"] = None if self.groups is None else list(self.groups)
        plain["jurisdictions"] = list(self.jurisdictions)
        text = dumps(plain, sort_keys=True, ensure_ascii=False, default=str)
        return plain | {"hash": blake2b(text.encode(), digest_size=16).hexdigest()}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Plan":
        """Return the plan in a mapping, such as a TOML file; unknown names are an error."""
        known = {one.name for one in fields(cls)}
        unknown = sorted(set(plain) - known - {"hash"})
        if unknown:
            msg = f"Unknown plan entries {unknown}. Known: {sorted(known)}."
            raise InputError(msg)
        return cls(**{name: value for name, value in plain.items() if name in known})


@dataclass(frozen=True)
class Family:
    """The comparisons of a whole report: ranges and p-values are corrected over all of them."""

    p_values: tuple[float, ...]

    @property
    def size(self) -> int:
        """Number of comparisons."""
        return max(len(self.p_values), 1)

    @property
    def level(self) -> float:
        """Level of each range so that all hold together (Bonferroni)."""
        return 1 - (1 - LEVEL) / self.size

    def adjusted(self, p_value: float) -> float:
        """Return Holm's adjusted value of one of the p-values; NaN for one that is not there."""
        if p_value not in self.p_values:
            return math.nan
        return float(holm(np.array(self.p_values))[self.p_values.index(p_value)])


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """What this auditor holds. The access level follows from it.

    Parameters
    ----------
    tally : Tally, optional
        Counts; made from rows it gives level 2, from a published table level 1.
    frame : DataFrame, optional
        Inputs, one row a person (level 3).
    scorer : estimator, optional
        The model, or a way to query it (level 4).
    rulebook, society, regimes : optional
        The rules; a world with its ties and events (level 5); sharing regimes.
    about : mapping, optional
        What the data are: ``Population.made``, or your own ``name``, ``about``, ``citation``,
        ``licence``, ``disputes``, ``limits``, ``product``, ``jurisdictions``, ``decision_date``,
        ``synthetic``.

    Raises
    ------
    InputError
        If nothing is held.
    """

    tally: Tally | None = None
    frame: pd.DataFrame | None = None
    scorer: HasPoints | HasProbability | None = None
    rulebook: Any = None
    society: Any = None
    regimes: Any = None
    about: Mapping[str, Any] = field(default_factory=dict)
    plan: Plan = field(default_factory=Plan)
    family: Family | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not self.held:
            msg = "Evidence holds nothing. Pass at least one of tally, frame, scorer or rulebook."
            raise InputError(msg)
        if self.tally is not None and not isinstance(self.tally, Tally):
            msg = (
                f"tally= is a {type(self.tally).__name__}. Make a Tally first: "
                "ca.Tally.from_frame(data, roles) or ca.Tally.from_counts(table, roles)."
            )
            raise InputError(msg)

    @property
    def held(self) -> list[str]:
        """Names of what is held."""
        names = ("tally", "frame", "scorer", "rulebook", "society", "regimes")
        return [name for name in names if getattr(self, name) is not None]

    @property
    def level(self) -> int:
        """Rung on the access ladder, 0 to 5; see `LEVELS`."""
        if self.society is not None or self.regimes is not None:
            return 5
        if self.scorer is not None:
            return 4
        if self.frame is not None:
            return 3
        if self.tally is not None:
            return 2 if self.tally.origin == "rows" else 1
        return 0

    def lacks(self, need: str) -> bool:
        """Whether something an audit needs is not there.

        ``need`` is one of what can be held, a role ("outcome"), or "groups" (one named grouping)
        or "intersections" (a grouping of two or more columns).
        """
        if need in ("groups", "intersections"):
            least = 1 if need == "groups" else 2
            return self.tally is None or not any(len(g) >= least for g in self.tally.groupings)
        if need in ("decision", "outcome", "score"):
            return self.tally is None or getattr(self.tally.roles, need) is None
        return need not in self.held
