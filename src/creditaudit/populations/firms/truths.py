"""What the knobs imply for firms whose truth is known."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.intervals import critical
from creditaudit.populations.biases import Bias
from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.truths import auc_with_range
from creditaudit.populations.worlds import World

COLUMNS = ["knob", "measure", "group", "value", "low", "high", "n", "note"]
MOVED = ("true_pd", "label_recorded", "approval_propensity", "public_credit_points")
BLOCKS = (
    "identity_points", "finance_points", "governance_points", "compliance_points",
    "social_responsibility_points",
)  # fmt: skip
_WIDTH = float(critical())


def firm_summary(world: World, bias: FirmBias, n: int) -> pd.DataFrame:
    """Return what each knob implies for ``n`` firms of a world.

    Returns
    -------
    frame
        ``knob, measure, group, value, low, high, n, note``. Rows without a knob describe the firms:
        rates of the exposed and the others, and the area under the curve of the true chance. Rows
        of a knob say what follows from its formula (exact, before points are cut off at the ends of
        their block) and what it moves, against the same firms with that knob at zero; points of the
        public credit score block by block.
    """
    rows = list(_firms(world, n))
    for knob, size in bias.knobs.items():
        rows += [*_implied(knob, size, n), *_moved(world, bias, knob, n)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _firms(world: World, n: int) -> Iterator[tuple[Any, ...]]:
    kept = world.everyone(n, ("exposed", "label_true", "firm_approved", *MOVED))
    exposed = kept["exposed"] == 1
    for group, members in (("exposed", exposed), ("others", ~exposed)):
        for measure, name in (
            ("default_rate", "true_pd"), ("recorded_default_rate", "label_recorded"),
            ("approval_rate", "firm_approved"), ("public_credit_points", "public_credit_points"),
        ):  # fmt: skip
            note = "range for having drawn these firms"
            yield ("", measure, group, *_mean(kept[name][members]), note)
    auc = auc_with_range(kept["true_pd"], kept["label_true"])
    yield ("", "auc_of_true_pd", "all", *auc, "DeLong")


def _implied(knob: str, size: float, n: int) -> Iterator[tuple[Any, ...]]:
    measure, value = {
        "ownership": ("points_in_social_responsibility", size),
        "lenience": ("share_of_breaches_not_found", size),
        "concealment": ("share_of_debts_out_of_sight", size),
        "direct": ("difference_in_log_odds_of_default", size),
        "label": ("recorded_default_of_those_who_paid", size),
        "selection": ("difference_in_log_odds_of_approval", -size),
    }[knob]
    yield (knob, measure, "exposed", value, value, value, n, "exact")


def _moved(world: World, bias: FirmBias, knob: str, n: int) -> Iterator[tuple[Any, ...]]:
    other = replace(world, bias=cast(Bias, bias.without(knob)))
    asked = ("exposed", *MOVED, *BLOCKS)
    here, there = world.everyone(n, asked), other.everyone(n, asked)
    exposed = here["exposed"] == 1
    for name in (*MOVED, *BLOCKS):
        difference = (here[name].astype(float) - there[name])[exposed]
        note = f"replay: against {knob}=0"
        yield (knob, f"effect_on_{name}", "exposed", *_mean(difference), note)


def _mean(values: NDArray[Any]) -> tuple[float, float, float, int]:
    known = values[~np.isnan(values.astype(float))]
    if not len(known):
        return np.nan, np.nan, np.nan, 0
    mean = float(np.mean(known))
    wide = _WIDTH * float(np.std(known)) / np.sqrt(len(known))
    return mean, mean - wide, mean + wide, len(known)
