import re

import pytest
from shared_tables import cascades, exits, owed

from creditaudit.pages.regime_figures import (
    causes_drawn,
    reached_drawn,
    refusals_drawn,
    staying_drawn,
)

WHO = "synthetic people"


def said(drawn):
    return re.search(r"<desc[^>]*>([^<]*)", drawn.svg)[1]


def test_refusals_are_those_of_all_people_by_recorded_findings_each_regime_once():
    drawn = refusals_drawn(cascades(), WHO, prefix="c0")
    assert (
        said(drawn)
        == "silos 1.00, by the wiring; hub 2.50 (2.25 to 2.75); ties 3.00 (2.00 to 5.00)."
    )
    assert drawn.place == "audit shared_lists"
    assert drawn.table["columns"][-1] == ("Findings", True)
    assert drawn.table["rows"] == [
        ["silos", "1.00, by the wiring", "theorem", "150"],
        ["hub", "2.50 (2.25 to 2.75)", "estimate", "150"],
        ["ties", "3.00 (2.00 to 5.00)", "sweep", "150"],
    ]
    assert [mark in drawn.caption for mark in "●◇■"] == [True] * 3
    assert "against synthetic people" in drawn.svg


def test_people_reached_are_shares():
    drawn = reached_drawn(cascades()[2:], WHO, prefix="c0")
    assert said(drawn) == "hub 12.5\u00a0% (10.0 to 15.0); ties 25.0\u00a0% (12.5 to 50.0)."
    assert "◇" not in drawn.caption


def test_a_share_over_one_is_not_drawn():
    found = cascades()
    found[2]["table"]["rows"][3][4] = 35
    assert "hub" not in said(reached_drawn(found, WHO, prefix="c0"))


def test_one_regime_is_not_beside_anything():
    assert refusals_drawn(cascades()[:2], WHO, prefix="c0") is None
    assert staying_drawn(exits()[:1], WHO, prefix="c0") is not None


def test_findings_about_groups_are_no_regimes():
    found = [one | {"reference": "minority 0"} for one in cascades()]
    assert refusals_drawn(found, WHO, prefix="c0") is None


def test_causes_add_up_and_a_part_below_nothing_is_said():
    drawn = causes_drawn(owed(), WHO, prefix="c0")
    assert said(drawn) == (
        "silos: 10.0 of 100; own acts 2.0 · error 3.0 · unexplained 5.0; "
        "hub: 8.0 of 100; own acts 4.0 · error −1.0 · unexplained 5.0."
    )
    hub = drawn.table["rows"][1]
    assert hub == ["hub", "4.0\u00a0%", "−1.0\u00a0%", "5.0\u00a0%", "8.0\u00a0%"]
    assert "Unexplained is what no other cause explains." in drawn.caption


def test_a_regime_with_other_causes_is_left_to_its_table():
    found = owed()
    found[1]["table"]["rows"][0][1] = "weather"
    assert "hub" not in said(causes_drawn(found, WHO, prefix="c0"))


def test_staying_and_paying_stand_measure_by_measure_with_the_words_of_the_table():
    drawn = staying_drawn(exits(), WHO, prefix="c0")
    assert [row[0] for row in drawn.table["rows"]] == [
        "Stay listed: silos", "Stay listed: hub", "Creditors paid: silos", "Creditors paid: hub",
    ]  # fmt: skip
    assert drawn.caption.startswith("Stay listed: who stays. Creditors paid: what is paid. ■")
    assert "Stay listed: hub 75.0\u00a0% (37.5 to 100.0)" in said(drawn)


@pytest.mark.parametrize(
    "fault",
    [
        lambda table: table["columns"].__setitem__(0, "value"),
        lambda table: table["columns"].__setitem__(4, "other"),
        lambda table: table["rows"].insert(0, [1, 2]),
        lambda table: [row.__setitem__(4, "12") for row in table["rows"]],
        lambda table: [row.__setitem__(4, True) for row in table["rows"]],
        lambda table: [row.__setitem__(4, None) for row in table["rows"]],
        lambda table: [row.__setitem__(4, float("nan")) for row in table["rows"]],
        lambda table: [row.__setitem__(4, 10**400) for row in table["rows"]],
        lambda table: [row.__setitem__(5, 1e9) for row in table["rows"]],
        lambda table: table["rows"].clear(),
    ],
)
def test_a_faulty_table_draws_nothing(fault):
    found = cascades()
    for one in found:
        fault(one["table"])
    assert refusals_drawn(found, WHO, prefix="c0") is None
    assert reached_drawn(found, WHO, prefix="c0") is None
