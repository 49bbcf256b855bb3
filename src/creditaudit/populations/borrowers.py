"""People who apply for credit, made from a causal graph whose every number is known."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations.base import Population
from creditaudit.populations.biases import Bias
from creditaudit.populations.origins import Origin
from creditaudit.populations.packs import Pack, load_pack
from creditaudit.populations.persons import PEOPLE
from creditaudit.populations.randomness import BLOCK, whole_seed
from creditaudit.populations.registrations import REGISTERED
from creditaudit.populations.storage import PERSON
from creditaudit.populations.worlds import World
from creditaudit.vocabulary import load_vocabulary

COLUMNS = (
    # census
    PERSON, "sex", "age", "minority", "registration", "region", "disability", "migrant",
    "household_size", "dependants", "marital_status", "education", "residence_months",
    # employer
    "employment", "occupation", "sector_of_work", "tenure_months", "income", "late_wages",
    "job_loss", "social_insurance",
    # bank
    "reported_income", "amount", "credit_purpose", "on_file", "accounts", "cards", "mortgage",
    "months_on_book", "newest_account_months", "credit_limit", "utilisation", "debt",
    "debt_to_income", "late_payments_24m", "worst_delinquency", "overdue_amount", "inquiries_6m",
    "overdraft", "guarantees_given",
    # court
    "civil_suits", "judgments_5y", "judgment_unperformed", "unpaid_judgment_amount",
    "listed_court", "bankruptcy",
    # tax
    "tax_arrears", "tax_arrears_days", "late_filings",
    # shops, telephone, utilities
    "platform_tenure_months", "orders_12m", "ecommerce_spend", "returns_share",
    "platform_credit_late", "platform_score", "contract_months", "phone_bills_late",
    "number_changes", "contacts", "utility_contract_months", "utility_late_payments",
    "utility_arrears",
    # police and programme
    "traffic_fines", "jaywalking", "minor_offences", "volunteering_hours", "waste_sorting_share",
    "online_posts_flagged", "social_score",
    # what the lender decided, and what it therefore knows
    "lender_points", "approved", "interest_rate", "amount_granted", "default",
)  # fmt: skip


def make_borrowers(
    n: int,
    *,
    seed: int,
    bias: Bias | None = None,
    pack: str | Pack = "class_balanced",
    columns: Sequence[str] | str | None = None,
    workers: int = 1,
) -> Population:
    """Return people who apply for credit, with what is true of them beside what is on file.

    Parameters
    ----------
    n : int
        How many. The first people of a larger population are those of a smaller one.
    seed : int
        Any whole number; the same seed gives the same people, whatever else is asked for.
    bias : Bias, optional
        The knobs, all zero by default.
    pack : str or Pack
        The numbers: a name that `creditaudit.populations.pack_names()` lists.
    columns : sequence of str or "all", optional
        Columns of the vocabulary; only these and what they depend on are computed. By default the
        74 of `creditaudit.populations.borrowers.COLUMNS`. Names and numbers of identity
        (``person_name``, ``resident_id``, ``taxpayer_id``) are made only when named.
    workers : int
        Threads. They change how long it takes and nothing else.

    Returns
    -------
    Population of n people
        ``frame`` holds the columns; money is in one currency without a name. ``roles`` name the
        decision ``approved``, the outcome ``default`` (missing for people who were refused, as in
        a lender's file), the past lender's ``lender_points``, and four group columns, as far as
        they were asked for. ``truth`` has for each person ``ability``, ``opportunity``,
        ``exposed``, ``true_log_odds``, ``true_pd``, ``label_true``, ``label_recorded``,
        ``approval_propensity``, ``income``, ``debt_service``, ``hidden_service``, ``true_id``
        (whose entries the bureau and the court have under this name) and ``weight`` (how many
        people each row stands for).

    Raises
    ------
    InputError
        If ``n``, ``workers`` or ``seed`` is no whole number in its range.
    MissingColumn
        If a column cannot be made.

    Notes
    -----
    ``creditaudit.populations.causal_graph()`` has the formula of every column. What holds of these
    people holds relative to that graph: it says whether an estimator finds what is there, and
    nothing about any country.

    Examples
    --------
    >>> people = make_borrowers(1000, seed=7, bias=Bias(label=0.10))
    >>> people.synthetic
    True
    """
    world = World(PEOPLE, load_pack(pack), bias or Bias(), whole_seed(seed))
    return Origin(world, _count(n, "n"), _columns(columns), _count(workers, "workers")).population()


def borrower_batches(
    n: int,
    *,
    seed: int,
    rows: int = BLOCK,
    bias: Bias | None = None,
    pack: str | Pack = "class_balanced",
    columns: Sequence[str] | str | None = None,
    workers: int = 1,
    start: int = 0,
    truth: bool = False,
) -> Iterator[pa.RecordBatch]:
    """Yield the people of `make_borrowers` in batches of bounded memory, any number of them.

    Parameters
    ----------
    n : int
        How many people there are in all.
    seed, bias, pack, columns, workers
        As for `make_borrowers`.
    rows : int
        Length of a batch; it changes nothing else. The last batch may be shorter.
    start : int
        The first person wanted, to continue where an earlier run stopped or to share the work
        between computers.
    truth : bool
        Also give the columns of ``Population.truth``, each with ``truth_`` before its name. Keep
        them out of what a model is trained on.

    Yields
    ------
    pyarrow.RecordBatch
        Whole numbers, 32-bit floats and dictionaries; null where a value is missing.

    Raises
    ------
    InputError, MissingColumn
        As for `make_borrowers`, when the function is called.
    """
    world = World(PEOPLE, load_pack(pack), bias or Bias(), whole_seed(seed))
    origin = Origin(world, _count(n, "n"), _columns(columns), _count(workers, "workers"))
    first = _count(start, "start", least=0)
    return origin.batches(_count(rows, "rows"), start=first, truth=truth)


def causal_graph() -> pd.DataFrame:
    """Return the causal graph of synthetic people.

    Returns
    -------
    frame with one row a quantity, causes first
        ``node, parents, formula, unit, levels, decimals, sector, knobs``; ``sector`` is empty for
        quantities that no sector records, ``knobs`` names those that enter the formula.
    """
    frame, vocabulary = PEOPLE.frame(), load_vocabulary()
    columns = vocabulary.columns
    frame["sector"] = [columns[one].sector if one in columns else "" for one in frame["node"]]
    knobs = [name for name in Bias.__dataclass_fields__ if name != "group"]
    frame["knobs"] = [", ".join(k for k in knobs if k in node.asks) for node in PEOPLE]
    return frame


def _columns(columns: Sequence[str] | str | None) -> tuple[str, ...]:
    vocabulary = load_vocabulary()
    every = (PERSON, *(node.name for node in PEOPLE if node.name in vocabulary))
    if columns is None:
        return COLUMNS
    if columns == "all":
        return every
    asked = tuple(dict.fromkeys([columns] if isinstance(columns, str) else columns))
    known = (*every, *REGISTERED)
    missing = [name for name in asked if name not in known]
    if missing or not asked:
        fix = 'Name columns of the vocabulary that are made for people, or pass columns="all".'
        raise MissingColumn.of(missing, known, fix)
    return asked


def _count(given: Any, name: str, *, least: int = 1) -> int:
    whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if not whole or given < least:
        msg = f"{name}={given!r} must be a whole number, {least} or more."
        raise InputError(msg)
    return int(given)
