"""How good the risks of every coalition are, and whom they refuse, with resampled people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from creditaudit.errors import InputError
from creditaudit.sharing.coalition_fits import Risks
from creditaudit.sharing.valued_people import Rows, Side, ValuedPeople
from creditaudit.values import Floats


@dataclass(frozen=True)
class Metric:
    """One number of a coalition.

    Attributes
    ----------
    name : str
    sign : int
        1 where higher is better for whoever decides, -1 where lower is, 0 for a gap.
    unit : str
    words : str
    """

    name: str
    sign: int
    unit: str
    words: str

    @property
    def gap(self) -> bool:
        """Whether it sets a group against the reference: positive where the group fares worse."""
        return self.sign == 0


METRICS: Mapping[str, Metric] = MappingProxyType({
    one.name: one
    for one in (
        Metric("auc", 1, "AUC points", "share of pairs of a good and a bad payer ranked right"),
        Metric("brier", -1, "", "mean squared distance of risk and outcome"),
        Metric("log_loss", -1, "", "mean -log of the risk given to what happened"),
        Metric("profit", 1, "per person", "profit per person with an outcome"),
        Metric("approval_gap", 0, "percentage points",
               "share approved of the reference less that of the group"),
        Metric("wrongful_refusal_gap", 0, "percentage points",
               "share refused of good payers of the group less that of the reference"),
        Metric("calibration_gap", 0, "percentage points",
               "risk less outcome in the group, less the same in the reference"),
    )
})  # fmt: skip
Counts = npt.NDArray[np.float32]
_GOOD, _BAD, _UNKNOWN = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a decision is worth, as in `information_value`."""

    gain: float
    loss: float
    share: float
    draws: int
    seed: int


def check_metrics(metrics: Sequence[str]) -> tuple[str, ...]:
    """Return the metrics asked for, with a gap among them.

    Raises
    ------
    InputError
        For a metric that is not there, or none that says how good a model is.
    """
    if isinstance(metrics, str):
        msg = f"metrics= is a list of names, such as [{metrics!r}]."
        raise InputError(msg)
    names = tuple(dict.fromkeys(str(one) for one in metrics))
    unknown = [one for one in names if one not in METRICS]
    if unknown:
        msg = f"There are no metrics {unknown}. Metrics: {', '.join(METRICS)}."
        raise InputError(msg)
    if all(METRICS[one].gap for one in names):
        msg = "metrics= names no number of what data are worth. Add 'auc', 'brier' or 'profit'."
        raise InputError(msg)
    # What data are worth is never shown without whom they cost approvals.
    return names if any(METRICS[one].gap for one in names) else (*names, "approval_gap")


def games(
    risks: Risks, people: ValuedPeople, side: Side, metrics: Sequence[str], terms: Terms
) -> Floats:
    """Return every metric of every coalition, on everyone tested and on people drawn from them.

    Parameters
    ----------
    risks : float32 array of shape (n_tested, n_coalitions)
    people : ValuedPeople
    side : Side
    metrics : sequence of str
    terms : Terms
        With 0 draws only everyone tested is counted.

    Returns
    -------
    array of shape (n_coalitions, n_metrics, 1 + draws)
        The first of the last axis is everyone tested, once. NaN where nobody is counted.

    Notes
    -----
    Draws take as many people with replacement, the same for every coalition, so that differences
    are paired. In each of them the same share is approved: those of least risk, and of people at
    the same risk as the last one, each with the same chance.
    """
    rows = people.tested
    outcome = people.judged[rows]
    drawn = _drawn(len(rows), terms)
    counted = Counted.of(outcome, side, rows, drawn)
    needs_order = {"auc", "profit", "approval_gap", "wrongful_refusal_gap"} & set(metrics)
    smooth = _smooth(risks, outcome, counted, metrics)
    found = np.empty((risks.shape[1], len(metrics), drawn.shape[1]))
    # Many small products: threads would wait for each other most of the time.
    with threadpool_limits(1):
        for c in range(risks.shape[1]):
            made = {name: values[c] for name, values in smooth.items()}
            if needs_order:
                made |= _ordered(risks[:, c], counted, terms)
            for m, name in enumerate(metrics):
                found[c, m] = made[name]
    return found


@dataclass(frozen=True, eq=False)
class Counted:
    """Who is tested, in nine cells: reference, group or neither, by good, bad or not known.

    Attributes
    ----------
    kind : int array of shape (n,)
    member : float array of shape (n, 9)
    drawn : float array of shape (n, 1 + draws)
        How often each person counts. Whole numbers, which this type adds up exactly.
    total : float array of shape (9, 1 + draws)
    """

    kind: npt.NDArray[np.int64]
    member: Counts
    drawn: Counts
    total: Floats

    @classmethod
    def of(cls, outcome: Floats, side: Side, rows: Rows, drawn: Counts) -> "Counted":
        """Return the cells of some people."""
        kind = np.where(outcome == 0, _GOOD, np.where(outcome == 1, _BAD, _UNKNOWN))
        place = np.where(side.of_reference[rows], 0, np.where(side.of_group[rows], 1, 2))
        member = np.zeros((len(rows), 9), np.float32)
        member[np.arange(len(rows)), kind + 3 * place] = 1.0
        return cls(kind, member, drawn, (member.T @ drawn).astype(np.float64))


