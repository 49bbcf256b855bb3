"""`splink_hits`: a list with errors searched by a trained linkage, on synthetic people."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingColumn, MissingExtra, RefusedError
from creditaudit.sharing.joins import Joinable
from creditaudit.sharing.linkages import REAL
from creditaudit.sharing.namesakes import checked_list
from creditaudit.values import Codes

MOST, LETTERS = 200_000, "abcdefghijklmnopqrstuvwxyz"
FIELDS = ("surname", "given", "birth_date", "region")
THRESHOLDS = (0.5, 0.9, 0.99)
# Fewer pairs than this are judged at all; what is under every threshold need not be kept.
_LEAST = 0.01


@dataclass(frozen=True)
class WrittenWrong:
    """How entries of a list differ from what people are registered as.

    Attributes
    ----------
    misspelt : float
        Share of entries with one letter of the name changed.
    mistyped : float
        Share with another day of birth.
    missing : float
        Share without a date of birth.
    """

    misspelt: float = 0.05
    mistyped: float = 0.02
    missing: float = 0.1

    def __post_init__(self) -> None:
        if not all(0 <= x <= 1 for x in (self.misspelt, self.mistyped, self.missing)):
            msg = f"{self}: shares lie between 0 and 1."
            raise InputError(msg)

    def of(self, records: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
        """Return entries with these errors in them."""
        written = records.copy()
        lots = rng.random((3, len(written)))
        for row in np.flatnonzero(lots[0] < self.misspelt):
            name = "surname" if rng.random() < 0.5 else "given"
            word = written[name].iloc[row]
            place = int(rng.integers(1, max(len(word), 2)))
            letter = LETTERS[int(rng.integers(26))]
            written.iloc[row, written.columns.get_loc(name)] = (
                word[:place] + letter + word[place + 1 :]
            )
        days = pd.to_datetime(written["birth_date"])
        moved = days + pd.to_timedelta(rng.integers(1, 28, len(days)), unit="D")
        days = days.where(lots[1] >= self.mistyped, moved)
        text = days.dt.strftime("%Y-%m-%d").astype(object)
        written["birth_date"] = text.where(lots[2] >= self.missing, None)
        return written


def splink_hits(
    world: Any,
    *,
    list_size: int,
    written: WrittenWrong | None = None,
    thresholds: Sequence[float] = THRESHOLDS,
    seed: int = 0,
) -> pd.DataFrame:
    """Return whom a trained linkage takes for the people on a list, at several thresholds.

    Parameters
    ----------
    world : Society or Population
        At most 200,000 synthetic people with names, dates of birth and regions.
    list_size : int
        People on the list, drawn from everybody.
    written : WrittenWrong, optional
        Errors in the entries; 5 % misspelt, 2 % mistyped and 10 % without a date of birth by
        default. These shares are assumptions.
    thresholds : sequence of float
        Probabilities from which a pair counts as a hit.
    seed : int
        Of the list, its errors, and the pairs that are sampled in training.

    Returns
    -------
    frame
        ``search`` ("splink", or "equal" for equality of name and date of birth), ``threshold,
        measure, value, n, kind, note``; measures are ``recall`` (share of entries whose person is
        hit), ``wrongful`` (people not listed who are hit) and ``per_listing``. ``kind`` is "sweep",
        because the errors in entries are free.

    Raises
    ------
    MissingExtra
        Without splink: the extra ``link``.
    RefusedError
        If the people are not synthetic.
    InputError, MissingColumn
        If there are too many people, or a column is not there.

    References
    ----------
    Linacre, R. et al. (2022). Splink: free software for probabilistic record linkage at scale.
    International Journal of Population Data Science 7(3).
    """
    people = Joinable.of(world)
    if not people.synthetic:
        raise RefusedError(REAL)
    frame, written = people.frame, written or WrittenWrong()
    missing = [x for x in ("person_name", "birth_date", "region") if x not in frame.columns]
    if missing:
        fix = "Make the people with these columns."
        raise MissingColumn.of(missing, frame.columns, fix)
    if len(frame) > MOST:
        msg = f"{len(frame):,} people are more than {MOST:,}. Pass fewer, or use linkage_error."
        raise InputError(msg)
    checked_list(list_size, len(frame))
    rng = np.random.default_rng(seed)
    records = _records(frame)
    listed = np.sort(rng.choice(len(frame), list_size, replace=False))
    entries = written.of(records.iloc[listed].reset_index(drop=True), rng)
    pairs = _pairs(records, entries, seed)
    note = (
        f"{list_size:,} entries, {written.misspelt:.0%} misspelt, {written.mistyped:.0%} mistyped, "
        f"{written.missing:.0%} without a date of birth; seed {seed}"
    )
    on = np.isin(np.arange(len(frame)), listed)
    rows = _rows("equal", np.nan, _equal(records, entries), on, listed)
    for threshold in thresholds:
        above = pairs[pairs["match_probability"] >= threshold]
        hits = above[["person", "entry"]].to_numpy(dtype=np.int64)
        rows += _rows("splink", threshold, hits, on, listed)
    names = ["search", "threshold", "measure", "value", "n"]
    found = pd.DataFrame(rows, columns=pd.Index(names))
    return found.assign(kind="sweep", note=note)


def _records(frame: pd.DataFrame) -> pd.DataFrame:
    words = frame["person_name"].astype(str).str.split(" ", n=1, expand=True)
    return pd.DataFrame({
        "unique_id": np.arange(len(frame)),
        "surname": words[0].to_numpy(dtype=object), "given": words[1].to_numpy(dtype=object),
        "birth_date": frame["birth_date"].dt.strftime("%Y-%m-%d").to_numpy(dtype=object),
        "region": frame["region"].astype(str).to_numpy(dtype=object),
    })  # fmt: skip


def _equal(records: pd.DataFrame, entries: pd.DataFrame) -> Codes:
    """Return pairs of person and entry with the same name and date of birth."""
    keys = ["surname", "given", "birth_date"]
    known = entries[entries["birth_date"].notna()]
    both = records.merge(known, on=keys, suffixes=("", "_entry"))
    return np.asarray(both[["unique_id", "unique_id_entry"]].to_numpy(dtype=np.int64))


def _rows(
    search: str, threshold: float, hits: Codes, on: Any, listed: Codes
) -> list[tuple[Any, ...]]:  # fmt: skip
    right = np.unique(hits[hits[:, 0] == hits[:, 1], 0])
    wrong = np.unique(hits[~on[hits[:, 0]], 0])
    size, rest = float(len(listed)), float(len(on) - len(listed))
    return [
        (search, threshold, "recall", len(right) / size, size),
        (search, threshold, "wrongful", float(len(wrong)), rest),
        (search, threshold, "per_listing", len(wrong) / size, rest),
    ]


def _pairs(records: pd.DataFrame, entries: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return pairs of person and entry with the probability that a trained linkage gives them."""
    try:
        import splink.comparison_library as compare
        from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    except ImportError as error:
        package, extra = "splink", "link"
        raise MissingExtra.of(package, extra, "Searching by a trained linkage") from error
    engine = DuckDBAPI()
    tables = [
        engine.register(table, dataset_display_name=name, table_name=name)
        for name, table in (("a_people", records), ("b_entries", entries))
    ]
    names = [
        compare.JaroWinklerAtThresholds(name, [0.92]).configure(term_frequency_adjustments=True)
        for name in ("surname", "given")
    ]
    by_date, by_name = block_on("birth_date"), block_on("surname", "given")
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            *names, compare.DateOfBirthComparison("birth_date", input_is_string=True),
            compare.ExactMatch("region"),
        ],
        blocking_rules_to_generate_predictions=[by_date, by_name],
    )  # fmt: skip
    linker: Any = Linker(tables, settings, log_level=logging.ERROR)
    train = linker.training
    sure = block_on("surname", "given", "birth_date")
    train.estimate_probability_two_random_records_match([sure], recall=0.8)
    train.estimate_u_using_random_sampling(max_pairs=1e6, seed=seed)
    train.estimate_parameters_using_expectation_maximisation(by_date)
    train.estimate_parameters_using_expectation_maximisation(by_name)
    found = linker.inference.predict(threshold_match_probability=_LEAST).as_pandas_dataframe()
    flipped = found["source_dataset_l"] != "a_people"
    left, right = found["unique_id_l"], found["unique_id_r"]
    return pd.DataFrame({
        "person": left.where(~flipped, right), "entry": right.where(~flipped, left),
        "match_probability": found["match_probability"],
    })  # fmt: skip
