"""Why was somebody found? Findings replayed with a cause switched off, the luck kept as it was."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from creditaudit.errors import MissingColumn
from creditaudit.populations import Society
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.sharing.listings import listings_of
from creditaudit.values import Floats

Masks = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
CONDUCT = "ability"
LEAST_FOUND = 20


@dataclass(frozen=True, eq=False)
class TrueCauses:
    """The causes of true findings, person by person and agency by agency.

    Attributes
    ----------
    agencies : tuple of str
    base : array of length n_agencies
        Log-odds of a true finding for somebody at the mean in everything.
    conduct, circumstance : array of shape (n_people, n_agencies)
        What a person's own conduct and circumstances add to them.
    found : bool array of shape (n_people, n_agencies)
        What happened.
    mistaken : array of uint64, over people
        Findings that stand on mistaken entries alone.
    firms : array of uint64, over firms
        Findings on firms: they reach people through ties only, and stay as they are.
    """

    agencies: tuple[str, ...]
    base: Floats
    conduct: Floats
    circumstance: Floats
    found: Flags
    mistaken: Masks
    firms: Masks

    def luck(self, seed: int) -> Floats:
        """Return the rest, given what happened; shape (n_people, n_agencies).

        Somebody is found where base + conduct + circumstance + luck > 0. Luck is logistic noise,
        keyed by seed, person and agency, from the part of its distribution in which what happened
        happens: it is everything that neither the true ability nor circumstances tell.
        """
        noise = np.zeros_like(self.conduct)
        for k, name in enumerate(self.agencies):
            told = self.base[k] + self.conduct[:, k] + self.circumstance[:, k]
            p, happened = expit(told), self.found[:, k]
            drawn = entity_uniforms(np.arange(len(told)), seed, f"sharing/luck/{name}")
            own = logit(np.where(happened, 1 - p * drawn, (1 - p) * drawn))
            # At the border rounding could turn what happened.
            kept = (told + own > 0) == happened
            noise[:, k] = np.where(kept, own, np.where(happened, 1e-6, -1e-6) - told)
        return noise

    def findings(
        self, luck: Floats | None, *, conduct: bool, circumstance: bool, error: bool
    ) -> Masks:
        """Return findings of people and firms when only some causes are at work.

        Parameters
        ----------
        luck : array or None
            None: nothing is added to the log-odds.
        conduct, circumstance : bool
            Off: everybody is at the mean.
        error : bool
            Off: mistaken entries are gone.

        Returns
        -------
        array of uint64, over people and firms
            With all causes at work, what the record has.
        """
        found = self.base + np.zeros_like(self.conduct)
        if conduct:
            found += self.conduct
        if circumstance:
            found += self.circumstance
        if luck is not None:
            found += luck
        bits = np.uint64(1) << np.arange(len(self.agencies), dtype=np.uint64)
        own = ((found > 0) * bits).sum(axis=1, dtype=np.uint64)
        if error:
            own |= self.mistaken
        return np.concatenate([own, self.firms])


def causes_of(
    world: Society, agencies: tuple[str, ...], circumstances: Sequence[str]
) -> TrueCauses:
    """Return the causes of true findings.

    Parameters
    ----------
    world : Society
        Of which the truth is known.
    agencies : tuple of str
    circumstances : sequence of str
        Columns of the people or of their truth.

    Raises
    ------
    MissingColumn

    Notes
    -----
    For each agency a logistic model of a true finding on the true ability and on circumstances
    splits the log-odds into both. A finding is where log-odds plus a logistic noise exceed 0; given
    what happened, the noise is drawn from its part of the distribution, so that with everything at
    work the record comes out as it is (abduction, action, prediction). Ability is what a society
    draws apart from circumstances: the nearest it has to own conduct, and no judgement of anybody.

    References
    ----------
    Pearl, J. (2009). Causality, 2nd ed., section 7.1.
    """
    truth, frame = world.people.truth, world.people.frame
    if truth is None or CONDUCT not in truth:
        existing = [] if truth is None else truth.columns
        raise MissingColumn.of([CONDUCT], existing, "Use a society made by make_society.")
    people = len(frame)
    recorded = listings_of(world, agencies)
    true = listings_of(world, agencies, findings="true")
    beside = _numbers(frame, truth, circumstances)
    ability = truth[CONDUCT].to_numpy(np.float64)
    columns = np.column_stack([(ability - ability.mean()) / (ability.std() or 1.0), beside])
    shape = (people, len(agencies))
    base = np.zeros(len(agencies))
    conduct, circumstance = np.zeros(shape), np.zeros(shape)
    happened = np.zeros(shape, dtype=bool)
    for k in range(len(agencies)):
        happened[:, k] = (true[:people] >> np.uint64(k)) & np.uint64(1) == 1
        base[k], weights = _fitted(columns, happened[:, k])
        conduct[:, k] = columns[:, 0] * weights[0]
        circumstance[:, k] = columns[:, 1:] @ weights[1:]
    return TrueCauses(
        agencies, base, conduct, circumstance, happened, (recorded & ~true)[:people],
        recorded[people:],
    )  # fmt: skip


def _fitted(columns: Floats, found: Flags) -> tuple[float, Floats]:
    """Return intercept and weights; with few found, a rate for all and no weights."""
    many = int(found.sum())
    if min(many, len(found) - many) < LEAST_FOUND:
        return float(logit((many + 0.5) / (len(found) + 1))), np.zeros(columns.shape[1])
    model = LogisticRegression(C=10.0, max_iter=1000).fit(columns, found)
    return float(model.intercept_[0]), np.asarray(model.coef_[0], dtype=np.float64)


def _numbers(frame: pd.DataFrame, truth: pd.DataFrame, names: Sequence[str]) -> Floats:
    """Return circumstances as numbers with mean 0: scaled, or one column a level."""
    blocks = []
    for name in names:
        if name not in truth and name not in frame:
            existing = [*frame.columns, *truth.columns]
            raise MissingColumn.of([name], existing, "Pass circumstances= with known columns.")
        column = truth[name] if name in truth else frame[name]
        if pd.api.types.is_numeric_dtype(column.dtype):
            x = column.to_numpy(np.float64, na_value=np.nan)
            blocks.append(np.nan_to_num(x - np.nanmean(x))[:, None] / (np.nanstd(x) or 1.0))
        else:
            levels = pd.get_dummies(column, dtype=np.float64).to_numpy()[:, 1:]
            blocks.append(levels - levels.mean(axis=0))
    return np.hstack(blocks) if blocks else np.empty((len(frame), 0))
