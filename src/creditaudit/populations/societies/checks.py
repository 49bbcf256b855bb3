"""Does a society show the sizes, names and numbers of ties that its sources tell of?"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.populations.firms.calibrations import COLUMNS, compared, tail_exponent
from creditaudit.populations.graphs import Array
from creditaudit.populations.societies.calibrated import society_numbers
from creditaudit.populations.societies.society import Society

MANY = 10
TOP = 100


def degrees(world: Society, relation: str) -> Array:
    """Return how many ties of a kind start at each person and firm, by number."""
    src = world.of(relation)["src"].to_numpy()
    return np.bincount(src, minlength=world.people.n + world.firms.n)


def _households(size: int) -> Callable[[Society], float]:
    def share(world: Society) -> float:
        sizes = world.people.frame.groupby("household_id").size()
        return float((sizes == size).mean())

    return share


def _household_mean(world: Society) -> float:
    return world.people.n / int(world.people.frame["household_id"].nunique())


def _surnames(most: int) -> Callable[[Society], float]:
    def share(world: Society) -> float:
        surnames = world.people.frame["person_name"].str.split(" ").str[0]
        return float(surnames.value_counts(normalize=True).head(most).sum())

    return share


def _contacts(world: Society) -> Array:
    found = degrees(world, "contact")
    return found[found > 0]


def _owners_of_several(world: Society) -> float:
    owned = world.of("ownership")["src"].value_counts()
    return float((owned > 1).mean())


def _owner_represents(world: Society) -> float:
    owner, agent = (world.of(kind).sort_values("dst") for kind in ("ownership", "representation"))
    return float((owner["src"].to_numpy() == agent["src"].to_numpy()).mean())


SOCIETY_MEASURES: Mapping[str, Callable[[Society], float]] = {
    **{f"household_of_{size}": _households(size) for size in range(1, 7)},
    "household_mean": _household_mean,
    "employer_tail_exponent": lambda w: tail_exponent(w.firms.frame["employees"].to_numpy()),
    "surname_top_100": _surnames(TOP),
    "surname_top_1": _surnames(1),
    "contact_mean": lambda w: float(_contacts(w).mean()),
    "contact_over_10": lambda w: float((_contacts(w) > MANY).mean()),
    "kin_mean": lambda w: float(degrees(w, "kin")[: w.people.n].mean()),
    "owners_of_several": _owners_of_several,
    "owner_is_representative": _owner_represents,
}


def check_society(world: Society) -> pd.DataFrame:
    """Return published sizes of households and firms, names and ties beside those of a society.

    Parameters
    ----------
    world : Society
        With the default columns and every kind of tie. Tolerances are meant for 100,000 people
        and more.

    Returns
    -------
    frame with one row a target
        ``measure, target, tolerance, value, within, free, source, mark, n``. A target that is free
        was chosen and not measured.

    Raises
    ------
    InputError
        If a column or a kind of tie is missing.
    """
    people, firms = world.people.frame, world.firms.frame
    missing = [name for name in ("household_id", "person_name") if name not in people]
    missing += [name for name in ("employees",) if name not in firms]
    kinds = set(world.ties["relation"].unique())
    needed = ("contact", "kin", "ownership", "representation")
    missing += [f"ties of {kind}" for kind in needed if kind not in kinds]
    if missing:
        msg = f"The society has no {', '.join(missing)}. Make it with default columns and ties."
        raise InputError(msg)
    rows = [
        compared(target, SOCIETY_MEASURES[target.measure](world), world.people.n)
        for target in society_numbers().targets
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
