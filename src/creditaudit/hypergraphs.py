"""Which sets of columns, published together, let no cell be derived that none of them shows."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence


def cyclic_core(edges: Sequence[Iterable[Hashable]]) -> list[int]:
    """Return the places of the sets that stand in a cycle; none when the sets are acyclic.

    Notes
    -----
    Graham's reduction: take away every column that is in one set only, and every set that lies in
    another, until nothing changes. What is left is the core. Without one the sets are the cliques
    of a decomposable model.

    References
    ----------
    Beeri, C., Fagin, R., Maier, D. and Yannakakis, M. (1983). Journal of the ACM 30, 479-513.
    """
    left = {place: set(edge) for place, edge in enumerate(edges)}
    while True:
        times = Counter(column for edge in left.values() for column in edge)
        smaller = {
            place: {column for column in edge if times[column] > 1} for place, edge in left.items()
        }
        kept = dict(smaller)
        for place, edge in smaller.items():
            if any(edge <= other for at, other in kept.items() if at != place):
                del kept[place]
        if kept == left or len(kept) < 2:
            return sorted(kept) if len(kept) > 1 else []
        left = kept
