"""A score in bands, by group: who performed, neighbours merged, and what bands are called."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.bins import ScoreBins, shown
from creditaudit.cells import BIN, DECISION, OUTCOME
from creditaudit.metrics.groups import lay_out
from creditaudit.metrics.predictions import Outcomes, clustered_size
from creditaudit.metrics.proportions import BAD, GOOD, UNKNOWN, declined_unknown
from creditaudit.metrics.strata import Strata
from creditaudit.partitions import roundest
from creditaudit.tally import By, Tally
from creditaudit.values import Codes, Floats

BANDS = 6
SELECTIVE = "Declined people have no outcomes: this is about those whose outcome is known."
UNSCORED = "People in the lowest bin are left out: some of them may have no score."


def scored_sums(tally: Tally, by: By) -> tuple[Outcomes, Floats, tuple[str, ...]]:
    """Return sums by group, score bin and outcome, where each bin starts, and what to know."""
    assert tally.bins is not None
    groups = lay_out(tally, by, (BIN, OUTCOME))
    # Without people who have no score, which stand last.
    n, w, w2 = (a[:, :-1].copy() for a in (groups.n, groups.w, groups.w2))
    left_out = None if groups.left_out is None else groups.left_out[:, :, :-1].copy()
    notes = []
    if tally.bins.unscored and n[:, 0].any():
        for part in (n, w, w2):
            part[:, 0] = 0
        notes.append(UNSCORED)
    selective = False
    if n[..., UNKNOWN].any() and tally.roles.decision is not None:
        selective = declined_unknown(lay_out(tally, by, (OUTCOME, DECISION)).n)
    if selective:
        notes.append(SELECTIVE)
    sums = Outcomes(groups, n, w, w2, left_out, selective)
    return sums, _starts(tally.bins), tuple(notes)


def _starts(bins: ScoreBins) -> Floats:
    """Return where each bin starts, those under and over the bins too."""
    if not bins.exact:
        return np.concatenate([[-np.inf], bins.starts])
    # An edge between exact scores is the roundest one: it need not be anybody's score.
    inner = roundest(bins.values[:-1], bins.values[1:])
    return np.concatenate([[-np.inf], [-np.inf] * (len(bins) > 0), inner, [np.inf]])


def rates_of(sums: Outcomes) -> tuple[Floats, Floats]:
    """Return the share who performed and effective people, by group and bin."""
    rate, size = _binomial(sums)
    return rate, clustered_size(sums, rate, size)


def _binomial(sums: Outcomes) -> tuple[Floats, Floats]:
    n, w, w2 = (a[..., [BAD, GOOD]].sum(axis=-1) for a in (sums.n, sums.w, sums.w2))
    good = sums.w[..., GOOD]
    rate = np.divide(good, w, out=np.full(w.shape, np.nan), where=w > 0)
    return rate, intervals.effective_size(rate, n, good, w, sums.w2[..., GOOD], w2)


def strata_of(pair: Outcomes) -> Strata:
    """Return the counts of two groups by score bin, on effective people."""
    people = pair.n[..., [BAD, GOOD]].sum(axis=-1)
    rate, size = _binomial(pair)
    some = people.sum(axis=0) > 0
    events = np.nan_to_num(rate) * size
    return Strata(
        pd.DataFrame({"score_bin": np.flatnonzero(some)}), events.T[some], size.T[some],
        people.T[some], 0.0,
    )  # fmt: skip


def band_cuts(pair: Outcomes, least: float, most: int = BANDS) -> Codes:
    """Return the first bin of each band: neighbours merged so that both have enough people.

    Parameters
    ----------
    pair : Outcomes
    least : float
        People with an outcome that each of the two has in a band; one band where that cannot be.
    most : int
        Bands, of about as many people each where the groups count the same.
    """
    n = pair.n[..., [BAD, GOOD]].sum(axis=-1)
    share = (n / np.maximum(n.sum(axis=1, keepdims=True), 1e-300)).sum(axis=0)
    cuts, counted = [0], 0.0
    for place, part in enumerate(share):
        inside, rest = n[:, cuts[-1] : place + 1].sum(axis=1), n[:, place + 1 :].sum(axis=1)
        counted += part
        if counted >= 2 / most - 1e-9 and (inside >= least).all() and (rest >= least).all():
            cuts.append(place + 1)
            counted = 0.0
    return np.array(cuts)


def merged(sums: Outcomes, cuts: Codes) -> Outcomes:
    """Return the sums over bands that begin at these bins."""
    n, w, w2 = (np.add.reduceat(a, cuts, axis=1) for a in (sums.n, sums.w, sums.w2))
    left_out = None if sums.left_out is None else np.add.reduceat(sums.left_out, cuts, axis=2)
    return replace(sums, n=n, w=w, w2=w2, left_out=left_out)


def band_labels(starts: Floats, cuts: Codes) -> list[str]:
    """Return bands in words: "under 500", "500 to under 600", "600 or over"."""
    if len(cuts) == 1:
        return ["any"]
    edges = [*map(float, starts[cuts[1:]])]
    last, closed = edges[-1], float(np.nextafter(edges[-1], -np.inf))
    # What is over a closed bin starts at the next number after its edge.
    over = len(shown(closed)) < len(shown(last))
    told = [*map(shown, edges[:-1]), shown(closed if over else last)]
    words = [f"under {told[0]}", *(f"{low} to under {high}" for low, high in pairwise(told))]
    if over:
        words[-1] = words[-1].replace("to under", "to")
    return [*words, f"over {told[-1]}" if over else f"{told[-1]} or over"]
