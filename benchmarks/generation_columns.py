"""The 25 columns that are made, and their graph."""

from collections.abc import Iterator
from functools import cache

# From who people are to what the lender decides: 7 of levels, 11 of whole numbers and flags, 7 of
# amounts and shares.
LEVELS = (
    "sex", "registration", "region", "education", "employment", "occupation", "sector_of_work",
)  # fmt: skip
WHOLE = (
    "age", "minority", "tenure_months", "months_on_book", "late_payments_24m", "inquiries_6m",
    "judgments_5y", "utility_late_payments", "lender_points", "approved", "default",
)  # fmt: skip
AMOUNTS = (
    "income", "reported_income", "debt", "debt_to_income", "credit_limit", "utilisation",
    "tax_arrears",
)  # fmt: skip
COLUMNS = (*LEVELS, *WHOLE, *AMOUNTS)
IDENTIFIERS = ("person_name", "resident_id", "taxpayer_id")


@cache
def parents(column: str) -> frozenset[str]:
    """Return the nearest causes of a column that are columns themselves."""
    from creditaudit.populations.persons import PEOPLE

    found, left, seen = set(), [*PEOPLE.nodes[column].parents], set()
    while left:
        name = left.pop()
        if name in COLUMNS:
            found.add(name)
        elif name not in seen:
            left += PEOPLE.nodes[name].parents
        seen.add(name)
    return frozenset(found)


def fields() -> Iterator[tuple[str, tuple[str, ...] | type]]:
    """Yield each column with its levels, or with the type of its numbers."""
    from creditaudit.vocabulary import load_vocabulary

    vocabulary = load_vocabulary()
    for name in COLUMNS:
        if name in LEVELS:
            yield name, vocabulary[name].levels
        else:
            yield name, int if name in WHOLE else float
