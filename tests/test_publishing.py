from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest

from cell_words import people_in
from creditaudit import Evidence, Roles, Tally, audit, metrics
from creditaudit.errors import InputError, MissingRole, RefusedError, UnequalTallies
from made_tables import rows

RACE = Roles(groups=["race"], decision="ok", favourable=1)
RACE_ONLY = Roles(groups=["race"])
SCORED = Roles(groups=["race"], score="points", higher_is="safer")
PAID = Roles(groups=["race"], outcome="paid", good=1, score="points", higher_is="safer")
TWO = Roles(groups=["race", "sex"])
THREE = Roles(groups=["race", "sex", "area"])


def scores(**groups):
    """Return people by race from ``race={score: how many}``."""
    return rows(
        *(
            (times, {"race": race, "points": points})
            for race, counts in groups.items()
            for points, times in counts.items()
        )
    )


def races(**groups):
    return rows(*((times, {"race": race}) for race, times in groups.items()))


def crossed(**cells):
    """Return people by race and sex from ``race=(women, men)``."""
    return rows(
        *(
            (times, {"race": race, "sex": sex})
            for race, counts in cells.items()
            for sex, times in zip("fm", counts, strict=True)
        )
    )


def published(frame, roles, by=None, score_bins=None, min_cell=5, after=None):
    tally = Tally.from_frame(frame, roles, by=by, score_bins=score_bins)
    return tally.publish(min_cell, after=after)


def labels(tally):
    return [tally.bins.label(code) for code in range(len(tally.bins))]


def test_the_contract(people, all_roles, tmp_path):
    many = pd.concat([people] * 20)
    whole = Tally.from_frame(many, all_roles, score_bins=100)
    whole.publish(min_cell=5).save(tmp_path / "evidence.parquet")
    loaded = Tally.load(tmp_path / "evidence.parquet")
    assert loaded.published == whole.publish().published
    assert loaded.fingerprint() == whole.publish().fingerprint()
    assert (loaded.n, loaded.origin, Evidence(tally=loaded).level) == (160, "published", 1)


def test_where_nothing_is_small_nothing_changes(people, all_roles):
    whole = Tally.from_frame(pd.concat([people] * 5), all_roles, score_bins=[300, 500, 650, 850])
    told = whole.publish()
    assert (told.bins, told.groupings) == (whole.bins, whole.groupings)
    for by in whole.groupings:
        pd.testing.assert_frame_equal(told.labelled(by), whole.labelled(by))
    assert told.published.edges == (300, 500, 650, 850)
    assert told.published.spans == ((0, 0), (1, 1), (2, 2))
    assert len(told.published.sentences) == 1


def test_score_bins_are_merged_the_same_for_every_group():
    frame = scores(a={1: 9, 2: 9, 3: 9, 4: 9}, b={1: 9, 2: 3, 3: 4, 4: 9})
    told = published(frame, SCORED, score_bins=[1, 2, 3, 4, 5])
    assert people_in(told, "race") == {
        ("a", "[1, 2)"): 9, ("a", "[2, 4)"): 18, ("a", "[4, 5]"): 9,
        ("b", "[1, 2)"): 9, ("b", "[2, 4)"): 7, ("b", "[4, 5]"): 9,
    }  # fmt: skip
    assert told.published.spans == ((0, 0), (1, 2), (3, 3))
    assert "score bins were merged, 4 to 3 with people in them" in told.published.sentences[1]


def test_of_all_ways_to_merge_bins_the_finest_is_taken():
    # From the left, 1 and 2 would go together and leave the two at 3 to all that follows.
    frame = scores(a=dict.fromkeys(range(1, 7), 50), b={1: 3, 2: 3, 3: 2, 5: 5})
    told = published(frame, SCORED, score_bins=[1, 2, 3, 4, 5, 6, 7])
    assert labels(told) == ["[1, 4)", "[4, 5)", "[5, 6)", "[6, 7]"]


def test_an_empty_bin_is_not_small():
    told = published(scores(a={1: 9, 4: 9}, b={4: 9}), SCORED, score_bins=[1, 2, 3, 4, 5])
    assert len(told.bins) == 4


def test_people_under_and_over_the_edges_join_the_first_and_the_last_bin():
    frame = scores(a={0: 2, 1: 9, 2: 9, 3: 9, 9: 2})
    told = published(frame, SCORED, score_bins=[1, 2, 3, 4])
    assert people_in(told, None) == {("under 2",): 11, ("[2, 3)",): 9, ("3 or over",): 11}
    assert told.bins.half_open
    assert told.published.spans == ((1, 1),)


