"""Do people made from a pack show the rates that the pack is named after?"""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from creditaudit.populations.biases import Bias
from creditaudit.populations.graphs import Array, Values
from creditaudit.populations.packs import Pack, load_pack
from creditaudit.populations.persons import PEOPLE
from creditaudit.populations.worlds import World

Measure = Callable[[Values], float]


def _share(name: str, code: int = 1) -> Measure:
    return lambda v: float(np.mean(v[name] == code))


def _household(v: Values) -> float:
    # A person stands for one part in s of a household of s.
    return float(1 / np.mean(1 / v["household_size"]))


def _income_ratio(v: Values) -> float:
    rural = v["registration"] == 0
    return float(v["income"][~rural].mean() / v["income"][rural].mean())


def _gini(v: Values) -> float:
    income = np.sort(v["income"])
    place = np.arange(1, len(income) + 1)
    return float(2 * (place * income).sum() / (len(income) * income.sum()) - 1 - 1 / len(income))


def _of_work(v: Values) -> float:
    return float(np.mean(v["employment"][v["employment"] < 2] == 1))


def _oracle_auc(v: Values) -> float:
    # Imported when asked for: people are made without any statistics.
    from creditaudit.populations.truths import auc_with_range

    return auc_with_range(v["true_pd"], v["label_true"])[0]


MEASURES: Mapping[str, tuple[tuple[str, ...], Measure]] = {
    "default_rate": (("true_pd",), lambda v: float(np.mean(v["true_pd"]))),
    "approval_rate": (("approved",), _share("approved")),
    "oracle_auc": (("true_pd", "label_true"), _oracle_auc),
    "female_share": (("sex",), _share("sex", 0)),
    "minority_share": (("minority",), _share("minority")),
    "rural_share": (("registration",), _share("registration", 0)),
    "migrant_share": (("migrant",), _share("migrant")),
    "on_file_share": (("on_file",), _share("on_file")),
    "self_employed_share": (("employment",), _of_work),
    "over_60_share": (("age",), lambda v: float(np.mean(v["age"] >= 60))),
    "household_size": (("household_size",), _household),
    "urban_rural_income_ratio": (("income", "registration"), _income_ratio),
    "income_gini": (("income",), _gini),
    "debt_to_income_mean": (("debt_to_income",), lambda v: float(np.nanmean(v["debt_to_income"]))),
    "debt_to_income_sd": (("debt_to_income",), lambda v: float(np.nanstd(v["debt_to_income"]))),
}  # fmt: skip


def check_calibration(pack: str | Pack, *, n: int = 65_536, seed: int = 7) -> pd.DataFrame:
    """Return the targets of a pack beside the rates of people made from it.

    Parameters
    ----------
    pack : str or Pack
        A name that `pack_names` lists, or a pack.
    n, seed : int
        How many people to make, and their seed; every knob is at zero.

    Returns
    -------
    frame with one row a target
        ``measure, target, tolerance, value, within, free, source, mark, n``. A target that is free
        was chosen and not measured.
    """
    found = load_pack(pack)
    world = World(PEOPLE, found, Bias(), seed)
    asked = {name for target in found.targets for name in MEASURES[target.measure][0]}
    values: dict[str, Array] = world.everyone(n, sorted(asked))
    rows = []
    for target in found.targets:
        realised = MEASURES[target.measure][1](values)
        within = abs(realised - target.value) <= target.tolerance
        told = target.parameter
        rows.append(
            (
                target.measure, target.value, target.tolerance, realised, within, told.free,
                told.source, told.mark, n,
            )
        )  # fmt: skip
    columns = ["measure", "target", "tolerance", "value", "within", "free", "source", "mark", "n"]
    return pd.DataFrame(rows, columns=columns)
