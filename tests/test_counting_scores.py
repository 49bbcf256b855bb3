import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from cell_words import people_in
from creditaudit import Roles, Tally
from creditaudit.errors import InputError, MissingColumn


def test_text_in_the_score_column_is_an_error_with_the_column(people, all_roles, tmp_path):
    people["points"] = people["points"].astype(object)
    people.loc[3, "points"] = "n.a."
    people.to_csv(tmp_path / "p.csv", index=False)
    for source in (people, tmp_path / "p.csv"):
        with pytest.raises(InputError, match=r"Column 'points' must hold numbers.*n\.a\."):
            Tally.from_frame(source, all_roles)


def test_dates_in_the_score_column_are_an_error(people, all_roles):
    people["points"] = pd.Timestamp("2024-01-01")
    with pytest.raises(InputError, match="Column 'points' must hold numbers"):
        Tally.from_frame(people, all_roles)


@pytest.fixture
def scored():
    return Roles(score="points", higher_is="safer")


def bins_of(scores, roles, score_bins=None):
    tally = Tally.from_frame(pd.DataFrame({"points": scores}), roles, score_bins=score_bins)
    return {key[0]: n for key, n in people_in(tally, None).items()}, tally


def test_scores_outside_the_edges_and_missing_ones_have_their_bins(scored):
    found, _ = bins_of([0, 1, 5, 10, 11, np.nan, None], scored, [1, 5, 10])
    assert found == {"under 1": 1, "[1, 5)": 1, "[5, 10]": 2, "over 10": 1, "missing": 2}


def test_infinite_scores_are_kept_and_noted(scored):
    found, tally = bins_of([-np.inf, 1, 5, np.inf, np.inf], scored, [1, 5, 10])
    assert found == {"under 1": 1, "[1, 5)": 1, "[5, 10]": 1, "over 10": 2}
    assert tally.notes == ("3 infinite scores were kept in the lowest or highest bin.",)


def test_infinite_scores_do_not_stretch_a_range_taken_from_the_data(scored):
    _, tally = bins_of([-np.inf, 0, 1, 2, 4, np.inf], scored, 4)
    assert tally.bins.values.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("scores", [[np.inf, -np.inf], [5, np.inf, -np.inf], [np.inf] * 3])
def test_scores_without_a_range_have_a_bin_each(scores, scored):
    found, _ = bins_of(scores, scored, 1)
    assert sum(found.values()) == len(scores)
    assert set(found) == {{5: "5", np.inf: "inf", -np.inf: "-inf"}[score] for score in scores}


def test_scores_all_missing_are_counted(scored):
    found, _ = bins_of([np.nan, np.nan], scored)
    assert found == {"missing": 2}


def test_an_integer_cuts_the_range_that_is_given(scored):
    roles = Roles(score="points", higher_is="safer", score_range=(0, 10))
    found, tally = bins_of([0, 4, 5, 10, 12], roles, 2)
    assert found == {"[0, 5)": 2, "[5, 10]": 2, "over 10": 1}
    assert not tally.bins.exact


def test_an_integer_without_a_range_cuts_the_range_that_is_seen(scored):
    found, _ = bins_of([0, 4, 5, 10], scored, 2)
    assert found == {"[0, 5)": 2, "[5, 10]": 2}


def test_no_more_distinct_scores_than_bins_are_a_bin_each(scored):
    found, tally = bins_of([3, 1, 3, -0.0, 0.0], scored, 3)
    assert found == {"0": 2, "1": 1, "3": 2}
    assert tally.bins.exact


def test_one_more_distinct_score_than_bins_is_cut(scored):
    for filler in (0, 20_000):
        scores = [0] * filler + [0, 1, 2, 3]
        _, tally = bins_of(scores, scored, 3)
        assert tally.bins.values.tolist() == [0, 1, 2, 3]
        assert not tally.bins.exact


def test_a_hundred_bins_are_made_unless_asked(scored):
    _, tally = bins_of(np.arange(1000), scored)
    assert len(tally.bins) == 100


def test_float32_scores_are_compared_as_float64(scored, tmp_path):
    frame = pd.DataFrame({"points": np.array([0.1, 0.7], dtype=np.float32)})
    # 0.1 in float32 is a little more than 0.1, and 0.7 a little less than 0.7.
    expected = {"[0.1, 0.7)": 2}
    frame.to_parquet(tmp_path / "p.parquet")
    for source in (frame, pa.Table.from_pandas(frame), tmp_path / "p.parquet"):
        tally = Tally.from_frame(source, scored, score_bins=[0, 0.1, 0.7, 1])
        assert {key[0]: n for key, n in people_in(tally, None).items()} == expected


@pytest.mark.parametrize("score_bins", [0, -3, "exakt", 2.5, [1], [3, 1]], ids=repr)
def test_bins_that_cannot_be_made_are_an_error(score_bins, scored):
    with pytest.raises(InputError, match=r"score_bins="):
        Tally.from_frame(pd.DataFrame({"points": [1.0]}), scored, score_bins=score_bins)


def test_bins_without_a_score_are_an_error(people, roles):
    with pytest.raises(InputError, match="score_bins=10 needs score= in Roles"):
        Tally.from_frame(people, roles, score_bins=10)


def test_a_misspelt_score_is_told_with_a_near_name(people):
    with pytest.raises(MissingColumn, match="Did you mean 'points'"):
        Tally.from_frame(people, Roles(score="point", higher_is="safer"))