def test_people_without_a_score_join_the_lowest_where_they_are_few():
    frame = scores(a={1: 9, 2: 9, None: 9}, b={1: 9, 2: 9, None: 2})
    told = published(frame, SCORED, score_bins=[1, 2, 3])
    assert people_in(told, "race") == {
        ("a", "under 2 or missing"): 18, ("a", "[2, 3]"): 9,
        ("b", "under 2 or missing"): 11, ("b", "[2, 3]"): 9,
    }  # fmt: skip
    assert "counted with people without a score" in told.published.sentences[2]
    assert told.n == 47


def test_where_all_scores_are_one_bin_everyone_is_still_counted():
    told = published(scores(a={1: 2, 2: 2, None: 2}), SCORED, score_bins=[1, 2, 3])
    assert people_in(told, "race") == {("a", "any or missing"): 6}
    assert told.at_cutoff(2).n == 6


def test_exact_scores_become_intervals_whose_edges_tell_no_score():
    frame = scores(a={300.17: 9, 412.38: 2, 413.91: 4, 600.02: 9})
    told = published(frame, SCORED, score_bins="exact")
    assert labels(told) == ["[300, 400)", "[400, 600)", "[600, 610]"]
    assert (told.published.edges, told.published.spans) == (None, None)
    assert "merged into 3 with people in them" in told.published.sentences[1]


def test_exact_scores_stay_where_there_are_enough_people():
    told = published(scores(a={1: 5, 2: 6}, b={2: 7}), SCORED, score_bins="exact")
    assert told.bins.exact
    assert told.bins.values.tolist() == [1, 2]


def test_small_levels_are_merged_smallest_first_and_named_without_counts():
    told = published(races(a=50, b=40, c=4, d=3, e=30), RACE_ONLY)
    assert people_in(told, "race") == {("(other)",): 7, ("a",): 50, ("b",): 40, ("e",): 30}
    assert told.published.other == {"race": ("c", "d")}
    assert told.published.sentences[1] == "race: merged into (other): c, d."


def test_the_next_smallest_level_joins_where_other_stays_small():
    told = published(races(a=50, b=40, c=4, e=30), RACE_ONLY)
    assert people_in(told, "race") == {("(other)",): 34, ("a",): 50, ("b",): 40}


def test_of_no_level_named_it_can_be_told_that_it_is_small():
    # Six people of five levels: each of the levels would be of one or two.
    told = published(races(a=50, b=12, c=1, d=1, e=1, f=1, g=2), RACE_ONLY)
    assert told.published.other == {"race": ("b", "c", "d", "e", "f", "g")}


def test_a_level_called_other_takes_the_small_ones_in():
    told = published(races(a=50, b=40, **{"(other)": 20, "c": 4}), RACE_ONLY)
    assert people_in(told, "race") == {("(other)",): 24, ("a",): 50, ("b",): 40}
    assert told.published.other == {"race": ("(other)", "c")}


def test_numbers_stay_numbers_beside_other():
    frame = pd.DataFrame({"race": [1] * 9 + [2] * 9 + [3] * 4 + [4] * 6})
    assert people_in(published(frame, RACE_ONLY), "race") == {(1,): 9, (2,): 9, ("(other)",): 10}


def test_a_rare_group_does_not_cost_everyone_the_score():
    many = dict.fromkeys(range(40), 30)
    frame = scores(a=many, b=many, c={0: 1, 20: 2, 39: 3}, d=dict.fromkeys(range(40), 5))
    told = published(frame, SCORED, score_bins=range(41))
    assert told.published.other == {"race": ("c", "d")}
    assert len(told.bins) == 40


def test_a_rare_group_stays_where_little_would_be_won():
    frame = scores(a={1: 90, 2: 90}, b={1: 3, 2: 3}, c={1: 9, 2: 9}, d={1: 50, 2: 50})
    told = published(frame.query("points < 2"), SCORED, score_bins=[1, 2, 3], min_cell=3)
    assert told.levels["race"] == ("a", "b", "c", "d")


def test_people_without_a_group_join_other_only_where_nothing_else_hides_them():
    frame = races(a=50, b=40, c=9)
    few = pd.concat([frame, pd.DataFrame({"race": [None] * 4})])
    assert published(few, RACE_ONLY).published.other == {"race": ("c", None)}
    assert "c, people without one" in published(few, RACE_ONLY).published.sentences[1]
    enough = pd.concat([frame, pd.DataFrame({"race": [None] * 5})])
    assert people_in(published(enough, RACE_ONLY), "race")[(None,)] == 5


