"""People and firms, the ties between them, what was entered about them, and who keeps what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from html import escape
from typing import Any

import pandas as pd
import pyarrow as pa

from creditaudit.errors import InputError
from creditaudit.populations.base import Population
from creditaudit.populations.storage import fingerprint

TABLES = ("ties", "events", "debts", "catalog", "agencies", "macro")


@dataclass(frozen=True, eq=False, repr=False)
class Society:
    """People and firms with everything that joins them.

    People have the numbers 0 to n - 1 and firms the numbers from n on, so that one number says
    who is meant in every table: ``person_id``, ``firm_id``, ``src``, ``dst``, ``entity``,
    ``debtor`` and ``creditor``.

    Parameters
    ----------
    people, firms : Population
        Of whom the truth is known.
    ties : pandas.DataFrame
        ``src, dst`` (int64) and ``relation``. Ties of household, kin and contact are there from
        both sides; those of employment, ownership and representation go from a person to a firm,
        those of guarantee from who vouches to the debtor.
    events : pandas.DataFrame
        One row an entry: ``event_id, entity, entity_kind, agency, event, date, finding`` and what
        the entry says of itself, by date.
    debts : pandas.DataFrame
        ``debtor, creditor, kind, amount, reported``: people are creditors too.
    catalog : pandas.DataFrame
        One row a column of any table: who collects it, why, on which legal basis, whether it helps
        to single people out, and whether it leaves the country.
    agencies : pandas.DataFrame
        One row an agency and legal basis.
    macro : pandas.DataFrame
        ``month, economy`` and one column a region: higher is worse.
    made : mapping
        How the society came to be.

    Raises
    ------
    InputError
        If the numbers of firms do not begin where those of people end.
    """

    people: Population
    firms: Population
    ties: pd.DataFrame
    events: pd.DataFrame
    debts: pd.DataFrame
    catalog: pd.DataFrame
    agencies: pd.DataFrame
    macro: pd.DataFrame
    made: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        frame = self.firms.frame
        if "firm_id" in frame and len(frame) and int(frame["firm_id"].iloc[0]) != self.people.n:
            msg = (
                f"The first firm_id is {frame['firm_id'].iloc[0]} and there are {self.people.n:,} "
                "people: number firms from there on."
            )
            raise InputError(msg)

    @property
    def first_firm(self) -> int:
        """Number of the first firm; smaller numbers are people."""
        return self.people.n

    @property
    def synthetic(self) -> bool:
        """True: nobody in it exists."""
        return bool(self.made.get("synthetic", False))

    def of(self, relation: str) -> pd.DataFrame:
        """Return the ties of one kind, ``src`` and ``dst``.

        Raises
        ------
        InputError
            If there is no such kind.
        """
        kinds = list(self.ties["relation"].cat.categories)
        if relation not in kinds:
            msg = f"There are no ties of kind {relation!r}. Kinds: {', '.join(kinds)}."
            raise InputError(msg)
        kept = self.ties["relation"] == relation
        return self.ties.loc[kept, ["src", "dst"]].reset_index(drop=True)

    def fingerprint(self) -> str:
        """Return a hash of every table: names, types and values.

        Returns
        -------
        str
            32 hex digits, the same for any number of workers.
        """
        whole = blake2b(digest_size=16)
        for part in (self.people, self.firms):
            whole.update(part.fingerprint().encode())
        for name in TABLES:
            table = pa.Table.from_pandas(getattr(self, name), preserve_index=False)
            whole.update(f"{name}|{fingerprint([table])}".encode())
        return whole.hexdigest()

    def __repr__(self) -> str:
        return (
            f"<Society: {self.people.n:,} people, {self.firms.n:,} firms, {len(self.ties):,} ties, "
            f"{len(self.events):,} events, {'synthetic' if self.synthetic else 'real'}>"
        )

    def _repr_html_(self) -> str:
        counts = self.ties["relation"].value_counts(sort=False)
        rows = [
            ("Data", "synthetic: describes nobody"),
            ("People", f"{self.people.n:,}"),
            ("Firms", f"{self.firms.n:,}"),
            *((f"Ties of {kind}", f"{count:,}") for kind, count in counts.items()),
            ("Events", f"{len(self.events):,}"),
            ("Debts", f"{len(self.debts):,}"),
        ]
        body = "".join(
            f'<tr><th scope="row">{escape(str(head))}</th><td>{escape(cell)}</td></tr>'
            for head, cell in rows
        )
        return f"<table><caption>Society</caption><tbody>{body}</tbody></table>"
