"""A population says how many people it holds, and never who they are."""

import pandas as pd
import pytest

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations import Population
from creditaudit.roles import Roles


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "region": ["north"] * 6 + ["south"] * 5,
            "approved": [1, 0] * 5 + [1],
            "income": range(770_001, 770_012),
        }
    )


@pytest.fixture
def roles():
    return Roles(groups=["region"], decision="approved", favourable=1)


def test_a_population_needs_only_a_frame_and_roles(frame, roles):
    people = Population(frame, roles)
    assert people.n == 11
    assert people.synthetic is False
    assert people.truth is None
    assert list(people.catalog.columns) == [
        "column",
        "sector",
        "purpose",
        "sensitivity",
        "unit",
        "description",
    ]
    assert people.catalog.empty


def test_two_populations_do_not_share_their_empty_catalog(frame, roles):
    assert Population(frame, roles).catalog is not Population(frame, roles).catalog


def test_synthetic_is_what_made_says(frame, roles):
    assert Population(frame, roles, made={"synthetic": True}).synthetic is True


def test_a_role_without_its_column_is_an_error_that_names_it(frame):
    with pytest.raises(MissingColumn, match=r"'regio' not found.*Did you mean 'region'"):
        Population(frame, Roles(groups=["regio"]))


def test_a_catalog_has_its_six_columns(frame, roles):
    with pytest.raises(MissingColumn, match="'unit'"):
        Population(frame, roles, catalog=Population(frame, roles).catalog.drop(columns="unit"))


def test_truth_has_one_row_a_person(frame, roles):
    truth = pd.DataFrame({"ability": [0.1]})
    with pytest.raises(InputError, match="truth has 1 rows and frame has 11"):
        Population(frame, roles, truth=truth)
    assert Population(frame, roles, truth=pd.DataFrame({"ability": range(11)})).truth is not None


def test_a_population_cannot_be_changed(frame, roles):
    with pytest.raises(AttributeError):
        Population(frame, roles).roles = roles


def test_neither_form_shows_a_person(frame, roles):
    people = Population(frame, roles, made={"name": "Eleven people"})
    assert repr(people) == ("<Population Eleven people: 11 rows, 3 columns, groups: region, real>")
    page = people._repr_html_()
    assert "north 6, south 5" in page
    for shown in (repr(people), page):
        assert "7700" not in shown


def test_html_says_when_the_people_do_not_exist(frame, roles):
    assert "describes nobody" in Population(frame, roles, made={"synthetic": True})._repr_html_()


def test_html_escapes_names_and_values(roles):
    frame = pd.DataFrame({"<b>": ["<i>"] * 5, "approved": [1] * 5})
    people = Population(
        frame,
        Roles(groups=["<b>"], decision="approved", favourable=1),
        made={"name": "<script>", "about": "a & b", "disputes": ["<hr>"]},
    )
    page = people._repr_html_()
    for raw in ("<script>", "<b>", "<i>", "<hr>", "a & b"):
        assert raw not in page
    assert "&lt;script&gt;" in page
    assert "&lt;i&gt; 5" in page


def test_a_small_group_hides_every_count_of_its_column(frame, roles):
    small = frame.assign(region=["north"] * 7 + ["south"] * 4)
    page = Population(small, roles)._repr_html_()
    assert "2 levels, the smallest under 5: counts not shown" in page
    assert "north 7" not in page


def test_people_without_a_group_are_counted_as_missing(frame, roles):
    gaps = frame.assign(region=["north"] * 6 + [None] * 5)
    assert "north 6, missing 5" in Population(gaps, roles)._repr_html_()


def test_many_levels_are_cut_and_the_rest_is_counted(roles):
    frame = pd.DataFrame({"region": [f"r{i}" for i in range(15)] * 5, "approved": 1})
    page = Population(frame, roles)._repr_html_()
    assert "and 3 more levels" in page


def test_an_empty_population_has_a_form(frame, roles):
    assert "Rows</th><td>0" in Population(frame.head(0), roles)._repr_html_()
