"""Do firms made from a pack show the rates that the pack is named after?"""

from collections.abc import Callable, Mapping
from typing import cast

import numpy as np
import pandas as pd

from creditaudit.populations.biases import Bias
from creditaudit.populations.firms import FIRMS
from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.origins import firm_seed
from creditaudit.populations.firms.packs import load_firm_pack
from creditaudit.populations.firms.registers import OWNERSHIPS
from creditaudit.populations.firms.supervision import RATINGS
from creditaudit.populations.firms.taxes import CUSTOMS_RATINGS, TAX_RATINGS
from creditaudit.populations.graphs import Array, Values
from creditaudit.populations.packs import Pack, Target
from creditaudit.populations.worlds import World

Measure = Callable[[Values], float]
TAIL_FROM = 10
COLUMNS = ["measure", "target", "tolerance", "value", "within", "free", "source", "mark", "n"]


def _share(name: str, *codes: int) -> Measure:
    # Of those that have the value: a rating is a share of the rated.
    return lambda v: float(np.isin(v[name][v[name] >= 0], codes).mean())


def _rated(name: str, level: str) -> tuple[tuple[str, ...], Measure]:
    levels = {
        "tax_rating": TAX_RATINGS, "customs_rating": CUSTOMS_RATINGS,
        "public_credit_rating": RATINGS,
    }  # fmt: skip
    return (name,), _share(name, levels[name].index(level))


def tail_exponent(sizes: Array, least: int = TAIL_FROM) -> float:
    """Return the exponent of the law that a firm has at least s employees, from ``least`` on.

    Notes
    -----
    Maximum likelihood with each whole size taken at the middle of what it stands for:
    ``n / sum(log((s + 1/2) / least))``.
    """
    tail = sizes[sizes >= least]
    if not len(tail):
        return float("nan")
    return float(len(tail) / np.log((tail + 0.5) / least).sum())


def _oracle_auc(v: Values) -> float:
    # Imported when asked for: firms are made without any statistics.
    from creditaudit.populations.truths import auc_with_range

    return auc_with_range(v["true_pd"], v["label_true"])[0]


FIRM_MEASURES: Mapping[str, tuple[tuple[str, ...], Measure]] = {
    "firm_default_rate": (("true_pd",), lambda v: float(np.mean(v["true_pd"]))),
    "firm_approval_rate": (("firm_approved",), _share("firm_approved", 1)),
    "firm_oracle_auc": (("true_pd", "label_true"), _oracle_auc),
    "private_share": (
        ("ownership",),
        _share("ownership", OWNERSHIPS.index("private"), OWNERSHIPS.index("politically_tied")),
    ),
    "size_tail_exponent": (("employees",), lambda v: tail_exponent(v["employees"])),
    "tax_rated_a": _rated("tax_rating", "A"),
    "tax_rated_d": _rated("tax_rating", "D"),
    "customs_advanced": _rated("customs_rating", "advanced"),
    "rated_excellent": _rated("public_credit_rating", "excellent"),
    "rated_good": _rated("public_credit_rating", "good"),
    "rated_fair": _rated("public_credit_rating", "fair"),
    "rated_poor": _rated("public_credit_rating", "poor"),
}


def check_firm_calibration(pack: str | Pack, *, n: int = 65_536, seed: int = 7) -> pd.DataFrame:
    """Return the targets of a pack of firms beside the rates of firms made from it.

    Parameters
    ----------
    pack : str or Pack
        A name that `firm_pack_names` lists, or a pack.
    n, seed : int
        How many firms to make, and their seed; every knob is at zero.

    Returns
    -------
    frame with one row a target
        ``measure, target, tolerance, value, within, free, source, mark, n``. A target that is free
        was chosen and not measured.
    """
    found = load_firm_pack(pack)
    world = World(FIRMS, found, cast(Bias, FirmBias()), firm_seed(seed))
    asked = {name for target in found.targets for name in FIRM_MEASURES[target.measure][0]}
    values: dict[str, Array] = world.everyone(n, sorted(asked))
    rows = [compared(one, FIRM_MEASURES[one.measure][1](values), n) for one in found.targets]
    return pd.DataFrame(rows, columns=COLUMNS)


def compared(target: Target, value: float, n: int) -> tuple[object, ...]:
    """Return one row of the table: a target, what was found, and whether it is near enough."""
    told = target.parameter
    return (
        target.measure, target.value, target.tolerance, value,
        abs(value - target.value) <= target.tolerance, told.free, told.source, told.mark, n,
    )  # fmt: skip
