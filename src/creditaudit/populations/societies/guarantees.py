"""Who vouches for whose debts."""

import numpy as np

from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.populations.societies.households import Whole
from creditaudit.populations.societies.ties import Pairs

_MANY = 64
_TRIES = 8
_WIDE = 2**32


def people_vouch(
    given: Array, near: Pairs, known: Pairs, owned: Whole, *, seed: int, numbers: Numbers
) -> Pairs:
    """Return the guarantees of people: as many as their file says, each for another debtor.

    Parameters
    ----------
    given : array of length n_people
        How many each gives.
    near, known : pairs of arrays
        Kin ties and contacts, both ways.
    owned : array of int, length n_people
        Number of a firm of one's own, -1 without one.
    seed : int
    numbers : Numbers
        Of the society.

    Notes
    -----
    An owner vouches for the own firm first. Each further guarantee goes to kin with chance
    ``guarantee_kin``, else to a contact, while there are any for whom the person does not vouch
    yet; then to anyone.
    """
    people = len(given)
    count = given.astype(np.int64)
    giver = np.repeat(np.arange(people), count)
    turn = np.arange(len(giver)) - np.repeat(np.cumsum(count) - count, count)
    own = (turn == 0) & (owned[giver] >= 0)
    debtor = np.where(own, owned[giver], -1)
    ids = giver * _MANY + turn
    to_kin = entity_uniforms(ids, seed, "society/guarantee/kin") < numbers.guarantee_kin
    spot = entity_uniforms(giver, seed, "society/guarantee/spot")
    for pool, asked in ((near, to_kin), (known, ~to_kin), (near, ~to_kin), (known, to_kin)):
        debtor = _taken(debtor, giver, asked, pool, spot, people)
    # Whoever has nobody left vouches for someone further on in the table for whom they do not yet.
    far = entity_uniforms(ids, seed, "society/guarantee/far")
    step = 1 + (far * max(people - 1, 1)).astype(np.int64)
    for _ in range(_TRIES):
        left = np.flatnonzero((debtor < 0) | _again(giver, debtor))
        debtor[left] = (giver[left] + step[left]) % people
        step = 1 + step % max(people - 1, 1)
    kept = (debtor != giver) & ~_again(giver, debtor)
    return giver[kept], debtor[kept]


def firms_vouch(given: Array, region: Array, industry: Array, first: int, seed: int) -> Pairs:
    """Return the guarantees of firms: each for the next ones in a circle of its like.

    Firms of a region and an industry stand side by side in the circle, in an order drawn once; they
    vouch for their neighbours, as firms do that borrow in circles.
    """
    many = len(given)
    count = np.minimum(given.astype(np.int64), many - 1)
    drawn = entity_uniforms(np.arange(many), seed, "society/guarantee/circle")
    circle = np.lexsort((drawn, industry, region))
    place = np.empty(many, dtype=np.int64)
    place[circle] = np.arange(many)
    giver = np.repeat(np.arange(many), count)
    turn = np.arange(len(giver)) - np.repeat(np.cumsum(count) - count, count)
    debtor = circle[(place[giver] + 1 + turn) % many]
    return giver + first, debtor + first


def _taken(
    debtor: Whole, giver: Whole, asked: Array, pool: Pairs, spot: Array, people: int
) -> Whole:
    """Return the debtors, with those asked for taken from a pool of ties as far as it goes."""
    src, dst = pool
    order = np.argsort(src * people + dst, kind="stable")
    src, dst = src[order], dst[order]
    counts = np.bincount(src, minlength=people)
    starts = np.cumsum(counts) - counts
    open_ = np.flatnonzero((debtor < 0) & asked)
    who = giver[open_]
    # The n-th that one person still asks for goes to the n-th of their ties, from a drawn one on.
    rank = np.arange(len(open_)) - np.searchsorted(who, who)
    there = rank < counts[who]
    pick = (rank + (spot[open_] * counts[who]).astype(np.int64)) % np.maximum(counts[who], 1)
    chosen = dst[np.minimum(starts[who] + pick, max(len(dst) - 1, 0))] if len(dst) else who
    there &= ~np.isin(who * _WIDE + chosen, (giver * _WIDE + debtor)[debtor >= 0])
    found = debtor.copy()
    found[open_[there]] = chosen[there]
    return found


def _again(giver: Whole, debtor: Whole) -> Array:
    """Return which guarantees repeat an earlier one."""
    key = giver * _WIDE + debtor
    again = np.ones(len(key), dtype=bool)
    again[np.unique(key, return_index=True)[1]] = False
    return again & (debtor >= 0)
