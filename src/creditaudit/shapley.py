"""Shapley values, exactly: what each player adds to a game, averaged over all orders of joining.

A game is an array ``v`` whose first axis has one entry for each coalition of p players: entry ``s``
is the worth of the players whose bits are set in ``s``, so ``v[0]`` is the worth of nobody and
``v[-1]`` that of everybody. Further axes (people, metrics) are games of their own. Features of a
score, rules of a rulebook and sectors that share data are all players here.
"""

from collections.abc import Iterable, Sequence
from math import comb
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError

Floats = npt.NDArray[np.float64]
Number = TypeVar("Number", np.float64, np.int64)
MOST_PLAYERS = 24


def shapley_values(game: npt.ArrayLike) -> Floats:
    """Return the Shapley value of each player.

    Parameters
    ----------
    game : array of shape (2**p, ...)
        The worth of every coalition, p at most 24. A NaN anywhere makes the values of that game
        NaN.

    Returns
    -------
    array of shape (p, ...)
        They add up to ``game[-1] - game[0]``.

    Raises
    ------
    InputError
        If the first axis is no power of two, or there are more players.

    Notes
    -----
    phi_i = sum over S without i, of s members, of
    s! (p - s - 1)! / p! (v(S + i) - v(S)); p 2^p operations.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games 2,
    307-317.
    """
    v, p = _checked(game)
    weights = np.array([1 / (p * comb(p - 1, size)) for size in range(p)])
    sizes = _sizes(p)
    found = np.empty((p, *v.shape[1:]))
    for i in range(p):
        gain = _joined(v, i) - _absent(v, i)
        found[i] = np.tensordot(weights[_absent(sizes, i)], gain, axes=1)
    return found


def shapley_interactions(game: npt.ArrayLike) -> Floats:
    """Return how much pairs of players add beyond what each adds alone.

    Parameters
    ----------
    game : array of shape (2**p, ...)

    Returns
    -------
    array of shape (p, p, ...)
        Symmetric. Row i adds up to the Shapley value of player i; two entries off the diagonal
        share the interaction of their pair, and the diagonal is what is left.

    Raises
    ------
    InputError

    Notes
    -----
    I_ij = sum over S without i, j, of s members, of s! (p - s - 2)! / (p - 1)! times
    v(S + i + j) - v(S + i) - v(S + j) + v(S); the entry is I_ij / 2.

    References
    ----------
    Grabisch, M., Roubens, M. (1999). An axiomatic approach to the concept of interaction among
    players in cooperative games. International Journal of Game Theory 28, 547-565.
    Lundberg, S. M. et al. (2020). Nature Machine Intelligence 2, 56-67.
    """
    v, p = _checked(game)
    weights = np.array([1 / ((p - 1) * comb(p - 2, size)) for size in range(p - 1)])
    sizes = _sizes(p)
    found = np.zeros((p, p, *v.shape[1:]))
    for i in range(p):
        gain, without = _joined(v, i) - _absent(v, i), _absent(sizes, i)
        # Without player i, player j > i stands one bit lower.
        for j in range(i):
            joint = _joined(gain, j) - _absent(gain, j)
            found[i, j] = np.tensordot(weights[_absent(without, j)], joint, axes=1) / 2
            found[j, i] = found[i, j]
    found[np.arange(p), np.arange(p)] = shapley_values(v) - found.sum(axis=1)
    return found


def quotient_game(game: npt.ArrayLike, groups: Sequence[Iterable[int]]) -> Floats:
    """Return the game in which groups of players join as one.

    Parameters
    ----------
    game : array of shape (2**p, ...)
    groups : sequence of iterables of int
        Every player in exactly one group.

    Returns
    -------
    array of shape (2**len(groups), ...)
        Its Shapley values are those of the groups; where players interact, they differ from sums
        over the members.

    Raises
    ------
    InputError
        If a player is in no group, or in two.
    """
    v, p = _checked(game)
    members = [list(group) for group in groups]
    named = sorted(player for group in members for player in group)
    if named != list(range(p)):
        msg = f"Groups must name each of the players 0 to {p - 1} once; they name {named}."
        raise InputError(msg)
    coalitions = np.zeros(1, dtype=np.int64)
    for group in members:
        bits = sum(1 << player for player in group)
        coalitions = np.concatenate([coalitions, coalitions | bits])
    return v[coalitions]


def first_in(game: npt.ArrayLike) -> Floats:
    """Return what each player adds to nobody; shape (p, ...)."""
    v, p = _checked(game)
    return np.asarray(v[1 << np.arange(p)] - v[0])


def last_in(game: npt.ArrayLike) -> Floats:
    """Return what each player adds to all others; shape (p, ...)."""
    v, p = _checked(game)
    return np.asarray(v[-1] - v[(1 << p) - 1 - (1 << np.arange(p))])


def coalition_members(players: int) -> npt.NDArray[np.bool_]:
    """Return who is in each coalition, in the order of a game; shape (2**players, players).

    Raises
    ------
    InputError
        If there are more than 24 players.
    """
    _few(players)
    return (np.arange(1 << players)[:, None] >> np.arange(players) & 1).astype(bool)


def additive_values(parts: npt.ArrayLike, background: npt.ArrayLike) -> tuple[Floats, float]:
    """Return the Shapley values of a sum of one part a feature, and the base.

    Parameters
    ----------
    parts : array of shape (n_rows, p)
        What each feature adds to the score of each person.
    background : array of shape (n_background, p)
        The same for the people to compare with.

    Returns
    -------
    values : array of shape (n_rows, p)
    base : float
        Mean of the sums in the background.

    Notes
    -----
    Without interactions phi_j = f_j(x_j) - mean f_j(X_j), whatever the correlations: absent
    features are drawn from the background as they stand there (interventional).
    """
    own, means = np.asarray(parts, np.float64), np.asarray(background, np.float64).mean(axis=0)
    return own - means, float(means.sum())


def _checked(game: npt.ArrayLike) -> tuple[Floats, int]:
    v = np.asarray(game, dtype=np.float64)
    p = (len(v) if v.ndim else 0).bit_length() - 1
    if p < 0 or len(v) != 1 << p:
        msg = (
            f"A game needs the worth of all 2**p coalitions of p players; this one has shape "
            f"{v.shape}."
        )
        raise InputError(msg)
    _few(p)
    return v, p


def _few(players: int) -> None:
    if players > MOST_PLAYERS:
        msg = (
            f"{players} players have 2**{players} coalitions, more than can be listed. Join some "
            f"of them into groups, to at most {MOST_PLAYERS}."
        )
        raise InputError(msg)


def _sizes(p: int) -> npt.NDArray[np.int64]:
    sizes = np.zeros(1, dtype=np.int64)
    for _ in range(p):
        sizes = np.concatenate([sizes, sizes + 1])
    return sizes


def _joined(v: Floats, player: int) -> Floats:
    return _halves(v, player)[:, 1].reshape(len(v) // 2, *v.shape[1:])


def _absent(v: npt.NDArray[Number], player: int) -> npt.NDArray[Number]:
    return _halves(v, player)[:, 0].reshape(len(v) // 2, *v.shape[1:])


def _halves(v: npt.NDArray[Number], player: int) -> npt.NDArray[Number]:
    """Return a view with an axis of its own for one player: without, with."""
    block = 1 << player
    return v.reshape(len(v) // (2 * block), 2, block, *v.shape[1:])
