"""The tables: the same 10,000 people again and again, each time with one knob turned."""

from dataclasses import dataclass

import pyarrow as pa

from creditaudit.populations import Bias, borrower_batches
from creditaudit.populations.origins import TRUTH_PREFIX
from creditaudit.populations.storage import PERSON

PEOPLE, SEED, PACK = 10_000, 7, "class_balanced"
BASE = "borrowers_10k"
# Something from every step between who people are and what a lender decides.
VARIANT_COLUMNS = (
    PERSON, "sex", "age", "minority", "registration", "region", "education", "employment",
    "occupation", "sector_of_work", "tenure_months", "income", "reported_income", "debt",
    "debt_to_income", "months_on_book", "credit_limit", "utilisation", "late_payments_24m",
    "inquiries_6m", "judgments_5y", "tax_arrears", "utility_late_payments", "lender_points",
    "approved", "default",
)  # fmt: skip


@dataclass(frozen=True)
class Variant:
    """One knob, and what it does in words."""

    bias: Bias
    about: str


VARIANTS = {
    "opportunity50": Variant(
        Bias(opportunity=0.5),
        "members of the minority have half a standard deviation less opportunity, hence less "
        "schooling and income; their ability is the same",
    ),
    "direct50": Variant(
        Bias(direct=0.5),
        "members of the minority default more often, by 0.5 on the log-odds, whatever else is true",
    ),
    "label10": Variant(
        Bias(label=0.1),
        "one in ten members of the minority who paid is recorded as having defaulted",
    ),
    "proxy90": Variant(
        Bias(proxy=0.9), "the region tells who belongs to the minority, with an AUC of 0.95"
    ),
    "measure20": Variant(
        Bias(measurement=0.2),
        "the reported income of members of the minority is lower than the true one, by 0.2 on the "
        "logarithm",
    ),
    "select1": Variant(
        Bias(selection=1.0),
        "the past lender approved members of the minority less often at the same points, by 1 on "
        "the log-odds; outcomes are known for approved people only",
    ),
    "missing20": Variant(
        Bias(missingness=0.2),
        "a fifth of the incomes that members of the minority state are missing, beyond those that "
        "are missing anyway",
    ),
    "link20": Variant(
        Bias(linkage=0.2),
        "a fifth of the members of the minority have the bureau's and the court's entries of "
        "somebody else of the same surname",
    ),
    "represent50": Variant(
        Bias(representation=0.5),
        "half of the members of the minority are left out; as many others are in their place",
    ),
}


@dataclass(frozen=True)
class Table:
    """A table of people and, apart from it, what is true of them.

    Attributes
    ----------
    people, truth : pyarrow.Table
        In the same order; ``truth`` begins with the number of the person.
    """

    people: pa.Table
    truth: pa.Table


def base_table() -> Table:
    """Return the people with every knob at zero, with all columns of a lender's file."""
    return _made(Bias(), None)


def variant_table(variant: Variant, base: Table) -> Table:
    """Return the people with one knob turned; of the truth, who is exposed and what it moved."""
    made = _made(variant.bias, VARIANT_COLUMNS)
    kept = [
        name
        for name in made.truth.column_names
        if name in (PERSON, "exposed") or not made.truth[name].equals(base.truth[name])
    ]
    return Table(made.people, made.truth.select(kept))


def _made(bias: Bias, columns: tuple[str, ...] | None) -> Table:
    (batch,) = borrower_batches(
        PEOPLE, seed=SEED, bias=bias, pack=PACK, columns=columns, rows=PEOPLE, truth=True
    )
    whole = pa.Table.from_batches([batch])
    truths = [name for name in whole.column_names if name.startswith(TRUTH_PREFIX)]
    people = whole.drop_columns(truths)
    truth = whole.select([PERSON, *truths])
    plain = [name.removeprefix(TRUTH_PREFIX) for name in truth.column_names]
    return Table(
        people, truth.rename_columns(plain).replace_schema_metadata(people.schema.metadata)
    )
