"""What a score owes to each feature: exact Shapley values, and the main points lost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.scorers.inputs import Rows
from creditaudit.values import Floats

if TYPE_CHECKING:
    from creditaudit.scorers.score_tables import ScoreTable

Reference = Literal["below_max", "all_applicants", "near_cutoff"]


class Shap(NamedTuple):
    """Shapley values of an additive score.

    Attributes
    ----------
    values : DataFrame of shape (n_rows, n_features)
    base : float
        Mean over the background; with a row of ``values`` it adds up to the person's score.
    """

    values: pd.DataFrame
    base: float


def shap_of(card: "ScoreTable", table: object, background: object, scale: str) -> Shap:
    """Return the interventional Shapley values in closed form; see `ScoreTable.shap`."""
    if scale not in ("points", "logit"):
        msg = f'scale={scale!r} must be "points" or "logit".'
        raise InputError(msg)
    rows = Rows.of(table, need=card.names)
    shares = _shares(card, background)
    values, base = {}, card.start
    for feature, share in zip(card.features, shares, strict=True):
        points = np.array(feature.points)
        mean = float(share @ points)
        base += mean
        values[feature.feature] = (points - mean)[feature.bins.assign(rows)]
    frame = pd.DataFrame(values, index=_index(table, rows.n))
    if scale == "points":
        return Shap(frame, base)
    return Shap(-frame / card.scale.factor, float(card.scale.logit(np.array(base))))


def reasons_of(
    card: "ScoreTable",
    table: object,
    k: int,
    reference: Reference,
    background: object,
    cutoff: float | None,
) -> pd.DataFrame:
    """Return the features on which each person lost most points; see `ScoreTable.reasons`."""
    rows = Rows.of(table, need=card.names)
    index = _index(table, rows.n)
    codes = [feature.bins.assign(rows) for feature in card.features]
    against = _reference_points(card, reference, background, cutoff)
    columns = ("person", "rank", "feature", "points_lost", "text", "method")
    if not codes:
        return pd.DataFrame({name: [] for name in columns})
    own = np.column_stack(
        [np.array(f.points)[code] for f, code in zip(card.features, codes, strict=True)]
    )
    lost = against - own
    # Of two that lost as much, the one that stands first on the card.
    order = np.argsort(-lost, axis=1, kind="stable")[:, :k]
    found = []
    for rank in range(order.shape[1]):
        feature = order[:, rank]
        amount = np.take_along_axis(lost, feature[:, None], 1)[:, 0]
        some = np.flatnonzero(amount > 1e-12)
        texts = [card.features[feature[i]].reasons[codes[feature[i]][i]] for i in some]
        found.append(
            pd.DataFrame(
                {
                    "place": some,
                    "person": index[some],
                    "rank": rank + 1,
                    "feature": [card.features[feature[i]].feature for i in some],
                    "points_lost": amount[some],
                    "text": texts,
                    "method": reference,
                }
            )
        )
    frame = pd.concat(found, ignore_index=True).sort_values(["place", "rank"], kind="stable")
    return frame[list(columns)].reset_index(drop=True)


def _reference_points(
    card: "ScoreTable", reference: str, background: object, cutoff: float | None
) -> Floats:
    if reference == "below_max":
        return np.array([max(feature.points) for feature in card.features])
    if reference == "all_applicants":
        shares = _shares(card, background)
    elif reference != "near_cutoff":
        msg = f'reference={reference!r} must be "below_max", "all_applicants" or "near_cutoff".'
        raise InputError(msg)
    else:
        if background is None or cutoff is None:
            msg = (
                'reference="near_cutoff" compares with applicants at or slightly above the '
                "cut-off: pass background= (applicants) and cutoff=."
            )
            raise InputError(msg)
        points = card.points(background)
        near = (points >= cutoff) & (points < cutoff + card.scale.pdo)
        if not near.any():
            msg = (
                f"No applicant in background has from {cutoff:g} to {cutoff + card.scale.pdo:g} "
                'points. Pass more applicants, or reference="all_applicants".'
            )
            raise InputError(msg)
        shares = _shares(card, background, near)
    return np.array(
        [share @ np.array(f.points) for f, share in zip(card.features, shares, strict=True)]
    )


def _shares(
    card: "ScoreTable", background: object, chosen: "np.ndarray[tuple[int], np.dtype[np.bool_]] | None" = None  # noqa: E501
) -> Sequence[Floats]:  # fmt: skip
    if background is None:
        return [feature.bins.shares for feature in card.features]
    rows = Rows.of(background, need=card.names)
    found = []
    for feature in card.features:
        codes = feature.bins.assign(rows)
        codes = codes if chosen is None else codes[chosen]
        if not len(codes):
            msg = "The background has no rows. Pass the people to compare with."
            raise InputError(msg)
        found.append(np.bincount(codes, minlength=len(feature.points)) / len(codes))
    return found


def _index(table: object, n: int) -> pd.Index:
    return table.index if isinstance(table, pd.DataFrame) else pd.RangeIndex(n)
