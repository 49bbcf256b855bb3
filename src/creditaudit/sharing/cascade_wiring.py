"""What of a cascade follows from its wiring, and so is no discovery."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from creditaudit.sharing.records import CHILD
from creditaudit.sharing.regimes import SharingRegime

Masks = NDArray[np.uint64]
LISTED_ALREADY = (
    "Imports put nobody on a list who was on none: the level is counted, and no import changes it."
)

ALL_ALIKE = "By the wiring it equals listed_share: whoever is listed is refused by all."


def theorem(regime: SharingRegime, measure: str) -> str:
    """Return why the value of a measure follows from the wiring alone, or an empty text."""
    ties = [one for one in regime.ties if one.relation != CHILD and one.p > 0]
    if not ties and measure in ("touched_without_own_finding", "touched_of_those_without_finding"):
        return "No tie carries anything, so nobody without a finding is reached."
    if not ties and measure == "touched_per_person_with_finding":
        return "No tie carries anything, so those reached are those with a finding."
    size = len(regime.agencies)
    alone = np.array_equal(regime.closure(), np.uint64(1) << np.arange(size, dtype=np.uint64))
    if measure == "refusals_per_finding" and alone and _all_refuse(regime) and not _lists(regime):
        return "Nobody imports, and each agency refuses whom it lists: one refusal a finding."
    return ""


def equality(regime: SharingRegime, measure: str) -> str:
    """Return what a measure equals by the wiring where its level is counted, or an empty text."""
    if _lists(regime):
        return ""
    if measure == "listed_share":
        return LISTED_ALREADY
    size = len(regime.agencies)
    everything = np.uint64((1 << size) - 1)
    all_hold = size > 1 and bool((regime.closure() == everything).all())
    if measure == "refusals_per_finding" and all_hold and _all_refuse(regime):
        return (
            f"By the wiring all hold all lists, {size} refusals for each one listed; how many that "
            "is a finding depends on who has two."
        )
    return ""


@dataclass(frozen=True)
class RefusedByAll:
    """What the wiring says of those whom every agency refuses.

    Attributes
    ----------
    kind : {"theorem", "estimate"}
        Theorem where it is zero by wiring.
    note : str
        Why, or what the share equals; "" where nothing is known beforehand.
    """

    kind: Literal["theorem", "estimate"]
    note: str


def refused_by_all_of(regime: SharingRegime, own: Masks, whom: str) -> RefusedByAll:
    """Return what follows for those refused by all from who imports what and who lists anybody.

    Parameters
    ----------
    regime : SharingRegime
    own : array of uint64
        Findings of those who are counted: which agencies list any of them.
    whom : str
        Such as "people".
    """
    names, closure = regime.agencies, [int(mask) for mask in regime.closure()]
    denying = {one.agency for one in regime.denials}
    deniers = sum(1 << k for k, name in enumerate(names) if name in denying)
    if not deniers or _lists(regime):
        return RefusedByAll("estimate", "")
    listing = int(np.bitwise_or.reduce(own)) if len(own) else 0
    finders = [k for k in range(len(names)) if listing >> k & 1]
    held = _union(closure[k] for k in finders)
    if deniers & ~held:
        lacking = [name for k, name in enumerate(names) if (deniers & ~held) >> k & 1]
        return RefusedByAll("theorem", (
            f"{', '.join(lacking)} {'lists' if len(lacking) == 1 else 'list'} no {whom} of this "
            f"society and {'imports' if len(lacking) == 1 else 'import'} no list with any: nobody "
            "can be refused by all."
        ))  # fmt: skip
    if all(deniers & ~closure[k] == 0 for k in finders):
        return RefusedByAll("estimate", ALL_ALIKE)
    for k in finders:
        rest = _union(closure[other] for other in finders if other != k)
        if deniers & ~closure[k] == 0 and deniers & ~rest:
            return RefusedByAll("estimate", (
                f"By the wiring it equals the share with a finding of {names[k]}: that list "
                "reaches every agency that refuses, and no others do without it."
            ))  # fmt: skip
    return RefusedByAll("estimate", "")


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _all_refuse(regime: SharingRegime) -> bool:
    return {one.agency for one in regime.denials} == set(regime.agencies)


def _lists(regime: SharingRegime) -> bool:
    return any(rule.carries == "listing" and rule.p > 0 for rule in regime.ties)
