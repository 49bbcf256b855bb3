"""The worth of every coalition: by one fit each, or by one model for all, mended and checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from creditaudit.shapley import coalition_members
from creditaudit.sharing.coalition_exposures import exposed_shares
from creditaudit.sharing.coalition_fits import (
    Risks,
    check_can_fit,
    coalition_columns,
    coalition_risks,
)
from creditaudit.sharing.coalition_measures import Terms, games
from creditaudit.sharing.masked_fits import check_reads_gaps, masked_risks
from creditaudit.sharing.valued_people import Side, ValuedPeople
from creditaudit.values import Floats

EXPOSURE = "exposure"
# Sectors up to which every coalition is fitted, and how many others are fitted to check beyond.
EXACT, CHECKED = 8, 16


@dataclass(frozen=True, eq=False)
class Fits:
    """What fits on every coalition say of the people tested.

    Attributes
    ----------
    risks : float32 array of shape (n_tested, 2**n_sectors)
    parts : tuple of such arrays
        By fits on each part of the people fitted on.
    alone : float32 array of shape (n_tested, 1 + n_sectors) or None
        Without the base: nothing, then each sector alone. None where there is no base.
    fitted : int array or None
        Where one model stands in for all: the coalitions that were fitted too.
    refitted : float32 array of shape (n_tested, n_fitted) or None
    checked : bool array of shape (n_fitted,) or None
        Those that mend nothing, and say how far off the others are.
    """

    risks: Risks
    parts: tuple[Risks, ...]
    alone: Risks | None
    fitted: npt.NDArray[np.intp] | None = None
    refitted: Risks | None = None
    checked: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, eq=False)
class Games:
    """The worth of every coalition, in every metric; exposure is the last of them.

    Attributes
    ----------
    game : array of shape (2**n_sectors, n_metrics + 1, 1 + draws)
    parts : tuple of arrays of shape (2**n_sectors, n_metrics + 1, 1)
    alone : array of shape (1 + n_sectors, n_metrics + 1, 1 + draws) or None
    errors : array of shape (n_checked, n_metrics) or None
        Worth by the model that stands in, less worth by a fit.
    """

    game: Floats
    parts: tuple[Floats, ...]
    alone: Floats | None
    errors: Floats | None


def fits(scorer: Any, people: ValuedPeople, *, seed: int, workers: int) -> Fits:
    """Return fits on every coalition.

    Raises
    ------
    InputError
    """
    check_can_fit(scorer)
    columns = coalition_columns(people)
    own = people.columns
    parts = [people.fitted, *people.parts]
    alone = None
    if own.base:
        singles: list[Sequence[str]] = [[], *(own.inputs[one] for one in own.sectors)]
        (alone,) = coalition_risks(
            scorer, people, parts[:1], singles, seed=seed, workers=workers
        )  # fmt: skip
    if len(own.sectors) <= EXACT:
        found = coalition_risks(scorer, people, parts, columns, seed=seed, workers=workers)
        return Fits(found[0], tuple(found[1:]), alone)
    check_reads_gaps(scorer)
    found = masked_risks(scorer, people, parts, seed=seed)
    places, checked = _some_coalitions(len(own.sectors), seed)
    (refitted,) = coalition_risks(
        scorer, people, parts[:1], [columns[c] for c in places], seed=seed, workers=workers
    )
    return Fits(found[0], tuple(found[1:]), alone, places, refitted, checked)


def games_of(
    made: Fits, people: ValuedPeople, side: Side, metrics: Sequence[str], terms: Terms
) -> Games:
    """Return the worth of every coalition to those who decide, and to the two sides.

    Notes
    -----
    Where one model stands in for all, what fits say of nobody, everybody, each sector alone and all
    but one is taken as it is. Its distance to the model there, as a sum of one number a sector and
    of the square of how many there are, is added to all other coalitions. How far off they are
    then is found on coalitions that had no part in it.
    """
    once = Terms(
        gain=terms.gain, loss=terms.loss, share=terms.share, draws=0, seed=terms.seed
    )  # fmt: skip
    found = games(made.risks, people, side, metrics, terms)
    parts = [games(one, people, side, metrics, once) for one in made.parts]
    errors = None
    if made.fitted is not None:
        assert made.refitted is not None
        assert made.checked is not None
        truth = games(made.refitted, people, side, metrics, terms)
        players = len(people.columns.sectors)
        own, checked = made.fitted, made.checked
        found += _mend(players, own[~checked], (truth - found[own])[~checked])
        errors = (found[own[checked]] - truth[checked])[..., 0]
        found[own] = truth
    exposed = exposed_shares(people)
    alone = None
    if made.alone is not None:
        alone = games(made.alone, people, side, metrics, terms)
        apart = exposed_shares(people, with_base=False)
        singles = np.concatenate([[0], 1 << np.arange(len(people.columns.sectors))])
        alone = _with(alone, apart[singles])
    return Games(
        _with(found, exposed), tuple(_with(one, exposed) for one in parts),
        alone, errors,
    )  # fmt: skip


def _with(game: Floats, exposed: Floats) -> Floats:
    """Return a game with exposure as its last metric: a count of these people, without error."""
    last = np.broadcast_to(exposed[:, None, None], (len(game), 1, game.shape[2]))
    return np.concatenate([game, last], axis=1)


def _mend(
    players: int, places: npt.NDArray[np.intp], distance: Floats
) -> Floats:  # fmt: skip
    members = coalition_members(players).astype(np.float64)
    terms = np.column_stack([np.ones(len(members)), members, members.sum(axis=1) ** 2])
    flat = distance.reshape(len(places), -1)
    weights = np.linalg.lstsq(terms[places], flat, rcond=None)[0]
    return np.asarray((terms @ weights).reshape(len(members), *distance.shape[1:]))


def _some_coalitions(players: int, seed: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Return nobody, everybody, each alone, all but each, and others by chance to check with."""
    whole, single = (1 << players) - 1, 1 << np.arange(players)
    fixed = np.unique(np.concatenate([[0, whole], single, whole - single]))
    others = np.setdiff1d(np.arange(1 << players), fixed)
    number = min(CHECKED, len(others))
    drawn = np.random.default_rng([seed, 2]).choice(others, number, replace=False)
    places = np.concatenate([fixed, np.sort(drawn)]).astype(np.intp)
    return places, np.arange(len(places)) >= len(fixed)
