"""`Frontier`: quality against the gap, and the choice made without the people measured on."""

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from creditaudit.alternatives.candidates import Candidate
from creditaudit.alternatives.measuring import Measured, Number
from creditaudit.errors import InputError
from creditaudit.intervals import LEVEL
from creditaudit.values import Floats, encode

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Quality = Literal["auc", "profit"]


@dataclass(frozen=True, eq=False)
class Alternative:
    """One way to decide, on the people measured on.

    Attributes
    ----------
    name, method, note : str
    uses_group : bool
        Whether the group of a person changes the decision on that person.
    quality : Number or None
        AUC, or profit per person; None where it cannot be set beside the others.
    gap : Number
        Share approved of the reference less that of the group.
    approved : Number
    better, lower : Number or None
        Quality less that of the model as it is; distance of its gap from 0 less that of this one.
    dominated : bool
        Another one is at least as good on both and better on one; one that uses the group does not
        dominate one that does not.
    candidate : Candidate
    measured : Measured
    levels : tuple
        The groups that were seen.
    """

    name: str
    method: str
    note: str
    uses_group: bool
    quality: Number | None
    gap: Number
    approved: Number
    better: Number | None
    lower: Number
    dominated: bool
    candidate: Candidate = field(repr=False)
    measured: Measured = field(repr=False)
    levels: tuple[Any, ...] = field(repr=False)

    def approval(self, X: pd.DataFrame, groups: Any = None) -> Floats:  # noqa: N803
        """Return the chance that each of other people is approved, 0..1.

        Parameters
        ----------
        X : DataFrame
            The inputs.
        groups : array of shape (n_rows,), optional
            Needed where the group is used; who is in none of the groups seen is in no group.

        Raises
        ------
        InputError
            If the group is used and not given.
        """
        if groups is None and self.uses_group:
            msg = f"{self.name!r} uses the group at decision time. Pass groups=."
            raise InputError(msg)
        codes = np.full(len(X), -1, dtype=np.int64)
        if groups is not None:
            own, levels = encode(pd.Series(groups).reset_index(drop=True), "groups")
            place = {level: k for k, level in enumerate(self.levels)}
            codes = np.array([*(place.get(one, -1) for one in levels), -1])[own]
        return self.candidate.chance(X, codes)

    def as_good(self, margin: float, level: float = LEVEL) -> bool:
        """Whether the whole range of the change in quality lies above ``-margin``."""
        return self.better is not None and self.better.range(level)[0] >= -margin

    def discriminates_less(self, level: float = LEVEL) -> bool:
        """Whether the whole range of the change in the gap lies above 0."""
        return self.lower.range(level)[0] > 0


