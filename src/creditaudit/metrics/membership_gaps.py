"""Rates and gaps of groups that are known only as probabilities: bounds, and points beside them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError, NothingToCompare
from creditaudit.intervals import KINDS, Kind
from creditaudit.memberships import Memberships
from creditaudit.metrics.measures import join_notes
from creditaudit.metrics.membership_bounds import ProxyCells, proxy_cells, rate_of
from creditaudit.metrics.membership_estimates import Estimated, assigned, weighted
from creditaudit.metrics.membership_ranges import SetRange, set_range
from creditaudit.metrics.pairs import effect
from creditaudit.roles import Value
from creditaudit.values import Floats, matches

THRESHOLDS = (0.5, 0.8)
BOUNDS = "bounds"
# Where more than a tenth of people are in cells of fewer than ten, shares by cell are mostly noise.
FEW, MUCH = 10, 0.1


@dataclass(frozen=True, eq=False)
class Proxied:
    """One rate of groups known as probabilities, and everything said about it."""

    memberships: Memberships
    cells: ProxyCells
    error: float
    estimates: tuple[Estimated, ...]

    @classmethod
    def of(
        cls, memberships: Any, metric: str, error: float | None, thresholds: Sequence[float]
    ) -> "Proxied":
        """Return the question put to memberships.

        Raises
        ------
        InputError, MissingRole
        """
        if not isinstance(memberships, Memberships):
            msg = f"memberships= is a {type(memberships).__name__}; make a Memberships first."
            raise InputError(msg)
        wrong = [one for one in thresholds if not 0.5 <= one <= 1]
        if wrong:
            msg = f"thresholds={wrong} must lie from 0.5 to 1, so that nobody is in two groups."
            raise InputError(msg)
        rate = rate_of(memberships, metric)
        error = memberships.error if error is None else error
        cells = proxy_cells(memberships, rate, error)
        points = [
            weighted(memberships, rate),
            *(assigned(memberships, rate, t) for t in thresholds),
        ]
        return cls(memberships, cells, error, tuple(points))

    @cached_property
    def ends(self) -> tuple[Floats, Floats]:
        """Least and greatest rate of each group at the shares found; NaN where cells are small."""
        if self.small > MUCH:
            nothing = np.full(len(self.memberships.groups), np.nan)
            return nothing, nothing
        return self.cells.bounds()

    @cached_property
    def small(self) -> float:
        """Share of people who are in cells of fewer than ten."""
        n = self.cells.n
        return float(n[n < FEW].sum() / n.sum())

    def limits(self, level: float) -> SetRange:
        """Return the ends of the set of each group's rate, with sampling error around it."""
        found = set_range(self.cells, level)
        low, high = self.ends
        return SetRange(
            found.low_end, found.high_end, np.fmin(found.low, low), np.fmax(found.high, high)
        )

    def place(self, reference: Value | None) -> int:
        """Return the place of the reference; by default the group with most people expected.

        Raises
        ------
        InputError
            If there is no such group.
        """
        groups = self.memberships.groups
        if reference is None:
            return int(np.argmax(self.memberships.expected))
        found = [at for at, one in enumerate(groups) if matches(one, reference)]
        if not found:
            msg = f"reference={reference!r} is none of the groups {[*groups]}."
            raise InputError(msg)
        return found[0]

    def gap(
        self, first: int, second: int, kind: Kind, limits: SetRange
    ) -> tuple[float, float, float, float]:
        """Return low, high, bound_low and bound_high of the gap between two groups.

        Each end of the gap joins one end of each group. Both move up with approvals in any cell,
        so their errors cannot add up to more than if they were independent, and limits are
        combined as by Newcombe (MOVER).
        """
        low, high = self.ends
        pairs = (low[first], high[second]), (high[first], low[second])
        ends = [_apart(*one, kind) for one in pairs]
        below = _joined(limits.low_end[first], limits.low[first],
                        limits.high_end[second], limits.high[second], kind, -1)  # fmt: skip
        above = _joined(limits.high_end[first], limits.high[first],
                        limits.low_end[second], limits.low[second], kind, 1)  # fmt: skip
        return float(np.fmin(below, ends[0])), float(np.fmax(above, ends[1])), ends[0], ends[1]

    def note(self, first: int | None = None, second: int | None = None) -> str:
        """Return what bounds rest on, in words."""
        cells = " and ".join(self.memberships.cells)
        among = f"the same {cells}" if cells else "the same probabilities"
        parts = [f"Whatever the link between group and decision among people of {among}."]
        if self.error:
            parts.append(f"Each probability may be off by up to {self.error:g}.")
        sharp = first is None or second is None or (
            self.cells.attained_together(first, second)
            and self.cells.attained_together(second, first)
        )  # fmt: skip
        if not sharp:
            parts.append("Both ends hold; with shares that are ranges, they may lie further out "
                         "than need be.")  # fmt: skip
        if self.small > MUCH:
            parts.append(
                f"{self.small:.0%} of people are in cells of fewer than {FEW}; bounds at the "
                "shares found there would be too narrow and are not shown. low and high hold."
            )
        return join_notes(*parts)


