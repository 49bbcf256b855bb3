import numpy as np
import pytest

from creditaudit import cells
from creditaudit.cells import Cells, compact, count_rows
from creditaudit.errors import InputError


def rows(*codes):
    return [np.array(column, dtype=np.int64) for column in codes]


def as_dict(found):
    return {
        tuple(code): tuple(sums)
        for code, sums in zip(found.codes.tolist(), found.sums.tolist(), strict=True)
    }


@pytest.fixture(params=["indexed directly", "sorted"])
def way(request, monkeypatch):
    """Both ways of finding the distinct combinations must agree."""
    if request.param == "sorted":
        monkeypatch.setattr(cells, "_DENSE", 0)


@pytest.mark.usefixtures("way")
def test_equal_rows_are_one_cell():
    found = count_rows(["a", "b"], rows([1, 0, 1, -1], [2, -2, 2, 0]), None, None)
    assert as_dict(found) == {(-1, 0): (1, 1, 1), (0, -2): (1, 1, 1), (1, 2): (2, 2, 2)}


@pytest.mark.usefixtures("way")
def test_weights_are_added_plain_and_squared_beside_people():
    found = count_rows(["a"], rows([0, 0, 1]), np.array([0.5, 2, 0]), None)
    assert as_dict(found) == {(0,): (2, 2.5, 4.25), (1,): (1, 0, 0)}


@pytest.mark.usefixtures("way")
def test_counts_stand_for_people_and_zero_keeps_its_cell():
    found = count_rows(["a"], rows([0, 0, 1]), None, np.array([2.5, 1, 0]))
    assert as_dict(found) == {(0,): (3.5, 3.5, 3.5), (1,): (0, 0, 0)}


@pytest.mark.usefixtures("way")
def test_equal_cells_are_added_in_the_order_of_their_codes():
    codes = np.array([[1, 0], [0, 5], [1, 0]])
    found = compact(("a", "b"), codes, np.array([[1, 2, 3.0], [1, 1, 1], [4, 5, 6]]))
    assert found.codes.tolist() == [[0, 5], [1, 0]]
    assert found.sums.tolist() == [[1, 1, 1], [5, 7, 9]]


@pytest.mark.usefixtures("way")
def test_projecting_sums_the_other_columns_out():
    found = count_rows(["a", "b", "c"], rows([0, 1, 1], [0, 0, 3], [7, 7, 7]), None, None)
    assert as_dict(found.project(["b"])) == {(0,): (2, 2, 2), (3,): (1, 1, 1)}
    assert as_dict(found.project(["c", "a"])) == {(7, 0): (1, 1, 1), (7, 1): (2, 2, 2)}
    assert as_dict(found.project([])) == {(): (3, 3, 3)}


def test_recoding_joins_cells_and_leaves_negative_codes():
    found = count_rows(["a", "b"], rows([0, 1, -1, -2], [0, 0, 0, 0]), None, None)
    joined = found.recode({"a": np.array([5, 5]), "absent": np.array([1])})
    assert as_dict(joined) == {(-2, 0): (1, 1, 1), (-1, 0): (1, 1, 1), (5, 0): (2, 2, 2)}


def test_a_column_can_be_set_anew():
    found = count_rows(["a", "b"], rows([0, 1], [0, 1]), None, None)
    assert as_dict(found.with_column("a", np.array([3, 3]))) == {
        (3, 0): (1, 1, 1),
        (3, 1): (1, 1, 1),
    }
    assert found.column("a").tolist() == [0, 1]


def test_no_rows_are_no_cells():
    found = count_rows(["a", "b"], rows([], []), None, None)
    assert len(found) == 0
    assert found.codes.shape == (0, 2)
    assert found.sums.shape == (0, 3)
    assert len(found.project(["a"])) == 0
    assert len(found.project([])) == 0


def test_far_apart_codes_do_not_meet():
    far = 2**30
    found = count_rows(["a", "b"], rows([0, far, 0], [far, 0, far]), None, None)
    assert as_dict(found) == {(0, far): (2, 2, 2), (far, 0): (1, 1, 1)}


def test_more_cells_than_the_limit_are_refused_with_the_widest_column(monkeypatch):
    monkeypatch.setattr(cells, "MAX_CELLS", 5)
    codes = np.array([[i % 2, i] for i in range(6)])
    with pytest.raises(InputError) as caught:
        compact(("sex", "town"), codes, np.ones((6, 3)))
    assert "make 6 cells or more; the limit is 5. Column 'town' alone has 6 values" in str(
        caught.value
    )
    assert len(compact(("sex", "town"), codes[:5], np.ones((5, 3)))) == 5


def test_the_widest_column_may_be_the_score(monkeypatch):
    monkeypatch.setattr(cells, "MAX_CELLS", 5)
    with pytest.raises(InputError, match="Column 'bin' alone"):
        compact((cells.BIN,), np.arange(6).reshape(-1, 1), np.ones((6, 3)))


def test_a_crossing_beyond_any_index_is_refused():
    huge = rows([0, 2**40], [0, 2**40])
    with pytest.raises(InputError, match="cross too many values"):
        count_rows(["a", "b"], huge, None, None)


def test_the_limit_is_two_million():
    assert cells.MAX_CELLS == 2_000_000


def test_cells_tell_how_many_they_are():
    assert len(Cells(("a",), np.zeros((3, 1), dtype=np.int64), np.zeros((3, 3)))) == 3
