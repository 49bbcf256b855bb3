"""Alternatives to a book as a result: ranges, what is as good, what is less unequal, the best."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit import intervals
from creditaudit.rulebooks.alternative_search import Aim, Candidate
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.rulebook_changes import Change, changed_book
from creditaudit.rulebooks.scoring import RulebookScorer
from creditaudit.rulebooks.variant_measures import UNKNOWN, Counted, inequalities

Floats = npt.NDArray[np.float64]
AS_IT_STANDS = "as it stands"
MEASURES = (
    "usefulness", "disparity", "approved", "usefulness_change", "disparity_change",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Alternatives:
    """The book and its alternatives, judged on people they were not chosen with.

    The arrays run over alternatives; the first is the book as it stands.

    Attributes
    ----------
    scorer : RulebookScorer
    by : str
    groups : tuple
        The reference first.
    aim : Aim
    candidates : tuple of Candidate
    n, n_chosen : int
        People they are judged on, and were chosen with.
    value, error : mapping of str to float array
        By measure; a change is a difference to the book as it stands, on the same people.
    rates : float array of shape (n_groups, n_alternatives)
    hidden : int array
        Of the people judged on who would be approved, those without an outcome.
    notes : tuple of str
    """

    scorer: RulebookScorer
    by: str
    groups: tuple[Any, ...]
    aim: Aim
    candidates: tuple[Candidate, ...]
    n: int
    n_chosen: int
    value: Mapping[str, Floats]
    error: Mapping[str, Floats]
    rates: Floats
    hidden: npt.NDArray[np.int64]
    notes: tuple[str, ...]

    def changes(self, number: int) -> tuple[Change, ...]:
        """Return the changes of an alternative, that of the line last."""
        one = self.candidates[number]
        base = self.candidates[0].line
        moved = one.line is not None and one.line != base
        return (*one.changes, *((Change("line", value=float(one.line or 0)),) if moved else ()))

    def words(self, number: int) -> str:
        """Return the changes of an alternative in words."""
        return "; ".join(map(str, self.changes(number))) or AS_IT_STANDS

    def book(self, number: int) -> Rulebook:
        """Return the book of an alternative, to read, save and compare.

        It says of itself that it is no text in force.
        """
        return changed_book(self.scorer.book, self.changes(number))

    def range(self, measure: str, level: float = intervals.LEVEL) -> tuple[Floats, Floats]:
        """Return a range of a measure of each alternative."""
        reach = intervals.critical(level) * self.error[measure]
        low, high = self.value[measure] - reach, self.value[measure] + reach
        if measure == "disparity":
            low = np.maximum(low, 0)
        return low, high

    @property
    def level(self) -> float:
        """Level of each range so that all alternatives hold together (Bonferroni)."""
        return 1 - (1 - intervals.LEVEL) / max(1, len(self.candidates) - 1)

    @property
    def as_good(self) -> npt.NDArray[np.bool_]:
        """Whether an alternative loses no more usefulness than the margin, allowing for chance."""
        low, _ = self.range("usefulness_change", self.level)
        found = low >= -self.aim.margin
        found[0] = True
        return np.asarray(found)

    @property
    def less_unequal(self) -> npt.NDArray[np.bool_]:
        """Whether an alternative is less unequal than the book, allowing for chance."""
        _, high = self.range("disparity_change", self.level)
        return np.asarray(high < 0)

    @property
    def dominated(self) -> npt.NDArray[np.bool_]:
        """Whether another alternative is as good in both, and better in one, of the values here."""
        unequal, useful = self.value["disparity"], self.value["usefulness"]
        no_worse = (unequal[:, None] <= unequal) & (useful[:, None] >= useful)
        better = (unequal[:, None] < unequal) | (useful[:, None] > useful)
        return np.asarray((no_worse & better).any(axis=0))

    @property
    def best(self) -> int | None:
        """The number of the least unequal alternative that is as good; None if there is none."""
        able = np.flatnonzero(self.as_good & self.less_unequal)
        if not len(able):
            return None
        return min(able.tolist(), key=lambda i: (self.value["disparity"][i], len(self.changes(i))))

    @property
    def frame(self) -> pd.DataFrame:
        """One row an alternative and measure.

        ``alternative, changes, measure, value, low, high, n, note``.
        """
        parts = []
        for measure in MEASURES:
            low, high = self.range(measure)
            parts.append(pd.DataFrame({
                "alternative": range(len(self.candidates)),
                "changes": [*map(self.words, range(len(self.candidates)))],
                "measure": measure, "value": self.value[measure], "low": low, "high": high,
                "n": self.n, "note": self._notes(measure),
            }))  # fmt: skip
        found = pd.concat(parts, ignore_index=True)
        return found.sort_values("alternative", kind="stable", ignore_index=True)

    def _notes(self, measure: str) -> list[str]:
        if measure not in ("usefulness", "usefulness_change"):
            return [""] * len(self.candidates)
        return [
            f"{hidden} of those approved have no outcome." if hidden else ""
            for hidden in self.hidden
        ]

    @property
    def frontier(self) -> pd.DataFrame:
        """One row an alternative: rates by group, both measures with ranges, and how it compares.

        ``as_good`` and ``less_unequal`` allow for the number of alternatives.
        """
        found = pd.DataFrame({"alternative": range(len(self.candidates))})
        found["changes"] = [*map(self.words, found["alternative"])]
        for measure in ("usefulness", "disparity"):
            found[measure] = self.value[measure]
            found[f"{measure}_low"], found[f"{measure}_high"] = self.range(measure)
        for group, rates in zip(self.groups, self.rates, strict=True):
            found[f"{self.by} {group}"] = rates
        found["dominated"], found["as_good"] = self.dominated, self.as_good
        found["less_unequal"] = self.less_unequal
        return found

    def __repr__(self) -> str:
        best = self.best
        told = "none as good is less unequal" if best is None else f"{self.words(best)}"
        return f"<Alternatives to {self.scorer.book.id} by {self.by}: {told}>"

    def _repr_html_(self) -> str:
        return str(self.frontier.to_html(index=False, na_rep=""))


def judged(
    scorer: RulebookScorer, by: str, groups: tuple[Any, ...], aim: Aim,
    candidates: tuple[Candidate, ...], people: Counted, draws: Floats, chosen: int,
    notes: tuple[str, ...],
) -> Alternatives:  # fmt: skip
    """Return what candidates give on people they were not chosen with, with a bootstrap's errors.

    Parameters
    ----------
    people : Counted
        Whom they are judged on.
    draws : float array of shape (n_replicates, n_cells)
        The weights of the cells in each replicate, the same for all candidates.
    chosen : int
        How many people they were chosen with.
    """
    only = [one.variant for one in candidates]
    approved = np.array([one.variant.approved(one.line) for one in candidates])

    def measured(weights: Floats) -> dict[str, Floats]:
        useful = people.useful(only, approved, weights, aim.use, aim.gain, aim.loss)
        unequal = inequalities(people.rates(approved, weights, aim.rate), aim.kind)
        share = people.approval(approved, weights)
        return {
            "usefulness": useful, "disparity": unequal, "approved": share,
            "usefulness_change": useful - useful[:, :1],
            "disparity_change": unequal - unequal[:, :1],
        }  # fmt: skip

    value = {name: found[0] for name, found in measured(people.w[None, :]).items()}
    error = {name: np.std(found, axis=0, ddof=1) for name, found in measured(draws).items()}
    rates = people.rates(approved, people.w[None, :], aim.rate)[0]
    unknown = people.n * (people.outcome == UNKNOWN)
    hidden = (approved[:, people.kind] @ unknown).astype(np.int64)
    return Alternatives(
        scorer, by, groups, aim, candidates, int(people.n.sum()), chosen, value, error, rates,
        hidden, notes,
    )  # fmt: skip
