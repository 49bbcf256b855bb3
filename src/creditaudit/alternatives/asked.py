"""What is asked of a search: people, outcomes, groups, the share approved, and three parts."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.values import Codes, Floats, encode, matches

Criterion = Literal["demographic_parity", "equal_opportunity"]
CRITERIA = ("demographic_parity", "equal_opportunity")
Mask = npt.NDArray[np.bool_]
# Shares of people on whom models are fitted, one is chosen, and everything is measured.
SHARES = (0.4, 0.2, 0.4)


@dataclass(frozen=True, eq=False)
class Asked:
    """The people of a search.

    Attributes
    ----------
    X : DataFrame of shape (n, n_features)
    bad : float array of shape (n,)
        1 bad, 0 good, NaN where the outcome is not known.
    codes : int array of shape (n,)
        Place of the group in ``levels``; -1 where it is missing.
    levels : tuple
    reference : int
        Place of the group the others are set against.
    fitted, chosen, measured : int arrays
        Rows of the three parts; nobody is in two of them.
    share : float
        Of people approved by every model.
    gain, loss : float
    criterion : str
    seed : int
    least : int
        People a group needs in each part to be looked at.
    """

    X: pd.DataFrame
    bad: Floats
    codes: Codes
    levels: tuple[Any, ...]
    reference: int
    fitted: npt.NDArray[np.intp]
    chosen: npt.NDArray[np.intp]
    measured: npt.NDArray[np.intp]
    share: float
    gain: float
    loss: float
    criterion: Criterion
    seed: int
    least: int

    @property
    def known(self) -> npt.NDArray[np.intp]:
        """Rows to fit on: those of the first part whose outcome is known."""
        return self.fitted[np.isfinite(self.bad[self.fitted])]

    @property
    def before(self) -> npt.NDArray[np.intp]:
        """Rows that a choice may look at: all but those measured on."""
        return np.concatenate([self.fitted, self.chosen])

    @property
    def counted(self) -> Mask:
        """Whom the criterion speaks of: everyone, or people recorded as good."""
        if self.criterion == "demographic_parity":
            return np.ones(len(self.bad), dtype=bool)
        return np.asarray(self.bad == 0)

    @property
    def others(self) -> list[int]:
        """Groups set against the reference: enough people whom the criterion speaks of."""
        counted = self.counted
        return [
            k
            for k in range(len(self.levels))
            if k != self.reference
            and all(
                (counted[part] & (self.codes[part] == k)).sum() >= self.least
                for part in (self.chosen, self.measured)
            )
        ]


def asked_of(
    X: Any, y: Any, groups: Any, *,  # noqa: N803
    reference: Any, share: float, gain: float, loss: float,
    criterion: Criterion, seed: int, least: int,
) -> Asked:  # fmt: skip
    """Return a search's people, checked, in three parts.

    Raises
    ------
    InputError
    """
    if not isinstance(X, pd.DataFrame):
        msg = f"X is a {type(X).__name__}; pass a pandas DataFrame with one row a person."
        raise InputError(msg)
    for name, given in (("y", y), ("groups", groups)):
        if len(given) != len(X):
            msg = f"X has {len(X):,} rows and {name} has {len(given):,}. Pass one value a person."
            raise InputError(msg)
    if criterion not in CRITERIA:
        msg = f"criterion={criterion!r} must be one of {CRITERIA}."
        raise InputError(msg)
    for word, number, ok in (
        ("share", share, 0 < share < 1), ("gain", gain, gain > 0), ("loss", loss, loss >= 0),
    ):  # fmt: skip
        if not ok:
            least_words = "between 0 and 1" if word == "share" else "positive"
            msg = f"{word}={number!r} must be {least_words}."
            raise InputError(msg)
    bad = pd.to_numeric(pd.Series(np.asarray(pd.Series(y), dtype=object)), errors="coerce")
    outcome = bad.to_numpy(dtype=np.float64)
    if not np.isin(outcome[np.isfinite(outcome)], (0.0, 1.0)).all():
        msg = "y must be 1 for bad, 0 for good, and missing where the outcome is not known."
        raise InputError(msg)
    if len(np.unique(outcome[np.isfinite(outcome)])) < 2:
        msg = "y needs people who turned out bad and people who turned out good."
        raise InputError(msg)
    column = pd.Series(groups).reset_index(drop=True)
    codes, levels = encode(column, "groups")
    codes = codes.astype(np.int64)
    if len(levels) < 2:
        msg = f"groups= holds {len(levels)} group. Pass a column with two or more."
        raise InputError(msg)
    place = int(np.argmax(np.bincount(codes[codes >= 0], minlength=len(levels))))
    if reference is not None:
        places = [k for k, level in enumerate(levels) if matches(level, reference)]
        if not places:
            msg = f"reference={reference!r} is none of the groups {list(levels)}."
            raise InputError(msg)
        place = places[0]
    fitted, chosen, measured = three_parts(outcome, codes, seed)
    found = Asked(
        X.reset_index(drop=True), outcome, codes, tuple(levels), place, fitted, chosen, measured,
        float(share), float(gain), float(loss), criterion, int(seed), int(least),
    )  # fmt: skip
    if not found.others:
        msg = (
            f"No group beside {levels[place]!r} has {least} people in every part. Pass more "
            "people, or merge groups."
        )
        raise InputError(msg)
    for part in (found.fitted, found.chosen, found.measured):
        if len(set(outcome[part][np.isfinite(outcome[part])])) < 2:
            msg = f"{len(X):,} people are too few: a part of them holds one outcome only."
            raise InputError(msg)
    return found


def three_parts(bad: Floats, codes: Codes, seed: int) -> tuple[npt.NDArray[np.intp], ...]:
    """Return the rows of three parts, each with its share of every group and outcome."""
    rng = np.random.default_rng(seed)
    kinds = (codes + 1) * 3 + np.where(np.isfinite(bad), bad, 2).astype(np.int64)
    place = np.empty(len(bad))
    for kind in np.unique(kinds):
        rows = np.flatnonzero(kinds == kind)
        # A start drawn for each kind, so that small kinds do not all fall into the first part.
        place[rng.permutation(rows)] = (np.arange(len(rows)) + rng.random()) / len(rows)
    first, second = SHARES[0], SHARES[0] + SHARES[1]
    part = np.digitize(place, (first, second))
    return tuple(np.flatnonzero(part == k) for k in range(3))
