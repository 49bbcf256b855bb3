"""The people a model refuses, with their inputs, for audits of the reasons they are given."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.model_rows import cannot_read
from creditaudit.evidence import Evidence
from creditaudit.explain.models import Model
from creditaudit.explain.rule_shares import is_book
from creditaudit.metrics.influences import Mask
from creditaudit.values import Codes, Floats

MOST, BACKGROUND = 2_000, 1_000
UNPOINTED = (
    "Reasons are told in points, or by the rules of a book. It takes a scorer with points(X), such "
    "as a scorecard, ca.scorers.wrap(model) or a RulebookScorer."
)
DRAWN = f"More than {MOST:,} refused people: {MOST:,} drawn by chance, seed 0."


@dataclass(frozen=True, eq=False)
class RefusedPeople:
    """People under the cut-off, or refused by a book.

    Attributes
    ----------
    scorer : object
    inputs : DataFrame
        Of everybody.
    rows : int array
        The refused, or a draw of them.
    points : float array of shape (n_people,)
        Of everybody.
    drawn : bool
    """

    scorer: Any
    inputs: pd.DataFrame
    rows: Codes
    points: Floats
    drawn: bool

    @property
    def people(self) -> pd.DataFrame:
        """The inputs of the refused."""
        return self.inputs.iloc[self.rows]

    def background(self, seed: int = 0) -> pd.DataFrame:
        """Return applicants to compare with, at most a thousand drawn by chance."""
        if len(self.inputs) <= BACKGROUND:
            return self.inputs
        drawn = np.random.default_rng(seed).choice(len(self.inputs), BACKGROUND, replace=False)
        return self.inputs.iloc[np.sort(drawn)]

    def spread(self, values: Floats) -> Floats:
        """Return what is said of the refused as an array over everybody; 0 elsewhere."""
        found = np.zeros(len(self.inputs))
        found[self.rows] = values
        return found

    @property
    def who(self) -> Mask:
        """Who of everybody is looked at."""
        found = np.zeros(len(self.inputs), dtype=bool)
        found[self.rows] = True
        return found

    @property
    def limits(self) -> tuple[str, ...]:
        """What a reader has to know of the draw."""
        return (DRAWN,) if self.drawn else ()


def cannot_tell(evidence: Evidence) -> str:
    """Return why reasons cannot be looked at, or nothing."""
    assert evidence.tally is not None
    why = cannot_read(evidence, evidence.tally.roles.cluster, *evidence.groups)
    return why or ("" if hasattr(evidence.scorer, "points") else UNPOINTED)


def refused_by(evidence: Evidence) -> RefusedPeople:
    """Return the people whom the model of the evidence refuses.

    Raises
    ------
    InputError, MissingColumn
    """
    frame, scorer = evidence.frame, evidence.scorer
    assert frame is not None
    named = _named(evidence, scorer, frame)
    model = Model.of(scorer, "points", named)
    inputs = model.people(named)
    points = np.asarray(scorer.points(model.given(inputs)), dtype=np.float64)  # type: ignore[union-attr]
    if is_book(scorer):
        words = pd.Series(scorer.decide(inputs)).to_numpy()  # type: ignore[union-attr]
        rows = np.flatnonzero(words == "refused")
    else:
        rows = np.flatnonzero(points < float(evidence.cutoff or 0))
    drawn = len(rows) > MOST
    if drawn:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST, replace=False))
    return RefusedPeople(scorer, inputs, rows, points, drawn)


def _named(evidence: Evidence, scorer: Any, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that can be inputs: all, or those that play no other part."""
    tells = hasattr(scorer, "feature_names_in_") or hasattr(scorer, "columns")
    if tells or hasattr(scorer, "names") or hasattr(scorer, "table"):
        return frame
    assert evidence.tally is not None
    taken = set(evidence.tally.roles.columns)
    return frame[[name for name in frame.columns if name not in taken]]
