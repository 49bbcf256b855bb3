"""Numbers of people and firms that follow the real standards and belong to nobody.

A resident number and a credit code name the region 999999, which exists nowhere; a taxpayer
number and an employer number lie in ranges that were never issued. So a number made here can be
checked like a real one and can never equal one.
"""

from creditaudit.populations.identifiers.births import birth_dates, sequence_numbers
from creditaudit.populations.identifiers.credit_codes import check_credit_codes, make_credit_codes
from creditaudit.populations.identifiers.resident_numbers import (
    check_resident_ids,
    make_resident_ids,
)
from creditaudit.populations.identifiers.us_numbers import (
    check_employer_numbers,
    check_taxpayer_ids,
    make_employer_numbers,
    make_taxpayer_ids,
)

__all__ = [
    "birth_dates",
    "check_credit_codes",
    "check_employer_numbers",
    "check_resident_ids",
    "check_taxpayer_ids",
    "make_credit_codes",
    "make_employer_numbers",
    "make_resident_ids",
    "make_taxpayer_ids",
    "sequence_numbers",
]