def test_a_column_that_cannot_be_hidden_is_not_published():
    told = published(races(a=50, b=3), RACE_ONLY)
    assert people_in(told, None) == {(): 53}
    assert told.groupings == ((),)
    assert told.published.dropped == (("race",),)
    assert told.published.sentences[1] == "Not published: the counts by race."


def test_a_crossing_is_dropped_and_its_columns_stay():
    frame = crossed(a=(60, 40), b=(40, 3), c=(40, 60))
    told = published(frame, TWO, by=[("race", "sex")])
    assert told.groupings == (("race",), ("sex",))
    assert told.published.dropped == (("race", "sex"),)
    assert people_in(told, "race") == {("a",): 100, ("b",): 43, ("c",): 100}


def test_rare_levels_are_merged_before_a_crossing_is_dropped():
    frame = crossed(a=(100, 90), b=(90, 100), c=(8, 4), d=(9, 9))
    told = published(frame, TWO)
    assert told.groupings == (("race",), ("sex",), ("race", "sex"))
    assert told.published.other == {"race": ("c", "d")}


def test_groupings_that_stand_in_a_circle_are_not_all_published():
    frame = pd.DataFrame(list(product("ab", "fm", "ns")) * 20, columns=["race", "sex", "area"])
    told = published(frame, THREE)
    assert len(told.groupings) == 5
    assert told.published.dropped == (("sex", "area"),)
    pairs_and_all = [("race", "sex"), ("sex", "area"), ("race", "area"), ("race", "sex", "area")]
    assert published(frame, THREE, by=pairs_and_all).groupings == tuple(pairs_and_all)


def test_a_grouping_that_was_dropped_for_a_circle_comes_back_when_another_is_dropped():
    cells = [x for x in product("ab", "fm", "ns") for _ in range(20)]
    frame = pd.DataFrame(cells, columns=["race", "sex", "area"])
    frame = pd.concat([frame, pd.DataFrame({"race": ["c"] * 9, "sex": ["f"] * 9, "area": "n"})])
    frame = pd.concat([frame, pd.DataFrame({"race": ["c"] * 4, "sex": ["m"] * 4, "area": "n"})])
    told = published(frame, THREE, by=[("race", "sex"), ("race", "area"), ("sex", "area")])
    assert told.published.dropped == (("race", "sex"),)


def test_few_people_without_a_decision_are_left_out_and_it_is_said():
    frame = rows((20, {"race": "a", "ok": 1}), (20, {"race": "a", "ok": 0}),
                 (4, {"race": "a", "ok": None}))  # fmt: skip
    told = published(frame, RACE)
    assert told.n == 40
    assert told.published.sentences[1] == (
        "Fewer than 5 people without a decision are left out, as nothing could hide them."
    )
    assert published(frame, RACE, min_cell=4).n == 44


def test_a_level_of_nobody_else_goes_with_those_left_out():
    frame = rows((20, {"race": "a", "ok": 1}), (20, {"race": "b", "ok": 1}),
                 (1, {"race": "c", "ok": None}))  # fmt: skip
    assert published(frame, RACE).levels == {"race": ("a", "b")}


def test_when_everyone_together_is_too_few_it_is_refused_with_what_to_do():
    frame = rows((20, {"race": "a", "paid": 1, "points": 1}), (4, {"race": "a", "paid": 0}))
    with pytest.raises(RefusedError) as caught:
        published(frame, PAID)
    assert "fewer than 5 bad payers: no merge can hide them" in str(caught.value)
    assert "without outcome= and good=" in str(caught.value)
    assert "longer period" in str(caught.value)


def test_nobody_can_be_published(people, all_roles):
    nobody = Tally.from_frame(people.head(0), all_roles, score_bins=10)
    assert nobody.publish().n == 0


def test_months_are_merged_or_summed_out():
    roles = Roles(groups=["race"], period="month")
    frame = races(a=60, b=40).assign(month=["jan", "feb", "mar", "apr"] * 25)
    told = published(frame, roles)
    assert told.levels["month"] == ("apr", "feb", "jan", "mar")
    frame.loc[frame["race"] == "b", "month"] = ["jan"] * 37 + ["feb"] * 3
    told = published(frame, roles)
    assert told.roles.period is None
    assert told.groupings == (("race",),)
    assert told.published.sentences[1] == "month was summed out."


