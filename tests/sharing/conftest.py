"""A small society that tests of sharing read and never change."""

import pytest

import creditaudit as ca


@pytest.fixture(scope="session")
def small_world():
    return ca.make_society(people=4_000, firms=400, seed=7)
