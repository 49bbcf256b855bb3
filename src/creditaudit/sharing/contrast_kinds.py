"""What kind of number a difference between two rules is, and what may stand beside it."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from creditaudit.errors import InputError
from creditaudit.sharing.cascade_measures import MEASURES, parts_of, rests_on, values_of
from creditaudit.sharing.cascades import Cascade
from creditaudit.sharing.records import CHILD
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.seed_ranges import over_seeds
from creditaudit.values import Floats

HOMES = "households with a child whom the rule reaches"
NOT_HERE = (
    "whom a finding reaches does not depend on how copies are kept; months do: governance_shares"
)
SAME_LISTED = (
    "Who shares lists with whom puts nobody on a list who was on none: follows from the rule itself"
)
SAME_TOUCHED = (
    "Without ties a measure reaches those with a finding, whoever shares lists: follows from the "
    "rule itself"
)


def check_measure(measure: str) -> None:
    """Raise where there is no such measure.

    Raises
    ------
    InputError
    """
    if measure not in MEASURES:
        msg = f"There is no measure {measure!r}. Measures: {', '.join(MEASURES)}."
        raise InputError(msg)


def same_under_both(regimes: Iterable[SharingRegime], measure: str) -> str:
    """Return why a measure is the same under some rules, or an empty text."""
    ties = [rule for one in regimes for rule in one.ties if rule.relation != CHILD and rule.p > 0]
    if measure == "listed_share" and all(rule.carries != "listing" for rule in ties):
        return SAME_LISTED
    if measure in ("touched_share", "touched_per_person_with_finding") and not ties:
        return SAME_TOUCHED
    return ""


def side_values(one: Cascade, measure: str) -> Floats:
    """Return a measure of one regime, findings x groups; NaN where it needs its sweep."""
    found = values_of(one.sums_without_sweep, measure)
    if rests_on(one.regime, measure):
        return np.full(found[:, 0].shape, np.nan)
    return np.array([[over_seeds([*cell])["value"] for cell in each.T] for each in found])


def kinds_of(one: Cascade, measure: str) -> dict[tuple[str, ...], tuple[str, str]]:
    """Return kind and note by findings, entities, column and group."""
    rows = one.frame[one.frame["measure"] == measure]
    columns = ["findings", "entities", "by", "group", "kind", "note"]
    return {tuple(row[:4]): (row[4], row[5]) for row in rows[columns].to_numpy().tolist()}


def n_of(one: Cascade, measure: str) -> float:
    """Return of how many people, or findings, a measure is a share."""
    under = parts_of(one.sums_without_sweep, measure)[1]
    return float(under[0, :, one.row_of("people")].mean())


def homes_of(world: Any) -> float:
    """Return how many households there are; NaN where the table does not say."""
    frame = world.people.frame
    return float(frame["household_id"].nunique()) if "household_id" in frame else float("nan")
