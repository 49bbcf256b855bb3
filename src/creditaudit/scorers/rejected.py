"""What might the refused have done? Two usual guesses, beside the bounds that guess nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold

from creditaudit import intervals
from creditaudit.errors import InputError
from creditaudit.scorers.scorecard import ScorecardScorer
from creditaudit.values import Floats

Mask = npt.NDArray[np.bool_]
NOTHING = "Assumes nothing: from no refused person defaulting to all of them."
PARCELLING = (
    "ASSUMES, and cannot test, that in each band of the score refused people default {} times as "
    "often as approved ones."
)
REWEIGHTING = (
    "ASSUMES, and cannot test, that refused people default as often as approved ones with the same "
    "inputs: that nothing beside these inputs moved both approval and default. {:.0%} of the "
    "refused had less than 1 chance in 20 of approval, so few approved people stand for them."
)
LITTLE = 0.05
LEAST = 20


@dataclass(frozen=True, eq=False)
class RejectInference:
    """What three ways say of the default rate of all applicants.

    Attributes
    ----------
    frame : DataFrame
        One row for each group (where groups were given) and way: measure ("bounds", "parcelling",
        "reweighting"), uplift, value (share of all applicants who default; null for the bounds),
        low, high, n, note with what is assumed. Ranges allow for sampling alone: an assumption
        that does not hold is not in them.
    risk : float array of shape (n_people,)
        P(bad) from a scorer fitted on the approved; of approved people, from other folds.
    propensity : float array of shape (n_people,)
        P(approved), from other folds.
    """

    frame: pd.DataFrame
    risk: Floats
    propensity: Floats
    _bad: Mask
    _approved: Mask
    _band: npt.NDArray[np.int64]
    _rates: Floats

    def training(
        self, guess: str, uplift: float = 1.0
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
        """Return rows, outcomes and weights to fit a scorer on.

        Parameters
        ----------
        guess : {"parcelling", "reweighting"}
        uplift : float, default 1.0
            For parcelling, how many times as often the refused default at the same score.

        Returns
        -------
        rows : int array
            Places in X. By parcelling a refused person stands there twice, once bad and once good.
        y : int array
            1 is bad.
        weight : float array
            By parcelling the share of each outcome; by reweighting 1 / P(approved).
        """
        seen = np.flatnonzero(self._approved)
        own = self._bad[seen].astype(np.int64)
        if guess == "reweighting":
            return seen, own, 1 / self.propensity[seen]
        if guess != "parcelling":
            msg = f'guess={guess!r} must be "parcelling" or "reweighting".'
            raise InputError(msg)
        refused = np.flatnonzero(~self._approved)
        chance = np.minimum(uplift * self._rates[self._band[refused]], 1.0)
        rows = np.concatenate([seen, refused, refused])
        y = np.concatenate([own, np.ones(len(refused)), np.zeros(len(refused))])
        weight = np.concatenate([np.ones(len(seen)), chance, 1 - chance])
        return rows, y.astype(np.int64), weight

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))


def infer_rejected(
    X: pd.DataFrame,  # noqa: N803
    y: Any,
    approved: Any,
    *,
    groups: Any = None,
    scorer: Any = None,
    bands: int = 10,
    uplift: Sequence[float] = (1.0, 2.0),
    folds: int = 5,
) -> RejectInference:
    """Return what parcelling and reweighting say of the default rate, beside the bounds.

    Parameters
    ----------
    X : DataFrame of shape (n_people, n_features)
        What was known of all applicants, approved and refused.
    y : array of shape (n_people,)
        1 for default, 0 for none; whatever it holds for refused people is not read.
    approved : array of shape (n_people,)
        True for approved.
    groups : array of shape (n_people,), optional
        Everything is also said by group. Band rates are those of all groups together.
    scorer : estimator, optional
        A classifier to clone, by default a `ScorecardScorer`; for both risk and approval.
    bands : int, default 10
        Score bands for parcelling, of equal numbers of applicants. Bands with few approved people
        are joined to their safer neighbour.
    uplift : sequence of float, default (1.0, 2.0)
        How many times as often refused people default as approved ones with the same score: a free
        number, so it is swept.
    folds : int, default 5

    Returns
    -------
    RejectInference

    Raises
    ------
    InputError
        If lengths differ, nobody is refused, or the approved are all good or all bad.

    Notes
    -----
    Bounds: (bad + [0, refused]) / n. Parcelling: refused people of band b are bad at ``uplift``
    times the rate of the approved there. Reweighting: approved people count 1 / P(approved | X).
    Neither guess is better for fitting the approved well: what refused people would have done is
    not in the data.

    References
    ----------
    Hand, D. J. and Henley, W. E. (1993). Can reject inference ever work? IMA Journal of
    Mathematics Applied in Business and Industry 5, 45-55.
    Crook, J. and Banasik, J. (2004). Journal of Banking and Finance 28, 857-874.
    Manski, C. F. (1989). Journal of Human Resources 24, 343-360.
    """
    seen = np.asarray(approved, dtype=bool)
    outcome = pd.to_numeric(pd.Series(np.asarray(y)), errors="coerce").to_numpy(dtype=np.float64)
    _check(X, outcome, seen, groups, bands, uplift)
    bad = seen & (outcome == 1)
    model = ScorecardScorer() if scorer is None else scorer
    risk = np.empty(len(X))
    risk[seen] = _held_out(model, X[seen], bad[seen], folds)
    risk[~seen] = _fitted(model, X[seen], bad[seen]).predict_proba(X[~seen])[:, 1]
    # Class 1 of a scorer is the bad one, so here it is being refused.
    propensity = np.clip(1 - _held_out(model, X, ~seen, folds), 1e-3, 1.0)
    band = _bands(risk, seen, bands)
    size = np.bincount(band[seen], minlength=band.max() + 1).astype(np.float64)
    rates = np.bincount(band[seen], bad[seen], minlength=band.max() + 1) / size
    frames = []
    for key, who in _parts(groups, len(X)):
        rows = [_bounds(bad, seen, who)]
        rows += [_parcelled(bad, seen, who, band, rates, size, float(one)) for one in uplift]
        rows.append(_reweighted(bad, seen, who, propensity))
        columns = ["measure", "uplift", "value", "low", "high", "n", "note"]
        one = pd.DataFrame(rows, columns=pd.Index(columns))
        if groups is not None:
            one.insert(0, "group", key)
        frames.append(one)
    frame = pd.concat(frames, ignore_index=True)
    return RejectInference(frame, risk, propensity, bad, seen, band, rates)


def _check(
    X: Any, outcome: Floats, seen: Mask, groups: Any, bands: int, uplift: Sequence[float]  # noqa: N803
) -> None:  # fmt: skip
    if not isinstance(X, pd.DataFrame):
        msg = f"X is a {type(X).__name__}; it must be a pandas DataFrame, one row an applicant."
        raise InputError(msg)
    lengths = {len(X), len(outcome), len(seen)} | (set() if groups is None else {len(groups)})
    if len(lengths) > 1:
        msg = f"X, y, approved and groups have lengths {sorted(lengths)}. Pass one value a row."
        raise InputError(msg)
    known = outcome[seen]
    if not np.isin(known, (0, 1)).all():
        msg = "y must be 0 or 1 for everyone approved. Leave out those whose outcome is not known."
        raise InputError(msg)
    counts = int((known == 1).sum()), int((known == 0).sum()), int((~seen).sum())
    if min(counts) < LEAST:
        msg = (
            f"{counts[0]} approved people defaulted, {counts[1]} paid and {counts[2]} were "
            f"refused; it takes {LEAST} of each."
        )
        raise InputError(msg)
    if bands < 2 or any(not one > 0 for one in uplift):
        msg = f"bands={bands} must be 2 or more, and each uplift above 0: {tuple(uplift)}."
        raise InputError(msg)


def _parts(groups: Any, n: int) -> list[tuple[object, Mask]]:
    if groups is None:
        return [("everyone", np.ones(n, dtype=bool))]
    column = pd.Series(np.asarray(groups))
    return [(key, (column == key).to_numpy()) for key in sorted(column.dropna().unique())]


def _fitted(model: Any, X: pd.DataFrame, bad: Mask) -> Any:  # noqa: N803
    return clone(model).fit(X, bad.astype(np.int64))


def _held_out(model: Any, X: pd.DataFrame, bad: Mask, folds: int) -> Floats:  # noqa: N803
    found = np.empty(len(X))
    for inside, outside in StratifiedKFold(folds, shuffle=True, random_state=0).split(X, bad):
        fitted = _fitted(model, X.iloc[inside], bad[inside])
        found[outside] = fitted.predict_proba(X.iloc[outside])[:, 1]
    return found


def _bands(risk: Floats, seen: Mask, bands: int) -> npt.NDArray[np.int64]:
    """Return the band of each person, each with at least `LEAST` approved people."""
    edges = np.unique(np.quantile(risk, np.arange(1, bands) / bands))
    band = np.searchsorted(edges, risk, side="right")
    count = np.bincount(band[seen], minlength=len(edges) + 1)
    place, kept = np.zeros(len(count), dtype=np.int64), 0
    held = 0
    for k, people in enumerate(count):
        # A band opens only when the one before, and all that is left, have enough.
        if held >= LEAST and count[k:].sum() >= LEAST and people >= LEAST:
            kept, held = kept + 1, 0
        place[k] = kept
        held += int(people)
    return np.asarray(place[band])


def _bounds(bad: Mask, seen: Mask, who: Mask) -> tuple[Any, ...]:
    n = float(who.sum())
    ends = np.array([(bad & who).sum() / n, ((bad | ~seen) & who).sum() / n])
    low, high = intervals.wilson(ends, np.array([n, n]))
    return "bounds", np.nan, np.nan, float(low[0]), float(high[1]), int(n), NOTHING


def _parcelled(
    bad: Mask, seen: Mask, who: Mask, band: npt.NDArray[np.int64], rates: Floats, size: Floats,
    uplift: float,
) -> tuple[Any, ...]:  # fmt: skip
    n = float(who.sum())
    refused = np.bincount(band[who & ~seen], minlength=len(size)).astype(np.float64)
    own = np.bincount(band[who & seen], minlength=len(size)).astype(np.float64)
    chance = np.minimum(uplift * rates, 1.0)
    value = float(((bad & who).sum() + refused @ chance) / n)
    # Those approved here are part of the band rate; the rest of it is of other groups.
    smooth = (rates * size + 2) / (size + 4)
    spread = smooth * (1 - smooth)
    reach = uplift * refused / size
    variance = float((own * (1 + reach) ** 2 + (size - own) * reach**2) @ spread) / n**2
    step = float(intervals.critical()) * np.sqrt(variance)
    note = PARCELLING.format(f"{uplift:g}")
    return (
        "parcelling", uplift, value, max(value - step, 0.0), min(value + step, 1.0), int(n), note,
    )  # fmt: skip


def _reweighted(bad: Mask, seen: Mask, who: Mask, propensity: Floats) -> tuple[Any, ...]:
    here = who & seen
    n = int(who.sum())
    refused = propensity[who & ~seen]
    note = REWEIGHTING.format(float((refused < LITTLE).mean()) if len(refused) else 0.0)
    if here.sum() < 2:
        return "reweighting", np.nan, np.nan, np.nan, np.nan, n, "Nobody was approved. " + note
    weight, y = 1 / propensity[here], bad[here].astype(np.float64)
    value = float(weight @ y / weight.sum())
    error = float(np.sqrt((weight**2) @ (y - value) ** 2)) / float(weight.sum())
    step = float(intervals.critical()) * error
    return (
        "reweighting", np.nan, value, max(value - step, 0.0), min(value + step, 1.0), n, note,
    )  # fmt: skip
