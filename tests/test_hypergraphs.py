from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.hypergraphs import cyclic_core


@pytest.mark.parametrize(
    ("edges", "core"),
    [
        ([], []),
        (["a"], []),
        (["ab", "bc", "ac"], [0, 1, 2]),
        (["ab", "bc", "ac", "abc"], []),
        (["ab", "bc", "cd", "da"], [0, 1, 2, 3]),
        (["ab", "bc", "cd", "de"], []),
        (["ab", "ab", ""], []),
        (["abx", "bcx", "acx"], [0, 1, 2]),
        (["az", "ab", "bc", "ac"], [1, 2, 3]),
    ],
)
def test_the_core_is_what_stands_in_a_circle(edges, core):
    assert cyclic_core(edges) == core


def has_an_order(edges):
    """Whether the sets can be ordered so that each meets those before it inside one of them."""

    def runs(order):
        for at in range(1, len(order)):
            shared = order[at] & frozenset().union(*order[:at])
            if not any(shared <= earlier for earlier in order[:at]):
                return False
        return True

    return any(runs(order) for order in permutations(edges))


@given(st.lists(st.frozensets(st.sampled_from("abcde")), max_size=5))
def test_sets_without_a_core_are_those_with_the_running_intersection_property(edges):
    assert (cyclic_core(edges) == []) is has_an_order(edges)
