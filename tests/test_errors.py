import pytest

from creditaudit import errors
from creditaudit.errors import MissingColumn, MissingExtra


def test_every_error_on_purpose_can_be_caught_by_one_class():
    kinds = [x for x in vars(errors).values() if isinstance(x, type) and issubclass(x, Exception)]
    assert len(kinds) >= 8
    assert all(issubclass(kind, errors.CreditauditError) for kind in kinds)


def test_faults_of_the_input_are_also_value_errors():
    for kind in ("MissingColumn", "MissingRole", "UnequalTallies", "CorruptFile"):
        assert issubclass(getattr(errors, kind), errors.InputError)
    assert issubclass(errors.InputError, ValueError)


def test_a_refusal_is_not_a_fault_of_the_input():
    assert not issubclass(errors.RefusedError, ValueError)


def test_the_tree_in_the_docstring_names_every_class():
    kinds = [name for name, x in vars(errors).items() if isinstance(x, type)]
    drawn = [name for name in kinds if issubclass(getattr(errors, name), Exception)]
    assert all(name in errors.__doc__ for name in drawn)


def test_a_missing_column_is_told_with_what_exists_a_near_name_and_the_fix():
    error = MissingColumn.of(["sexe"], ["sex", "region"], "Pass groups=['sex'] to Roles.")
    assert str(error) == (
        "Column 'sexe' not found. Columns: 'sex', 'region'. Did you mean 'sex'? "
        "Pass groups=['sex'] to Roles."
    )


def test_no_near_name_is_made_up():
    assert "Did you mean" not in str(MissingColumn.of(["zzz"], ["sex"], "Fix."))


def test_many_columns_are_cut_to_thirty_and_none_is_said():
    text = str(MissingColumn.of(["x", "y"], [f"column {i}" for i in range(45)], "Fix."))
    assert text.startswith("Columns 'x', 'y' not found.")
    assert "'column 29' and 15 more." in text
    assert "Columns: none." in str(MissingColumn.of(["x"], [], "Fix."))


def test_column_names_that_are_not_text_can_be_listed():
    assert "'1', '2'" in str(MissingColumn.of(["x"], [1, 2], "Fix."))


def test_a_missing_extra_names_the_command_and_is_an_import_error():
    error = MissingExtra.of("duckdb", "duckdb", "Reading a database")
    assert "pip install 'creditaudit[duckdb]'" in str(error)
    assert str(error).startswith("Reading a database needs the package 'duckdb'")
    with pytest.raises(ImportError):
        raise error