@dataclass(frozen=True, eq=False)
class Frontier:
    """Quality against the gap in approvals, for a model and its alternatives; see `frontier`.

    Attributes
    ----------
    base : Alternative
        The model as it is.
    alternatives : tuple of Alternative
    best : Alternative or None
        The choice made on other people than those measured on; None where none had a smaller gap.
    quality : {"auc", "profit"}
    margin : float
        How much less of the quality still counts as as good.
    criterion : str
    group, reference : object
        The two groups of the gap.
    groups : dict
        Every group measured, by its place.
    n : int
        People measured on.
    people : tuple of int
        People fitted on, chosen on and measured on.
    method : str
    limits : tuple of str
    """

    base: Alternative
    alternatives: tuple[Alternative, ...]
    best: Alternative | None
    quality: Quality
    margin: float
    criterion: str
    group: Any
    reference: Any
    groups: dict[int, Any]
    n: int
    people: tuple[int, int, int]
    method: str
    limits: tuple[str, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row an alternative, measure and group.

        Columns ``alternative, group, measure, value, low, high, n, uses_group, dominated, note``;
        measures are ``auc``, ``profit``, ``approved``, ``gap``, ``quality_change``, ``gap_change``
        and, for each group, ``rate``. Ranges hold for each row alone.
        """
        rows: list[dict[str, Any]] = []
        for one in (self.base, *self.alternatives):
            for group, measure, number in self._numbers(one):
                low, high = (np.nan, np.nan) if number is None else number.range()
                rows.append({
                    "alternative": one.name, "group": group, "measure": measure,
                    "value": np.nan if number is None else number.value,
                    "low": low, "high": high, "n": self.n, "uses_group": one.uses_group,
                    "dominated": one.dominated, "note": one.note,
                })  # fmt: skip
        return pd.DataFrame(rows)

    @property
    def table(self) -> pd.DataFrame:
        """One row an alternative: what the chart shows. `frame` has the notes in full."""
        rows = [
            {
                "alternative": one.name,
                **_ends(self.quality, one.quality),
                **_ends("gap", one.gap),
                "approved": one.approved.value,
                "uses_group": "yes" if one.uses_group else "no",
                "note": "; ".join(self._words(one)),
            }
            for one in (self.base, *self.alternatives)
        ]
        return pd.DataFrame(rows)

    @property
    def claim(self) -> str:
        """What was found, in words."""
        return claim_of(self, LEVEL)

    def found(self, level: float = LEVEL) -> bool:
        """Whether the choice is as good and discriminates less, with its whole ranges."""
        best = self.best
        return best is not None and best.as_good(self.margin, level) and (
            best.discriminates_less(level)
        )  # fmt: skip

    def chart(self, ax: "Axes | None" = None) -> "Axes":
        """Draw quality against the gap, with ranges on both."""
        from creditaudit.alternatives.frontier_chart import drawn

        return drawn(self, ax)

    def _numbers(self, one: Alternative) -> list[tuple[Any, str, Number | None]]:
        m = one.measured
        return [
            (None, "auc", m.auc), (None, "profit", m.profit), (None, "approved", m.approved),
            (self.group, "gap", one.gap), (None, "quality_change", one.better),
            (self.group, "gap_change", one.lower),
            *((self.groups[k], "rate", number) for k, number in m.rates.items()),
        ]  # fmt: skip

    def _words(self, one: Alternative) -> list[str]:
        words = ["set against" if one is self.base else ""]
        words += ["chosen" if one is self.best else "", "dominated" if one.dominated else ""]
        return [word for word in words if word]

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(self.claim)}</b></p>{self.table.to_html(index=False, na_rep='')}"


def claim_of(frontier: Frontier, level: float) -> str:
    """Return the finding in a sentence, with ranges at a level."""
    best, tried = frontier.best, len(frontier.alternatives)
    if best is None:
        return (
            f"None of {tried} alternatives had a smaller gap at a quality within the margin, on "
            "the people the choice was made on. That none exists is not shown."
        )
    assert best.better is not None
    unit = "AUC" if frontier.quality == "auc" else "profit per person"
    low, high = (100 * x for x in best.lower.range(level))
    worse, gain = best.better.range(level)
    whom = "" if frontier.criterion == "demographic_parity" else " among people recorded as good"
    verb = "Allowing for the range, it" if frontier.found(level) else "It cannot be told whether it"
    return (
        f"Of {tried} alternatives, {best.name!r} was chosen: the gap in approvals{whom} between "
        f"{frontier.reference} and {frontier.group} is {100 * frontier.base.gap.value:+.1f} "
        f"percentage points under the model as it is and {100 * best.gap.value:+.1f} under it, "
        f"{100 * best.lower.value:.1f} nearer to 0 ({low:.1f} to {high:.1f}); {unit} changes by "
        f"{best.better.value:+.3f} ({worse:+.3f} to {gain:+.3f}). {verb} is as good within a "
        f"margin of {frontier.margin:g} and leaves a smaller gap."
    ).replace("-", "−")


def _ends(name: str, number: Number | None) -> dict[str, float]:
    low, high = (np.nan, np.nan) if number is None else number.range()
    value = np.nan if number is None else number.value
    return {name: value, f"{name}_low": low, f"{name}_high": high}
