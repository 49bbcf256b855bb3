"""Institutions count alone under one file, and their tallies add."""

from pathlib import Path

import pandas as pd
import pytest

from creditaudit.errors import InputError, MissingColumn, UnequalTallies
from creditaudit.federation import CountingProtocol, merge_tallies
from creditaudit.tally import Tally

TEXT = """
title = "Two lenders"
min_cell = 5
groupings = [["race"], ["race", "sex"]]
score_edges = [300, 500, 700, 850]

[roles]
groups = ["race", "sex"]
decision = "approved"
favourable = 1
score = "points"
higher_is = "safer"
"""


@pytest.fixture
def protocol(tmp_path: Path) -> CountingProtocol:
    path = tmp_path / "protocol.toml"
    path.write_text(TEXT)
    return CountingProtocol.load(path)


def lender(races: str, sexes: str, approved: list[int], points: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"race": list(races), "sex": list(sexes), "approved": approved, "points": points}
    )


ONE = lender("aabb", "fmfm", [1, 0, 1, 1], [310, 400, 600, 700])
TWO = lender("abc", "ffm", [0, 0, 1], [500, 701, 850])


def test_two_lenders_counted_alone_equal_both_counted_together(protocol: CountingProtocol) -> None:
    apart = merge_tallies([protocol.count(ONE), protocol.count(TWO)])
    together = protocol.count(pd.concat([ONE, TWO], ignore_index=True))
    assert apart.fingerprint() == together.fingerprint()
    assert apart.n == 7


def test_the_same_tally_handed_in_twice_is_refused(protocol: CountingProtocol) -> None:
    with pytest.raises(UnequalTallies, match="number 2 is the same"):
        merge_tallies([protocol.count(ONE), protocol.count(ONE)])


def test_tallies_of_other_protocols_are_refused(protocol: CountingProtocol) -> None:
    other = Tally.from_frame(TWO, protocol.roles, by=["race"], score_bins=[300, 600, 850])
    with pytest.raises(UnequalTallies, match=r"groupings differ.*score bins differ"):
        merge_tallies([protocol.count(ONE), other])


def test_nothing_to_merge_is_an_error() -> None:
    with pytest.raises(InputError, match="no tally to merge"):
        merge_tallies([])


def test_a_lender_without_a_column_is_told_which(protocol: CountingProtocol) -> None:
    with pytest.raises(MissingColumn, match="'points' not found"):
        protocol.count(ONE.drop(columns="points"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"groupings": [["age"]]}, r"groupings name \['age'\]"),
        ({"score_edges": None}, "go together"),
        ({"score_edges": [3, 2]}, "each higher"),
        ({"min_cell": 0}, "min_cell=0"),
        ({"edges": [1]}, r"unknown entries \['edges'\]"),
    ],
)
def test_every_fault_of_a_protocol_is_named(change: dict[str, object], said: str) -> None:
    plain = {
        "title": "t",
        "groupings": [["race"]],
        "score_edges": [300, 850],
        "roles": {"groups": ["race"], "score": "points", "higher_is": "safer"},
    }
    with pytest.raises(InputError, match=said):
        CountingProtocol.from_dict(plain | change)


def test_faults_are_reported_together() -> None:
    roles = {"groups": ["race"], "score": "points", "higher_is": "safer"}
    plain = {"title": "t", "groupings": [["age"]], "min_cell": 0, "roles": roles}
    with pytest.raises(InputError, match=r"age.*go together.*min_cell=0"):
        CountingProtocol.from_dict(plain)


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text("a = ")
    with pytest.raises(InputError, match=r"'p\.toml' cannot be read"):
        CountingProtocol.load(path)
