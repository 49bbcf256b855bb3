"""Good and bad payers of each group by score, from the safest score down."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.bins import ScoreBins
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.errors import InputError
from creditaudit.metrics.groups import Groups, lay_out
from creditaudit.metrics.measures import need
from creditaudit.metrics.proportions import declined_unknown
from creditaudit.tally import By, Tally
from creditaudit.values import Floats

SELECTIVE = (
    "Declined people have no outcomes, so it is not known what other cut-offs would do: whoever "
    "they would approve anew has never been seen to pay or not. It takes outcomes of people the "
    "score would refuse, such as a sample approved whatever their score."
)
NOBODY = (
    "Nobody here has both a score and an outcome. Cut-offs are set on people who have both: name "
    "score= and outcome= in Roles and make the tally again."
)
# Columns of results, which no group column may be named after.
COLUMNS = frozenset({
    "cutoff_low", "cutoff_high", "p_high", "lottery", "lottery_rate", "approval_rate", "tpr", "fpr",
    "precision", "criterion", "loss", "difference", "group_change", "best_rate", "harm_rate",
})  # fmt: skip
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Path:
    """The cut-offs one group can have, from approving nobody to approving everyone.

    Attributes
    ----------
    place : int array of shape (n_points,)
        How many scores, counted from the safest, each cut-off approves.
    bad, good : float arrays of shape (n_points,)
        Weights approved.
    """

    place: Places
    bad: Floats
    good: Floats

    @property
    def rate(self) -> Floats:
        """Share of people approved at each cut-off."""
        return np.asarray((self.good + self.bad) / (self.good[-1] + self.bad[-1]))

    @property
    def tpr(self) -> Floats:
        """Share of good payers approved at each cut-off."""
        return np.asarray(self.good / self.good[-1])

    @property
    def fpr(self) -> Floats:
        """Share of bad payers approved at each cut-off."""
        return np.asarray(self.bad / self.bad[-1])

    def money(self, gain: float, loss: float) -> Floats:
        """Return gain for each good payer approved less loss for each bad one."""
        return gain * self.good - loss * self.bad

    def take(self, where: Places | np.ndarray) -> "Path":
        """Return some of the cut-offs."""
        return Path(self.place[where], self.bad[where], self.good[where])

    def hull(self) -> "Path":
        """Return the cut-offs that no draw between two others does better than.

        The upper convex hull of the ROC curve; a draw between two neighbours on it approves most
        good payers for the number of bad ones.
        """
        x, y = self.bad.tolist(), self.good.tolist()
        kept: list[int] = []
        for at in range(len(x)):
            while len(kept) > 1:
                first, last = kept[-2], kept[-1]
                rise, run = y[last] - y[first], x[last] - x[first]
                if run * (y[at] - y[first]) <= rise * (x[at] - x[first]):
                    break
                kept.pop()
            kept.append(at)
        return self.take(np.array(kept))


@dataclass(frozen=True, eq=False)
class Curves:
    """People with an outcome and a score, by group and score.

    Attributes
    ----------
    by : tuple of str
    keys : DataFrame of shape (n_groups, len(by))
    missing : bool array of shape (n_groups,)
        Groups in which a key is missing.
    n, w, w2 : float arrays of shape (n_groups, n_scores, 2)
        From the safest score to the riskiest; last axis bad, good.
    left_out : float array of shape (n_replicates, n_groups, n_scores, 2) or None
        Weights without each replicate group of clusters.
    cuts : float array of shape (n_scores + 1,)
        ``cuts[j]`` approves the j safest scores and no other.
    safer : bool
        Whether a higher score is safer.
    notes : tuple of str
        Who is not part, and why.
    """

    by: tuple[str, ...]
    keys: pd.DataFrame
    missing: np.ndarray
    n: Floats
    w: Floats
    w2: Floats
    left_out: Floats | None
    cuts: Floats
    safer: bool
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def people(self) -> Floats:
        """People in each group; shape (n_groups,)."""
        return np.asarray(self.n.sum(axis=(1, 2)))

    @property
    def totals(self) -> Floats:
        """Weights of bad and good payers in each group; shape (n_groups, 2)."""
        return np.asarray(self.w.sum(axis=1))

    @property
    def names(self) -> list[str]:
        """Each group in words, without the name of its column."""
        rows = self.keys.astype(object).to_numpy().tolist()
        words = [["missing" if pd.isna(one) else str(one) for one in row] for row in rows]
        return [", ".join(row) or "everyone" for row in words]

    def path(self, group: int | None = None) -> Path:
        """Return the distinct cut-offs of one group, or of everyone."""
        chosen = slice(None) if group is None else [group]
        w, n = self.w[chosen].sum(axis=0), self.n[chosen].sum(axis=(0, 2))
        place = np.concatenate([[0], np.flatnonzero(n) + 1])
        bad, good = (np.concatenate([[0.0], np.cumsum(one)])[place] for one in w.T)
        return Path(place, bad, good)

    def cut(self, place: int, group: int | None = None) -> float:
        """Return the cut-off that approves this many of the safest scores.

        For one group, infinite where all of it is approved or refused.
        """
        counted = self.n if group is None else self.n[[group]]
        if not counted[:, place:].any():
            place = len(self.cuts) - 1
        return float(self.cuts[place])

    def take(self, where: np.ndarray) -> "Curves":
        """Return the curves of some groups."""
        left_out = None if self.left_out is None else self.left_out[:, where]
        return replace(
            self, keys=self.keys[where].reset_index(drop=True), missing=self.missing[where],
            n=self.n[where], w=self.w[where], w2=self.w2[where], left_out=left_out,
        )  # fmt: skip


def curves_of(tally: Tally, by: By, *, asked: str = "cutoffs") -> Curves:
    """Return the curves of a tally's groups that have people with a score and an outcome.

    Raises
    ------
    MissingRole
        If the tally was made without a score or an outcome.
    InputError
        If declined people have no outcomes, or nobody has both a score and an outcome, or a score
        is infinite.
    """
    need(tally.roles, "score", "outcome", by=asked)
    assert tally.bins is not None
    if declined_unknown(lay_out(tally, None, (OUTCOME, DECISION)).n):
        raise InputError(SELECTIVE)
    groups = lay_out(tally, by, (BIN, OUTCOME))
    clash = sorted(COLUMNS & set(groups.by))
    if clash:
        msg = f"Column {clash[0]!r} has the name of a result column. Rename it in table and Roles."
        raise InputError(msg)
    safer = tally.roles.higher_is == "safer"
    n, w, w2 = (_known(a, safer=safer) for a in (groups.n, groups.w, groups.w2))
    if not w.any():
        raise InputError(NOBODY)
    if tally.bins.exact and np.isposinf(tally.bins.values).any():
        msg = (
            "Some scores are infinite, and no cut-off stands above them. Write a large number in "
            "their place, or count with edges (score_bins=)."
        )
        raise InputError(msg)
    found = Curves(
        groups.by, groups.keys, groups.missing, n, w, w2,
        None if groups.left_out is None else _known(groups.left_out, safer=safer),
        _cuts(tally.bins, safer=safer), safer, (),
    )  # fmt: skip
    seen = found.totals.sum(axis=-1) > 0
    notes = tuple(_notes(groups, found, seen, tally))
    return replace(found.take(seen), notes=notes)


def _known(sums: Floats, *, safer: bool) -> Floats:
    """Return bad and good by score from the safest; people without a score are left out."""
    scored = sums[..., :-1, :2]
    return scored[..., ::-1, :] if safer else scored


def _cuts(bins: ScoreBins, *, safer: bool) -> Floats:
    """Return the cut-off that approves the j safest places of the score axis, for each j.

    The axis has a place under the first edge and one over the last, empty where every value is
    its own bin.
    """
    if bins.exact:
        edges = np.concatenate([bins.values, [np.inf, np.inf]])
    else:
        # The last bin is closed, so what lies over it begins at the next number there is.
        beyond = np.nextafter(bins.values[-1], np.inf)
        edges = np.concatenate([bins.values[:-1], [beyond, np.inf]])
    rising = np.concatenate([[-np.inf], edges])
    return rising[::-1] if safer else rising


def _notes(groups: Groups, found: Curves, seen: np.ndarray, tally: Tally) -> list[str]:
    notes = []
    total, known = float(groups.n.sum()), float(found.n.sum())
    if known < total:
        unscored = float(groups.n[:, -1].sum())
        parts = [
            f"{total - known - unscored:,.0f} have no outcome" if total - known > unscored else "",
            f"{unscored:,.0f} have no score" if unscored else "",
        ]
        notes.append(
            f"Complete cases: {known:,.0f} of {total:,.0f} people have a score and an outcome; "
            f"{' and '.join(filter(None, parts))}. They are not part, and may differ."
        )
    gone = [name for name, there in zip(found.names, seen, strict=True) if not there]
    if gone:
        notes.append(f"Nobody with a score and an outcome in {'; '.join(gone)}: no cut-off.")
    if not found.safer:
        notes.append(
            "A higher score is riskier: a score below cutoff_high is approved with p_high, one "
            "below cutoff_low with 1 - p_high."
        )
    if tally.bins is not None and tally.bins.unscored:
        notes.append("Merged for publication: the lowest bin also holds people without a score.")
    if tally.roles.weight is not None:
        notes.append(f"Rates and profit are weighted by {tally.roles.weight}.")
    return notes
