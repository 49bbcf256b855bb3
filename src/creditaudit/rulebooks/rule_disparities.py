"""Which rules make the gap between groups: in points, in approvals, in entries of a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.effect_means import EffectCells, RuleGap, gap_of
from creditaudit.rulebooks.people_groups import grouped, people_of, scorer_of
from creditaudit.rulebooks.rule_effects import WAYS, Effects, effects_of
from creditaudit.rulebooks.scoring import RulebookScorer

MIN_CELL = 5
GAP = "(all rules)"
FEW = 10
NOBODY = "Changes nothing for anybody of either group."


@dataclass(frozen=True, eq=False)
class RuleGaps:
    """What each rule makes of the gaps between groups.

    Attributes
    ----------
    scorer : RulebookScorer
    by : str
        The column with the groups.
    effects : Effects
        What each rule does to each person.
    gaps : tuple of RuleGap
        One a group other than the reference, the largest gap first.
    notes : tuple of str
    """

    scorer: RulebookScorer
    by: str
    effects: Effects
    gaps: tuple[RuleGap, ...]
    notes: tuple[str, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a group, way and rule, the largest share first; and the gap itself.

        The group, ``reference, rule, way, measure, value, low, high, n, n_reference, share, note``.
        """
        parts = [self._rows(gap, way) for gap in self.gaps for way in WAYS]
        return pd.concat(parts, ignore_index=True)

    def _rows(self, gap: RuleGap, way: str) -> pd.DataFrame:
        names = [*self.effects.players, GAP]
        low, high = gap.range(way)
        value = gap.value[way]
        shown = np.ones(len(names), dtype=bool)
        if way != "shapley":
            shown[-1] = False
        share = np.full(len(names), np.nan)
        gap_low, gap_high = low[-1], high[-1]
        if way == "shapley" and (gap_low > 0 or gap_high < 0):
            share[:-1] = value[:-1] / value[-1]
        frame = pd.DataFrame({
            self.by: gap.group, "reference": gap.reference, "rule": names, "way": way,
            "measure": self.effects.measure, "value": value, "low": low, "high": high,
            "n": gap.n, "n_reference": gap.n_reference, "share": share,
            "note": [*map(_note, gap.touched), "" if gap.touched.any() else NOBODY],
        })  # fmt: skip
        order = np.argsort(-np.abs(np.append(value[:-1], np.inf)), kind="stable")
        return frame.iloc[[place for place in order if shown[place]]]

    def __repr__(self) -> str:
        groups = len(self.gaps)
        return (
            f"<RuleGaps of {self.effects.measure} by {self.by}, {self.scorer.book.id} as of "
            f"{self.scorer.as_of}: {groups} group{'s' * (groups != 1)}, "
            f"{len(self.effects.players)} {'tags' if self.effects.joined else 'rules'}>"
        )

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))


def _note(touched: int) -> str:
    if touched == 0:
        return NOBODY
    return f"Rests on {touched} people: the range is rough." if touched < FEW else ""


def disparity_by_rule(
    scorer: RulebookScorer | Rulebook | str,
    population: Any,
    *,
    by: str | None = None,
    measure: str = "points",
    reference: Any = None,
    reading: str | None = None,
    replicates: int = 1000,
    seed: int = 0,
    min_cell: int = MIN_CELL,
) -> RuleGaps:
    """Return each rule's part in the gap between each group and a reference group.

    Parameters
    ----------
    scorer : RulebookScorer, Rulebook or str
        A scorer fixes a day and a reading; a book stands for its last version.
    population : Population or DataFrame
        The people.
    by : str, optional
        The column with the groups; the first group of a population by default.
    measure : str
        "points", "approval", or "listing:" and the id of a list.
    reference : value, optional
        By default the group with most people.
    reading : {"mild", "strict"}, optional
        For a book that leaves room.
    replicates, seed : int
        Of the bootstrap over people.
    min_cell : int
        A group of fewer people is not compared.

    Returns
    -------
    RuleGaps
        ``.frame`` has three ways to ask. "shapley": the gap shared over the rules, exactly; the
        shares add up to the gap. "leave_one_out": the gap less the gap the book would make without
        this rule. "alone": the gap that a book of this rule only would make. They are the same for
        a rule that meets no other, no cut-off and no end of the scale.

    Raises
    ------
    InputError
        If the measure, the reference or the book cannot be used.
    MissingColumn
    NothingToCompare
        If there are no two groups of enough people.

    Notes
    -----
    The value of a rule for a person is a difference of two results of the same book on the same
    facts, so what is compared is the text and not a model of it. A gap is a mean over a group less
    the mean over the reference: the share of a rule is the mean of its values in the group less
    that in the reference. Ranges are for having drawn these people and no others: normal, with the
    error of a bootstrap over people.

    A share says which rule the gap runs through. It does not say why the rule meets one group more
    often, nor that the rule would be right without it.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games.
    Efron, B. and Tibshirani, R. (1993). An Introduction to the Bootstrap, chapter 13.
    """
    scorer = scorer_of(scorer, reading)
    frame, by, weight = people_of(population, by)
    effects = effects_of(scorer, frame, measure)
    groups, codes = grouped(frame[by], reference, min_cell, effects.known[effects.which])
    weights = np.ones(len(frame)) if weight is None else frame[weight].to_numpy(float)
    cells = EffectCells(effects, codes, len(groups), weights)
    drawn = cells.drawn(replicates, seed)
    gaps = [gap_of(effects, cells, drawn, groups, place, codes) for place in range(1, len(groups))]
    gaps.sort(key=lambda gap: -abs(gap.value["shapley"][-1]))
    return RuleGaps(scorer, by, effects, tuple(gaps), tuple(_notes(effects)))


def _notes(effects: Effects) -> Iterator[str]:
    if effects.joined:
        yield (
            "More rules hold for one person than have subsets that can be listed, so rules are "
            f"joined by their tags: {', '.join(effects.players)}. Those without one are together."
        )
