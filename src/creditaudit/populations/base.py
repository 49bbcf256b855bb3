"""A table of people or firms, and everything a reader must know before counting them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, Protocol

import pandas as pd
import pyarrow as pa

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations.storage import fingerprint
from creditaudit.roles import Roles

CATALOG_COLUMNS = ("column", "sector", "purpose", "sensitivity", "unit", "description")
SHOWN_FROM = 5
SHOWN_LEVELS = 12


def _empty_catalog() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in CATALOG_COLUMNS})


class Remakes(Protocol):
    """What can make its people again, with quantities set by hand."""

    def replay(self, given: Mapping[str, Any], **how: Any) -> "Population":
        """Return the same people with quantities set by hand."""

    def summary(self) -> pd.DataFrame:
        """Return what each knob implies."""


@dataclass(frozen=True, eq=False, repr=False)
class Population:
    """People or firms, one a row, with the part that each column plays.

    Parameters
    ----------
    frame : pandas.DataFrame of shape (n, n_columns)
        One row a person or firm.
    roles : Roles
        Which column plays which part; every column it names is in ``frame``.
    catalog : pandas.DataFrame, optional
        One row a column: ``column, sector, purpose, sensitivity, unit, description``. Empty
        when the columns are not described.
    truth : pandas.DataFrame of shape (n, n_truths), optional
        What is true of each person and cannot be seen in ``frame``, in the frame's order. Only
        synthetic populations have one; None for real data.
    made : mapping, optional
        How the population came to be: ``name``, ``source``, ``about``, ``citation``,
        ``licence``, ``disputes``, ``product``, ``jurisdictions``, ``decision_date``,
        ``synthetic`` and, for data read from a package, ``package`` and ``package_version``.
    origin : object, optional
        What made synthetic people, for `replay` and `truth_summary`.

    Raises
    ------
    MissingColumn
        If ``roles`` names a column that ``frame`` lacks, or ``catalog`` lacks one of its own.
    InputError
        If ``truth`` has another number of rows than ``frame``.
    """

    frame: pd.DataFrame
    roles: Roles
    catalog: pd.DataFrame = field(default_factory=_empty_catalog, kw_only=True)
    truth: pd.DataFrame | None = field(default=None, kw_only=True)
    made: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    origin: Remakes | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        missing = [name for name in self.roles.columns if name not in self.frame.columns]
        if missing:
            fix = "Name columns of the frame in Roles."
            raise MissingColumn.of(missing, self.frame.columns, fix)
        missing = [name for name in CATALOG_COLUMNS if name not in self.catalog.columns]
        if missing:
            fix = f"A catalog has the columns {', '.join(CATALOG_COLUMNS)}."
            raise MissingColumn.of(missing, self.catalog.columns, fix)
        if self.truth is not None and len(self.truth) != len(self.frame):
            msg = (
                f"truth has {len(self.truth):,} rows and frame has {len(self.frame):,}; "
                "it needs one row a person, in the frame's order."
            )
            raise InputError(msg)

    @property
    def n(self) -> int:
        """Number of people or firms."""
        return len(self.frame)

    @property
    def synthetic(self) -> bool:
        """True when the rows were generated and describe nobody."""
        return bool(self.made.get("synthetic", False))

    def fingerprint(self) -> str:
        """Return a hash of the names, types and values of the frame.

        Equal for equal people, however the rows were cut or stored; row labels do not enter.

        Returns
        -------
        str
            32 hex digits.
        """
        return fingerprint([pa.Table.from_pandas(self.frame, preserve_index=False)])

    def replay(
        self,
        *,
        where: Any = None,
        hold: Iterable[str | tuple[str, str]] = (),
        bias: Any = None,
        **interventions: Any,
    ) -> "Population":
        """Return the same people, with the same noise, had some quantities been otherwise.

        Parameters
        ----------
        where : array-like of bool of length n, optional
            For whom the interventions hold; for everyone by default.
        hold : iterable of str or (parent, child)
            Quantities that keep the value they have in this population, whatever the
            interventions, and edges along which the child still sees this population's parent.
        bias : Bias, optional
            The same people under other knobs.
        **interventions
            Quantity -> one value for all, or one value a person. Every node of
            `creditaudit.populations.causal_graph` can be set, seen or unseen.

        Returns
        -------
        Population of n people
            Only what follows from an intervention differs.

        Raises
        ------
        InputError
            If these people are real: what they would have been is not known.

        Notes
        -----
        The effect of an intervention on a person is the difference between the two rows. With
        ``a = people.replay(minority=0)`` and ``b = people.replay(minority=1)``, the mean of b - a
        is the total effect. With ``c = a.replay(minority=1, hold=mediators)``, the mean of c - a is
        the natural direct effect around these mediators (Pearl 2001).

        References
        ----------
        Pearl, J. (2001). Direct and indirect effects. UAI 2001, 411-420.
        """
        if self.origin is None:
            msg = "Replay needs people made by make_borrowers; of others nobody knows what if."
            raise InputError(msg)
        return self.origin.replay(interventions, where=where, hold=hold, bias=bias)

    def truth_summary(self) -> pd.DataFrame:
        """Return what each knob implies, with its range, for people whose truth is known.

        Returns
        -------
        frame
            ``knob, measure, group, value, low, high, n, note``. What follows from the formulas is
            marked exact; the rest comes from replaying these people, with a 95 % range for having
            replayed no more than these. Rows without a knob describe the people themselves.

        Raises
        ------
        InputError
            If these people are real: nobody knows their truth.
        """
        if self.origin is None:
            msg = "truth_summary needs people made by make_borrowers; of others nobody knows it."
            raise InputError(msg)
        return self.origin.summary()

    def __repr__(self) -> str:
        name = self.made.get("name", "unnamed")
        kind = "synthetic" if self.synthetic else "real"
        groups = ", ".join(self.roles.groups) or "none"
        shape = f"{self.n:,} rows, {self.frame.shape[1]} columns"
        return f"<Population {name}: {shape}, groups: {groups}, {kind}>"

    def _repr_html_(self) -> str:
        rows = [
            ("Data", "synthetic: describes nobody" if self.synthetic else "real"),
            ("Rows", f"{self.n:,}"),
            ("Columns", f"{self.frame.shape[1]:,}"),
        ]
        rows += [(f"Group {name}", _counts(self.frame[name])) for name in self.roles.groups]
        for part in ("decision", "outcome", "score"):
            column = getattr(self.roles, part)
            if column is not None:
                rows.append((part.capitalize(), column))
        for key in ("about", "source", "citation", "licence"):
            if self.made.get(key):
                rows.append((key.capitalize(), str(self.made[key])))
        rows += [("Disputed", str(dispute)) for dispute in self.made.get("disputes", ())]
        body = "".join(
            f'<tr><th scope="row">{escape(head)}</th><td>{escape(cell)}</td></tr>'
            for head, cell in rows
        )
        caption = escape(str(self.made.get("name", "Population")))
        return f"<table><caption>{caption}</caption><tbody>{body}</tbody></table>"


def _counts(column: "pd.Series[Any]") -> str:
    sizes = [(str(level), int(count)) for level, count in column.value_counts().items()]
    missing = [("missing", int(column.isna().sum()))] if column.isna().any() else []
    # One hidden count could be worked out from the total, so a small level hides them all.
    if min((count for _, count in sizes + missing), default=SHOWN_FROM) < SHOWN_FROM:
        levels = len(sizes + missing)
        return f"{levels:,} levels, the smallest under {SHOWN_FROM}: counts not shown"
    named = [f"{level} {count:,}" for level, count in sizes[:SHOWN_LEVELS] + missing]
    if len(sizes) > SHOWN_LEVELS:
        named.append(f"and {len(sizes) - SHOWN_LEVELS:,} more levels")
    return ", ".join(named)
