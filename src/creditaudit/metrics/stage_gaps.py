"""At which stage groups part: rates from stage to stage, and what each adds to the overall gap."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import NothingToCompare
from creditaudit.funnels import Funnel
from creditaudit.metrics.disparities import Reference, asked_of, reference_name, reference_row
from creditaudit.metrics.measures import Estimates, join_notes, whole
from creditaudit.metrics.pairs import Pairs, effect
from creditaudit.metrics.rates import BY_NAME
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

ALL = "all stages"


@dataclass(frozen=True, eq=False)
class StageGap:
    """The ratio of rates of one group and its reference, at one step or over all of them.

    ``places`` are those of group and reference among ``rates``, or None where nobody is there.
    """

    step: str
    rates: Estimates
    places: tuple[int, int] | None
    ratio: float
    p_value: float
    note: str
    pairs: Pairs | None

    def range(self, level: float = intervals.LEVEL) -> tuple[float, float]:
        """Return low and high of the ratio."""
        if self.pairs is None:
            return np.nan, np.nan
        low, high, _ = self.pairs.ranges(level)
        return float(low[0]), float(high[0])

    @property
    def n(self) -> tuple[float, float]:
        """People of group and reference at the stage."""
        if self.places is None:
            return 0.0, 0.0
        return float(self.rates.n[self.places[0]]), float(self.rates.n[self.places[1]])

    @property
    def contribution(self) -> float:
        """The log of the ratio; NaN where it is 0 or undefined."""
        return float(np.log(self.ratio)) if self.ratio > 0 else np.nan


@dataclass(frozen=True, eq=False)
class Chain:
    """One group against the reference, over all stages and step by step."""

    key: tuple[Any, ...]
    steps: tuple[StageGap, ...]
    overall: StageGap

    def share(self, step: StageGap) -> float:
        """Return a step's part of the overall log-ratio; NaN where there is no overall gap."""
        total = self.overall.contribution
        return step.contribution / total if total else np.nan


def stage_rates(funnel: Funnel, by: By = None) -> pd.DataFrame:
    """Share of each group that reached the next stage, at each stage and over all of them.

    Parameters
    ----------
    funnel : Funnel
    by : str, tuple of str or None

    Returns
    -------
    frame with one row a group and step
        The keys, step, n (people at the stage), value, low, high (95 %, Wilson), note.
    """
    frames = []
    for step, tally in _tallies(funnel):
        frame = BY_NAME["approval_rate"].estimate(tally, by).frame
        frame.insert(list(frame.columns).index("n"), "step", step)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def stage_contributions(
    funnel: Funnel, *, by: By, reference: Reference | None = None
) -> pd.DataFrame:
    """Split the overall gap between each group and a reference group over the stages.

    Parameters
    ----------
    funnel : Funnel
    by : str or tuple of str
    reference : value or tuple of values, optional
        By default the group with most people at the first stage.

    Returns
    -------
    frame with one row a group and step
        The keys, step ("all stages" last), reference, n, n_reference (people at the stage), ratio
        (of the rates), value (its log), low, high (95 %, of the log), share (of the overall log:
        the shares of the steps add up to 1, and one can be negative), p_value, p_adjusted (Holm,
        over this call), note.

    Raises
    ------
    InputError
        For an unknown reference.
    NothingToCompare

    Notes
    -----
    The overall rate is the product of the rates of the steps, so the log of the overall ratio is
    exactly the sum of the logs of the ratios of the steps.
    """
    base, chains = compare_stages(funnel, by, reference)
    names = (by,) if isinstance(by, str) else tuple(by or ())
    rows = []
    for chain in chains:
        for one in (*chain.steps, chain.overall):
            low, high = (float(end) for end in _logs(one.range()))
            rows.append(
                dict(zip(names, chain.key, strict=True))
                | {"step": one.step, "reference": reference_name(base)}
                | {"n": one.n[0], "n_reference": one.n[1], "ratio": one.ratio}
                | {"value": one.contribution, "low": low, "high": high}
                | {"share": chain.share(one), "p_value": one.p_value, "note": one.note}
            )
    frame = pd.DataFrame(rows)
    p_adjusted = intervals.holm(frame["p_value"].to_numpy(dtype=float))
    frame.insert(list(frame.columns).index("note"), "p_adjusted", p_adjusted)
    for name in ("n", "n_reference"):
        frame[name] = whole(frame[name].to_numpy(dtype=float))
    return frame


def compare_stages(
    funnel: Funnel, by: By, reference: Reference | None = None, *, min_people: float = 0
) -> tuple[Estimates, list[Chain]]:
    """Return the reference and a chain for each group of enough people at the first stage."""
    _, everyone = asked_of(funnel.overall, "approval_rate", by, "ratio")
    base = reference_row(everyone, reference)
    kept = (np.arange(len(everyone.n)) != base) & ~everyone.missing
    kept &= everyone.n >= max(min_people, 1)
    own = everyone.take(np.array([base]))
    if not kept.any() or own.n[0] < max(min_people, 1):
        msg = "Only one group has people to compare. It takes a reference group and another one."
        raise NothingToCompare(msg)
    laid = [(step, tally, asked_of(tally, "approval_rate", by, "ratio")[1])
            for step, tally in _tallies(funnel)]  # fmt: skip
    chains = []
    for row in np.flatnonzero(kept):
        key = _keys(everyone.keys)[row]
        found = [_gap(step, tally, by, rates, key, _keys(own.keys)[0])
                 for step, tally, rates in laid]  # fmt: skip
        chains.append(Chain(key, tuple(found[:-1]), found[-1]))
    return own, chains


def _gap(
    step: str, tally: Tally, by: By, rates: Estimates, key: tuple[Any, ...], base: tuple[Any, ...]
) -> StageGap:
    at = {one: place for place, one in enumerate(_keys(rates.keys))}
    mine, other = at.get(key), at.get(base)
    if mine is None or other is None or min(rates.n[mine], rates.n[other]) <= 0:
        who = "the reference" if other is None or rates.n[other] <= 0 else "the group"
        note = f"Undefined: nobody of {who} reached this stage."
        return StageGap(step, rates, None, np.nan, np.nan, note, None)
    asked, _ = asked_of(tally, "approval_rate", by, "ratio")
    pairs = Pairs(asked, tally, by, rates, np.array([mine]), np.array([other]), "ratio")
    ratio = float(effect(rates.value[mine], rates.value[other], "ratio"))
    p_value = float(pairs.ranges(intervals.LEVEL)[2][0])
    note = ""
    if ratio == 0:
        note = "Nobody of the group went on, so the log is not defined."
    elif np.isnan(ratio):
        note = "Undefined: nobody of the reference went on."
    note = join_notes(note, rates.notes[mine])
    return StageGap(step, rates, (mine, other), ratio, p_value, note, pairs)


def _tallies(funnel: Funnel) -> list[tuple[str, Tally]]:
    return [*zip(funnel.moves, funnel.steps, strict=True), (ALL, funnel.overall)]


def _keys(keys: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns = [keys[name].tolist() for name in keys.columns]
    rows = zip(*columns, strict=True)
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows]


def _logs(ends: tuple[float, float]) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.log(np.array(ends, dtype=float))
    return np.where(np.isfinite(found), found, np.nan)
