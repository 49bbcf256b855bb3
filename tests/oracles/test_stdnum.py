"""python-stdnum agrees where it reads the standards, and the known differences are these."""

from datetime import date

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.exceptions import (
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
    ValidationError,
)
from stdnum.us import ein, ssn

from creditaudit.populations.identifiers import (
    check_credit_codes,
    check_resident_ids,
    make_credit_codes,
    make_employer_numbers,
    make_resident_ids,
    make_taxpayer_ids,
)

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIGITS = st.text(alphabet="0123456789", min_size=17, max_size=17)
WRONG = "wrong check character"


def verdict(validate, text: str) -> type[ValidationError] | None:
    try:
        validate(text)
    except ValidationError as error:
        return type(error)
    return None


def resident(text: str) -> str:
    return str(check_resident_ids([text])[0])


def code(text: str) -> str:
    return str(check_credit_codes([text])[0])


@given(st.dates(date(1900, 1, 1), date(2025, 12, 31)), st.booleans(), st.integers(0, 499))
def test_made_resident_numbers_fail_there_for_their_region_alone(
    born: date, female: bool, sequence: int
) -> None:
    births = np.array([born], dtype="datetime64[D]")
    (text,) = make_resident_ids(births, np.array([female]), np.array([sequence])).to_pylist()
    assert ric.calc_check_digit(text) == text[17]
    assert ric.get_birth_date(text) == born
    assert verdict(ric.validate, text) is InvalidComponent


@given(st.text(alphabet="019Xx -A", max_size=20) | DIGITS.map(lambda d: d + "0"))
def test_form_and_check_of_resident_numbers_are_read_alike(text: str) -> None:
    theirs, ours = verdict(ric.validate, text), resident(text)
    if theirs is InvalidLength:
        assert ours in ("not 18 signs", "an old number of 15 digits")
    elif theirs is InvalidFormat:
        assert ours == "not 17 digits and a check character"
    elif theirs is InvalidChecksum:
        # A wrong day is named before a wrong check here, and after it there.
        assert ours in (WRONG, "no such day of birth")
    else:
        assert ours in ("", "no such day of birth")


@given(DIGITS)
def test_days_of_birth_are_read_alike(digits: str) -> None:
    text = digits + ric.calc_check_digit(digits + "0")
    day = verdict(ric.get_birth_date, text)
    assert resident(text) == ("no such day of birth" if day is InvalidComponent else "")


def test_neither_refuses_a_birth_in_the_future() -> None:
    text = "11010529990101002"
    text += ric.calc_check_digit(text + "0")
    assert ric.get_birth_date(text) == date(2999, 1, 1)
    assert resident(text) == ""


def test_a_region_out_of_force_is_refused_there_and_not_looked_up_here() -> None:
    text = "00000019900101002"
    text += ric.calc_check_digit(text + "0")
    assert verdict(ric.validate, text) is InvalidComponent
    assert resident(text) == ""


@given(st.integers(0, 31**6 - 1), st.booleans())
def test_made_credit_codes_pass_there(number: int, individual: bool) -> None:
    (text,) = make_credit_codes(np.array([number]), individual=individual).to_pylist()
    assert verdict(uscc.validate, text) is None


@given(
    st.text(alphabet=SIGNS, min_size=9, max_size=9), st.text("0123456789", min_size=8, max_size=8)
)
def test_the_outer_check_is_read_alike(body: str, start: str) -> None:
    text = start + body
    text += uscc.calc_check_digit(text)
    assume(start[0] != "0")
    assert code(text) in ("", "wrong check character of the organisation code")
    other = SIGNS[(SIGNS.index(text[-1]) + 1) % 31]
    assert verdict(uscc.validate, text[:-1] + other) is InvalidChecksum
    assert code(text[:-1] + other) != ""


@given(st.text(alphabet="019AINZ -", max_size=20))
def test_form_of_credit_codes_is_read_alike(text: str) -> None:
    if verdict(uscc.validate, text) is InvalidLength:
        assert code(text) == "not 18 signs"
    else:
        assert code(text) != "not 18 signs"


# Where it goes its own way; a later version that changes makes these fail.
def test_codes_of_other_authorities_are_refused_there_and_read_here() -> None:
    (text,) = make_credit_codes(np.array([0])).to_pylist()
    text = "N2" + text[2:17]
    text += uscc.calc_check_digit(text)
    assert verdict(uscc.validate, text) is InvalidFormat
    assert code(text) == ""


def test_a_code_of_zeros_passes_there_and_not_here() -> None:
    assert verdict(uscc.validate, "0" * 18) is None
    assert code("0" * 18) == "no such authority"


def test_the_inner_check_is_not_read_there() -> None:
    text = "91110000600037342"
    text += uscc.calc_check_digit(text)
    assert verdict(uscc.validate, text) is None
    assert code(text) == "wrong check character of the organisation code"


@pytest.mark.parametrize("number", [0, 1_500_000, 2_000_000, 7_654_321, 11_979_999])
def test_made_taxpayer_numbers_are_refused_there_as_never_issued(number: int) -> None:
    (text,) = make_taxpayer_ids(np.array([number])).to_pylist()
    assert verdict(ssn.validate, text) is InvalidComponent


@pytest.mark.parametrize("number", [0, 123, 9_999_999])
def test_made_employer_numbers_have_a_prefix_that_no_campus_issues(number: int) -> None:
    (text,) = make_employer_numbers(np.array([number])).to_pylist()
    assert verdict(ein.validate, text) is InvalidComponent
