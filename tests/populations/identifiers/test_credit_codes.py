"""Credit codes of firms: two published ones, the formulas by hand, and slips of a pen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditaudit.errors import InputError
from creditaudit.populations.identifiers import check_credit_codes, make_credit_codes

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PUBLISHED = ["91110000600037341L", "91350100M000100Y43"]
INNER = "wrong check character of the organisation code"


def inner_check(body: str) -> str:
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    values = [int(sign) if sign.isdigit() else ord(sign) - 55 for sign in body]
    rest = 11 - sum(w * v for w, v in zip(weights, values, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def outer_check(code: str) -> str:
    total = sum(SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code))
    return SIGNS[(31 - total) % 31]


def with_checks(start: str, body: str) -> str:
    code = start + body + inner_check(body)
    return code + outer_check(code)


def made(number: int, individual: bool = False) -> str:
    (code,) = make_credit_codes(np.array([number]), individual=individual).to_pylist()
    return str(code)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        *((code, "") for code in PUBLISHED),
        ("9111 0000-6000 37341l", ""),
        ("91110000600037341M", "wrong check character"),
        ("91110000600037342" + outer_check("91110000600037342"), INNER),
        ("000000000000000000", "no such authority"),
        (with_checks("N2999999", "MA000001"), ""),
        (with_checks("A1999999", "MA000001"), ""),
        (with_checks("B1999999", "MA000001"), "no such authority"),
        (with_checks("9199A999", "MA000001"), "region not in digits"),
        ("9111000060003734IL", "a sign that no code has"),
        ("91110000600037341", "not 18 signs"),
        (None, "missing"),
    ],
)
def test_reasons_by_hand(code: str | None, reason: str) -> None:
    assert check_credit_codes([code]).tolist() == [reason]


def test_the_formulas_by_hand_give_the_published_codes() -> None:
    assert [with_checks(code[:8], code[8:16]) for code in PUBLISHED] == PUBLISHED


def test_a_region_is_refused_where_only_made_codes_belong() -> None:
    codes = [PUBLISHED[0], made(5)]
    assert check_credit_codes(codes, synthetic=True).tolist() == ["names a region", ""]


@given(st.integers(0, 31**6 - 1), st.booleans())
def test_a_made_code_is_right_and_says_what_it_was_made_from(number: int, individual: bool) -> None:
    code = made(number, individual)
    assert check_credit_codes([code], synthetic=True).tolist() == [""]
    assert code[:10] == ("92" if individual else "91") + "999999" + "MA"
    assert sum(SIGNS.index(s) * 31 ** (5 - place) for place, s in enumerate(code[10:16])) == number
    assert code == with_checks(code[:8], code[8:16])


@given(st.integers(0, 31**6 - 1))
def test_every_wrong_sign_and_every_swap_of_neighbours_is_found(number: int) -> None:
    right = made(number)
    slips = {right[:p] + sign + right[p + 1 :] for p in range(18) for sign in SIGNS}
    slips |= {right[:p] + right[p + 1] + right[p] + right[p + 2 :] for p in range(17)}
    assert (check_credit_codes(sorted(slips - {right})) != "").all()


def test_firms_and_businesses_of_one_person_are_told_row_by_row() -> None:
    codes = make_credit_codes(np.array([1, 1]), individual=np.array([False, True])).to_pylist()
    assert [code[1] for code in codes] == ["1", "2"]


def test_distinct_firms_get_distinct_codes() -> None:
    assert len(set(make_credit_codes(np.arange(20_000)).to_pylist())) == 20_000


@pytest.mark.parametrize("number", [-1, 31**6])
def test_a_number_out_of_range_is_refused(number: int) -> None:
    with pytest.raises(InputError, match="887,503,681 firms"):
        made(number)