def test_a_clustered_tally_is_not_published(people, roles):
    clustered = replace(roles, cluster="branch")
    tally = Tally.from_frame(people.assign(branch=range(8)), clustered)
    with pytest.raises(InputError, match="ranges would be too narrow"):
        tally.publish()


@pytest.mark.parametrize("min_cell", [0, -1, 2.5, True, "5"])
def test_a_minimum_is_a_number_of_people(min_cell, people, roles):
    with pytest.raises(InputError, match="must be a whole number of people"):
        Tally.from_frame(people, roles).publish(min_cell)


def test_a_published_tally_is_neither_added_nor_published_again(people, roles):
    tally = Tally.from_frame(pd.concat([people] * 20), roles)
    told = tally.publish()
    with pytest.raises(UnequalTallies, match="add first, then publish"):
        told + tally
    with pytest.raises(InputError, match="published already"):
        told.publish()


def test_weights_are_rounded_and_effective_people_are_kept():
    rng = np.random.default_rng(7)
    frame = races(a=500, b=700).assign(w=rng.lognormal(sigma=1, size=1200))
    tally = Tally.from_frame(frame, Roles(groups=["race"], weight="w"))
    told = tally.publish()
    before, after = (t.labelled("race") for t in (tally, told))
    assert after["n"].tolist() == before["n"].tolist()
    for column in ("w", "w2"):
        assert [float(f"{x:.2e}") for x in after[column]] == after[column].tolist()
        np.testing.assert_allclose(after[column], before[column], rtol=0.02)
    kept = [frame["w"] ** 2 / frame["w2"] for frame in (before, after)]
    np.testing.assert_allclose(*kept, rtol=0.005)
    assert told.published.sentences[-1] == "Sums of weights are rounded to three digits."


def test_the_fingerprint_covers_what_was_merged(people, roles):
    tally = Tally.from_frame(pd.concat([people] * 20), roles)
    prints = {tally.fingerprint(), tally.publish(5).fingerprint(), tally.publish(6).fingerprint()}
    assert len(prints) == 3


def test_numbers_of_people_in_notes_are_not_published():
    frame = pd.DataFrame({"race": ["a"] * 20, "points": [1.0] * 17 + [np.inf] * 3})
    tally = Tally.from_frame(frame, SCORED, score_bins="exact")
    assert tally.notes[0].startswith("3 infinite scores")
    assert tally.publish().notes[0].startswith("Infinite scores were kept")


def test_an_audit_runs_on_a_published_tally_and_says_what_was_merged():
    frame = rows((60, {"race": "a", "ok": 1}), (40, {"race": "a", "ok": 0}),
                 (30, {"race": "b", "ok": 1}), (40, {"race": "b", "ok": 0}),
                 (3, {"race": "c", "ok": 1}))  # fmt: skip
    told = published(frame, RACE)
    report = audit(Evidence(tally=told), title="A lender", report_date="2026-11-23")
    assert "race: merged into (other): b, c." in report.to_dict()["notes"]
    assert {finding.group for finding in report.findings} >= {"race (other)"}


# Cut-offs


@pytest.fixture
def split():
    """Two bins of which the second was three; by race and outcome, from low scores to high."""
    cells = {("a", 1): (9, 9, 9, 9), ("a", 0): (9, 9, 9, 9), ("b", 1): (9, 2, 2, 2),
             ("b", 0): (9, 9, 9, 2)}  # fmt: skip
    return rows(
        *(
            (times, {"race": race, "paid": paid, "points": points})
            for (race, paid), counts in cells.items()
            for points, times in enumerate(counts)
        )
    )


def test_a_cutoff_at_an_edge_that_is_left_gives_the_rate(split):
    told = published(split, PAID, score_bins=[0, 1, 2, 3, 4])
    assert labels(told) == ["[0, 1)", "[1, 4]"]
    found = metrics.approval_rate(told.at_cutoff(1), by="race")
    assert found["value"].tolist() == [54 / 72, 26 / 44]
    assert found["note"].tolist() == ["", ""]


