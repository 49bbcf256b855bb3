"""Quantiles of terms by group and band, known up to a bin of the amount."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.bins import MISSING
from creditaudit.errors import InputError
from creditaudit.metrics.disparities import Reference, reference_name, reference_row
from creditaudit.metrics.measures import Estimates, whole
from creditaudit.metrics.terms_sums import TermsGroups, lay_out_terms
from creditaudit.terms_tally import By, TermsTally
from creditaudit.values import Floats

BOUNDS = "Known up to the bin: bound_low and bound_high are exact, low and high add sampling error."
NOBODY = "Undefined: nobody here got terms."


@dataclass(frozen=True, eq=False)
class _Quantiles:
    """Bounds and range of a quantile; arrays of shape (n_groups, n_bands)."""

    n: Floats
    bound_low: Floats
    bound_high: Floats
    low: Floats
    high: Floats


def terms_quantile(
    terms: TermsTally, by: By = None, *, q: float = 0.5, by_band: bool = False
) -> pd.DataFrame:
    """Quantile of the amount in each group, of those who got terms.

    Parameters
    ----------
    terms : TermsTally
        Made with ``edges=``.
    by : str, tuple of str or None
    q : float
        Between 0 and 1; 0.5 is the median: the least amount that a share ``q`` of the people
        (of the weights) do not exceed.
    by_band : bool
        One row for each band of the controlling column.

    Returns
    -------
    frame
        The keys, band (if asked), n, value (null, as only the bin is known), bound_low and
        bound_high (the edges of that bin: exact), low and high (95 %), note. An end beyond the
        outer edges is null.

    Raises
    ------
    InputError
        For a summary without edges or bands, or ``q`` outside 0 to 1.

    Notes
    -----
    The range takes the bins of the quantiles at the two ends of Wilson's range for ``q``
    (Woodruff), on effective people.

    References
    ----------
    Woodruff, R. S. (1952). JASA 47, 635-646.
    """
    groups = lay_out_terms(terms, by)
    found, labels = _quantiles(terms, groups, q, intervals.LEVEL, by_band=by_band)
    frames = []
    for place, label in enumerate(labels):
        frame = groups.keys.copy()
        if by_band:
            frame["band"] = label
        frame["n"] = whole(found.n[:, place])
        frame["value"] = np.nan
        for name in ("low", "high", "bound_low", "bound_high"):
            frame[name] = _finite(getattr(found, name)[:, place])
        frame["note"] = [BOUNDS if n > 0 else NOBODY for n in found.n[:, place]]
        frames.append(frame[found.n[:, place] > 0] if by_band else frame)
    return pd.concat(frames, ignore_index=True)


def quantile_gap(
    terms: TermsTally,
    *,
    by: By,
    reference: Reference | None = None,
    q: float = 0.5,
    by_band: bool = False,
) -> pd.DataFrame:
    """Difference of a quantile of the amount between each group and a reference group.

    Parameters
    ----------
    terms : TermsTally
        Made with ``edges=``.
    by : str or tuple of str
    reference : value or tuple of values, optional
        By default the group with most people who got terms.
    q : float
    by_band : bool
        One row for each band of the controlling column.

    Returns
    -------
    frame with one row a group other than the reference (and band)
        The keys, band (if asked), reference, n, n_reference, value (null), bound_low and
        bound_high (exact, over all places within the bins), low and high (95 %: both ranges at
        97.5 %), note.

    Raises
    ------
    InputError
    """
    if not by:
        msg = "by= must name a group column, or a tuple of them, to compare."
        raise InputError(msg)
    groups = lay_out_terms(terms, by)
    n = groups.sums[..., 0].sum(axis=(1, 2))
    nothing = np.full(len(n), np.nan)
    everyone = Estimates(
        groups.by, groups.keys, groups.missing, n, nothing, nothing, nothing, n, [""] * len(n)
    )
    base = reference_row(everyone, reference)
    at = np.flatnonzero((np.arange(len(n)) != base) & ~groups.missing)
    half = 1 - (1 - intervals.LEVEL) / 2
    found, labels = _quantiles(terms, groups, q, half, by_band=by_band)
    frames = []
    for place, label in enumerate(labels):
        frame = groups.keys.iloc[at].reset_index(drop=True)
        if by_band:
            frame["band"] = label
        frame["reference"] = reference_name(everyone.take(np.array([base])))
        frame["n"] = whole(found.n[at, place])
        frame["n_reference"] = np.repeat(whole(found.n[[base], place]), len(at))
        frame["value"] = np.nan
        for low, high in (("low", "high"), ("bound_low", "bound_high")):
            ends = getattr(found, low)[:, place], getattr(found, high)[:, place]
            frame[low], frame[high] = (
                _finite(ends[0][at] - ends[1][base]),
                _finite(ends[1][at] - ends[0][base]),
            )
        both = (found.n[at, place] > 0) & (found.n[base, place] > 0)
        frame["note"] = [BOUNDS if known else NOBODY for known in both]
        frames.append(frame[both] if by_band else frame)
    return pd.concat(frames, ignore_index=True)


def _quantiles(
    terms: TermsTally, groups: TermsGroups, q: float, level: float, *, by_band: bool
) -> tuple[_Quantiles, list[str]]:
    if terms.edges is None:
        msg = "Quantiles need edges= of the amount. Make the summary again with edges=[...]."
        raise InputError(msg)
    if not 0 < q < 1:
        msg = f"q={q!r} must be between 0 and 1; 0.5 is the median."
        raise InputError(msg)
    if by_band and terms.bands is None:
        msg = "by_band=True needs bands= of a control= column; this summary has none."
        raise InputError(msg)
    sums, labels = groups.sums[..., :3], [""]
    if by_band and terms.bands is not None:
        order = [0, *range(2, sums.shape[1]), 1]
        sums = sums[:, order]
        codes = [*range(-2, len(terms.bands) + 1)]
        labels = [terms.bands.label(codes[place]) for place in order]
        assert labels[-1] == terms.bands.label(MISSING)
    else:
        sums = sums.sum(axis=1, keepdims=True)
    edges = np.concatenate([[-np.inf], terms.edges.values, [np.inf]])
    n, w, w2 = np.moveaxis(sums, -1, 0)
    total = w.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        reached = w.cumsum(axis=-1) / total[..., None]
        size = np.minimum(total**2 / w2.sum(axis=-1), n.sum(axis=-1))
    share = np.where(total > 0, q, np.nan)
    least, most = intervals.wilson(share, size, level)
    bins = [_first(reached, at) for at in (share, least, most)]
    known = total > 0

    def edge(places: np.ndarray, step: int) -> Floats:
        return np.where(known, edges[places + step], np.nan)

    found = _Quantiles(
        n.sum(axis=-1), edge(bins[0], 0), edge(bins[0], 1), edge(bins[1], 0), edge(bins[2], 1)
    )
    return found, labels


def _first(reached: Floats, share: Floats) -> np.ndarray:
    """Return the first bin at which a share is reached, of shape (n_groups, n_bands)."""
    # Shares of people are sums of fractions; one part in 10^12 is rounding.
    enough = reached >= share[..., None] - 1e-12
    last = reached.shape[-1] - 1
    return np.asarray(np.where(enough.any(axis=-1), enough.argmax(axis=-1), last))


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)
