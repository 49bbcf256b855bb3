"""Rates when refused people have no outcomes, bounded by what is assumed of their order.

Two assumptions, each opt-in and each in words in the note:

* "selection": in each group (and band of the score) refused people without an outcome perform at
  most as often as approved people. Monotone treatment selection of Manski and Pepper.
* "score": in each group, people in a safer band of the score perform at least as often as people
  in a riskier one. Monotone instrumental variable of Manski and Pepper.

In band b let a people be approved, of whom the share g performed, and u be refused without an
outcome. Of these, x perform: 0 <= x <= u without assumptions, x <= u g under "selection". The
share of the whole band then lies in [l, h]; under "score" it lies between the greatest l of riskier
bands and the least h of safer ones. Every rate is a ratio of linear functions of x, so its ends lie
where all x are least, or all are greatest. Both are attained, by a population for which the
assumptions hold.

Where outcomes of approved people are missing too, each of these is taken at its worst; the bounds
then hold and may be wider than need be.

References
----------
Manski, C. F. and Pepper, J. V. (2000). Econometrica 68, 997-1010.
Manski, C. F. and Pepper, J. V. (2009). Econometrics Journal 12, S200-S216.
Chernozhukov, V., Lee, S. and Rosen, A. M. (2013). Econometrica 81, 667-737.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Literal

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.errors import InputError
from creditaudit.metrics.groups import Groups, lay_out
from creditaudit.metrics.measures import need, whole
from creditaudit.metrics.ordered_bands import (
    Bands,
    OrderedBands,
    band_order,
    in_order,
    summed_out,
)
from creditaudit.metrics.proportions import (
    APPROVED,
    BAD,
    GOOD,
    REFUSED,
    UNDECIDED,
    UNKNOWN,
    Rate,
)
from creditaudit.metrics.rates import BY_NAME
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

Assumption = Literal["selection", "score"]
ASSUMPTIONS = ("selection", "score")


def monotone_bounds(
    tally: Tally,
    metric: str = "true_positive_rate",
    by: By = None,
    *,
    assume: Sequence[Assumption] = ("selection",),
    bands: Bands = None,
) -> pd.DataFrame:
    """Bounds of a rate when refused people perform no better than approved ones.

    Parameters
    ----------
    tally : Tally
        With decision and outcome.
    metric : str
        Any rate, such as "base_rate", "true_positive_rate", "false_positive_rate".
    by : str, tuple of str or None
    assume : sequence of {"selection", "score"}
        "selection": in each group and band, refused people without an outcome perform at most as
        often as approved people. "score": in each group, people in a safer band perform at least
        as often as people in a riskier one; needs ``bands``. Nothing here can show that they
        hold: say why they should.
    bands : int or "exact", optional
        Into how many bands of about as many people the score is cut, at the tally's own edges;
        "exact" takes each of the tally's bins as a band. By
        default the score is not used. Below a cut-off that nobody passed there is nobody to
        compare with, so "selection" alone says nothing there; "score" does.

    Returns
    -------
    frame with one row a group
        The keys, n (people in the denominator whose outcome is known), value (null, unless no
        outcome is missing), low, high (95 %, both ends), bound_low, bound_high (at the shares
        found), worst_low, worst_high (without assumptions), note: what is assumed. Null where the
        shares found contradict the assumptions.

    Raises
    ------
    InputError, MissingRole

    Notes
    -----
    Formulas are in `creditaudit.metrics.monotone`. Sampling error of the refused people's share
    (from Wilson's limits of each band, joined as by Zou and others; under "score" at limits that
    hold for all bands together) and of the rest (Wilson on the filled table) are joined as if
    independent, outward at both ends. No limit goes beyond that of the worst case.

    References
    ----------
    Manski, C. F. and Pepper, J. V. (2000). Econometrica 68, 997-1010.
    Manski, C. F. (2003). Partial Identification of Probability Distributions.
    Zou, G. Y., Huang, W. and Zhang, X. (2009). Computational Statistics and Data Analysis 53,
    1080-1085.
    """
    rate = _asked(tally, metric, assume, bands)
    axes = (OUTCOME, DECISION) if bands is None else (BIN, OUTCOME, DECISION)
    groups = lay_out(tally, by, axes)
    if groups.open:
        msg = "Merged score bins leave decisions open here. Use a tally that was not published."
        raise InputError(msg)
    order = band_order(tally, groups, bands)
    whole_groups = summed_out(groups, order)
    found = _Filled(rate, whole_groups, OrderedBands.of(groups, order), tuple(assume))
    worst = replace(found, assume=())
    bounds, worst_bounds = found.bounds(), worst.bounds()
    limits, outer = found.limits(intervals.LEVEL), worst.limits(intervals.LEVEL)
    hidden = found.hidden > 0
    contrary = np.isnan(bounds[0]) & np.isfinite(worst_bounds[0])
    # The worst case is in the sample too: what it leaves out at this level stays out.
    low, high = np.maximum(limits[0], outer[0]), np.minimum(limits[1], outer[1])
    frame = whole_groups.keys.copy()
    frame["n"] = whole(whole_groups.n[..., rate.condition].sum(axis=-1))
    frame["value"] = np.where(hidden, np.nan, rate.values(whole_groups.w))
    frame["low"], frame["high"] = low, high
    frame["bound_low"], frame["bound_high"] = bounds
    frame["worst_low"], frame["worst_high"] = worst_bounds
    said = _words(assume, bands)
    frame["note"] = [
        _note(said, dark, against, known)
        for dark, against, known in zip(hidden, contrary, np.isfinite(worst_bounds[0]), strict=True)
    ]
    return frame


@dataclass(frozen=True, eq=False)
class _Filled:
    """A rate with the unknown outcomes filled in as badly as the assumptions allow."""

    rate: Rate
    groups: Groups
    bands: OrderedBands
    assume: tuple[str, ...]

    @cached_property
    def hidden(self) -> Floats:
        """People whose unknown outcome could have counted."""
        return np.asarray(self.groups.n[..., UNKNOWN, self._dark].sum(axis=-1))

    @cached_property
    def _dark(self) -> np.ndarray:
        condition = self.rate.condition
        return np.asarray(condition[[BAD, GOOD]].any(axis=0) & ~condition[UNKNOWN])

    def performing(self, level: float | None = None) -> tuple[Floats, Floats]:
        """Return how many refused people without an outcome perform at least and at most.

        With a level, the limits of both. NaN where the assumptions contradict the shares.
        """
        w = self.bands.w
        blank = w[..., UNKNOWN, REFUSED]
        single = None if level is None else self._each(level)
        share_low, share_high = self.bands.approved_share(single)
        approved = w[..., APPROVED].sum(axis=-1)
        least, most = np.zeros_like(blank), blank.copy()
        if "selection" in self.assume:
            most = blank * share_high
        if "score" in self.assume:
            people = w.sum(axis=(-2, -1))
            others = w[..., GOOD, [REFUSED, UNDECIDED]].sum(axis=-1)
            free = w[..., UNKNOWN, UNDECIDED]
            low = (approved * share_low + others) / np.maximum(people, 1e-300)
            high = (approved * share_high + others + most + free) / np.maximum(people, 1e-300)
            low, high = in_order(low, high, people > 0)
            known = w[..., GOOD, :].sum(axis=-1)
            most = np.minimum(most, np.maximum(people * high - known, 0))
            dark = w[..., UNKNOWN, APPROVED] + free
            least = np.minimum(np.maximum(people * low - known - dark, 0), most)
            # A difference in the last digit is no contradiction.
            crossed = ((low > high + 1e-9) & (people > 0)).any(axis=-1)
            least[crossed], most[crossed] = np.nan, np.nan
        elif level is not None and "selection" in self.assume:
            # Bands are independent, so their limits join by squares.
            middle = blank * self.bands.approved_share(None)[1]
            reach = np.sqrt(((most - middle) ** 2).sum(axis=-1))
            return least.sum(axis=-1), np.minimum(middle.sum(axis=-1) + reach, blank.sum(axis=-1))
        return least.sum(axis=-1), most.sum(axis=-1)

    def bounds(self) -> tuple[Floats, Floats]:
        """Return the least and the greatest rate at the shares found."""
        ends = [self.rate.values(one.w) for one in self._ways(None)]
        return np.min(ends, axis=0), np.max(ends, axis=0)

    def limits(self, level: float) -> tuple[Floats, Floats]:
        """Return limits of both ends at a level."""
        low, high = self.bounds()
        moved = [self.rate.values(one.w) for one in self._ways(level)]
        below, above = np.min(moved, axis=0), np.max(moved, axis=0)
        ranges = [self._wilson(one, level) for one in self._ways(None)]
        least, most = (np.array(ends) for ends in zip(*ranges, strict=True))
        reach = low - least.min(axis=0), most.max(axis=0) - high
        if not self.assume:
            return low - reach[0], high + reach[1]
        # Shares that contradict the order may still do so within their limits.
        crossed = np.isnan(low) & np.isfinite(below)
        return (
            np.where(crossed, below, low - np.hypot(np.fmax(low - below, 0), reach[0])),
            np.where(crossed, above, high + np.hypot(np.fmax(above - high, 0), reach[1])),
        )

    def _wilson(self, groups: Groups, level: float) -> tuple[Floats, Floats]:
        of, event = self.rate.condition, self.rate.event
        value = self.rate.values(groups.w)
        n, w, w2 = (one[..., of].sum(axis=-1) for one in (groups.n, groups.w, groups.w2))
        w_event, w2_event = (one[..., event].sum(axis=-1) for one in (groups.w, groups.w2))
        size = intervals.effective_size(value, n, w_event, w, w2_event, w2)
        return intervals.wilson(value, size, level)

    def _each(self, level: float) -> float:
        """Return the level of one band: under "score" all must hold together."""
        if "score" not in self.assume:
            return level
        return float(1 - (1 - level) / max(self.bands.w.shape[1], 1))

    def _ways(self, level: float | None) -> list[Groups]:
        """Return the groups with outcomes filled in, at each combination of ends."""
        blank = self.groups.w[..., UNKNOWN, REFUSED]
        shares = [
            np.divide(one, blank, out=np.where(np.isnan(one), np.nan, 0.0), where=blank > 0)
            for one in self.performing(level)
        ]
        zero, one = np.zeros_like(blank), np.ones_like(blank)
        return [
            _filled(self.groups, (refused, approved, undecided))
            for refused, approved, undecided in product(shares, (zero, one), (zero, one))
        ]


def _filled(groups: Groups, shares: tuple[Floats, Floats, Floats]) -> Groups:
    """Return the groups with a share of unknown outcomes good, at each decision."""

    def fill(sums: Floats) -> Floats:
        made = sums.copy()
        for decision, share in zip((REFUSED, APPROVED, UNDECIDED), shares, strict=True):
            made[..., GOOD, decision] += share * sums[..., UNKNOWN, decision]
            made[..., BAD, decision] += (1 - share) * sums[..., UNKNOWN, decision]
        made[..., UNKNOWN, :] = 0
        return made

    return replace(groups, n=fill(groups.n), w=fill(groups.w), w2=fill(groups.w2))


def _asked(tally: Tally, metric: str, assume: Sequence[str], bands: Bands) -> Rate:
    if metric not in BY_NAME:
        msg = f"metric={metric!r} must be one of {', '.join(map(repr, BY_NAME))}."
        raise InputError(msg)
    if isinstance(assume, str) or not assume or set(assume) - set(ASSUMPTIONS):
        msg = f'assume={assume!r} must name "selection", "score" or both, such as ("selection",).'
        raise InputError(msg)
    number = isinstance(bands, int) and not isinstance(bands, bool) and bands > 0
    if not number and bands not in (None, "exact"):
        msg = f'bands={bands!r} must be a whole number, 1 or more, or "exact".'
        raise InputError(msg)
    if "score" in assume and bands is None:
        msg = 'assume="score" needs bands=: into how many bands the score is cut, such as 10.'
        raise InputError(msg)
    if tally.roles.cluster is not None:
        msg = "Ranges of these bounds are not computed for sampled clusters."
        raise InputError(msg)
    wanted = ["decision", "outcome", *(["score"] if bands is not None else [])]
    need(tally.roles, *wanted, by="monotone_bounds")
    return BY_NAME[metric]


def _words(assume: Sequence[str], bands: Bands) -> str:
    where = "group" if bands is None else "group and band of the score"
    parts = []
    if "selection" in assume:
        parts.append(
            f"in each {where}, refused people without an outcome perform at most as often as "
            "approved people"
        )
    if "score" in assume:
        parts.append(
            "in each group, people in a safer band of the score perform at least as often as "
            "people in a riskier one"
        )
    return f"Assumes that {', and that '.join(parts)}; nothing in these data can show it."


def _note(said: str, hidden: bool, contrary: bool, known: bool) -> str:
    if not known:
        return "Undefined: there are no people whom this rate is about."
    if not hidden:
        return "No outcome is missing, so nothing is assumed."
    if contrary:
        return f"{said} The shares found contradict it; take fewer bands, or do not assume it."
    return said