def membership_rates(
    memberships: Memberships,
    metric: str = "approval_rate",
    *,
    error: float | None = None,
    thresholds: Sequence[float] = THRESHOLDS,
) -> pd.DataFrame:
    """Bounds of a rate of each group that is known only as a probability; points beside them.

    Parameters
    ----------
    memberships : Memberships
    metric : str
        Any rate. Those that need outcomes need them for everyone they speak of.
    error : float, optional
        How far each probability may be off, 0 to 1; by default as the memberships say.
    thresholds : sequence of float
        From 0.5 to 1.

    Returns
    -------
    frame with one row a group and method
        The group, method ("bounds", "weighted", "assigned at 50 %", ...), n (people expected in
        the group, or counted by the method), value, low, high (95 %), bound_low, bound_high, note:
        what the method assumes. With "bounds" the value is null: bound_low and bound_high are
        sharp if the shares of each cell are what was found, and low and high hold that whole set
        in 95 of 100 samples.

    Raises
    ------
    InputError, MissingRole

    Notes
    -----
    Without a cell's link of group and decision there is no more to be known than the bounds:
    every rate between them fits the table. Formulas are in `creditaudit.metrics.membership_bounds`,
    those of sampling error in `creditaudit.metrics.membership_ranges`.

    References
    ----------
    Kallus, N., Mao, X. and Zhou, A. (2022). Management Science 68, 1959-1981.
    Chen, J., Kallus, N., Mao, X., Svacha, G. and Udell, M. (2019). FAT* 2019, 339-348.
    Horowitz, J. L. and Manski, C. F. (2000). JASA 95, 77-84.
    """
    asked = Proxied.of(memberships, metric, error, thresholds)
    limits, (low, high) = asked.limits(intervals.LEVEL), asked.ends
    found = [(one, one.n, one.value, *one.ranges(intervals.LEVEL)) for one in asked.estimates]
    rows: list[dict[str, object]] = []
    for at, group in enumerate(memberships.groups):
        key = {memberships.name: group}
        rows.append(key | {
            "method": BOUNDS, "n": memberships.expected[at], "value": np.nan,
            "low": limits.low[at], "high": limits.high[at],
            "bound_low": low[at], "bound_high": high[at], "note": asked.note(),
        })  # fmt: skip
        rows += [
            key | {"method": one.method, "n": n[at], "value": value[at], "low": below[at],
                   "high": above[at], "bound_low": np.nan, "bound_high": np.nan, "note": one.note}
            for one, n, value, below, above in found
        ]  # fmt: skip
    return pd.DataFrame(rows)


