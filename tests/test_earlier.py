"""What may still be published after something was."""

import pandas as pd
import pytest

from cell_words import people_in
from creditaudit import Roles, Tally
from creditaudit.errors import InputError, RefusedError
from made_tables import rows

RACE = Roles(groups=["race"])
TWO = Roles(groups=["race", "sex"])
SCORED = Roles(groups=["race"], score="points", higher_is="safer")


def counted(frame, roles=RACE, **rest):
    return Tally.from_frame(frame, roles, **rest)


def races(**groups):
    return rows(*((times, {"race": race}) for race, times in groups.items()))


def scores(counts, race="a"):
    return rows(*((times, {"race": race, "points": x}) for x, times in counts.items()))


def test_the_same_counts_may_be_published_again():
    tally = counted(races(a=50, b=40, c=4))
    first = tally.publish()
    assert tally.publish(after=first).fingerprint() == first.fingerprint()
    assert tally.publish(after=[first, first]).fingerprint() == first.fingerprint()


def test_too_few_more_people_are_not_published():
    first = counted(races(a=50, b=40)).publish()
    with pytest.raises(RefusedError) as caught:
        counted(races(a=52, b=40)).publish(after=first)
    assert "differ too little from those published earlier" in str(caught.value)
    assert "when more people have been counted" in str(caught.value)


def test_new_people_are_published_where_they_are_enough_in_every_cell():
    first = counted(races(a=50, b=40, c=30, d=30)).publish()
    told = counted(races(a=60, b=40, c=30, d=30)).publish(after=first)
    assert people_in(told, "race") == {("a",): 60, ("b",): 40, ("c",): 30, ("d",): 30}


def test_levels_whose_new_people_are_few_are_merged():
    first = counted(races(a=500, b=40, c=30, d=400)).publish()
    told = counted(races(a=600, b=42, c=34, d=500)).publish(after=first)
    assert people_in(told, "race") == {("(other)",): 76, ("a",): 600, ("d",): 500}
    assert told.published.other == {"race": ("b", "c")}


def test_people_who_left_are_as_many_as_people_who_came():
    first = counted(races(a=50, b=40)).publish()
    told = counted(races(a=40, b=40)).publish(after=first)
    assert people_in(told, "race") == {("a",): 40, ("b",): 40}
    with pytest.raises(RefusedError):
        counted(races(a=50, b=37)).publish(after=first)


def test_levels_merged_earlier_stay_merged():
    first = counted(races(a=50, b=40, c=4, d=9)).publish()
    assert first.published.other == {"race": ("c", "d")}
    told = counted(races(a=90, b=80, c=70, d=90)).publish(after=first)
    assert told.published.other == {"race": ("c", "d")}
    without = counted(races(a=90, b=80, d=90)).publish(after=first)
    assert people_in(without, "race")[("(other)",)] == 90
    assert without.published.other == {"race": ("c", "d")}


def test_a_new_level_may_be_published():
    first = counted(races(a=50, b=40)).publish()
    told = counted(races(a=50, b=40, c=9)).publish(after=first)
    assert people_in(told, "race")[("c",)] == 9


def test_bins_merged_earlier_stay_merged():
    edges = [1, 2, 3, 4, 5]
    first = counted(scores({1: 9, 2: 3, 3: 4, 4: 9}), SCORED, score_bins=edges).publish()
    assert first.published.spans == ((0, 0), (1, 2), (3, 3))
    told = counted(scores({1: 30, 2: 30, 3: 30, 4: 30}), SCORED, score_bins=edges)
    assert told.publish(after=first).published.spans == ((0, 0), (1, 2), (3, 3))


def test_bins_of_other_edges_are_cut_where_both_were():
    people = scores(dict.fromkeys(range(12), 9))
    first = counted(people, SCORED, score_bins=[0, 2, 4, 6, 8, 10, 12]).publish()
    told = counted(people, SCORED, score_bins=[0, 3, 6, 9, 12]).publish(after=first)
    assert [told.bins.label(code) for code in range(2)] == ["[0, 6)", "[6, 12]"]


def test_exact_scores_are_cut_where_they_were():
    first = counted(scores({1: 9, 2: 3, 3: 4, 4: 9}), SCORED, score_bins="exact").publish()
    told = counted(scores({1: 90, 2: 90, 3: 90, 4: 90}), SCORED, score_bins="exact")
    found = told.publish(after=first)
    assert found.bins == first.bins
    assert list(people_in(found, None).values()) == [90, 180, 90]


def test_another_grouping_of_the_same_people_may_be_published():
    frame = rows(*((20, {"race": r, "sex": s}) for r in "ab" for s in "fm"))
    first = counted(frame, TWO, by=["race", "sex"]).publish()
    told = counted(frame, TWO, by=[("race", "sex")]).publish(after=first)
    assert told.groupings == (("race", "sex"),)


def test_another_grouping_of_other_people_is_not_published():
    frame = rows(*((20, {"race": r, "sex": s}) for r in "ab" for s in "fm"))
    first = counted(frame, TWO, by=["race", "sex"]).publish()
    more = pd.concat([frame, frame])
    told = counted(more, TWO, by=[("race", "sex")]).publish(after=first)
    assert told.groupings == (("race",), ("sex",))
    assert told.published.dropped == (("race", "sex"),)


def test_three_publications_tell_of_the_same_people_without_a_circle():
    roles = Roles(groups=["race", "sex", "area"])
    frame = rows(
        *((20, {"race": r, "sex": s, "area": x}) for r in "ab" for s in "fm" for x in "nw")
    )
    pairs = [("race", "sex"), ("race", "area"), ("sex", "area")]
    told = []
    for pair in pairs:
        told.append(counted(frame, roles, by=[pair]).publish(after=told))
    assert told[1].groupings == (("race", "area"),)
    assert told[2].groupings == (("sex",), ("area",))


def test_earlier_publications_have_to_be_in_order():
    whole = counted(races(a=50, b=40, c=30, d=20))
    plain = whole.publish()
    merged = counted(races(a=50, b=40, c=30, d=2)).publish()
    for after in ([merged, plain],):
        with pytest.raises(InputError, match="not published one after the other"):
            whole.publish(after=after)


def test_what_comes_after_must_be_published_and_of_the_same_roles():
    tally = counted(races(a=50, b=40))
    with pytest.raises(InputError, match="takes tallies that publish"):
        tally.publish(after=tally)
    other = counted(
        races(a=50, b=40).assign(ok=1), Roles(groups=["race"], decision="ok", favourable=1)
    )
    with pytest.raises(InputError, match="other roles: decision, favourable differ"):
        other.publish(after=tally.publish())


def test_a_publication_from_a_file_serves_as_well(tmp_path):
    first = counted(races(a=50, b=40, c=4)).publish()
    first.save(tmp_path / "t.parquet")
    loaded = Tally.load(tmp_path / "t.parquet")
    more = counted(races(a=90, b=80, c=70))
    one, other = (more.publish(after=after) for after in (first, loaded))
    assert one.fingerprint() == other.fingerprint()
