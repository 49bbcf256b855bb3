"""Several ways back for one person, none of which contains another."""

from collections import defaultdict
from dataclasses import replace
from itertools import product

import numpy as np

from creditaudit.explain.trees import Integers
from creditaudit.explain.ways import Way
from creditaudit.explain.ways_asked import WaysAsked

_AMONG = ", among ways that leave out a feature of every option before"


def options_of(
    asked: WaysAsked, rows: Integers, first: list[Way], number: int
) -> list[list[Way]]:  # fmt: skip
    """Return up to so many ways for each refused person, the given one first.

    Parameters
    ----------
    asked : WaysAsked
    rows : int array
        Refused people.
    first : list of Way
        Theirs.
    number : int
        At most so many for a person.

    Notes
    -----
    Let S_1 .. S_k be the features that the options so far change. The next one leaves out at least
    one feature of each. It is the cheapest over all choices of one feature from each S, of the way
    when those stay as they are; so it is as exact as a single way is. A way that changes all that
    an earlier one changes, and more, is no option.
    """
    found = [[way] for way in first]
    solved: dict[tuple[int, frozenset[str]], Way] = {}
    open_places = [place for place, way in enumerate(first) if way.changes]
    for _ in range(number - 1):
        asks = {place: _held(found[place]) for place in open_places}
        together: dict[frozenset[str], list[int]] = defaultdict(list)
        for place, sets in asks.items():
            for held in sets:
                if (place, held) not in solved:
                    together[held].append(place)
        for held, places in together.items():
            fixed = [*asked.actions.immutable, *sorted(held)]
            actions = replace(asked.actions, immutable=list(dict.fromkeys(fixed)))
            ways = asked.ways(rows[np.array(places)], actions)
            solved |= {(place, held): way for place, way in zip(places, ways, strict=True)}
        still = []
        for place, sets in asks.items():
            other = [solved[place, held] for held in sets]
            other = [way for way in other if way.status == "found"]
            if other:
                best = min(other, key=lambda way: way.cost)
                found[place].append(replace(best, proof=best.proof + _AMONG))
                still.append(place)
        open_places = still
    return found


def _held(ways: list[Way]) -> list[frozenset[str]]:
    """Return the smallest sets that take one feature from each way, in a fixed order."""
    chosen = dict.fromkeys(frozenset(one) for one in product(*(sorted(w.changes) for w in ways)))
    return [one for one in chosen if not any(other < one for other in chosen)]
