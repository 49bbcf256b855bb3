"""What the entries behind findings say of themselves: harm, document, repair."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.populations import Society
from creditaudit.sharing.listings import LISTING_ENTRIES, listings_of
from creditaudit.values import Floats

Masks = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
HARM = {"minor": 1.0, "general": 2.0, "serious": 3.0}


@dataclass(frozen=True, eq=False)
class EntryFacts:
    """Facts of the entries that put people on lists; the arrays run over people.

    Attributes
    ----------
    documented : array of uint64, over people and firms
        Agencies with an entry that rests on an effective legal document, as bits.
    harm : array of float
        The worst severity of true entries: 1 minor, 2 general, 3 serious; 0 without a true entry;
        NaN where none of them says.
    amount : array of float
        Money named in true entries of these agencies, such as a judgment that was not performed,
        whether they list or not; 0 where none is.
    repaired : bool array
        Somebody with entries, every one of which was repaired before the day.
    months_left : array of float
        Until the last entry of the repaired expires; NaN for others and where no expiry is named.
    found : bool array
        Somebody with a true finding of one of these agencies. Who is listed by mistaken entries
        alone is not, whatever true entries below the threshold of a finding there are.
    """

    documented: Masks
    harm: Floats
    amount: Floats
    repaired: Flags
    months_left: Floats
    found: Flags


def entry_facts_of(world: Society, agencies: tuple[str, ...]) -> EntryFacts:
    """Return what the entries behind findings say of themselves.

    Parameters
    ----------
    world : Society
    agencies : tuple of str
        Agency ``k`` is bit ``k``.
    """
    log, day = world.events, pd.Timestamp(world.made.get("as_of", "2025-01-01"))
    kinds = pd.MultiIndex.from_tuples(
        [(name, event) for name in agencies for event in LISTING_ENTRIES.get(name, {})],
        names=["agency", "event"],
    )
    pairs = pd.MultiIndex.from_arrays([log["agency"].astype(str), log["event"].astype(str)])
    counted = (log["date"] < day) & ~(log["expiry"] < day) & pairs.isin(kinds)
    amount = _amounts(log[(log["date"] < day).to_numpy()], agencies, world.people.n)
    log = log[counted.to_numpy()]
    people, n = world.people.n, world.people.n + world.firms.n
    entity = log["entity"].to_numpy(np.int64)
    documented = np.zeros(n, dtype=np.uint64)
    formal = log["legal_document"].to_numpy() == 1
    agency = log["agency"].astype(str).to_numpy()
    for bit, name in enumerate(agencies):
        documented[entity[formal & (agency == name)]] |= np.uint64(1 << bit)
    own = entity < people
    log, entity = log[own], entity[own]
    true = (log["finding"].astype(str) == "true").to_numpy()
    named = log["severity"].astype(object).map(HARM).to_numpy(np.float64, na_value=np.nan)
    harm = np.zeros(people)
    np.maximum.at(harm, entity[true], np.nan_to_num(named[true]))
    # Entries of which none names a severity: the harm is not stated, and that is not none.
    silent = np.zeros(people, dtype=bool)
    silent[entity[true]] = True
    harm[silent & (harm == 0)] = np.nan
    repair = log["repair"]
    mended = (repair.notna() & (repair < day)).to_numpy()
    every = np.bincount(entity, minlength=people)
    repaired = (every > 0) & (np.bincount(entity[mended], minlength=people) == every)
    left = ((log["expiry"] - day) / np.timedelta64(1, "D") / 30.4).to_numpy(np.float64)
    last = np.full(people, -np.inf)
    kept = repaired[entity] & ~np.isnan(left)
    np.maximum.at(last, entity[kept], left[kept])
    months = np.where(np.isfinite(last), last, np.nan)
    true_findings = listings_of(world, agencies, findings="true")[:people] != 0
    return EntryFacts(documented, harm, amount, repaired, months, true_findings)


def _amounts(log: pd.DataFrame, agencies: tuple[str, ...], people: int) -> Floats:
    """Return the money named in true entries of some agencies, person by person."""
    own = (log["entity"] < people) & log["agency"].astype(str).isin(agencies)
    own &= log["finding"].astype(str) == "true"
    kept = log[own.to_numpy()]
    money = np.nan_to_num(kept["event_amount"].to_numpy(np.float64))
    who = kept["entity"].to_numpy(np.int64)
    return np.bincount(who, money, minlength=people).astype(np.float64)
