"""What the knobs imply for people whose truth is known."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from creditaudit.intervals import critical
from creditaudit.populations.biases import EXPOSED
from creditaudit.populations.worlds import World

COLUMNS = ("knob", "measure", "group", "value", "low", "high", "n", "note")
SHARES = {
    "minority": "minority_share",
    "sex": "female_share",
    "registration": "rural_share",
    "disability": "disability_share",
}
# What a knob or a group moves, as far as it moves anything.
MOVED = ("true_pd", "label_recorded", "approval_propensity")
_EXACT = "exact"
_WIDTH = float(critical())


def summary(world: World, n: int) -> pd.DataFrame:
    """Return what each knob implies for ``n`` people of a world.

    Returns
    -------
    frame
        ``knob, measure, group, value, low, high, n, note``. Rows without a knob describe the
        people: rates of the exposed and of the others, the area under the curve of the true
        chance, and what belonging to the group does in all (``total_effect_on``) and on default
        other than through its causes (``direct_effect_on``). Rows of a knob say what follows from
        its formula (exact) and what it moves, against the same people with that knob at zero.
    """
    rows = [*_people(world, n), *_effects(world, n)]
    for knob, size in world.bias.knobs.items():
        rows.append(_implied(world, knob, size, n))
        without = replace(world, bias=world.bias.without(knob))
        rows += _moved(world, without, n, knob)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _people(world: World, n: int) -> Iterator[tuple[Any, ...]]:
    wanted = ("exposed", "true_pd", "label_true", "label_recorded", "approved")
    kept = world.everyone(n, wanted)
    exposed = kept["exposed"] == 1
    for group, members in (("exposed", exposed), ("others", ~exposed)):
        people = {name: values[members] for name, values in kept.items()}
        seen = people["label_recorded"][people["approved"] == 1]
        for measure, values in (
            ("default_rate", people["true_pd"]),
            ("recorded_default_rate", people["label_recorded"]),
            ("default_rate_of_the_approved", seen),
            ("approval_rate", people["approved"]),
        ):
            yield ("", measure, group, *_mean(values), "range for having drawn these people")
    yield (
        "",
        "auc_of_true_pd",
        "all",
        *auc_with_range(kept["true_pd"], kept["label_true"]),
        "DeLong",
    )


def _effects(world: World, n: int) -> Iterator[tuple[Any, ...]]:
    group = world.bias.group
    member, other = EXPOSED[group]
    without, everyone = world.changed(n, {group: other}), world.changed(n, {group: member})
    note = f"replay: {group} {member} for all against {other} for all"
    for name, difference in _differences(everyone, without, n, MOVED).items():
        yield ("", f"total_effect_on_{name}", "all", *_mean(difference), note)
    around = without.changed(n, {group: member}, hold=["burden"])
    note = "replay: the same, with all other causes of default held"
    found = _differences(around, without, n, ["true_pd", "true_log_odds"])
    for name, difference in found.items():
        yield ("", f"direct_effect_on_{name}", "all", *_mean(difference), note)


def _moved(world: World, without: World, n: int, knob: str) -> Iterator[tuple[Any, ...]]:
    if knob == "representation":
        return
    differences = _differences(world, without, n, MOVED, exposed_only=True)
    for name, difference in differences.items():
        yield (
            knob, f"effect_on_{name}", "exposed", *_mean(difference),
            f"replay: against {knob}=0",
        )  # fmt: skip


def _implied(world: World, knob: str, size: float, n: int) -> tuple[Any, ...]:
    numbers, group = world.pack.numbers, world.bias.group
    share = float(getattr(numbers, SHARES[group]))
    withheld = float(numbers.income_withheld)
    measure, where, value = {
        "opportunity": ("difference_in_mean_opportunity", "exposed", -size),
        "direct": ("difference_in_log_odds_of_default", "exposed", size),
        "label": ("recorded_default_of_those_who_paid", "exposed", size),
        "proxy": ("auc_of_region_for_exposed", "all", (1 + size) / 2),
        "measurement": ("shift_of_log_reported_income", "exposed", -size),
        "selection": ("difference_in_log_odds_of_approval", "exposed", -size),
        "missingness": ("income_not_stated", "exposed", withheld + (1 - withheld) * size),
        "linkage": ("entries_of_somebody_else", "exposed", size),
        "representation": (
            "share_of_table", "exposed", share * (1 - size) / (1 - share * size),
        ),
    }[knob]  # fmt: skip
    return (knob, measure, where, value, value, value, n, _EXACT)


def _differences(
    world: World, other: World, n: int, names: Iterable[str], *, exposed_only: bool = False
) -> dict[str, NDArray[Any]]:
    asked = (*names, "exposed")
    here, there = world.everyone(n, asked), other.everyone(n, asked)
    kept = here["exposed"] == 1 if exposed_only else np.ones(n, dtype=bool)
    return {name: here[name][kept].astype(float) - there[name][kept] for name in names}


def _mean(values: NDArray[Any]) -> tuple[float, float, float, int]:
    if not len(values):
        return np.nan, np.nan, np.nan, 0
    mean = float(np.mean(values))
    wide = _WIDTH * float(np.std(values)) / np.sqrt(len(values))
    return mean, mean - wide, mean + wide, len(values)


def auc_with_range(score: NDArray[Any], label: NDArray[Any]) -> tuple[float, float, float, int]:
    """Return the chance that one who defaults has the higher score, with DeLong's range."""
    bad, good = score[label == 1], score[label == 0]
    if not len(bad) or not len(good):
        return np.nan, np.nan, np.nan, len(score)
    ranks = rankdata(np.concatenate([bad, good]))
    of_bad = (ranks[: len(bad)] - rankdata(bad)) / len(good)
    of_good = 1 - (ranks[len(bad) :] - rankdata(good)) / len(bad)
    value = float(of_bad.mean())
    wide = _WIDTH * np.sqrt(of_bad.var() / len(bad) + of_good.var() / len(good))
    return value, value - wide, value + wide, len(score)
