import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn

TABLE = pd.DataFrame({
    "race": ["black", "white", None], "refused": [90, 150, 12], "population": [1000, 5000, None],
})  # fmt: skip
CENSUS = {"named": "residents aged 18 and over", "date": "2020", "source": "census table DP05"}


def made(table=TABLE, **given):
    return ca.Refusals.from_counts(table, "race", **(CENSUS | given))


def test_refusals_hold_the_people_and_the_population():
    found = made()
    assert found.groups == ("black", "white")
    assert found.n == 252
    assert found.unknown == 12
    assert found.frame.to_dict("list") == {
        "race": ["black", "white"], "refused": [90, 150], "population": [1000, 5000],
    }  # fmt: skip
    assert repr(found) == (
        "<Refusals: 252 people refused by race, beside residents aged 18 and over (2020)>"
    )


def test_the_order_of_rows_and_the_kind_of_file_do_not_matter(tmp_path):
    path = tmp_path / "refused.csv"
    TABLE.iloc[::-1].to_csv(path, index=False)
    found = made(path).frame.set_index("race")
    assert found.loc["black"].tolist() == [90, 1000]
    assert found.loc["white"].tolist() == [150, 5000]


def test_a_factor_is_about_every_group_unless_it_names_them():
    why = {"reason": "a survey of applicants"}
    assert made(application_factor=2, **why).factor == {"black": (0.5, 2), "white": (0.5, 2)}
    assert made(application_factor=(1, 3), **why).factor["black"] == (1, 3)
    assert made(application_factor={"black": (1, 3)}, **why).factor == {"black": (1, 3)}
    assert made().factor == {}


def test_every_fault_of_the_words_is_told_at_once():
    with pytest.raises(InputError) as error:
        made(named="", date="last year", source=None, event="touched", application_factor=2)
    said = str(error.value)
    for part in ("named= must say which", "date='last year'", "source= must say", "event='touched'",
                 "application_factor= needs reason="):  # fmt: skip
        assert part in said


def test_every_fault_of_the_table_is_told_at_once():
    table = pd.DataFrame({
        "race": ["black", "black", "white", "other"], "refused": [90, 1.5, 6000, 3],
        "population": [1000, 2000, 5000, 0],
    })  # fmt: skip
    with pytest.raises(InputError) as error:
        made(table)
    said = str(error.value)
    for part in (
        "Groups ['black'] stand in more than one row",
        "People must be whole numbers",
        "population of every group must be a number above zero",
        "Of groups ['white', 'other'] there are more people than in the population",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("factor", "said"),
    [
        (-1, "must be a number of 1 or more"),
        ((2, 1), "must be a number of 1 or more"),
        ((1, 2, 3), "must be a number of 1 or more"),
        ({"green": 2}, r"names \['green'\]; the groups are"),
    ],
    ids=str,
)
def test_a_factor_that_cannot_be_is_told(factor, said):
    with pytest.raises(InputError, match=said):
        made(application_factor=factor, reason="a survey")


def test_tables_that_say_nothing_are_errors():
    with pytest.raises(InputError, match="two groups or more"):
        made(TABLE.iloc[:1])
    with pytest.raises(InputError, match="nobody in the column of people"):
        made(TABLE.assign(refused=0))
    with pytest.raises(MissingColumn, match="'people' not found"):
        made(people="people")
    with pytest.raises(InputError, match="name of a result column"):
        ca.Refusals.from_counts(TABLE.rename(columns={"race": "value"}), "value", **CENSUS)
