"""Bins and coefficients of a card, before they become points."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.scorers.binning import bin_column, specials_of
from creditaudit.scorers.dividing import Binning, trend_word
from creditaudit.scorers.feature_bins import FeatureBins
from creditaudit.scorers.inputs import Rows
from creditaudit.scorers.logistic import Evidence, fit_line, fit_logistic
from creditaudit.scorers.prebins import Target
from creditaudit.scorers.selection import SUPPRESSOR, informative, uncorrelated, without_suppressors
from creditaudit.values import Floats


@dataclass(frozen=True, kw_only=True)
class CardRule:
    """How bins and coefficients are found; see `ScorecardScorer` for each."""

    binning: Binning
    monotone: Mapping[str, str | int] = field(default_factory=dict)
    specials: Mapping[str, Sequence[object]] = field(default_factory=dict)
    categorical: Sequence[str] = ()
    ridge: float = 1.0
    drop_suppressors: bool = True
    min_iv: float | None = None
    max_correlation: float | None = None


@dataclass(frozen=True, eq=False)
class FittedCard:
    """Bins of every feature, those on the card, and the intercept with their coefficients."""

    all_bins: list[FeatureBins]
    bins: list[FeatureBins]
    found: Floats
    dropped: dict[str, str]

    def logit(self, rows: Rows) -> Floats:
        """Return the log-odds of being bad; shape (n_rows,)."""
        total = np.full(rows.n, self.found[0])
        for one, b in zip(self.bins, self.found[1:], strict=True):
            total += b * one.woe[one.assign(rows)]
        return total

    @property
    def notes(self) -> list[str]:
        """What a reader of the card has to know of its suppressors."""
        turned = [name for name, why in self.dropped.items() if why == SUPPRESSOR]
        notes = [f"Left out as suppressors: {', '.join(turned)}."] if turned else []
        pairs = zip(self.bins, self.found[1:], strict=True)
        negative = [one.feature for one, b in pairs if b <= 0]
        if negative:
            notes.append(
                f"Suppressors kept: {', '.join(negative)}. Their riskier bins get more points, so "
                "reasons on them mislead."
            )
        return notes


def fit_card(rows: Rows, target: Target, rule: CardRule) -> FittedCard:
    """Return the bins of every feature and a logistic regression on those that tell something."""
    all_bins = [_bin(rows, feature, target, rule) for feature in rows.names]
    kept, dropped = informative(all_bins, rule.min_iv)
    bins = [all_bins[j] for j in kept]
    evidence = Evidence([one.assign(rows) for one in bins], [one.woe for one in bins])
    places = list(range(len(bins)))
    if rule.max_correlation is not None and len(bins) > 1:
        found = evidence.correlations(target.weight, rows.n)
        places, like = uncorrelated(bins, found, rule.max_correlation)
        dropped |= like

    def fit(chosen: Sequence[int], start: Floats | None = None) -> Floats:
        part = evidence.chosen(chosen)
        return fit_logistic(part, target.bad, target.weight, rule.ridge, start)

    if not rule.drop_suppressors:
        return FittedCard(all_bins, [bins[j] for j in places], fit(places), dropped)
    places, coefficients, turned = without_suppressors(places, fit)
    dropped |= {bins[j].feature: SUPPRESSOR for j in turned}
    return FittedCard(all_bins, [bins[j] for j in places], coefficients, dropped)


def held_out_line(
    rows: Rows, target: Target, rule: CardRule, folds: int
) -> tuple[float, float] | None:
    """Return intercept and slope of the outcome on the log-odds of held-out people.

    None if a class is too small for two folds, or people rank the other way.
    """
    from sklearn.model_selection import StratifiedKFold

    if target.weight is not None and not target.weight.all():
        counted = np.flatnonzero(target.weight)
        rows, target = _part(rows, counted), target.rows(counted)
    folds = min(folds, int(min(target.bad.sum(), (~target.bad).sum())))
    if folds < 2:
        return None
    logit = np.zeros(rows.n)
    split = StratifiedKFold(folds, shuffle=True, random_state=0)
    for inside, outside in split.split(np.zeros(rows.n), target.bad):
        fitted = fit_card(_part(rows, inside), target.rows(inside), rule)
        logit[outside] = fitted.logit(_part(rows, outside))
    intercept, slope = fit_line(logit, target.bad, target.weight)
    return (intercept, slope) if slope > 0 else None


def _bin(rows: Rows, feature: str, target: Target, rule: CardRule) -> FeatureBins:
    categorical = feature in rule.categorical
    kind = rows.kind(feature, categorical=categorical)
    trend = rule.monotone.get(feature)
    binning = rule.binning
    if trend is not None:
        word = trend_word(trend)
        if kind not in ("number", "truth") and word not in ("auto", "none"):
            msg = (
                f"monotone= names {feature!r}, whose values have no order. Leave it out: they are "
                "ordered by their bad rates."
            )
            raise InputError(msg)
        binning = replace(binning, monotone=word)
    specials = specials_of(rule.specials.get(feature, ()))
    return bin_column(rows, feature, target, binning, specials, categorical=categorical)


def _part(rows: Rows, places: npt.NDArray[np.int64]) -> Rows:
    def column(name: str) -> Any:
        whole = rows.column(name)
        if isinstance(whole, pd.Series):
            return whole.iloc[places]
        return whole[places] if isinstance(whole, np.ndarray) else whole.take(places)

    return Rows(rows.names, len(places), column)