def _drawn(n: int, terms: Terms) -> Counts:
    """Return how often each person counts: everyone once, then people with replacement."""
    rng = np.random.default_rng([terms.seed, 1])
    found = np.ones((n, 1 + terms.draws), np.float32)
    for b in range(terms.draws):
        found[:, 1 + b] = np.bincount(rng.integers(n, size=n), minlength=n)
    return found


def _smooth(
    risks: Risks, outcome: Floats, counted: Counted, metrics: Sequence[str]
) -> dict[str, Floats]:
    """Return the metrics that are means over people; arrays of shape (n_coalitions, 1 + draws)."""
    if not {"brier", "log_loss", "calibration_gap"} & set(metrics):
        return {}
    known = np.isfinite(outcome)
    y, p = outcome[known][:, None], risks[known].astype(np.float64)
    weight, member = counted.drawn[known].astype(np.float64), counted.member[known]
    found = {}
    with np.errstate(invalid="ignore", divide="ignore"):
        if "brier" in metrics:
            found["brier"] = ((p - y) ** 2).T @ weight / weight.sum(axis=0)
        if "log_loss" in metrics:
            low = np.finfo(np.float32).tiny
            given = np.where(y == 1, p, 1 - p)
            found["log_loss"] = -np.log(np.maximum(given, low)).T @ weight / weight.sum(axis=0)
        if "calibration_gap" in metrics:
            over = []
            for k in (0, 3):
                own = member[:, k] + member[:, k + 1] > 0
                over.append((p[own] - y[own]).T @ weight[own] / weight[own].sum(axis=0))
            found["calibration_gap"] = over[1] - over[0]
    return found


def _ordered(risk: Risks, counted: Counted, terms: Terms) -> dict[str, Floats]:
    """Return the metrics that need people in the order of their risk; arrays of 1 + draws."""
    total = counted.total
    good, bad = total[_GOOD::3].sum(axis=0), total[_BAD::3].sum(axis=0)
    approved = _approved(risk, counted, terms.share)
    gained = approved[_GOOD::3].sum(axis=0) * terms.gain
    lost = approved[_BAD::3].sum(axis=0) * terms.loss
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "auc": _pairs_right(risk, counted) / (good * bad),
            "profit": (gained - lost) / (good + bad),
            "approval_gap": approved[:3].sum(axis=0) / total[:3].sum(axis=0)
            - approved[3:6].sum(axis=0) / total[3:6].sum(axis=0),
            "wrongful_refusal_gap": approved[0] / total[0] - approved[3] / total[3],
        }


def _pairs_right(risk: Risks, counted: Counted) -> Floats:
    """Return how many pairs have the bad one at the higher risk; ties are half."""
    good, bad = np.flatnonzero(counted.kind == _GOOD), np.flatnonzero(counted.kind == _BAD)
    good = good[np.argsort(risk[good], kind="stable")]
    up_to = np.zeros((len(good) + 1, counted.drawn.shape[1]), np.float32)
    np.cumsum(counted.drawn[good], axis=0, out=up_to[1:])
    under = np.searchsorted(risk[good], risk[bad], side="left")
    at = np.searchsorted(risk[good], risk[bad], side="right")
    both = up_to[under].astype(np.float64) + up_to[at]
    return np.asarray(np.einsum("ib,ib->b", counted.drawn[bad], both) / 2, dtype=np.float64)


def _approved(risk: Risks, counted: Counted, share: float) -> Floats:
    """Return how many of each cell are approved, in each draw; shape (9, 1 + draws)."""
    n = len(risk)
    order = np.argsort(risk, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(risk[order]) > 0])
    # In nearly every draw the cut-off lies this near to where it is for everyone counted once.
    near = 4 * np.sqrt(n)
    first = max(int(np.searchsorted(starts, share * n - near, side="right")) - 1, 0)
    last = int(np.searchsorted(starts, share * n + near, side="left"))
    found = _approved_within(order, starts, (first, last), counted, share)
    if found is None:
        found = _approved_within(order, starts, (0, len(starts)), counted, share)
    assert found is not None
    return found


def _approved_within(
    order: Rows, starts: Rows, window: tuple[int, int], counted: Counted, share: float
) -> Floats | None:
    """Return the same where the cut-off lies within some places; None where one does not."""
    ends = np.append(starts[1:], len(order))
    at, stop = starts[window[0]], ends[window[1] - 1]
    sure, rows = order[:at], order[at:stop]
    room = share * counted.drawn.sum(axis=0, dtype=np.float64)
    found = (counted.member[sure].T @ counted.drawn[sure]).astype(np.float64)
    drawn = counted.drawn[rows].astype(np.float64)
    places = starts[window[0] : window[1]] - at
    own = np.add.reduceat(drawn, places, axis=0)
    up_to = np.cumsum(own, axis=0) + found.sum(axis=0)
    before = up_to - own
    if (before[0] > room).any() or (up_to[-1] < room).any():
        return None
    # Nobody drawn at a risk: nobody to approve.
    chance = np.divide(room - before, own, out=np.zeros_like(own), where=own > 0).clip(0.0, 1.0)
    size = np.diff(np.append(places, len(rows)))
    found += counted.member[rows].T.astype(np.float64) @ (drawn * np.repeat(chance, size, axis=0))
    return np.asarray(found)
