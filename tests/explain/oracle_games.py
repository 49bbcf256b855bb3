"""Shapley values the slow way: the model, or its trees, asked about every coalition."""

import numpy as np

from creditaudit.shapley import coalition_members, shapley_values


def by_coalitions(output, people, background):
    """Mean output over the background with the features of each coalition from the person."""
    members = coalition_members(people.shape[1])
    mixed = np.where(members[:, None, None], people[None, :, None], background[None, None])
    answers = output(mixed.reshape(-1, people.shape[1])).reshape(mixed.shape[:3])
    return shapley_values(answers.mean(axis=2)).T


def by_recursion(ensemble, columns, players, number):
    """Both children followed, by cover, where the player of a node is absent."""
    members = coalition_members(number)

    def worth(tree, joined, row, node=0):
        column = tree.column[node]
        if column < 0:
            return tree.value[node]
        left, right = tree.left[node], tree.right[node]
        if joined[players[column]]:
            goes_left = tree.goes_left(node, columns[column, row : row + 1])[0]
            return worth(tree, joined, row, left if goes_left else right)
        both = worth(tree, joined, row, left) * tree.cover[left]
        return (both + worth(tree, joined, row, right) * tree.cover[right]) / tree.cover[node]

    games = [
        [sum(worth(tree, joined, row) for tree in ensemble.trees) for joined in members]
        for row in range(columns.shape[1])
    ]
    return np.array([shapley_values(game) for game in games])
