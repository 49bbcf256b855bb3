"""Do people perform as often as the score says they will? For scores that are probabilities."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.cells import BIN, OUTCOME
from creditaudit.metrics.linearised import linear_error
from creditaudit.metrics.measures import Estimates, Harm, say_observed, whole
from creditaudit.metrics.predictions import (
    Outcomes,
    Predictions,
    binned,
    clustered_size,
    outcomes_of,
    predictions_of,
)
from creditaudit.metrics.proportions import BAD, GOOD, UNKNOWN
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

SELECTIVE = (
    "Declined people have no outcomes, so this is not known; low and high are worst-case bounds "
    "with sampling error added."
)


@dataclass(frozen=True, eq=False)
class CalibrationGap:
    """Share of people who performed, less the mean probability that the score gave them."""

    predicted: Predictions | None = None
    name: str = "calibration_gap"
    axes: tuple[str, ...] = (BIN, OUTCOME)
    harm: Harm = "high"
    widest: float = 2.0

    def of(self, tally: Tally) -> "CalibrationGap":
        """Return the measure for the bins of this tally."""
        return replace(self, predicted=predictions_of(tally, self.name))

    def values(self, w: Floats) -> Floats:
        """Return the gap from sums of shape (..., n_bins + 3, 3)."""
        return self._gap(w[..., :-1, :])[0]

    def _gap(self, w: Floats, end: str = "middle") -> tuple[Floats, Floats, Floats]:
        """Return the gap, the observed share and the mean prediction over known outcomes."""
        assert self.predicted is not None
        known = w[..., BAD] + w[..., GOOD]
        total = known.sum(axis=-1)
        with np.errstate(divide="ignore", invalid="ignore"):
            observed = w[..., GOOD].sum(axis=-1) / total
            predicted = (known * getattr(self.predicted, end)).sum(axis=-1) / total
        return observed - predicted, observed, predicted

    def estimate(self, tally: Tally, by: By, level: float = intervals.LEVEL) -> Estimates:
        """Return the gap of each group with its range and what is hidden of it."""
        return self.of(tally)._estimate(tally, by, level)

    def _estimate(self, tally: Tally, by: By, level: float) -> Estimates:
        assert self.predicted is not None
        sums = outcomes_of(tally, by, self.name)
        groups = sums.groups
        value, low, high, error, size = self._ranged(sums, level)
        n = sums.n[..., [BAD, GOOD]].sum(axis=(-2, -1))
        hidden = sums.n[..., UNKNOWN].sum(axis=-1)
        notes = _undefined(value, n)
        bounds: tuple[Floats, Floats] | tuple[None, None] = (None, None)
        if hidden.any() or not self.predicted.exact:
            bounds = self._bounds(sums)
        if hidden.any() and sums.selective:
            value = np.full(len(n), np.nan)
            low, high = self._bounds(sums, level)
            bounds = (None, None)
            notes = [SELECTIVE if np.isfinite(end) else note
                     for note, end in zip(notes, low, strict=True)]  # fmt: skip
        elif hidden.any():
            notes = say_observed(notes, hidden, n + hidden)
        left_out, df = self._jackknife(sums)
        return Estimates(
            groups.by, groups.keys, groups.missing, n, value, low, high, size, notes,
            error=error, bound_low=bounds[0], bound_high=bounds[1], left_out=left_out, df=df,
        )  # fmt: skip

    def _jackknife(self, sums: Outcomes) -> tuple[Floats, Floats] | tuple[None, None]:
        if sums.left_out is None:
            return None, None
        rest, everyone = (a[..., [BAD, GOOD]].sum(axis=(-2, -1)) for a in (sums.left_out, sums.w))
        return self._gap(sums.left_out)[0], (rest < everyone).sum(axis=0) - 1.0

    def _ranged(self, sums: Outcomes, level: float) -> tuple[Floats, ...]:
        """Return value, low, high, standard error and effective size.

        Wilson's range of the observed share, on as many people as give it the error of the gap:
        part of the spread of outcomes is foreseen by the score.
        """
        assert self.predicted is not None
        value, observed, predicted = self._gap(sums.w)
        outcome = np.array([0.0, 1.0])
        away = outcome - self.predicted.middle[:, None] - value[:, None, None]
        n, w, w2 = (a[..., [BAD, GOOD]].reshape(len(value), -1)
                    for a in (sums.n, sums.w, sums.w2))  # fmt: skip
        error = linear_error(n, w, w2, away.reshape(len(value), -1))
        total, squares = w.sum(axis=-1), w2.sum(axis=-1)
        kish = np.divide(total**2, squares, out=np.zeros(len(value)), where=squares > 0)
        most = 3 * kish
        left_out, df = self._jackknife(sums)
        shown = error
        if left_out is not None and df is not None:
            error = np.sqrt(intervals.jackknife_variance(left_out))
            student = intervals.critical(level, np.maximum(df, 1)) / intervals.critical(level)
            shown, kish = error * student, np.minimum(kish, df + 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            size = np.minimum(observed * (1 - observed) / shown**2, most)
        size = np.where(np.isfinite(size) & (observed > 0) & (observed < 1), size, kish)
        low, high = intervals.wilson(observed, size, level)
        error = np.where(error > 0, error, (high - low) / 2 / intervals.critical(level))
        return value, low - predicted, high - predicted, error, size

    def _bounds(self, sums: Outcomes, level: float | None = None) -> tuple[Floats, Floats]:
        """Return the least and the greatest gap; with a level, sampling error is added.

        Least: all unknown outcomes are bad, and everyone is at the upper end of the bin.
        """
        ends = []
        for outcome, end, side in ((BAD, "high", 0), (GOOD, "low", 1)):
            left_out = None if sums.left_out is None else _filled(sums.left_out, outcome)
            n, w, w2 = (_filled(a, outcome) for a in (sums.n, sums.w, sums.w2))
            full = replace(sums, n=n, w=w, w2=w2, left_out=left_out)
            gap, observed, predicted = self._gap(full.w, end)
            if level is not None:
                size = self._ranged(full, level)[4]
                gap = intervals.wilson(observed, size, level)[side] - predicted
            ends.append(gap)
        return ends[0], ends[1]


def _filled(sums: Floats, outcome: int) -> Floats:
    """Return the sums with everyone whose outcome is unknown given one outcome."""
    sums = sums.copy()
    sums[..., outcome] += sums[..., UNKNOWN]
    sums[..., UNKNOWN] = 0
    return sums


def _undefined(value: Floats, n: Floats) -> list[str]:
    nobody = "Undefined: there are no people with a score and an outcome here."
    weightless = "Undefined: all weights here are zero."
    return ["" if np.isfinite(v) else weightless if people else nobody
            for v, people in zip(value, n, strict=True)]  # fmt: skip


CALIBRATION_GAP = CalibrationGap()


def calibration_gap(tally: Tally, by: By = None) -> pd.DataFrame:
    """Share of people who performed, less the mean probability that the score gave them.

    Above 0, people paid more often than the score said: it was too hard on the group. Below 0 it
    was too easy.

    Parameters
    ----------
    tally : Tally
        With an outcome, and a score that is a probability: of default where
        ``Roles(higher_is="riskier")``, of performing where "safer".
    by : str, tuple of str or None

    Returns
    -------
    frame of shape (n_groups, n_keys + 5 or 7)
        The keys, n (people with a score and an outcome), value (-1..1), low and high (95 %), note.
        Where scores were put into intervals the middles stand for them and bound_low and
        bound_high hold every place inside the bins; missing outcomes widen these too. Where
        declined people have no outcomes the value is null and low and high are worst-case bounds
        with sampling error.

    Raises
    ------
    InputError
        If the scores are not probabilities.

    Notes
    -----
    mean(good) - mean(predicted), also called calibration in the large, with its sign. The range is
    Wilson's for mean(good), on the number of people that gives it the error of the difference.
    """
    return CALIBRATION_GAP.estimate(tally, by).frame


def calibration(tally: Tally, by: By = None, *, bins: int | None = None) -> pd.DataFrame:
    """Predicted and observed share of people who performed, by group and score bin.

    Parameters
    ----------
    tally : Tally
        As for `calibration_gap`.
    by : str, tuple of str or None
    bins : int, optional
        This many bins of equal width on 0..1, [a, b) and the last one closed; by default the bins
        of the tally.

    Returns
    -------
    frame with one row for each group and bin that has people
        The keys, score_bin (in the words of the score), predicted (mean probability of performing
        of the people with an outcome), n, value (the share who performed), low, high (Wilson 95 %),
        note. Where the tally's bins are intervals, predicted is of their middles, and
        predicted_low and predicted_high of their ends. Where outcomes are missing, bound_low and
        bound_high; where only declined people lack them, the value of a bin with such people is
        null and low and high are the bounds with sampling error.

    Raises
    ------
    InputError
        If the scores are not probabilities, or an edge of ``bins`` falls inside a bin.

    Notes
    -----
    The curve of scikit-learn's ``calibration_curve(strategy="uniform")``, whose bins are (a, b],
    for good as the positive class. Rows are so many that one in twenty ranges misses by chance.
    """
    predicted, sums, labels = binned(tally, by, bins, "calibration")
    n, w, w2 = (a[..., [BAD, GOOD]].sum(axis=-1) for a in (sums.n, sums.w, sums.w2))
    good = sums.w[..., GOOD]
    value = np.divide(good, w, out=np.full(w.shape, np.nan), where=w > 0)
    size = intervals.effective_size(value, n, good, w, sums.w2[..., GOOD], w2)
    size = clustered_size(sums, value, size)
    low, high = intervals.wilson(value, size)
    hidden = sums.n[..., UNKNOWN]
    everyone = w + sums.w[..., UNKNOWN]
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = good / everyone, (good + sums.w[..., UNKNOWN]) / everyone
    notes = [["" if people else "Undefined: no outcomes here." for people in row] for row in n]
    chosen = np.nonzero((n + hidden) > 0)
    frame = sums.groups.keys.iloc[chosen[0]].reset_index(drop=True)
    frame["score_bin"] = [labels[code] for code in chosen[1]]
    frame["predicted"] = predicted.middle[chosen]
    if not predicted.exact:
        frame["predicted_low"] = predicted.low[chosen]
        frame["predicted_high"] = predicted.high[chosen]
    frame["n"] = whole(n[chosen])
    unknown = (hidden > 0) & sums.selective
    if unknown.any():
        sure = np.maximum(size, 1)
        low = np.where(unknown, intervals.wilson(ends[0], sure)[0], low)
        high = np.where(unknown, intervals.wilson(ends[1], sure)[1], high)
        value = np.where(unknown, np.nan, value)
        notes = [[SELECTIVE if u else note for u, note in zip(us, row, strict=True)]
                 for us, row in zip(unknown, notes, strict=True)]  # fmt: skip
    for name, numbers in (("value", value), ("low", low), ("high", high)):
        frame[name] = numbers[chosen]
    if hidden.any() and not sums.selective:
        frame["bound_low"], frame["bound_high"] = ends[0][chosen], ends[1][chosen]
    frame["note"] = [notes[g][b] for g, b in zip(*chosen, strict=True)]
    return frame
