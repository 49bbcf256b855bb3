import pytest
from made_books import SCOPE

from creditaudit.rulebooks.binding import Scope, bind_amount
from creditaudit.rulebooks.conditions import Condition
from creditaudit.rulebooks.faults import ConditionFault
from creditaudit.rulebooks.kinds import Kind
from creditaudit.rulebooks.parsing import Syntax
from creditaudit.rulebooks.trees import And, Compare, kind_of

WRONG = [
    ("lat > 3", "column 'lat' is not known. Did you mean 'late'?"),
    ("$limt > debt", "parameter 'limt' is not known. Did you mean 'limit'?"),
    ("debt > 100", "100 has no unit"),
    ("debt > '100 EUR'", "money in EUR"),
    ("debt > income", "money in CNY per month is set against money in CNY"),
    ("debt > late", "count is set against money in CNY"),
    ("debt > factor", "number is set against money in CNY"),
    ("late > share", "share is set against count"),
    ("late", "compare it"),
    ("minor == True", "yes or no"),
    ("minor == minor", "stands alone"),
    ("True", "depends on a column"),
    ("1 < 2", "depends on a column"),
    ("$limit > '5 CNY'", "depends on a column"),
    ("$as_of > '2018-01-01'", "depends on a column"),
    ("rating < 'A'", "has no order"),
    ("rating == 'Z'", "not a level"),
    ("person == '7'", "compared with nothing"),
    ("person == person", "only 'is missing'"),
    ("late == missing", "is missing"),
    ("late is 3", "'is' is followed by"),
    ("late + 1 is missing", "asked of a column"),
    ("late in 3", "square brackets"),
    ("late in []", "square brackets"),
    ("late in [late]", "literals only"),
    ("'A' in ['A']", "asked of a column"),
    ("debt * debt > '1 CNY'", "product of two columns"),
    ("debt * limit > '1 CNY'", "times"),
    ("rating + 1 > 2", "is no category"),
    ("rating * 2 == 'A'", "no arithmetic on category"),
    ("'6 months' * late > 3", "multiplied by a duration"),
    ("'30 days' * income > debt", "do not convert"),
    ("listed_on + '2 years' < $as_of", "move the constant"),
    ("listed_on - listed_on > 3", "duration in quotes"),
    ("listed_on < $as_of - '2 eons'", "no duration"),
    ("max(late) > 1", "two values or more"),
    ("max(1, 2) > late", "one of them a column"),
    ("abs(late, 2) > 1", "one column"),
    ("abs(listed_on) > '2018-01-01'", "abs() of date"),
    ("min(late, debt) > 1", "is set against"),
    ("late > (minor)", "is set against"),
    ("late > (late > 1)", "yes or no stands where a value"),
    ("late + late", "number stands where"),
    ("not late", "compare it"),
    ("late > 1e400", "between"),
    ("late > '3'", "without quotes"),
    ("0 < late < '5 CNY'", "without quotes"),
]


@pytest.mark.parametrize(("text", "said"), WRONG)
def test_names_and_kinds_are_checked(text, said):
    with pytest.raises(ConditionFault) as caught:
        Condition.parse(text, SCOPE)
    assert said in caught.value.what


def test_a_chain_is_all_of_its_links():
    tree = Condition.parse("0 < late <= 3", SCOPE).tree
    assert isinstance(tree, And)
    assert [link.op for link in tree.items if isinstance(link, Compare)] == ["<", "<="]


def test_money_a_month_times_months_is_money():
    tree = Condition.parse("debt > '1 year' * income", SCOPE).tree
    assert isinstance(tree, Compare)
    assert kind_of(tree.right) == Kind("money", "CNY")
    assert "12 times income" in Condition.parse("debt > '1 year' * income", SCOPE).sentence()


def test_a_parameter_is_named_with_or_without_a_dollar():
    assert Condition.parse("debt > $limit", SCOPE) != Condition.parse("debt > limit", SCOPE)
    assert (
        Condition.parse("debt > $limit", SCOPE).tree == Condition.parse("debt > limit", SCOPE).tree
    )


def test_an_amount_is_a_number_that_depends_on_a_column():
    assert kind_of(bind_amount(Syntax("late * 2"), SCOPE)) == Kind("count")
    for text, said in (("3", "depends on a column"), ("listed_on", "number is needed")):
        with pytest.raises(ConditionFault, match=said):
            bind_amount(Syntax(text), SCOPE)
    with pytest.raises(ConditionFault):
        bind_amount(Syntax("late > 3"), SCOPE)


def test_what_a_condition_reads_is_known():
    found = Condition.parse("debt > limit and not minor or listed_on < $as_of", SCOPE)
    assert list(found.columns) == ["debt", "minor", "listed_on"]
    assert set(found.parameters) == {"limit", "as_of"}


def test_a_name_that_stands_twice_is_the_column():
    both = Scope({"limit": Kind("count")}, {"limit": Kind("money", "CNY")})
    assert list(Condition.parse("limit > 3", both).columns) == ["limit"]
