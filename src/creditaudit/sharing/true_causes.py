"""Why was somebody found? Findings replayed with a cause switched off, the luck kept as it was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from creditaudit.errors import MissingColumn
from creditaudit.populations import Society
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.sharing.listings import LISTING_ENTRIES, listings_of
from creditaudit.values import Floats

Masks = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
ABILITY = "ability"
LEAST_FOUND = 20
ACTS: Mapping[str, tuple[str, ...]] = {
    "court": ("asset_report_breach", "spending_limit_breach"),
    "tax": ("tax_penalty",),
    "customs": ("customs_penalty",),
    "utilities": ("utility_theft",),
    "social": ("civic_deduction",),
    "police": ("drunk_driving", "minor_offence"),
    "railway": ("fare_evasion",),
}
"""Entries of something a person did, by agency. Every other entry says that something was not paid.

Not paying is no act here, since the log does not tell who could have paid and would not: a court's
listing counts as one only beside a true entry of what the person did in its proceedings. This
errs on the side of calling too little an act. That an act is one's own says nothing of what led
to it, and the poor ride without a ticket more often than the rich.
"""


@dataclass(frozen=True, eq=False)
class TrueCauses:
    """The causes of findings, person by person and agency by agency.

    Attributes
    ----------
    agencies : tuple of str
    base : array of length n_agencies
        Log-odds of a true finding of not paying, for somebody at the mean in every circumstance.
    circumstance : array of shape (n_people, n_agencies)
        What a person's circumstances add to them, ability among these: fitted.
    found : bool array of shape (n_people, n_agencies)
        True findings of not paying.
    counted : int array of length n_agencies
        How many of these there are.
    acts : array of uint64, over people
        True findings that stand on what the person did: counted, not fitted.
    untold : array of uint64, over people
        True findings of not paying of the agencies in `few`.
    mistaken : array of uint64, over people
        Findings that stand on mistaken entries alone.
    firms : array of uint64, over firms
        Findings on firms: they reach people through ties only, and stay as they are.
    """

    agencies: tuple[str, ...]
    base: Floats
    circumstance: Floats
    found: Flags
    counted: npt.NDArray[np.int64]
    acts: Masks
    untold: Masks
    mistaken: Masks
    firms: Masks

    @property
    def few(self) -> tuple[str, ...]:
        """Agencies with too few findings to tell circumstances from the rest."""
        return tuple(
            name
            for name, many in zip(self.agencies, self.counted, strict=True)
            if 0 < many < LEAST_FOUND
        )

    @property
    def acts_counted(self) -> dict[str, int]:
        """True findings that stand on own acts, by agency."""
        return {
            name: int(((self.acts >> np.uint64(k)) & np.uint64(1)).sum())
            for k, name in enumerate(self.agencies)
        }

    def luck(self, seed: int) -> Floats:
        """Return what is unexplained, given what happened; shape (n_people, n_agencies).

        Somebody is found not to pay where base + circumstance + this > 0. It is logistic noise,
        keyed by seed, person and agency, from the part of its distribution in which what happened
        happens: everything that the circumstances named do not tell.
        """
        noise = np.zeros_like(self.circumstance)
        for k, name in enumerate(self.agencies):
            told = self.base[k] + self.circumstance[:, k]
            p, happened = expit(told), self.found[:, k]
            drawn = entity_uniforms(np.arange(len(told)), seed, f"sharing/luck/{name}")
            own = logit(np.where(happened, 1 - p * drawn, (1 - p) * drawn))
            # At the border rounding could turn what happened.
            kept = (told + own > 0) == happened
            noise[:, k] = np.where(kept, own, np.where(happened, 1e-6, -1e-6) - told)
        return noise

    def findings(
        self,
        luck: Floats | None,
        *,
        acts: bool,
        circumstance: bool,
        error: bool,
        untold: bool = False,
    ) -> Masks:
        """Return findings of people and firms when only some causes are at work.

        Parameters
        ----------
        luck : array or None
            None: nothing unexplained is added to the log-odds.
        acts : bool
            Off: what people did was not done.
        circumstance : bool
            Off: everybody is at the mean.
        error : bool
            Off: mistaken entries are gone.
        untold : bool
            On: with the findings that are not told apart.

        Returns
        -------
        array of uint64, over people and firms
            With everything on, what the record has.
        """
        found = self.base + np.zeros_like(self.circumstance)
        if circumstance:
            found += self.circumstance
        if luck is not None:
            found += luck
        told = np.array([name not in self.few for name in self.agencies])
        bits = np.uint64(1) << np.arange(len(self.agencies), dtype=np.uint64)
        own = (((found > 0) & told) * bits).sum(axis=1, dtype=np.uint64)
        for on, masks in ((acts, self.acts), (error, self.mistaken), (untold, self.untold)):
            if on:
                own |= masks
        return np.concatenate([own, self.firms])


def causes_of(
    world: Society,
    agencies: tuple[str, ...],
    circumstances: Sequence[str],
    *,
    dealt: int | None = None,
) -> TrueCauses:
    """Return the causes of findings.

    Parameters
    ----------
    world : Society
        Of which the truth is known.
    agencies : tuple of str
    circumstances : sequence of str
        Columns of the people or of their truth.
    dealt : int, optional
        Seed of a bootstrap: the models are fitted on people drawn with replacement.

    Raises
    ------
    MissingColumn

    Notes
    -----
    Two things are counted and one is fitted. Counted: true findings on what somebody did (`ACTS`),
    and findings on mistaken entries alone. Fitted: for each agency a logistic model of a true
    finding of not paying on circumstances. Such a finding is where log-odds plus a logistic noise
    exceed 0; given what happened, the noise is drawn from its part of the distribution, so that
    with everything at work the record comes out as it is (abduction, action, prediction). An
    agency with fewer than 20 of these findings is left out of the fit and named in ``few``.

    References
    ----------
    Pearl, J. (2009). Causality, 2nd ed., section 7.1.
    """
    truth, frame = world.people.truth, world.people.frame
    if truth is None or ABILITY not in truth:
        existing = [] if truth is None else truth.columns
        raise MissingColumn.of([ABILITY], existing, "Use a society made by make_society.")
    people = len(frame)
    recorded = listings_of(world, agencies)
    true = listings_of(world, agencies, findings="true")[:people]
    acts = _acts(world, agencies, true)
    unpaid = listings_of(world, agencies, findings="true", entries=_PAYMENTS)[:people]
    if "court" in agencies:
        # A listing by the court is one or the other: see ACTS.
        unpaid = unpaid & ~(acts & np.uint64(1 << agencies.index("court")))
    columns = _numbers(frame, truth, circumstances)
    weights = None
    if dealt is not None:
        drawn = np.random.default_rng(dealt).integers(0, people, people)
        weights = np.bincount(drawn, minlength=people).astype(np.float64)
    happened = np.stack(
        [(unpaid >> np.uint64(k)) & np.uint64(1) == 1 for k in range(len(agencies))], axis=1
    )
    base, circumstance = np.zeros(len(agencies)), np.zeros(happened.shape)
    counted, untold = happened.sum(axis=0), np.zeros(people, dtype=np.uint64)
    for k in range(len(agencies)):
        base[k], slopes = _fitted(columns, happened[:, k], weights)
        circumstance[:, k] = columns @ slopes
        if counted[k] < LEAST_FOUND:
            untold |= unpaid & np.uint64(1 << k)
    return TrueCauses(
        agencies, base, circumstance, happened, counted, acts, untold,
        recorded[:people] & ~true, recorded[people:],
    )  # fmt: skip


_PAYMENTS = {
    name: {what: least for what, least in kinds.items() if what not in ACTS.get(name, ())}
    for name, kinds in LISTING_ENTRIES.items()
}


def _acts(world: Society, agencies: tuple[str, ...], true: Masks) -> Masks:
    """Return true findings that stand on what the person did."""
    known = {*world.events["event"].astype(str).unique()}
    deeds = {
        name: {
            what: LISTING_ENTRIES.get(name, {}).get(what, 1) for what in kinds if what in known
        }
        for name, kinds in ACTS.items()
    }  # fmt: skip
    found = listings_of(world, agencies, findings="true", entries=deeds)[: world.people.n]
    return found & true


def _fitted(columns: Floats, found: Flags, weights: Floats | None) -> tuple[float, Floats]:
    """Return intercept and slopes; with few found, a rate for all and no slopes."""
    many = int(found.sum())
    if min(many, len(found) - many) < LEAST_FOUND:
        return float(logit((many + 0.5) / (len(found) + 1))), np.zeros(columns.shape[1])
    model = LogisticRegression(C=10.0, max_iter=1000).fit(columns, found, sample_weight=weights)
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
            if name == "income":
                x = np.log1p(np.maximum(x, 0))
            blocks.append(np.nan_to_num(x - np.nanmean(x))[:, None] / (np.nanstd(x) or 1.0))
        else:
            levels = pd.get_dummies(column, dtype=np.float64).to_numpy()[:, 1:]
            blocks.append(levels - levels.mean(axis=0))
    return np.hstack(blocks) if blocks else np.empty((len(frame), 0))
