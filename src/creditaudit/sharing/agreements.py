"""Hits above a threshold: agreements and disagreements weighed as Fellegi and Sunter do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.sharing.joins import Joinable
from creditaudit.sharing.namesakes import Namesakes, checked_list
from creditaudit.sharing.packed_keys import packed
from creditaudit.sharing.quasi_identifiers import Bands, named_columns

MOST_KEYS = 8


@dataclass(frozen=True)
class Field:
    """What one key says about a pair of records.

    Attributes
    ----------
    name : str
    m : float
        Chance to agree where both records are about one person.
    u : float
        Chance to agree where they are about two.
    missing : float
        Share of pairs in which one of them lacks it: no weight either way.
    """

    name: str
    m: float
    u: float
    missing: float = 0.0

    def states(self) -> tuple[tuple[float, float, float], ...]:
        """Return weight in bits, chance among the same and among others: agree, differ, missing."""
        seen = 1 - self.missing
        agree = (float(np.log2(self.m / self.u)), seen * self.m, seen * self.u)
        differ = (
            float(np.log2((1 - self.m) / (1 - self.u))), seen * (1 - self.m), seen * (1 - self.u)
        )  # fmt: skip
        return (agree, differ, (0.0, self.missing, self.missing))


def agreement_by_chance(
    world: Any, keys: Sequence[str], *, bands: Bands | None = None
) -> pd.DataFrame:
    """Return for each key how often two different people agree in it: the u of a linkage.

    Parameters
    ----------
    world : Society, Population or DataFrame
    keys : sequence of str
    bands : mapping, optional
        See `exposure`.

    Returns
    -------
    frame
        ``key, measure, value, low, high, n, kind, note``.

    Raises
    ------
    MissingColumn
        If a key is not there.
    """
    frame = Joinable.of(world).frame
    rows = []
    for name in named_columns(frame, keys):
        found = Namesakes.of(packed(frame, [name], bands).sizes_of_people()).effective()
        value, high, low = (1 / one for one in found)
        rows.append((name, "u", value, low, high, float(len(frame)), "estimate", ""))
    names = ["key", "measure", "value", "low", "high", "n", "kind", "note"]
    return pd.DataFrame(rows, columns=pd.Index(names))


def matching_thresholds(
    u: Mapping[str, float],
    m: Mapping[str, float] | float,
    *,
    list_size: float,
    population: float,
    missing: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Return what a list finds at each threshold: true entries, and people wrongly taken for them.

    Parameters
    ----------
    u : mapping of str to float
        Key -> chance that two different people agree in it, such as from `agreement_by_chance` or
        from a trained linkage.
    m : mapping of str to float, or float
        Key -> chance that two records of one person agree: less than 1 where names are written in
        more ways than one. It is an assumption unless it was trained.
    list_size, population : float
        Entries, and people searched among.
    missing : mapping, optional
        Key -> share of pairs in which it is missing. A missing key has no weight, so it does not
        speak against a hit as a difference would.

    Returns
    -------
    frame
        One row a threshold, the strictest first: ``threshold`` (bits), ``recall`` (share of true
        entries found), ``u`` (chance that two different people reach it), ``wrongful``,
        ``per_listing``, ``kind``.

    Raises
    ------
    InputError
        If a chance is not between 0 and 1, or there are too many keys.

    Notes
    -----
    Weights are log2 (m / u) for an agreement and log2 ((1 - m) / (1 - u)) for a difference, summed
    over keys, which are taken to be independent within each kind of pair. Then the closed form is
    that of equal keys with u(t) in place of a key's chance: (N - M) [1 - (1 - u(t))^M].

    References
    ----------
    Fellegi, I. P. and Sunter, A. B. (1969). A theory for record linkage. JASA 64, 1183-1210.
    """
    checked_list(list_size, population)
    fields = _fields(u, m, missing or {})
    rows = []
    for states in product(*(one.states() for one in fields)):
        weights, same, other = np.array(states).T
        if same.prod() > 0 or other.prod() > 0:
            rows.append((round(float(weights.sum()), 9), float(same.prod()), float(other.prod())))
    table = pd.DataFrame(rows, columns=pd.Index(["threshold", "recall", "u"]))
    table = table.groupby("threshold").sum().sort_index(ascending=False).cumsum().clip(upper=1)
    chance = table["u"].to_numpy().clip(max=1 - 1e-15)
    hit = -np.expm1(list_size * np.log1p(-chance))
    table["wrongful"] = (population - list_size) * hit
    table["per_listing"] = table["wrongful"] / list_size
    return table.reset_index().assign(kind="sweep")


def _fields(
    u: Mapping[str, float], m: Mapping[str, float] | float, missing: Mapping[str, float]
) -> list[Field]:
    if not 1 <= len(u) <= MOST_KEYS:
        msg = f"u= names {len(u)} keys; it takes 1 to {MOST_KEYS}."
        raise InputError(msg)
    chosen = m if isinstance(m, Mapping) else dict.fromkeys(u, m)
    if set(chosen) != set(u) or not set(missing) <= set(u):
        msg = f"m= and missing= must be about the keys of u=, {', '.join(u)}."
        raise InputError(msg)
    made = [Field(name, chosen[name], u[name], missing.get(name, 0.0)) for name in u]
    wrong = [
        one.name for one in made
        if not (0 < one.u < one.m < 1 and 0 <= one.missing < 1)
    ]  # fmt: skip
    if wrong:
        msg = f"Keys {wrong} need 0 < u < m < 1 and a missing share of 0 up to 1."
        raise InputError(msg)
    return made
