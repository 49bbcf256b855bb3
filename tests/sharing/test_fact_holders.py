"""How many agencies hold a fact: by hand on three agencies, and beside the closure of lists."""

import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.sharing import Import, recipients

R = ca.SharingRegime


def regime(*lines):
    imports = tuple(Import(importer=a, source=b, mark="F", carries=c, **more)
                    for a, b, c, more in lines)  # fmt: skip
    return R(name="mine", title="x", agencies=("bank", "court", "tax"), imports=imports)


def held(world, given, fact):
    found = recipients(world, given)
    (row,) = found[found["fact"] == fact].to_dict("records")
    return row


def test_a_column_travels_along_imports_that_carry_it_and_no_others(small_world):
    given = regime(
        ("court", "tax", ("tax_arrears",), {}), ("bank", "court", ("tax_arrears", "list"), {})
    )
    row = held(small_world, given, "tax_arrears")
    assert (row["kept_by"], row["value"], row["held_by"]) == ("tax", 3, "bank, court, tax")
    assert row["kind"] == "theorem"
    assert row["n"] == small_world.people.n
    assert held(small_world, given, "late_filings")["value"] == 1
    assert held(small_world, given, "list of court")["value"] == 2
    assert held(small_world, given, "list of tax")["value"] == 1


def test_what_is_passed_on_from_the_finder_only_stops_there(small_world):
    given = regime(
        ("court", "tax", ("list",), {}), ("bank", "court", ("list",), {"own_only": True})
    )
    assert held(small_world, given, "list of tax")["value"] == 2
    assert held(small_world, given, "list of court")["value"] == 2


def test_silos_hold_one_each_and_full_holds_all(small_world):
    found = recipients(small_world, {"silos": R.silos(), "full": R.full()})
    assert found["regime"].drop_duplicates().tolist() == ["silos", "full"]
    values = found.groupby("regime")["value"]
    assert values.max().to_dict() == {"silos": 1, "full": len(R.full().agencies)}
    lists = found[(found["regime"] == "full") & found["fact"].str.startswith("list of")]
    assert set(lists["value"]) == {len(R.full().agencies)}


def test_columns_can_be_named_and_a_keeper_outside_the_regime_keeps_its_own(small_world):
    found = recipients(small_world, regime(), columns=["tax_arrears", "orders_12m"])
    assert found["value"].tolist() == [1, 1]
    assert found["kept_by"].tolist() == ["tax", "ecommerce"]
    with pytest.raises(MissingColumn, match="catalog"):
        recipients(small_world, regime(), columns=["taxes"])
    with pytest.raises(InputError, match="has no agencies"):
        recipients(small_world.people, regime())
