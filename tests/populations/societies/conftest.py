"""One society of two blocks, the second cut, that the tests of its parts share."""

import pytest

import creditaudit as ca


@pytest.fixture(scope="session")
def world():
    return ca.make_society(80_000, 8_000, seed=7)
