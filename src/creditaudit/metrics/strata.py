"""Counts of a group and its reference by stratum, ready to be pooled or compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.metrics.disparities import Comparison
from creditaudit.metrics.rates import BY_NAME
from creditaudit.tally import Tally
from creditaudit.values import Floats


@dataclass(frozen=True, eq=False)
class Strata:
    """The tables of one group and the reference, stratum by stratum.

    Attributes
    ----------
    keys : DataFrame of shape (n_strata, n_stratum_columns)
    events, size : float arrays of shape (n_strata, 2)
        Events and (effective) people: the group first, the reference second.
    people : float array of shape (n_strata, 2)
    missing : float
        People of both whose stratum is not known.
    """

    keys: pd.DataFrame
    events: Floats
    size: Floats
    people: Floats
    missing: float

    @property
    def shared(self) -> np.ndarray:
        """The strata in which both have people."""
        return np.asarray((self.size > 0).all(axis=1))


def stratify(
    tally: Tally, metric: str, raw: Comparison, strata: str | Sequence[str]
) -> list[Strata]:
    """Return the tables by strata of each group of a comparison.

    Raises
    ------
    InputError
    """
    by = raw.groups.by
    inside = (strata,) if isinstance(strata, str) else tuple(strata)
    if not inside or set(inside) & set(by):
        msg = f"strata={strata!r} must name columns other than those compared, {by!r}."
        raise InputError(msg)
    found = BY_NAME[rate_name(metric)].estimate(tally, (*by, *inside)).settled()
    rates = np.nan_to_num(found.value)
    hidden = np.isnan(found.value) & (found.n > 0) & (found.size > 0)
    if hidden.any():
        msg = (
            f"{metric} is not known in every stratum, as some people have no outcome: "
            f"{found.notes[int(hidden.argmax())]} Pool another rate, such as approval_rate."
        )
        raise InputError(msg)
    groups, labels = _labels(found.keys[list(by)]), _labels(found.keys[list(inside)])
    known = [None not in label for label in labels]
    order = dict.fromkeys(label for label, here in zip(labels, known, strict=True) if here)
    places = {label: place for place, label in enumerate(order)}
    keys = found.keys.loc[known, list(inside)].drop_duplicates().reset_index(drop=True)
    (base,) = _labels(raw.reference.keys)
    everyone = np.where(found.n > 0, found.size, 0)
    sides: dict[tuple[Any, ...], list[int]] = {}
    for row, group in enumerate(groups):
        sides.setdefault(group, []).append(row)

    def side(group: tuple[Any, ...]) -> tuple[Floats, float]:
        """Return events, size and people of one group by stratum, and people without one."""
        sums, missing = np.zeros((3, len(places))), 0.0
        for row in sides.get(group, []):
            if known[row]:
                numbers = (rates[row] * everyone[row], everyone[row], found.n[row])
                sums[:, places[labels[row]]] = numbers
            else:
                missing += float(found.n[row])
        return sums, missing

    theirs, lost = side(base)
    tables = []
    for group in _labels(raw.groups.keys):
        mine, missing = side(group)
        both = np.stack([mine, theirs], axis=-1)
        some = both[2].sum(axis=1) > 0
        events, size, people = both[:, some]
        there = keys[some].reset_index(drop=True)
        tables.append(Strata(there, events, size, people, missing + lost))
    return tables


def rate_name(metric: str) -> str:
    """Return the name of a rate as it is.

    Raises
    ------
    InputError
        If it is no rate.
    """
    if metric not in BY_NAME:
        msg = f"{metric!r} is no rate, so it cannot be pooled over strata. Rates: {[*BY_NAME]}."
        raise InputError(msg)
    return metric


def _labels(keys: pd.DataFrame) -> list[tuple[Any, ...]]:
    plain = keys.astype(object)
    return list(plain.where(plain.notna(), None).itertuples(index=False, name=None))
