import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn

ROLES = ca.Roles(decision="approved", favourable="yes")
RACE = {"black": "p_black", "white": "p_white"}


def people():
    """Six people in two tracts; the last one has no probabilities."""
    return pd.DataFrame({
        "tract": ["a", "a", "a", "b", "b", "b"],
        "approved": ["yes", "no", "yes", "yes", "no", None],
        "p_black": [0.1, 0.1, 0.4, 0.8, 0.8, None],
        "p_white": [0.9, 0.9, 0.6, 0.2, 0.2, None],
    })  # fmt: skip


def made(frame=None, roles=ROLES, **given):
    given = {"probabilities": RACE, "name": "race"} | given
    return ca.Memberships.from_frame(people() if frame is None else frame, roles, **given)


def test_people_of_one_tract_are_one_cell():
    found = made(cells="tract")
    assert found.n == 6
    assert found.expected == pytest.approx([2.2, 2.8])
    frame = found.frame
    # The person without probabilities is a cell apart.
    assert frame["tract"].tolist() == ["a", "b", "b"]
    assert frame["n"].tolist() == [3, 2, 1]
    assert frame["approved"].tolist() == [2, 1, 0]
    assert frame["refused"].tolist() == [1, 1, 0]
    assert frame["black"].tolist() == pytest.approx([0.2, 0.8, np.nan], nan_ok=True)
    assert "1 rows have no probabilities" in " ".join(found.notes)


def test_by_default_people_of_equal_probabilities_are_one_cell():
    found = made()
    assert sorted(found.frame["n"]) == [1, 1, 2, 2]
    assert found.cells == ()
    assert "4 cells" in repr(found)


def test_rows_and_counts_give_the_same(tmp_path):
    frame = people().dropna()
    rows = made(frame, cells="tract")
    keys = ["tract", "p_black", "p_white"]
    long = frame.groupby([*keys, "approved"], as_index=False).size().rename(columns={"size": "n"})
    wide = long.pivot_table(index=keys, columns="approved", values="n", fill_value=0).reset_index()
    path = tmp_path / "long.csv"
    long.to_csv(path, index=False)
    given = {"probabilities": RACE, "name": "race", "cells": "tract"}
    for other in (
        ca.Memberships.from_counts(long, ROLES, **given),
        ca.Memberships.from_counts(path, ROLES, **given),
        ca.Memberships.from_counts(
            wide, ca.Roles(), count={"approved": "yes", "refused": "no"}, **given
        ),
    ):
        assert other.origin == "counts"
        pd.testing.assert_frame_equal(other.frame, rows.frame)
        assert other.probability == pytest.approx(rows.probability)
        assert other.counts[:, 2] == pytest.approx(rows.counts[:, 2])


def test_text_of_a_csv_is_read_as_roles_read_it(tmp_path):
    path = tmp_path / "people.csv"
    people().replace({"yes": 1, "no": 0}).to_csv(path, index=False)
    found = made(path, ca.Roles(decision="approved", favourable=1), cells="tract")
    assert found.frame["approved"].tolist() == [2, 1, 0]
    assert found.counts[..., 2].sum() == 1


def test_other_roles_are_left_aside():
    frame = people().assign(sex="f", points=[1, 2, 3, 4, 5, 6], month=1)
    roles = ca.Roles(groups=["sex"], decision="approved", favourable="yes", score="points",
                     higher_is="safer", period="month")  # fmt: skip
    assert made(frame, roles, cells="tract").frame.equals(made(cells="tract").frame)


def test_every_fault_of_the_probabilities_is_told_at_once():
    frame = people()
    frame.loc[1, ["p_black", "p_white"]] = [1.2, -0.2]
    frame.loc[2, "p_white"] = None
    frame.loc[4, "p_white"] = 0.3
    with pytest.raises(InputError) as error:
        made(frame)
    said = str(error.value)
    for part in (
        "In 1 rows a probability lies outside 0 to 1; the first is row 2: 1.2, -0.2",
        "In 1 rows some probabilities are missing and others are not; the first is row 3",
        "In 1 rows the probabilities are more than 0.005 from adding up to 1; the first is row 5",
        "Mend the rows",
    ):
        assert part in said


def test_per_cents_are_named():
    frame = people()
    frame[["p_black", "p_white"]] *= 100
    with pytest.raises(InputError, match=r"Divide per cents by 100\.$"):
        made(frame)


def test_text_in_a_probability_names_every_such_column():
    frame = people().astype({"p_black": object, "p_white": object})
    frame.loc[0, ["p_black", "p_white"]] = ["low", "high"]
    with pytest.raises(InputError, match=r"'p_black' must hold numbers.*'p_white' must hold"):
        made(frame)


def test_nobody_with_probabilities_is_an_error():
    with pytest.raises(InputError, match="No row has probabilities"):
        made(people().assign(p_black=None, p_white=None))


def test_rounded_probabilities_are_divided_by_their_sum():
    frame = people().dropna().assign(p_black=0.333, p_white=0.666)
    found = made(frame)
    assert found.probability == pytest.approx(np.array([[1 / 3, 2 / 3]]))
    assert "In 5 rows the probabilities were divided by their sum." in found.notes
    with pytest.raises(InputError, match=r"more than 0\.0001 from adding up"):
        made(frame, tolerance=0.0001)


def test_every_fault_of_the_names_is_told_at_once():
    with pytest.raises(InputError) as error:
        ca.Memberships.from_frame(
            people(), ca.Roles(decision="approved", favourable="yes", weight="w"),
            probabilities={"black": "p_black"}, name="n", cells=["tract", "tract"], error=2,
            tolerance="x",
        )  # fmt: skip
    said = str(error.value)
    for part in ("each of two groups or more", "name='n'", "weight= is not read here",
                 "cells=['tract', 'tract']", "error=2", "tolerance='x'"):  # fmt: skip
        assert part in said
    with pytest.raises(InputError, match="names a column twice"):
        made(probabilities={"black": "p_black", "white": "p_black"})


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(MissingColumn, match=r"'p_blak' not found.*Did you mean 'p_black'"):
        made(probabilities={"black": "p_blak", "white": "p_white"})
    with pytest.raises(MissingColumn, match="'county' not found"):
        made(cells=["tract", "county"])


def test_parts_of_people_are_an_error():
    table = pd.DataFrame({"p_black": [0.5], "p_white": [0.5], "yes": [1.5], "no": [2]})
    with pytest.raises(InputError, match="whole numbers of people"):
        ca.Memberships.from_counts(
            table, ca.Roles(), probabilities=RACE, count={"approved": "yes", "refused": "no"}
        )


def test_a_missing_tract_is_a_cell_like_any_other():
    frame = people().dropna(subset=["p_black"])
    frame.loc[[3, 4], "tract"] = None
    found = made(frame, cells="tract").frame
    assert found["n"].tolist() == [2, 3]
    assert found["tract"].isna().tolist() == [True, False]
