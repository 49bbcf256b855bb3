"""A table of people or firms, and everything a reader must know before counting them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.roles import Roles

CATALOG_COLUMNS = ("column", "sector", "purpose", "sensitivity", "unit", "description")
SHOWN_FROM = 5
SHOWN_LEVELS = 12


def _empty_catalog() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="str") for name in CATALOG_COLUMNS})


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
