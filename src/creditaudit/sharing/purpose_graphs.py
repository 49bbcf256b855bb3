"""The purposes of a regime as a graph: what is held where, for what, and which line moves it."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from creditaudit.populations.societies import agencies_frame, society_catalog
from creditaudit.sharing.records import Import
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.vocabulary import load_vocabulary

Place = tuple[str, str]
"""An agency, and a purpose for which it holds something."""
State = tuple[str, str, bool]
"""A place, and whether the agency found it itself."""
NOT_STATED = "not stated"
LIST = "list"


@dataclass(frozen=True)
class Item:
    """Something that is held: the list of an agency, or a column.

    Attributes
    ----------
    name : str
        "list", or a column.
    agency, purpose : str
        Who collected it, and what for.
    """

    name: str
    agency: str
    purpose: str

    @property
    def place(self) -> Place:
        """Where it was collected."""
        return self.agency, self.purpose

    @property
    def start(self) -> State:
        """Where its ways begin."""
        return self.agency, self.purpose, True


def items_of(regime: SharingRegime, catalog: pd.DataFrame | None) -> list[Item]:
    """Return what the lines of a regime can move, each with the purpose it was collected for.

    Parameters
    ----------
    regime : SharingRegime
    catalog : frame, optional
        ``column, agency, purpose``, such as ``world.catalog``; that of the vocabulary for columns
        it lacks.

    Notes
    -----
    A list was collected for the purposes that lines on it name; where none names one, for every
    purpose of its agency.
    """
    carried = dict.fromkeys(name for line in regime.imports for name in line.carries)
    columns = [name for name in carried if name != LIST]
    own = own_purposes()
    items = []
    for agency in regime.agencies:
        lines = [one for one in regime.imports if one.source == agency and one.carries_list]
        named = [one.collected_for for one in lines if one.collected_for]
        purposes = named or own.get(agency) or (NOT_STATED,)
        if lines:
            items += [Item(LIST, agency, purpose) for purpose in dict.fromkeys(purposes)]
    if not columns:
        return list(dict.fromkeys(items))
    told = [] if catalog is None else [catalog[["column", "agency", "purpose"]]]
    lacking = set(columns) - set(told[0]["column"] if told else ())
    catalog = pd.concat([*told, society_catalog(sorted(lacking))[["column", "agency", "purpose"]]])
    kept = catalog[catalog["column"].isin(columns) & catalog["agency"].isin(regime.agencies)]
    for row in kept.itertuples(index=False):
        items.append(Item(str(row.column), str(row.agency), str(row.purpose) or NOT_STATED))
    return list(dict.fromkeys(items))


@cache
def own_purposes() -> Mapping[str, tuple[str, ...]]:
    """Return the purposes for which each agency of the vocabulary collects."""
    pairs = agencies_frame()[["agency", "purpose"]].drop_duplicates()
    found: dict[str, list[str]] = {}
    for agency, purpose in pairs.itertuples(index=False):
        if purpose:
            found.setdefault(str(agency), []).append(str(purpose))
    return {agency: tuple(purposes) for agency, purposes in found.items()}


def use_of(line: Import) -> Place:
    """Return where a line leads: its importer, and what for."""
    return line.importer, line.purpose or NOT_STATED


def opens(line: Import, state: State, name: str) -> bool:
    """Whether a line takes an item from where it is."""
    agency, purpose, own = state
    return (
        line.source == agency
        and name in line.carries
        and line.collected_for in ("", purpose)
        and (own or not line.own_only)
    )


def shortest_ways(item: Item, lines: Iterable[Import]) -> dict[Place, tuple[Import, ...]]:
    """Return the shortest way of an item to each use it reaches, as the lines in their order.

    Its own place is not among them, unless a way leads back to it.
    """
    lines = tuple(lines)
    found: dict[Place, tuple[Import, ...]] = {}
    waiting: deque[tuple[State, tuple[Import, ...]]] = deque([(item.start, ())])
    while waiting:
        state, so_far = waiting.popleft()
        for line in lines:
            place = use_of(line)
            if opens(line, state, item.name) and place not in found:
                found[place] = (*so_far, line)
                waiting.append(((*place, False), found[place]))
    return found


def smallest_cut(
    items: Iterable[Item], ends: Iterable[Place], lines: Iterable[Import]
) -> tuple[Import, ...]:
    """Return the fewest lines without which none of the items reaches any of the ends.

    Parameters
    ----------
    items : iterable of Item
        All of one name.
    ends : iterable of tuple
        Uses that are not to be reached.
    lines : iterable of Import

    Notes
    -----
    Max-flow and min-cut: each line is an arc of capacity 1 between two nodes of its own, and every
    other arc can carry more than all lines together. Where several sets are as small, it is the one
    nearest to the items.

    References
    ----------
    Ford, L. R. and Fulkerson, D. R. (1956). Maximal flow through a network. Canadian J. Math. 8.
    """
    lines, items, ends = tuple(lines), list(items), set(ends)
    if not items or not lines:
        return ()
    places = dict.fromkeys(use_of(line) for line in lines)
    states: list[State] = [item.start for item in items] + [(*place, False) for place in places]
    number = {state: 2 + k for k, state in enumerate(dict.fromkeys(states))}
    first, many = 2 + len(number), len(lines) + 1
    arcs: dict[tuple[int, int], int] = {(0, number[item.start]): many for item in items}
    for k, line in enumerate(lines):
        inside, outside = first + 2 * k, first + 2 * k + 1
        arcs[inside, outside] = 1
        arcs[outside, number[(*use_of(line), False)]] = many
        for state, at in number.items():
            if opens(line, state, items[0].name):
                arcs[at, inside] = many
    arcs |= {(number[(*place, False)], 1): many for place in places if place in ends}
    size = first + 2 * len(lines)
    rows, columns = np.array(list(arcs), dtype=np.int32).T
    held = np.array(list(arcs.values()), dtype=np.int32)
    graph = csr_matrix((held, (rows, columns)), shape=(size, size))
    left = graph - maximum_flow(graph, 0, 1).flow
    left.eliminate_zeros()
    near = set(breadth_first_order(left, 0, return_predecessors=False).tolist())
    return tuple(
        line for k, line in enumerate(lines)
        if first + 2 * k in near and first + 2 * k + 1 not in near
    )  # fmt: skip


def purpose_words(regime: SharingRegime) -> Mapping[str, str]:
    """Return the words of every purpose a regime may name."""
    return {**load_vocabulary().purposes, **regime.purposes, NOT_STATED: "no purpose is stated"}


def chain_words(item: Item, way: Iterable[Import]) -> str:
    """Return a way in words: ``bank (lending) > credit_bureau (credit_reporting)``."""
    return " > ".join(f"{agency} ({purpose})" for agency, purpose in _stops(item, way))


def _stops(item: Item, way: Iterable[Import]) -> Iterator[Place]:
    yield item.place
    yield from map(use_of, way)
