"""Eight people that can be counted on paper, and how hypothesis runs."""

import os

import pandas as pd
import pytest
from hypothesis import settings

from creditaudit import Roles

settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture
def people():
    """4 white (3 approved) and 4 black (1 approved); of the 4 approved, 1 defaulted."""
    rows = [
        ("white", "f", 1, 0, 700),
        ("white", "f", 1, 1, 650),
        ("white", "m", 1, 0, 720),
        ("white", "m", 0, None, 500),
        ("black", "f", 1, 0, 640),
        ("black", "f", 0, None, 480),
        ("black", "m", 0, None, 510),
        ("black", "m", 0, None, 530),
    ]
    return pd.DataFrame(rows, columns=["race", "sex", "approved", "defaulted", "points"])


@pytest.fixture
def roles():
    return Roles(groups=["race", "sex"], decision="approved", favourable=1)


@pytest.fixture
def all_roles():
    return Roles(
        groups=["race", "sex"],
        decision="approved",
        favourable=1,
        outcome="defaulted",
        good=0,
        score="points",
        higher_is="safer",
        score_range=(300, 850),
    )
