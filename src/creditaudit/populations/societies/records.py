"""The entries behind what is on file: as many as each column counts, with a day and an agency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from creditaudit.populations.graphs import Array
from creditaudit.populations.societies.entries import (
    DAYS_A_MONTH,
    TODAY,
    Entries,
    days_before,
)
from creditaudit.populations.societies.establishments import FIRM_MISTAKEN
from creditaudit.populations.societies.residents import MISTAKEN


@dataclass(frozen=True)
class Kept:
    """How a column becomes entries.

    Parameters
    ----------
    column : str
        A count, a flag or an amount.
    event, agency : str
        What the entry says and who made it.
    months : float
        How far back entries go.
    amount : str
        The column that holds the amount, if there is one.
    since : str
        The column that says how many months ago, if there is one.
    least : float
        A flag is raised from this value on; 0 for a count, whose value is the number of entries.
    """

    column: str
    event: str
    agency: str
    months: float
    amount: str = ""
    since: str = ""
    least: float = 0


PERSON_RECORDS = (
    Kept("late_payments_24m", "missed_payment", "bank", 24),
    Kept("worst_delinquency", "default", "credit_bureau", 24, least=3),
    Kept("guarantees_called", "guarantee_called", "bank", 24),
    Kept("judgments_5y", "judgment", "court", 60),
    Kept("judgment_unperformed", "judgment_unperformed", "court", 24,
         amount="unpaid_judgment_amount"),
    Kept("asset_report_breach", "asset_report_breach", "court", 24),
    Kept("spending_limit_breach", "spending_limit_breach", "court", 24),
    Kept("listed_court", "listing", "court", 24, since="months_listed"),
    Kept("tax_arrears", "tax_arrears", "tax", 24, amount="tax_arrears", least=1),
    Kept("late_filings", "late_filing", "tax", 36),
    Kept("tax_penalties", "tax_penalty", "tax", 36),
    Kept("platform_credit_late", "platform_breach", "ecommerce", 24),
    Kept("phone_bills_late", "phone_bill_unpaid", "telecom", 24),
    Kept("utility_late_payments", "utility_bill_unpaid", "utilities", 24),
    Kept("utility_thefts", "utility_theft", "utilities", 60),
    Kept("traffic_fines", "traffic_fine", "police", 12),
    Kept("jaywalking", "jaywalking", "police", 12),
    Kept("fare_evasion", "fare_evasion", "railway", 12),
    Kept("drunk_driving", "drunk_driving", "police", 60),
    Kept("minor_offences", "minor_offence", "police", 60),
    Kept("city_awards", "civic_reward", "social", 24),
    Kept("littering_reports", "civic_deduction", "social", 24),
    Kept("petitions", "petition", "social", 24),
    Kept("online_posts_flagged", "post_flagged", "social", 12),
    Kept("job_loss", "job_loss", "employer", 12),
)  # fmt: skip
FIRM_RECORDS = (
    Kept("firm_late_payments_24m", "missed_payment", "bank", 24),
    Kept("firm_judgments_5y", "judgment", "court", 60),
    Kept("firm_judgment_unperformed", "judgment_unperformed", "court", 24,
         amount="firm_unpaid_judgment_amount"),
    Kept("firm_listed_court", "listing", "court", 24, since="firm_months_listed"),
    Kept("firm_tax_arrears", "tax_arrears", "tax", 12, amount="firm_tax_arrears", least=1),
    Kept("firm_late_filings", "late_filing", "tax", 12),
    Kept("firm_tax_penalties", "tax_penalty", "tax", 36),
    Kept("customs_penalties", "customs_penalty", "customs", 12, amount="customs_penalties",
         least=1),
    Kept("firm_late_wages", "wages_late", "labour_office", 12),
    Kept("firm_utility_arrears", "utility_bill_unpaid", "utilities", 12,
         amount="firm_utility_arrears", least=1),
    Kept("complaints_12m", "platform_breach", "ecommerce", 12),
    Kept("annual_report_missing", "report_missing", "market_regulator", 12),
    Kept("penalties", "administrative_penalty", "market_regulator", 36),
    Kept("abnormal_list", "listing", "market_regulator", 36, since="abnormal_months"),
    Kept("serious_list", "listing", "market_regulator", 36, since="serious_months"),
)  # fmt: skip
# Entries that follow from judgments: mistaken when every judgment is.
OF_JUDGMENTS = ("judgment_unperformed", "asset_report_breach", "spending_limit_breach",
                "listed_court", "firm_judgment_unperformed", "firm_listed_court")  # fmt: skip


def asked_of(records: Sequence[Kept], mistakes: Mapping[str, str]) -> list[str]:
    """Return the quantities that the entries of these records are made from."""
    names = [name for one in records for name in (one.column, one.amount, one.since) if name]
    return list(dict.fromkeys([*names, *(f"mistaken_{name}" for name in mistakes)]))


PERSON_ASKED = [
    *asked_of(PERSON_RECORDS, MISTAKEN), "record_of", "debt_judgments", "late_payments",
]  # fmt: skip
FIRM_ASKED = asked_of(FIRM_RECORDS, FIRM_MISTAKEN)


def person_records(values: Mapping[str, Array], numbers: Array, seed: int) -> list[Entries]:
    """Return the entries about people of a block.

    Parameters
    ----------
    values : mapping
        `PERSON_ASKED`, of the people in the table.
    numbers : array of int
        Their numbers.
    seed : int
    """
    wrong = values["record_of"] != np.arange(len(numbers))
    mistaken = {name: values[f"mistaken_{name}"].astype(float) for name in MISTAKEN}
    # Under a name that somebody else bears, what the bureau and the court hold is not the person's.
    own = values["late_payments_24m"] - mistaken["late_payments_24m"]
    mistaken["late_payments_24m"] += np.where(wrong, np.nan_to_num(own), 0)
    mistaken["judgments_5y"] += np.where(wrong, values["debt_judgments"], 0)
    return _records(PERSON_RECORDS, values, mistaken, "judgments_5y", numbers, seed)


def firm_records(values: Mapping[str, Array], numbers: Array, seed: int) -> list[Entries]:
    """Return the entries about firms of a block; see `person_records`."""
    mistaken = {name: values[f"mistaken_{name}"].astype(float) for name in FIRM_MISTAKEN}
    return _records(FIRM_RECORDS, values, mistaken, "firm_judgments_5y", numbers, seed)


def _records(
    records: Sequence[Kept], values: Mapping[str, Array], mistaken: dict[str, Array],
    judgments: str, numbers: Array, seed: int,
) -> list[Entries]:  # fmt: skip
    unfounded = values[judgments] <= mistaken[judgments]
    for name in OF_JUDGMENTS:
        if name in values:
            mistaken[name] = unfounded.astype(float)
    return [_kept(one, values, mistaken.get(one.column), numbers, seed) for one in records]


def _kept(
    one: Kept, values: Mapping[str, Array], mistaken: Array | None, numbers: Array, seed: int
) -> Entries:
    known = np.nan_to_num(values[one.column].astype(float))
    count = (known >= one.least).astype(np.int64) if one.least else known.astype(np.int64)
    who = np.repeat(np.arange(len(count)), count)
    turn = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
    wrong = np.zeros(len(who), dtype=bool)
    if mistaken is not None:
        # The last entries are the mistaken ones.
        wrong = turn >= (count - np.minimum(mistaken, count))[who]
    entity = numbers[who]
    if one.since:
        ago = np.floor(values[one.since][who] * DAYS_A_MONTH) + 1
        date = TODAY - ago.astype(np.int64).astype("timedelta64[D]")
    else:
        date = days_before(entity, turn, one.months, seed, one.column)
    amount = values[one.amount][who].astype(float) if one.amount else np.full(len(who), np.nan)
    if one.event == "listing" and one.column == "serious_list":
        turn = turn + 1  # the second list of the same regulator
    return Entries(one.event, one.agency, entity, turn, date, wrong, amount)
