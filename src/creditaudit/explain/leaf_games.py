"""The Shapley values of one leaf, for every pattern a person can show there.

A leaf pays its value when every player on its path leads there. What a player leads to is one bit,
the person's if the player has joined and otherwise that of the background, so a person matters only
through the pattern of d bits. With t the chance that a player has joined, the expected payment is
a product over players, and integrating its derivative over t gives the Shapley value (Owen 1972).
The integrand is a polynomial of degree d - 1, which Gauss-Legendre nodes integrate exactly.
"""

from functools import cache
from math import factorial

import numpy as np
import numpy.typing as npt

from creditaudit.values import Floats

Patterns = npt.NDArray[np.intp]
# Pairs of patterns that are held at a time.
_PAIRS = 1 << 20


def interventional_tables(shares: Floats, values: Floats) -> Floats:
    """Return the values of every pattern, absent players taken from the background together.

    Parameters
    ----------
    shares : array of shape (n_leaves, 2**d)
        Share of the background with each pattern.
    values : array of shape (n_leaves,)
        What each leaf pays.

    Returns
    -------
    array of shape (n_leaves, d, 2**d)

    Notes
    -----
    For a person with bits a and a background person with bits b, player i adds
    (a_i - b_i) times the product over j of a_j b_j + t a_j (1 - b_j) + (1 - t) (1 - a_j) b_j.
    The sum over background patterns is d steps of two operations each, by the tensor product.
    """
    leaves, size = shares.shape
    d = size.bit_length() - 1
    t, weight = _nodes(d)
    joined = t[None, :, None, None]
    total = np.broadcast_to((shares * values[:, None])[:, None], (leaves, len(t), size))
    for k in range(d):
        halves = total.reshape(leaves, len(t), size >> k + 1, 2, 1 << k)
        without, fits = halves[:, :, :, 0], halves[:, :, :, 1]
        new = np.empty(halves.shape)
        new[:, :, :, 0] = (1 - joined) * fits
        new[:, :, :, 1] = fits + joined * without
        total = new.reshape(leaves, len(t), size)
    lacking = np.einsum("lqs,q->ls", total, weight / (1 - t))
    having = np.einsum("lqs,q->ls", total, weight / t)
    both = np.einsum("lqs,q->ls", total, weight / (t * (1 - t)))
    found = np.empty((leaves, d, size))
    for k in range(d):
        shape = (leaves, size >> k + 1, 2, 1 << k)
        column = np.empty(shape)
        column[:, :, 0] = -lacking.reshape(shape)[:, :, 0]
        column[:, :, 1] = having.reshape(shape)[:, :, 1] - both.reshape(shape)[:, :, 0]
        found[:, k] = column.reshape(leaves, size)
    return found


def path_tables(passing: Floats, values: Floats) -> Floats:
    """Return the values of every pattern, absent players split by the cover of the tree.

    Parameters
    ----------
    passing : array of shape (n_leaves, d)
        Share of cover that each player lets pass to the leaf.
    values : array of shape (n_leaves,)

    Returns
    -------
    array of shape (n_leaves, d, 2**d)
    """
    leaves, d = passing.shape
    t, weight = _nodes(d)
    total = np.broadcast_to(values[:, None, None], (leaves, len(t), 1))
    # Share that passes or fits, and share that passes without having joined.
    fits = t + (1 - t) * passing[:, :, None]
    passes = (1 - t) * passing[:, :, None]
    for k in range(d):
        total = np.concatenate([total * passes[:, k, :, None], total * fits[:, k, :, None]], axis=2)
    lacking = np.einsum("lqs,q->ls", total, weight / (1 - t))
    found = np.empty((leaves, d, 1 << d))
    for k in range(d):
        halves = total.reshape(leaves, len(t), 1 << d - k - 1, 2, 1 << k)[:, :, :, 1]
        rate = weight * (1 - passing[:, k, None]) / fits[:, k]
        column = np.empty((leaves, 1 << d - k - 1, 2, 1 << k))
        column[:, :, 0] = -lacking.reshape(column.shape)[:, :, 0]
        column[:, :, 1] = np.einsum("lqab,lq->lab", halves, rate)
        found[:, k] = column.reshape(leaves, 1 << d)
    return found


def path_values(bits: Floats, passing: Floats, value: float) -> Floats:
    """Return the values of given patterns, absent players split by the cover of the tree.

    Parameters
    ----------
    bits : array of shape (n_patterns, d)
        0 or 1.
    passing : array of shape (d,)
    value : float

    Returns
    -------
    array of shape (d, n_patterns)

    Notes
    -----
    Player i adds (a_i - r_i) times the product over the others of t a_j + (1 - t) r_j, where r_j
    is the share that player j lets pass.
    """
    t, weight = _nodes(bits.shape[1])
    found = np.zeros((bits.shape[1], len(bits)))
    for node, share in zip(t, weight, strict=True):
        factors = node * bits + (1 - node) * passing
        product = factors.prod(axis=1, keepdims=True)
        # A factor of 0 is a player who neither fits nor lets anybody pass: it adds nothing.
        rest = np.divide(product, factors, out=np.zeros(bits.shape), where=factors > 0)
        found += (share * value * (bits - passing) * rest).T
    return found


def interventional_values(
    seen: Patterns, background: Patterns, shares: Floats, d: int, value: float
) -> Floats:
    """Return the values of given patterns, pair by pair with those of the background.

    Parameters
    ----------
    seen : array of shape (n_patterns,)
    background : array of shape (n_background_patterns,)
    shares : array of shape (n_background_patterns,)
    d : int
    value : float

    Returns
    -------
    array of shape (d, n_patterns)

    Notes
    -----
    With p players on the person's side only and q on the other's only, each of the p adds
    (p - 1)! q! / (p + q)!, each of the q takes p! (q - 1)! / (p + q)!, provided that every player
    is on a side.
    """
    gains, losses = _weights(d)
    everybody = np.intp((1 << d) - 1)
    bit = np.arange(d)
    without = (~background[:, None] >> bit & 1).astype(np.float64)
    found = np.empty((d, len(seen)))
    step = max(1, _PAIRS // max(len(background), 1))
    for start in range(0, len(seen), step):
        own = seen[start : start + step, None]
        pays = np.where((own | background) == everybody, shares * value, 0.0)
        for_us = np.bitwise_count(own & ~background & everybody)
        for_them = np.bitwise_count(background & ~own & everybody)
        fits = (own >> bit & 1).astype(np.float64)
        gained = (pays * gains[for_us, for_them]) @ without
        lost = (pays * losses[for_us, for_them]).sum(axis=1, keepdims=True)
        found[:, start : start + step] = (fits * gained - (1 - fits) * lost).T
    return found


@cache
def _nodes(d: int) -> tuple[Floats, Floats]:
    """Return nodes and weights on (0, 1) that are exact to degree d - 1."""
    nodes, weights = np.polynomial.legendre.leggauss(max(1, (d + 1) // 2))
    return (nodes + 1) / 2, weights / 2


@cache
def _weights(d: int) -> tuple[Floats, Floats]:
    gains, losses = np.zeros((d + 1, d + 1)), np.zeros((d + 1, d + 1))
    for p in range(d + 1):
        for q in range(d + 1 - p):
            if p:
                gains[p, q] = factorial(p - 1) * factorial(q) / factorial(p + q)
            if q:
                losses[p, q] = factorial(p) * factorial(q - 1) / factorial(p + q)
    return gains, losses