def membership_disparity(
    memberships: Memberships,
    metric: str = "approval_rate",
    *,
    reference: Value | None = None,
    kind: Kind = "ratio",
    error: float | None = None,
    thresholds: Sequence[float] = THRESHOLDS,
) -> pd.DataFrame:
    """Bounds of the gap between groups that are known only as probabilities; points beside them.

    Parameters
    ----------
    memberships : Memberships
    metric : str
    reference : value, optional
        By default the group with most people expected.
    kind : {"ratio", "difference", "odds_ratio"}
    error : float, optional
    thresholds : sequence of float

    Returns
    -------
    frame with one row a group other than the reference and method
        The group, reference, method, n, n_reference, value, low, high (95 %), bound_low,
        bound_high, note; read them as those of `membership_rates`. The bounds are sharp: each end
        is attained by a table that has the shares of every cell.

    Raises
    ------
    InputError, MissingRole
    NothingToCompare
        If only one group has people.

    References
    ----------
    Kallus, N., Mao, X. and Zhou, A. (2022). Management Science 68, 1959-1981.
    Chen, J., Kallus, N., Mao, X., Svacha, G. and Udell, M. (2019). FAT* 2019, 339-348.
    Zou, G. Y. and Donner, A. (2008). Statistics in Medicine 27, 1693-1702.
    """
    if kind not in KINDS:
        msg = f"kind={kind!r} must be one of {', '.join(map(repr, KINDS))}."
        raise InputError(msg)
    asked = Proxied.of(memberships, metric, error, thresholds)
    base, expected = asked.place(reference), memberships.expected
    others = [at for at in range(len(expected)) if at != base and expected[at] > 0]
    if not others or not expected[base]:
        msg = "Only one group has people to compare. It takes a reference group and another one."
        raise NothingToCompare(msg)
    limits = asked.limits(intervals.LEVEL)
    rows: list[dict[str, object]] = []
    for at in others:
        key = {memberships.name: memberships.groups[at], "reference": memberships.groups[base]}
        low, high, bound_low, bound_high = asked.gap(at, base, kind, limits)
        rows.append(key | {
            "method": BOUNDS, "n": expected[at], "n_reference": expected[base], "value": np.nan,
            "low": low, "high": high, "bound_low": bound_low, "bound_high": bound_high,
            "note": asked.note(at, base),
        })  # fmt: skip
        for one in asked.estimates:
            value, below, above = one.gap(at, base, kind, intervals.LEVEL)
            rows.append(key | {
                "method": one.method, "n": one.n[at], "n_reference": one.n[base], "value": value,
                "low": below, "high": above, "bound_low": np.nan, "bound_high": np.nan,
                "note": one.note,
            })  # fmt: skip
    frame = pd.DataFrame(rows)
    numbers = ["value", "low", "high", "bound_low", "bound_high"]
    frame[numbers] = frame[numbers].where(np.isfinite(frame[numbers]))
    return frame


def _apart(a: float, b: float, kind: Kind) -> float:
    """Return the effect; infinite where only the reference is at its end."""
    found = float(effect(np.array(a), np.array(b), kind))
    beyond = (a > 0 and b == 0) or (kind == "odds_ratio" and a == 1 and 0 < b < 1)
    return np.inf if np.isnan(found) and beyond else found


def _joined(a: float, a_limit: float, b: float, b_limit: float, kind: Kind, side: int) -> float:
    """Return one end of the gap from the ends and limits of both groups."""

    def scaled(x: float) -> float:
        if kind == "difference":
            return x
        return float(np.log(x) if kind == "ratio" else np.log(x) - np.log1p(-x))

    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.hypot(scaled(a) - scaled(a_limit), scaled(b) - scaled(b_limit))
        end = scaled(a) - scaled(b) + side * reach
        # An end at 0 has no logarithm; the limits of both groups together are then further out.
        if np.isnan(end):
            end = scaled(a_limit) - scaled(b_limit)
        if np.isnan(end):
            end = side * np.inf
        return float(end if kind == "difference" else np.exp(end))
