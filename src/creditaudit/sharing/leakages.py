"""`leakage`: how well each sector's data tell the secrets of every other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.sharing.inferences import MOST_ROWS, attribute_inference
from creditaudit.sharing.joins import Joinable

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class Leakage:
    """What each sector's data tell of the secrets of others.

    Attributes
    ----------
    frame : DataFrame
        One row a sector, secret and measure: ``sector`` (whose data), ``of`` (whose secret),
        ``secret, measure, value, low, high, n, kind, note``.
    synthetic : bool
    """

    frame: pd.DataFrame
    synthetic: bool

    @property
    def matrix(self) -> pd.DataFrame:
        """AUC with a row for each sector and a column for each secret; empty on its own data."""
        rows = self.frame[self.frame["measure"] == "auc"]
        order = list(dict.fromkeys(rows["sector"]))
        secrets = list(dict.fromkeys(rows["secret"]))
        return rows.pivot(index="sector", columns="secret", values="value").loc[order, secrets]

    def chart(self, ax: "Axes | None" = None) -> "Axes":
        """Return axes with the matrix, each AUC written in its place."""
        from creditaudit.sharing.leakage_chart import drawn

        return drawn(self, ax)

    def __repr__(self) -> str:
        rows, columns = self.matrix.shape
        return f"<Leakage of {columns} secrets to {rows} sectors>"

    def _repr_html_(self) -> str:
        return str(self.matrix.to_html(na_rep="own"))


def leakage(
    world: Any,
    secrets: Mapping[str, str],
    *,
    holders: Mapping[str, list[str]] | list[str] | None = None,
    sectors: Mapping[str, str] | None = None,
    seed: int = 0,
    most: int = MOST_ROWS,
) -> Leakage:
    """Return how well each sector's data tell a secret of every other sector.

    Parameters
    ----------
    world : Society, Population or DataFrame
    secrets : mapping of str to str
        Column -> the sector whose secret it is; "protected" for a trait that is nobody's.
    holders : list of sectors, or mapping of str to columns, optional
        Whose data are tried; by default every sector of the table.
    sectors : mapping, optional
        Column -> sector.
    seed, most : int
        As for `attribute_inference`.

    Returns
    -------
    Leakage
        Fields on the diagonal, where a sector holds the secret itself, are left out.

    Raises
    ------
    InputError, MissingColumn
        If a secret is not there.
    """
    people = Joinable.of(world, sectors)
    if not secrets:
        msg = "Name at least one secret: secrets={'listed_court': 'court'}."
        raise InputError(msg)
    given = (
        {name: people.columns_of(name) for name in holders or people.known_sectors}
        if not isinstance(holders, Mapping)
        else {name: list(columns) for name, columns in holders.items()}
    )
    parts = []
    for secret, owner in secrets.items():
        for sector, columns in given.items():
            if sector == owner:
                continue
            inputs = [name for name in columns if name not in secrets]
            if not inputs:
                continue
            found = attribute_inference(
                world, {sector: inputs}, [secret], sectors=sectors, seed=seed, most=most
            ).frame
            parts.append(found.assign(sector=sector, of=owner, secret=secret))
    columns = ["sector", "of", "secret", "measure", "value", "low", "high", "n", "kind", "note"]
    frame = pd.concat(parts, ignore_index=True)[columns]
    return Leakage(frame, people.synthetic)
