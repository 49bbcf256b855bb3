"""Entries in the log of events, as columns of codes before they become a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.populations.graphs import Array
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import AS_OF
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.vocabulary import load_vocabulary

TODAY = np.datetime64(AS_OF, "D")
DAYS_A_MONTH = 365.25 / 12
# So many numbers are apart in the key of an entry: entries of one kind about one entity.
ENTRIES = 4096
MINOR, GENERAL, SERIOUS = range(3)
TIERS: Mapping[str, int] = {
    "report_missing": MINOR, "late_filing": MINOR, "traffic_fine": MINOR, "civic_deduction": MINOR,
    "administrative_penalty": GENERAL, "tax_penalty": GENERAL, "customs_penalty": GENERAL,
    "wages_late": GENERAL, "minor_offence": GENERAL, "utility_theft": GENERAL,
    "listing": SERIOUS, "judgment_unperformed": SERIOUS, "drunk_driving": SERIOUS,
}  # fmt: skip
# Entries that somebody can look up, and those that end the life of another.
PUBLIC = (
    "listing", "delisting", "administrative_penalty", "tax_penalty", "customs_penalty",
    "report_missing", "civic_deduction",
)  # fmt: skip
CLOSING = ("delisting", "repair", "correction", "civic_reward")
PENALTIES = ("administrative_penalty", "tax_penalty", "customs_penalty")
FINDINGS_BY_LAW = ("judgment", "judgment_unperformed", "listing", "delisting", *PENALTIES)
_NAT = np.datetime64("NaT", "D")


@dataclass(frozen=True, eq=False)
class Entries:
    """Entries of one kind, found by one agency.

    Attributes
    ----------
    event, agency : str
        Levels of the vocabulary.
    entity : array of int
        Numbers of people and firms.
    turn : array of int
        Which entry of its kind about the entity this is, below 4096.
    date : array of datetime64[D]
    mistaken : array of bool
    amount : array of float
        NaN where the entry is about no amount.
    """

    event: str
    agency: str
    entity: NDArray[np.int64]
    turn: NDArray[np.int64]
    date: NDArray[np.datetime64]
    mistaken: NDArray[np.bool_]
    amount: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.entity)


def days_before(entity: Array, turn: Array, months: float, seed: int, name: str) -> Array:
    """Return a day within so many months before today for each entry."""
    drawn = entity_uniforms(entity * ENTRIES + turn, seed, f"society/event/{name}")
    ago = 1 + np.floor(drawn * months * DAYS_A_MONTH).astype(np.int64)
    days: Array = TODAY - ago.astype("timedelta64[D]")
    return days


def day_in_month(
    entity: Array, month: int, seed: int, name: str, span: tuple[float, float]
) -> Array:
    """Return a day in a part of a month from today on, 1 for the first month."""
    drawn = entity_uniforms(entity, seed, f"society/event/{name}/{month}")
    drawn = span[0] + (span[1] - span[0]) * drawn
    start = (TODAY.astype("datetime64[M]") + np.timedelta64(month - 1, "M")).astype("datetime64[D]")
    after = (start.astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]")
    length = int((after - start).astype(np.int64))
    days: Array = start + np.floor(drawn * length).astype("timedelta64[D]")
    return days


def events_frame(
    parts: Sequence[Entries], first_firm: int, last: np.datetime64, *, seed: int, numbers: Numbers
) -> pd.DataFrame:
    """Return the log of events: every entry with what it says of itself, by day and number.

    Parameters
    ----------
    parts : sequence of Entries
    first_firm : int
        Smaller numbers are people.
    last : numpy.datetime64
        The day of the log: entries count the months they have been public until then.
    seed : int
    numbers : Numbers
        Of the society.
    """
    vocabulary = load_vocabulary()
    events, agencies = vocabulary["event"].levels, vocabulary["agency"].levels
    parts = [part for part in parts if len(part)]
    entity = _all([part.entity for part in parts], np.int64)
    turn = _all([part.turn for part in parts], np.int64)
    date = _all([part.date for part in parts], "datetime64[D]")
    event = _codes(parts, [events.index(part.event) for part in parts])
    agency = _codes(parts, [agencies.index(part.agency) for part in parts])
    mistaken = _all([part.mistaken for part in parts], np.bool_)
    amount = _all([part.amount for part in parts], np.float64)
    order = np.lexsort((turn, agency, event, entity, date))
    entity, turn, date, event, agency, mistaken, amount = (
        column[order] for column in (entity, turn, date, event, agency, mistaken, amount)
    )
    told = _told(entity * ENTRIES + turn, event, date, mistaken, last, seed, numbers)
    plain = {
        "event_id": np.arange(len(entity)),
        "entity": entity,
        "entity_kind": _levels((entity >= first_firm).astype(np.int8), ("person", "firm")),
        "agency": _levels(agency, agencies),
        "event": _levels(event, events),
        "date": date.astype("datetime64[s]"),
        "finding": _levels(mistaken.astype(np.int8), ("true", "mistaken")),
        "event_amount": amount.astype(np.float32),
    }
    return pd.DataFrame({**plain, **told})


def _told(
    key: Array, event: Array, date: Array, mistaken: Array, last: np.datetime64, seed: int,
    numbers: Numbers,
) -> dict[str, Array]:  # fmt: skip
    """Return what entries say of themselves, each drawn by its own key."""
    levels = load_vocabulary()["event"].levels
    own = key * len(levels) + event

    def drawn(name: str) -> Array:
        return entity_uniforms(own, seed, f"society/entry/{name}")

    of = {name: np.isin(levels, names)[event] for name, names in (
        ("closing", CLOSING), ("public", PUBLIC), ("penalty", PENALTIES), ("law", FINDINGS_BY_LAW),
        ("listing", ("listing",)),
    )}  # fmt: skip
    lasted = -numbers.act_mean * np.log(drawn("lasted"))
    ended = date + np.floor(lasted).astype("timedelta64[D]")
    open_ = (drawn("open") < numbers.act_goes_on) | (ended > last) | of["closing"]
    ended = np.where(open_, _NAT, ended)
    shown = date + np.floor(numbers.shown_days * drawn("shown")).astype("timedelta64[D]")
    published = np.where(of["public"] & (shown <= last), shown, _NAT)
    months = np.floor((last - published).astype(float) / DAYS_A_MONTH)
    corrected = ~np.isnat(ended)
    tiers = np.array([TIERS.get(name, -1) for name in levels], dtype=np.int8)
    expiry = np.where(of["listing"], _later(date, numbers.listing_term), _NAT)
    expiry = np.where(of["penalty"], _later(date, numbers.term_penalty), expiry)
    mended = ended + 1 + np.floor(numbers.repair_days * drawn("mended")).astype("timedelta64[D]")
    repaired = ~of["closing"] & (drawn("repaired") < numbers.repaired_share) & (mended <= last)
    simple = np.where(of["penalty"], drawn("simple") < numbers.simple_share, np.nan)
    in_file = np.isin(levels, ("missed_payment", "default", "guarantee_called"))[event]
    expiry = np.where(in_file & corrected, _later(ended, numbers.term_bank), expiry)
    mended = np.where(repaired, mended, _NAT)
    return {
        "act_ended_on": ended.astype("datetime64[s]"),
        "published_on": published.astype("datetime64[s]"),
        "expiry": expiry.astype("datetime64[s]"),
        "repair": mended.astype("datetime64[s]"),
        "severity": _levels(tiers[event], ("minor", "general", "serious")),
        "months_published": pd.array(np.where(np.isnat(published), np.nan, months), dtype="Int16"),
        "conduct_corrected": corrected.astype(np.int8),
        "commitment_made": (drawn("commitment") < numbers.commitment_share).astype(np.int8),
        "obligations_met": (
            corrected & (drawn("obligations") < numbers.obligations_share)
        ).astype(np.int8),
        "simple_procedure": pd.array(simple, dtype="Int8"),
        "legal_document": (
            of["law"] | (~mistaken & (drawn("document") < numbers.document_share))
        ).astype(np.int8),
    }  # fmt: skip


def _later(days: Array, months: Array) -> Array:
    added = days.astype("datetime64[M]") + np.timedelta64(int(months), "M")
    within = days - days.astype("datetime64[M]").astype("datetime64[D]")
    days_later: Array = added.astype("datetime64[D]") + within
    return days_later


def _all(parts: Sequence[Array], kind: object) -> Array:
    empty = np.empty(0, dtype=kind)  # type: ignore[call-overload]
    return np.concatenate([empty, *parts])


def _codes(parts: Sequence[Entries], codes: Sequence[int]) -> Array:
    return np.repeat(np.array(codes, dtype=np.int8), [len(part) for part in parts])


def _levels(codes: Array, levels: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=list(levels))
