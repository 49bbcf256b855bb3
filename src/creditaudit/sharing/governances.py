"""Governance *of* data against governance *by* data: which lever does what, over the months."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.populations import Society
from creditaudit.shapley import coalition_members, shapley_values
from creditaudit.sharing.cascade_arguments import checked_number, checked_pair
from creditaudit.sharing.coefficients import feedback_numbers
from creditaudit.sharing.debtors import debtors_of
from creditaudit.sharing.feedback_measures import WORDS, measured
from creditaudit.sharing.feedback_months import lived
from creditaudit.sharing.list_reach import reach_of
from creditaudit.sharing.regime_levers import Lever, levers_between, pulled
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.retentions import Retention
from creditaudit.sharing.seed_ranges import read_seeds
from creditaudit.sharing.sweeps import FreeParameter, Swept, sweep

RETENTION = Lever("retention and repair", "of data")
MEASURES = (
    "months_listed", "lock_in", "defaults_per_100", "in_default_at_end", "creditors_paid",
    "paid_per_person", "income_lost_per_person",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class GovernanceShares:
    """What each lever between two regimes does to people and creditors over the months.

    Attributes
    ----------
    levers : tuple of Lever
    parameters : tuple of FreeParameter
        What was swept.
    n : int
    """

    levers: tuple[Lever, ...]
    parameters: tuple[FreeParameter, ...]
    n: int
    swept: dict[str, Swept] = field(repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """Shapley values: lever, governance, measure, value, low, high, n, kind, note.

        The values of a measure add up to its change from the first regime to the second; rows with
        the lever "(all of data)" or "(all by data)" are sums.
        """
        rows: list[dict[str, Any]] = []
        for key, one in self.swept.items():
            lever, measure = key.split("|")
            known = {each.name: each.governance for each in self.levers}
            # The two sums are named "(all of data)" and "(all by data)".
            side = known.get(lever, lever.removeprefix("(all ").removesuffix(")"))
            rows.append({
                "lever": lever, "governance": side, **one.row(),
                "measure": measure, "n": self.n, "note": WORDS[measure],
            })  # fmt: skip
        columns = ["lever", "governance", "measure", "value", "low", "high", "n", "kind", "note"]
        return pd.DataFrame(rows, columns=columns)

    def __repr__(self) -> str:
        names = ", ".join(lever.name for lever in self.levers)
        return f"<GovernanceShares: {names}; {len(self.parameters)} free parameters swept>"

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))


def governance_shares(
    world: Society,
    regimes: Mapping[str, SharingRegime],
    *,
    retentions: tuple[Retention, Retention],
    months: int = 60,
    agency: str = "court",
    numbers: Mapping[str, float] | None = None,
    seeds: int | Iterable[int] = range(1),
) -> GovernanceShares:
    """Share out what changes from one regime to another over what is done to data and with them.

    Parameters
    ----------
    world : Society
    regimes : mapping of str to SharingRegime
        Two; the first is the reference.
    retentions : pair of Retention
        How long entries last under each.
    months, agency, numbers : optional
        As for `feedback`.
    seeds : int or iterable of int
        A number n is 0 to n - 1.

    Returns
    -------
    GovernanceShares

    Raises
    ------
    InputError

    Notes
    -----
    One player a lever: imports, ties and measures are governance *by* data; provenance, refreshes
    and retention with repair governance *of* data. Copies end as the rule itself has it, so that
    provenance matters. Each combination is lived through under the same luck, at every place of the
    sweep over the free coefficients: the result is a sweep and no forecast.
    """
    if not isinstance(regimes, Mapping) or len(regimes) != 2 or len(retentions) != 2:
        msg = (
            'Two named regimes, such as {"alone": R.silos(), "joint": R.full()}, and two '
            f"retentions are needed; {len(regimes)} and {len(retentions)} given."
        )
        raise InputError(msg)
    chosen = read_seeds(seeds)
    one, other = regimes.values()
    for regime in (one, other):
        checked_pair(world, regime)
    checked_number("months", months, 12)
    levers = list(levers_between(one, other)) if one != other else []
    if retentions[0] != retentions[1]:
        levers.append(RETENTION)
    if not levers:
        msg = "The regimes and the retentions are the same: there is nothing to share out."
        raise InputError(msg)
    pack, debtors = feedback_numbers(numbers), debtors_of(world)
    everybody = np.ones(debtors.n, dtype=bool)
    set_here = {n: float(p.value) for n, p in pack.parameters.items() if p.low == p.high}  # type: ignore[arg-type]

    def worth(on: list[Lever], values: Mapping[str, float]) -> dict[str, float]:
        regime = pulled(one, other, [lever for lever in on if lever != RETENTION])
        reach = reach_of(world, regime, agency, copies="as_imported")
        kept = retentions[int(RETENTION in on)]
        found = feedback_numbers({**set_here, **values}).numbers
        told = [
            measured(lived(debtors, [(1, reach)], kept, found, seed, months), debtors, everybody)
            for seed in chosen
        ]
        return {name: float(np.mean([each[name] for each in told])) for name in MEASURES}

    def run(values: Mapping[str, float]) -> dict[str, float]:
        games = [
            worth([lever for lever, on in zip(levers, members, strict=True) if on], values)
            for members in coalition_members(len(levers))
        ]
        found: dict[str, float] = {}
        for name in MEASURES:
            shares = shapley_values([game[name] for game in games])
            for lever, share in zip(levers, shares, strict=True):
                found[f"{lever.name}|{name}"] = float(share)
            for side in ("of data", "by data"):
                own = [
                    s for s, lever in zip(shares, levers, strict=True) if lever.governance == side
                ]
                found[f"(all {side})|{name}"] = float(sum(own))
        return found

    free = tuple(
        FreeParameter(name, float(p.value), float(p.low), float(p.high))  # type: ignore[arg-type]
        for name, p in pack.parameters.items()
        if p.low != p.high
    )
    return GovernanceShares(tuple(levers), free, debtors.n, sweep(run, free))