@pytest.mark.parametrize("cutoff", [2, 3])
@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
def test_a_cutoff_at_an_edge_that_is_gone_gives_bounds_over_every_way(split, cutoff, higher_is):
    roles = replace(PAID, higher_is=higher_is)
    told = published(split, roles, score_bins=[0, 1, 2, 3, 4]).at_cutoff(cutoff)
    for name in ("approval_rate", "true_positive_rate", "precision", "accuracy"):
        rate = metrics.CATALOGUE[name]
        found = rate.estimate(told, "race", level=0).frame  # no sampling error is added
        for place, race in enumerate("ab"):
            own = split[split["race"] == race]
            fixed = (own["points"] < 1).to_numpy()
            below = higher_is == "riskier"
            values = []
            for share in product(range(3), repeat=2):
                ok = np.where(fixed, below, False)
                for paid, part in enumerate(share):
                    open_ = np.flatnonzero(~fixed & (own["paid"] == paid).to_numpy())
                    ok[open_[: len(open_) * part // 2]] = True
                values.append(rate_of(name, own["paid"].to_numpy() == 1, ok))
            assert np.isnan(found["value"][place])
            assert found["low"][place] == pytest.approx(np.nanmin(values))
            assert found["high"][place] == pytest.approx(np.nanmax(values))


def rate_of(name, good, ok):
    inside = {"true_positive_rate": good, "precision": ok}.get(name, np.ones(len(good), bool))
    event = {"precision": good, "accuracy": good == ok}.get(name, ok)
    return event[inside].mean() if inside.any() else np.nan


def test_sampling_error_is_added_outward(split):
    told = published(split, PAID, score_bins=[0, 1, 2, 3, 4]).at_cutoff(2)
    bounds = metrics.CATALOGUE["approval_rate"].estimate(told, "race", level=0).frame
    found = metrics.approval_rate(told, by="race")
    assert (found["low"] <= bounds["low"]).all()
    assert (found["high"] > bounds["high"]).all()
    assert all("some decisions at this cut-off are open" in note for note in found["note"])
    assert found["n"].tolist() == [72, 44]


def test_a_disparity_at_an_open_cutoff_combines_the_bounds(split):
    told = published(split, PAID, score_bins=[0, 1, 2, 3, 4]).at_cutoff(2)
    found = metrics.disparity(told, by="race", reference="a", kind="difference").iloc[0]
    assert np.isnan(found["value"])
    assert found["low"] < -3 / 4
    assert found["high"] > 26 / 44


def test_a_rate_that_no_open_decision_touches_is_known(split):
    told = published(split, PAID, score_bins=[0, 1, 2, 3, 4]).at_cutoff(2)
    found = metrics.base_rate(told, by="race")
    assert found["value"].tolist() == [36 / 72, 15 / 44]
    assert found["note"].tolist() == ["", ""]


def test_people_who_may_have_no_score_may_have_no_decision():
    frame = scores(a={1: 9, 2: 9, None: 2})
    told = published(frame, SCORED, score_bins=[1, 2, 3])
    at_two = told.at_cutoff(2).labelled(None)
    assert at_two["decision"].tolist() == ["refused or none", "approved"]
    found = metrics.CATALOGUE["approval_rate"].estimate(told.at_cutoff(2), None, level=0).frame
    assert found[["n", "low", "high"]].to_numpy().tolist() == [[9, 9 / 20, 1]]
    assert told.at_cutoff(1).labelled(None)["decision"].tolist() == ["open or none", "approved"]


def test_a_cutoff_that_was_no_edge_is_an_error_with_the_nearest_edges(split):
    told = published(split, PAID, score_bins=[0, 1, 2, 3, 4])
    with pytest.raises(InputError, match="nearest edges are 2 and 3"):
        told.at_cutoff(2.5)
    with pytest.raises(InputError, match="is no number"):
        told.at_cutoff(float("nan"))
    with pytest.raises(MissingRole):
        published(races(a=9), RACE_ONLY).at_cutoff(1)


def test_any_number_is_a_cutoff_where_scores_were_exact(split):
    told = published(split, PAID, score_bins="exact")
    for cutoff, approved in ((-9, 116), (0, 116), (9, 0)):
        decided = told.at_cutoff(cutoff).labelled(None)
        assert decided.loc[decided["decision"] == "approved", "n"].sum() == approved
    assert "open" in told.at_cutoff(2.5).labelled(None)["decision"].tolist()


def test_a_decision_by_an_open_cutoff_comes_back_from_a_file(split, tmp_path):
    told = published(split, PAID, score_bins=[0, 1, 2, 3, 4]).at_cutoff(2)
    told.save(tmp_path / "t.parquet")
    assert Tally.load(tmp_path / "t.parquet").fingerprint() == told.fingerprint()


def test_the_auc_before_merging_lies_in_its_bounds(split):
    whole = Tally.from_frame(split, PAID, score_bins="exact")
    before, after = (metrics.auc(tally, by="race") for tally in (whole, whole.publish()))
    assert (after["bound_low"] <= before["value"]).all()
    assert (after["bound_high"] >= before["value"]).all()
