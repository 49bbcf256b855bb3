"""Trees as explanations read them: nodes, what a value decides there, and how many people."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from creditaudit.errors import InputError
from creditaudit.values import Floats

Integers = npt.NDArray[np.int64]
Truths = npt.NDArray[np.bool_]
# A pattern is an integer with one bit for each feature on a path.
MOST_ON_A_PATH = 62


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree.

    Attributes
    ----------
    column : array of shape (n_nodes,)
        The column that a node splits on; -1 at a leaf.
    threshold : array of shape (n_nodes,)
        Numbers up to it go left.
    missing_left : array of shape (n_nodes,)
        Whether people without a value go left.
    left, right : array of shape (n_nodes,)
        Children; node 0 is the root.
    value : array of shape (n_nodes,)
        What a leaf adds to the output.
    cover : array of shape (n_nodes,)
        People of the training data who came by, for path-dependent values.
    categories : mapping of int to array of bool
        For nodes that split on categories: whether each code goes left. Codes outside are missing.
    """

    column: Integers
    threshold: Floats
    missing_left: Truths
    left: Integers
    right: Integers
    value: Floats
    cover: Floats
    categories: Mapping[int, Truths] = field(default_factory=dict)

    def goes_left(self, node: int, x: Floats) -> Truths:
        """Return who goes left at a node, from the values of its column."""
        lookup = self.categories.get(node)
        if lookup is None:
            left = np.asarray(x <= self.threshold[node])
            return left | np.isnan(x) if self.missing_left[node] else left
        known = (x >= 0) & (x < len(lookup))
        codes = np.where(known, x, 0).astype(np.int64)
        return np.where(known, lookup[codes], bool(self.missing_left[node]))

    def paths(self, players: Sequence[int]) -> Iterator[tuple[int, list[int], Floats]]:
        """Yield each leaf, the players on its path, and the share of cover that each lets pass.

        Parameters
        ----------
        players : sequence of int
            The player that each column belongs to.
        """
        stack: list[tuple[int, list[int], list[float]]] = [(0, [], [])]
        while stack:
            node, on_path, passing = stack.pop()
            if self.column[node] < 0:
                yield node, on_path, np.array(passing)
                continue
            player = players[self.column[node]]
            for child in (int(self.right[node]), int(self.left[node])):
                cover = float(self.cover[node])
                share = float(self.cover[child]) / cover if cover > 0 else 0.0
                if player in on_path:
                    place = on_path.index(player)
                    kept = [*passing]
                    kept[place] *= share
                    stack.append((child, on_path, kept))
                else:
                    stack.append((child, [*on_path, player], [*passing, share]))

    def patterns(
        self, columns: Floats, players: Sequence[int]
    ) -> Iterator[tuple[int, list[int], npt.NDArray[np.intp]]]:
        """Yield each leaf, the players on its path, and for each person whom of them fit it.

        Parameters
        ----------
        columns : array of shape (n_columns, n_rows)
        players : sequence of int
            The player that each column belongs to.

        Yields
        ------
        leaf : int
        on_path : list of int
            Players in the order in which they come on the way down.
        pattern : array of shape (n_rows,)
            Bit k is set where the person's values of player ``on_path[k]`` lead to this leaf at
            every node of the path that asks for them.
        """
        nobody = np.zeros(columns.shape[1], dtype=np.intp)
        stack: list[tuple[int, list[int], npt.NDArray[np.intp]]] = [(0, [], nobody)]
        while stack:
            node, on_path, pattern = stack.pop()
            if self.column[node] < 0:
                yield node, on_path, pattern
                continue
            goes_left = self.goes_left(node, columns[self.column[node]])
            player = players[self.column[node]]
            if player in on_path:
                bit = 1 << on_path.index(player)
                # Those who turn off here lose the bit, if they still had it.
                turned = np.where(goes_left, np.intp(0), np.intp(bit)) & pattern
                left, right = pattern ^ turned, pattern & ~np.intp(bit) | turned
                after = on_path
            else:
                if len(on_path) == MOST_ON_A_PATH:
                    msg = (
                        f"A path of this model asks for more than {MOST_ON_A_PATH} features, more "
                        "than is handled. Explain a model with shallower trees, or join features "
                        "with players=."
                    )
                    raise InputError(msg)
                bit = 1 << len(on_path)
                went = goes_left.astype(np.intp) << len(on_path)
                left, right = pattern | went, pattern | (went ^ bit)
                after = [*on_path, player]
            stack.append((int(self.right[node]), after, right))
            stack.append((int(self.left[node]), after, left))


@dataclass(frozen=True, eq=False)
class Ensemble:
    """A sum of trees.

    Attributes
    ----------
    trees : list of Tree
    start : float
        What is added before any tree.
    origin : list of int
        For each column of `columns`, the place of the model's feature it is made from.
    columns : callable
        From what the model takes to an array of shape (n_columns, n_rows).
    """

    trees: list[Tree]
    start: float
    origin: list[int]
    columns: Callable[[Any], Floats]

    def outputs(self, columns: Floats) -> Floats:
        """Return the sum for each person; shape (n_rows,). Slow: for checks on a few people."""
        total = np.full(columns.shape[1], self.start)
        everyone = np.arange(columns.shape[1])
        for tree in self.trees:
            stack = [(0, everyone)]
            while stack:
                node, people = stack.pop()
                if not len(people):
                    continue
                if tree.column[node] < 0:
                    total[people] += tree.value[node]
                    continue
                left = tree.goes_left(node, columns[tree.column[node], people])
                stack.append((int(tree.left[node]), people[left]))
                stack.append((int(tree.right[node]), people[~left]))
        return total
