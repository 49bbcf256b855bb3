"""Which columns of a table a model may read, sector by sector, and which it may not, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.vocabulary import load_vocabulary

# Known only once the decision has been made, whatever the table.
AFTERWARDS = ("lender_points", "approved", "interest_rate", "amount_granted", "default")
NAMING = ("id", "text", "date")
_LEFT = ("column", "sector", "why")


@dataclass(frozen=True, eq=False)
class SectorColumns:
    """The inputs of each sector.

    Attributes
    ----------
    sectors : tuple of str
        The players, in order.
    inputs : mapping of str to tuple of str
        Sector -> its columns that a model may read.
    base : tuple of str
        Columns that every coalition has.
    base_sectors : tuple of str
    left_out : DataFrame
        ``column, sector, why``: the other columns of these sectors.
    """

    sectors: tuple[str, ...]
    inputs: Mapping[str, tuple[str, ...]]
    base: tuple[str, ...]
    base_sectors: tuple[str, ...]
    left_out: pd.DataFrame

    @property
    def all(self) -> list[str]:
        """Every input: those of the base, then those of each sector."""
        return [*self.base, *(name for sector in self.sectors for name in self.inputs[sector])]


def columns_of_sectors(
    frame: pd.DataFrame,
    sectors: Sequence[str] | Mapping[str, Any] | None,
    base: Sequence[str],
    *,
    catalog: pd.DataFrame | None,
    taken: Sequence[str],
) -> SectorColumns:
    """Return the inputs of each sector.

    Parameters
    ----------
    frame : DataFrame
    sectors : sequence of str, mapping or None
        The players by name; or column -> sector, or sector -> columns, for a table of one's own;
        or all sectors of the catalog.
    base : sequence of str
        Sectors whose columns every coalition has.
    catalog : DataFrame or None
        ``column, sector, sensitivity``; the vocabulary where there is none.
    taken : sequence of str
        Columns that play a part: groups, decision, outcome, score.

    Raises
    ------
    InputError
        If a sector has no input, or is both a player and in the base.
    """
    if isinstance(base, str) or isinstance(sectors, str):
        msg = "sectors= and base= are lists of names, such as base=['bank']."
        raise InputError(msg)
    home, named = _homes(frame, sectors, catalog)
    protected = _protected(catalog)
    inputs: dict[str, list[str]] = {}
    left: list[tuple[str, str, str]] = []
    for column, sector in home.items():
        why = _why_not(column, frame, protected, taken)
        if why:
            left.append((column, sector, why))
        else:
            inputs.setdefault(sector, []).append(column)
    players = list(inputs) if named is None else named
    if named is None or isinstance(sectors, Mapping):
        players = [one for one in players if one not in base]
    both = [one for one in players if one in base]
    if both or len(set(players)) < len(players):
        msg = f"Sectors {both or players} are named twice, among sectors= and base=."
        raise InputError(msg)
    known = set(home.values())
    for one in (*players, *base):
        if one not in inputs:
            why = (
                "none of its columns may be an input: "
                + "; ".join(f"{column} is {why}" for column, sector, why in left if sector == one)
                if one in known
                else f"the table has no columns of it. Sectors: {', '.join(sorted(known))}"
            )
            msg = f"Sector {one!r} has nothing to give: {why}."
            raise InputError(msg)
    if not players:
        msg = "There is no sector to value. Name some as sectors=."
        raise InputError(msg)
    kept = {*players, *base}
    return SectorColumns(
        tuple(players), {one: tuple(inputs[one]) for one in players},
        tuple(column for one in base for column in inputs[one]), tuple(base),
        pd.DataFrame([row for row in left if row[1] in kept], columns=pd.Index(_LEFT)),
    )  # fmt: skip


def _homes(
    frame: pd.DataFrame, sectors: Any, catalog: pd.DataFrame | None
) -> tuple[dict[str, str], list[str] | None]:
    """Return column -> sector for the columns of a table, and the sectors named."""
    if isinstance(sectors, Mapping):
        pairs = [
            (str(key), str(value)) if isinstance(value, str) else (str(column), str(key))
            for key, value in sectors.items()
            for column in ([key] if isinstance(value, str) else value)
        ]
        missing = [column for column, _ in pairs if column not in frame.columns]
        if missing:
            fix = "sectors= maps columns of the table to sectors."
            raise MissingColumn.of(missing, frame.columns, fix)
        names = [column for column, _ in pairs]
        twice = sorted({one for one in names if names.count(one) > 1})
        if twice:
            msg = f"Columns {twice} are in two sectors. Name each once in sectors=."
            raise InputError(msg)
        return dict(pairs), list(dict.fromkeys(sector for _, sector in pairs))
    if catalog is not None and len(catalog):
        found = dict(zip(catalog["column"], catalog["sector"], strict=True))
    else:
        found = {one.name: one.sector for one in load_vocabulary().columns.values()
                 if one.of in ("person", "firm")}  # fmt: skip
    home = {str(name): str(found[name]) for name in frame.columns if name in found}
    return home, None if sectors is None else [str(one) for one in sectors]


def _protected(catalog: pd.DataFrame | None) -> set[str]:
    found = {
        one.name for one in load_vocabulary().columns.values() if one.sensitivity == "protected"
    }
    if catalog is not None:
        found |= set(catalog.loc[catalog["sensitivity"] == "protected", "column"])
    return found


def _why_not(column: str, frame: pd.DataFrame, protected: set[str], taken: Sequence[str]) -> str:
    known = load_vocabulary()
    if column in taken:
        return "a group, the decision, the outcome or the score"
    if column in protected:
        return "protected"
    if column in AFTERWARDS:
        return "known only after the decision"
    if column in known and known[column].type in NAMING:
        return "a text, a number or a date that names somebody or something"
    if pd.api.types.is_datetime64_any_dtype(frame[column].dtype):
        return "a date"
    return ""
