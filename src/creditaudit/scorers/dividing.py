"""From the prebins of a feature to its bins: the rule, the best division, the weights."""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from creditaudit.errors import InputError
from creditaudit.scorers.feature_bins import Bin, FeatureBins
from creditaudit.scorers.inputs import Kind
from creditaudit.scorers.prebins import BAD, GOOD, PEOPLE, Prebins, together
from creditaudit.scorers.predicates import Interval, Missing, OneOf, Predicate
from creditaudit.scorers.segments import MAX_PREBINS, Demands, Division, Segments, Trend
from creditaudit.values import Floats

Monotone = Literal["auto", "ascending", "descending", "peak", "valley", "none"]
Unseen = Literal["rare", "neutral", "worst"]
_DIRECTIONS: dict[int, Monotone] = {1: "ascending", -1: "descending", 0: "none"}


@dataclass(frozen=True, kw_only=True)
class Binning:
    """How a feature is cut.

    Parameters
    ----------
    monotone : {"auto", "ascending", "descending", "peak", "valley", "none"} or {1, -1, 0}
        How the bad rate may run over the intervals of a number. "auto" is the better of ascending
        and descending, or a peak or a valley where the gain in log-likelihood is more than BIC
        charges for the further bins and the turning point. Values without an order stand in the
        order of their bad rates.
    max_bins : int
        Most intervals or sets of values; special and missing values come on top.
    min_share : float
        Least share of all people, by weight, in an interval or a set of values.
    min_difference : float
        Least difference between the bad rates of neighbours.
    max_p_value : float, optional
        Largest p-value of the chi-square test, one degree of freedom and no correction, that
        neighbours are alike. Weights are taken as numbers of people.
    min_level_share : float
        Values of a feature without an order that have a smaller share are rare, and taken together.
    unseen : {"rare", "neutral", "worst"}
        Where values go that were not seen: with the rare ones, or to a weight of evidence of 0
        where none is rare; to a weight of 0; or to the worst weight of the feature. Missing values,
        if none were seen, have the worst weight with "worst" and 0 otherwise.
    smoothing : float
        People of the rarer class added to each bin, with as many of the other as the odds of
        everybody say, inside the logarithm of the weight of evidence only.
    max_prebins : int
        Numbers with more distinct values are first cut at quantiles. At most 64.

    Raises
    ------
    InputError
    """

    monotone: Monotone | int = "auto"
    max_bins: int = 20
    min_share: float = 0.03
    min_difference: float = 0.0
    max_p_value: float | None = None
    min_level_share: float = 0.01
    unseen: Unseen = "rare"
    smoothing: float = 0.5
    max_prebins: int = MAX_PREBINS

    def __post_init__(self) -> None:
        object.__setattr__(self, "monotone", trend_word(self.monotone))
        for name, low, high, whole in (
            ("max_bins", 1, math.inf, True),
            ("min_share", 0, 0.5, False),
            ("min_difference", 0, 1, False),
            ("min_level_share", 0, 0.5, False),
            ("smoothing", 0, math.inf, False),
            ("max_prebins", 2, MAX_PREBINS, True),
        ):
            _check(name, getattr(self, name), low, high, whole=whole)
        if self.max_p_value is not None:
            _check("max_p_value", self.max_p_value, 0, 1)
        if self.unseen not in get_args(Unseen):
            msg = f'unseen={self.unseen!r} must be "rare", "neutral" or "worst".'
            raise InputError(msg)


def divide(prebins: Prebins, feature: str, kind: Kind, rule: Binning) -> FeatureBins:
    """Return the bins of a feature from its prebins.

    Notes
    -----
    With b bad and g good people in a bin, B and G in all, and s people of the rarer class added
    (``smoothing``), m = min(B, G):

        woe = ln((b + s B/m) / (g + s G/m)) - ln(B / G),   iv = (b/B - g/G) woe

    What is added has the odds of everybody, so a bin of few people is drawn to 0, and the number of
    bins does not matter. Without it a bin of one class has no weight of evidence: such bins are not
    made, and special or missing values of one class are an error.
    """
    totals = prebins.totals
    if not (totals[BAD] > 0 and totals[GOOD] > 0):
        msg = (
            "Bins need both bad and good people; one class is absent, or all its weights are zero."
        )
        raise InputError(msg)
    pseudo = rule.smoothing * totals[:PEOPLE] / totals[:PEOPLE].min()
    counts = prebins.counts
    edges: tuple[int, ...] = (0, len(counts))
    trend: str = "none"
    if len(counts) > 1:
        division = _best(prebins, totals, pseudo, rule, ordered=kind in ("number", "truth"))
        edges, trend = division.edges, division.trend
    found = [
        (together(prebins.holds[low:high]), counts[low:high].sum((0, 1)))
        for low, high in pairwise(edges)
        if high > low
    ]
    if not found and kind in ("number", "truth"):
        found = [(Interval(), np.zeros(3))]
    # An unseen value is no rare one unless asked.
    if rule.unseen != "rare":
        found = [
            (OneOf(holds.values) if isinstance(holds, OneOf) else holds, part)
            for holds, part in found
        ]
    bins = [_bin(holds, part, totals, pseudo, feature) for holds, part in found]
    aside = sorted(prebins.aside, key=lambda pair: pair[0] is None)
    bins += [_bin(holds or Missing(), part, totals, pseudo, feature) for holds, part in aside]
    worst = max((one.woe for one in bins), default=0.0) if rule.unseen == "worst" else 0.0
    rest = any(isinstance(one.holds, OneOf) and one.holds.rest for one in bins)
    if kind in ("code", "text") and not rest:
        bins.insert(len(found), Bin(OneOf((), rest=True), 0.0, 0.0, 0.0, worst, 0.0))
    if not any(isinstance(one.holds, Missing) for one in bins):
        bins.append(Bin(Missing(), 0.0, 0.0, 0.0, worst, 0.0))
    return FeatureBins(feature, kind, trend, tuple(bins))


