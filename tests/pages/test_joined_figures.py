import re

from shared_tables import hits, joins, worths

from creditaudit.pages.joined_figures import joined_drawn, mistaken_drawn, sectors_drawn

WHO = "synthetic people"


def said(drawn):
    return re.search(r"<desc[^>]*>([^<]*)", drawn.svg)[1]


def test_hits_stand_by_key_and_people_with_ranges_for_each_listing():
    drawn = mistaken_drawn(hits(), WHO, prefix="c0")
    # A list of 20: 2 hits are 0.1 for each listing, and 1 to 4 hits are 0.05 to 0.2.
    assert said(drawn) == (
        "name, 1,000 people 0.1 (0.05 to 0.2); name, 10,000 people 1; "
        "name, 1,000,000 people 100; name, year of birth, 1,000 people 0."
    )
    assert "0 has no place on this scale" in drawn.caption
    assert "■ Closed form, as here." in drawn.caption


def test_nothing_above_nothing_still_has_a_scale():
    found = hits()
    for row in found[0]["table"]["rows"]:
        row[2:7] = [0, 0, 0, 0, 0]
    assert said(mistaken_drawn(found, WHO, prefix="c0")).count(" 0") == 4


def test_joins_are_told_step_by_step():
    drawn = joined_drawn(joins(), WHO, prefix="c0")
    assert said(drawn) == (
        "census: 25.0\u00a0% alone, 50.0\u00a0% among fewer than 5 alike; "
        "shop $x$: 75.0\u00a0% alone, 100.0\u00a0% among fewer than 5 alike."
    )
    assert "+ shop $x$" in drawn.svg
    assert drawn.table["rows"][0] == ["census", "age, sex", "25.0\u00a0%", "50.0\u00a0%"]


def test_more_joins_than_fit_are_left_to_the_table():
    found = joins()
    found[0]["table"]["rows"] *= 6
    drawn = joined_drawn(found, WHO, prefix="c0")
    assert said(drawn).endswith("The table has all 12.")
    assert len(drawn.table["rows"]) == 12


def test_a_join_without_its_share_draws_no_curve():
    found = joins()
    found[0]["table"]["rows"][1][2] = None
    assert joined_drawn(found, WHO, prefix="c0") is None


def test_what_a_sector_is_worth_never_stands_without_whom_it_costs():
    drawn = sectors_drawn(worths(), WHO, prefix="c0")
    assert said(drawn) == (
        "court 0.020 (0.010 to 0.030); gap +1.2; alone +25.0; "
        "shop 0.070 (0.050 to 0.090); gap −2.0; alone +50.0."
    )
    assert drawn.title.endswith("at whose cost: sex male against sex female")
    assert drawn.table["rows"][0] == [
        "court",
        "0.050",
        "0.000",
        "0.020 (0.010 to 0.030)",
        "+1.2",
        "+25.0",
    ]
    found = worths()
    for row in found[0]["table"]["rows"]:
        row[7] = None
    assert sectors_drawn(found, WHO, prefix="c0") is None
