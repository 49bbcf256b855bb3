"""Who is on which agency's own list: findings, before anything is shared."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.vocabulary import load_vocabulary

Masks = NDArray[np.uint64]
Findings = Literal["recorded", "true"]
Entries = Mapping[str, Mapping[str, int]]

LISTING_ENTRIES: Entries = {
    "bank": {"missed_payment": 3, "guarantee_called": 1},
    "credit_bureau": {"default": 1},
    "court": {"listing": 1},
    "tax": {"tax_penalty": 1},
    "customs": {"customs_penalty": 1},
    "ecommerce": {"platform_breach": 2},
    "telecom": {"phone_bill_unpaid": 3},
    "utilities": {"utility_bill_unpaid": 3, "utility_theft": 1},
    "social": {"civic_deduction": 1},
    "police": {"drunk_driving": 1, "minor_offence": 1},
    "railway": {"fare_evasion": 1},
    "labour_office": {"wages_late": 1},
    "market_regulator": {"listing": 1},
}
"""Which entries put a person or firm on an agency's own list, and how many of them it takes.

Court and market regulator keep lists as such. For the others this is assumed and rests on no text;
agencies that are not here find nothing against anybody.
"""

EXAMPLE = '{"bank": {"missed_payment": 3}}'

_CACHE: "WeakKeyDictionary[Any, dict[Any, Masks]]" = WeakKeyDictionary()


def listings_of(
    world: Any,
    agencies: Sequence[str],
    *,
    findings: Findings = "recorded",
    on: str | None = None,
    entries: Entries | None = None,
) -> Masks:
    """Return who is on which agency's own list.

    Parameters
    ----------
    world : Society
    agencies : sequence of str
        Agency ``k`` is bit ``k``.
    findings : {"recorded", "true"}
        All entries, or those without the mistaken ones.
    on : str, optional
        The day, in the form 2025-01-01; by default the day up to which the record was made.
        Entries before it count whose expiry, if they have one, is not before it.
    entries : mapping, optional
        For each agency, how many entries of an event it takes; `LISTING_ENTRIES` by default.

    Returns
    -------
    array of uint64, length people + firms
        One bit for each agency with a finding: a pair (entity, agency) counts once.

    Raises
    ------
    InputError
        With everything that is wrong: another word in ``findings``, a day that is none, an agency
        or an event that is not there, a number of entries that is no whole number from 1.
    """
    day = _checked(world, agencies, findings, on, entries)
    rules = LISTING_ENTRIES if entries is None else entries
    used = tuple((name, tuple(dict(rules.get(name, {})).items())) for name in agencies)
    kept = _CACHE.setdefault(world, {})
    key = (used, findings, day)
    if key not in kept:
        masks = _masks(world, used, findings == "true", day)
        masks.flags.writeable = False
        kept[key] = masks
    return kept[key]


def _checked(world: Any, agencies: Any, findings: object, on: Any, entries: Any) -> pd.Timestamp:
    """Return the day, or raise with every fault of the arguments."""
    wrong = []
    if findings not in ("recorded", "true"):
        wrong.append(f"findings={findings!r} must be 'recorded' or 'true'")
    known = [*load_vocabulary().agencies]
    if isinstance(agencies, str):
        wrong.append(f"agencies={agencies!r} is one text: give a list, such as [{agencies!r}]")
    else:
        wrong += _unknown("agencies=", agencies, known)
    try:
        day = pd.Timestamp(world.made.get("as_of", "2025-01-01") if on is None else on)
    except (TypeError, ValueError):
        day = pd.NaT
    if pd.isna(day):
        wrong.append(f"on={on!r} is no day: give one in the form 2025-01-01")
    if entries is not None and not isinstance(entries, Mapping):
        wrong.append(f"entries= is a {type(entries).__name__}: give a mapping such as {EXAMPLE}")
    elif entries is not None:
        wrong += _unknown("entries=", entries, known)
        wrong += [
            f"entries= for {name!r} is {needed!r}: give a mapping such as {EXAMPLE}"
            for name, needed in entries.items()
            if not isinstance(needed, Mapping) or not all(map(_counts, needed.values()))
        ]
    if wrong:
        msg = f"{'. '.join(wrong)}."
        raise InputError(msg)
    return day


def _unknown(where: str, names: Iterable[object], known: Sequence[str]) -> list[str]:
    wrong = []
    for name in names:
        if name in known:
            continue
        close = get_close_matches(str(name), known, n=1)
        hint = f"did you mean {close[0]!r}" if close else f"agencies are {', '.join(known)}"
        wrong.append(f"{where} has no agency {name!r}; {hint}")
    return wrong


def _counts(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and bool(value >= 1)


def _masks(world: Any, used: Any, only_true: bool, day: pd.Timestamp) -> Masks:
    log = world.events
    n = world.people.n + world.firms.n
    counts = (log["date"] < day) & ~(log["expiry"] < day)
    if only_true:
        counts &= log["finding"] == "true"
    counts = counts.to_numpy()
    agency, event = (_codes(log[name]) for name in ("agency", "event"))
    entity = log["entity"].to_numpy()
    masks = np.zeros(n, np.uint64)
    for bit, (name, needed) in enumerate(used):
        listed = np.zeros(n, bool)
        for what, least in needed:
            if what not in event[1]:
                msg = f"The log has no event {what!r}. Events: {', '.join(sorted(event[1]))}."
                raise InputError(msg)
            rows = counts & (agency[0] == agency[1].get(name, -2)) & (event[0] == event[1][what])
            listed |= np.bincount(entity[rows], minlength=n) >= max(least, 1)
        masks[listed] |= np.uint64(1 << bit)
    return masks


def _codes(column: pd.Series) -> tuple[NDArray[Any], dict[str, int]]:
    whole = column.astype("category").cat
    return whole.codes.to_numpy(), {str(word): k for k, word in enumerate(whole.categories)}