def trend_word(given: object) -> Monotone:
    """Return a trend by its word; 1, -1 and 0 are directions of P(bad).

    Raises
    ------
    InputError
    """
    if not isinstance(given, bool | str) and given in _DIRECTIONS:
        return _DIRECTIONS[given]
    if given not in get_args(Monotone):
        words = ", ".join(map(repr, get_args(Monotone)))
        msg = f"monotone={given!r} must be one of {words}, or 1, -1 or 0."
        raise InputError(msg)
    return given  # type: ignore[return-value]


def _best(
    prebins: Prebins, totals: Floats, pseudo: Floats, rule: Binning, *, ordered: bool
) -> Division:
    counts = prebins.counts
    segments = Segments(
        counts[..., BAD], counts[..., GOOD], (totals[BAD], totals[GOOD]), (pseudo[0], pseudo[1])
    )
    least = rule.min_share * float(totals[BAD] + totals[GOOD])
    # Sums in another order may be short by rounding.
    demands = Demands(
        rule.max_bins, least * (1 - 1e-12), rule.min_difference, _chi_square(rule.max_p_value)
    )
    if not ordered:
        return segments.best(("ascending",), demands)[0]
    if rule.monotone != "auto":
        asked: Trend = trend_word(rule.monotone)  # type: ignore[assignment]
        return segments.best((asked,), demands)[0]
    trends: tuple[Trend, ...] = ("ascending", "descending", "peak", "valley")
    up, down, *turns = segments.best(trends, demands)
    best = down if down.value > up.value else up
    turn = max(turns, key=lambda one: one.value)
    gain = _log_likelihood(segments, turn) - _log_likelihood(segments, best)
    further = len(turn.edges) - len(best.edges) + 1
    weight = float(counts[..., :PEOPLE].sum())
    return turn if gain > max(further, 1) * math.log(weight) / 2 else best


def _log_likelihood(segments: Segments, division: Division) -> float:
    total = 0.0
    for pair in pairwise(division.edges):
        parts = (float(segments.bad[pair]), float(segments.good[pair]))
        total += sum(part * math.log(part / sum(parts)) for part in parts if part > 0)
    return total


def _bin(holds: Predicate, part: Floats, totals: Floats, pseudo: Floats, feature: str) -> Bin:
    bad, good, people = map(float, part)
    if bad + good == 0:
        return Bin(holds, people, 0.0, 0.0, 0.0, 0.0)
    b, g = bad + float(pseudo[BAD]), good + float(pseudo[GOOD])
    if b <= 0 or g <= 0:
        msg = (
            f"{feature}, {holds.words}: everyone is {'good' if b <= 0 else 'bad'}, so without "
            "smoothing the weight of evidence is infinite. Pass smoothing=0.5."
        )
        raise InputError(msg)
    woe = math.log(b / g) - math.log(totals[BAD] / totals[GOOD])
    return Bin(holds, people, bad, good, woe, (bad / totals[BAD] - good / totals[GOOD]) * woe)


def _chi_square(p: float | None) -> float:
    from scipy.special import chdtri

    return 0.0 if p is None or p >= 1 else float(chdtri(1, p))


def _check(name: str, given: object, low: float, high: float, *, whole: bool = False) -> None:
    number = isinstance(given, int | np.integer if whole else int | float | np.number)
    if not number or isinstance(given, bool) or not low <= given <= high:  # type: ignore[operator]
        span = f"{low:g} or more" if high == math.inf else f"from {low:g} to {high:g}"
        msg = f"{name}={given!r} must be {'a whole number' if whole else 'a number'}, {span}."
        raise InputError(msg)
