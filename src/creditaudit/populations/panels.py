"""Synthetic borrowers month by month: who pays, who falls behind, and what is entered about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from creditaudit.errors import InputError
from creditaudit.populations.base import Population
from creditaudit.populations.graphs import Array
from creditaudit.populations.origins import Origin
from creditaudit.populations.packs import Numbers
from creditaudit.populations.persons.roots import REGIONS
from creditaudit.populations.persons.shapes import expit
from creditaudit.populations.randomness import BLOCK, Noise
from creditaudit.populations.worlds import World

STATES = ("current", "late_30", "late_60", "late_90", "cured")
CURRENT, LATE_30, LATE_60, LATE_90, CURED = range(5)
EVENTS = ("missed_payment", "default", "repair", "correction")
MISSED, DEFAULT, REPAIR, CORRECTION = range(4)
AGENCIES = ("bank", "credit_bureau")
BANK, BUREAU = range(2)
FINDINGS = ("true", "mistaken")
EVENT_COLUMNS = ("event_id", "entity", "entity_kind", "agency", "event", "date", "finding")
MONTHS = 12
DAYS = 28
_NEEDED = ("approved", "ability", "burden", "true_log_odds", "exposed", "region")

# What becomes of a block: people, then months.
Path = dict[str, list[Array]]


@dataclass(frozen=True, eq=False)
class Panel:
    """Months of people to whom credit was granted.

    Attributes
    ----------
    frame : pandas.DataFrame of shape (n_granted * months, 3)
        ``person_id, month, state``; the state at the end of the month is current, late_30, late_60,
        late_90 (90 days or more) or cured (paid up after 60 days or more, not yet for good).
    events : pandas.DataFrame
        ``event_id, entity, entity_kind, agency, event, date, finding``: what was entered, in order
        of people and dates, and whether it is true or mistaken.
    macro : pandas.DataFrame
        ``month``, ``economy`` and one column a region: higher is worse, for everyone alike.
    truth : pandas.DataFrame
        One row for each of ``frame``: ``ability`` in that month and ``log_odds`` of missing the
        next payment.
    made : mapping
        How the panel came to be.
    """

    frame: pd.DataFrame
    events: pd.DataFrame
    macro: pd.DataFrame
    truth: pd.DataFrame
    made: Mapping[str, Any]


def make_panel(people: Population, *, months: int = 24, start: str = "2025-01-01") -> Panel:
    """Return what became of people to whom credit was granted, month by month.

    Parameters
    ----------
    people : Population
        From `make_borrowers`.
    months : int
        How many. Fewer months are the first of more, and fewer people the first of more.
    start : str
        First day of the first month, as YYYY-MM-DD.

    Returns
    -------
    Panel
        States by month, the event log, and the truth behind both.

    Raises
    ------
    InputError
        If the people are real, or ``months`` or ``start`` cannot be read.

    Notes
    -----
    Ability moves: ``q[t] = r q[t-1] + sqrt(1 - r^2) e[t]``, with r = panel_persistence, so its
    spread stays 1. The log-odds of missing a payment are ``panel_base + true_log_odds - pd_ability
    (q[t] - q[0]) + economy_load economy[t] + region_load region[t]``, both economies first-order
    autoregressive with spread 1. Who is behind pays up with log-odds ``pay_up_30`` (60, 90) less
    ``pay_up_burden`` times the burden. Mistaken entries come with chance mistaken_share in a month
    that ends with nothing overdue; in such months the knob ``label`` also enters exposed people as
    defaulted, so that it reaches the stated share of those with a whole year of them. Each mistake
    that stands is corrected with chance corrected_share a month.

    The panel is a process of its own: the same people are at risk as in ``people.truth``, and who
    defaults is another draw.
    """
    if not isinstance(people.origin, Origin):
        msg = "A panel needs people made by make_borrowers: of others nobody knows the months."
        raise InputError(msg)
    if isinstance(months, bool) or not isinstance(months, int) or months < 1:
        msg = f"months={months!r} must be a whole number, 1 or more."
        raise InputError(msg)
    try:
        first = np.datetime64(start, "M")
    except ValueError as error:
        msg = f"start={start!r} must be a day, such as '2025-01-01'."
        raise InputError(msg) from error
    world, n = people.origin.world, people.origin.n
    macro = _economy(world, months)
    parts = [_block(world, block, n, macro) for block in range(-(-n // BLOCK))]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Panel(
        frame=pd.DataFrame(
            {
                "person_id": whole["person"],
                "month": whole["month"].astype(np.int16),
                "state": pd.Categorical.from_codes(whole["state"], list(STATES)),
            }
        ),
        events=_events(whole, first),
        macro=macro,
        truth=pd.DataFrame({"ability": whole["ability"], "log_odds": whole["log_odds"]}),
        made={**people.made, "months": months, "start": start},
    )


def _economy(world: World, months: int) -> pd.DataFrame:
    """Return the common factors, stationary and the same for every block of people."""
    numbers, wide = world.pack.numbers, 1 + len(REGIONS)
    keep = numbers.economy_persistence
    level = Noise(world.seed, 0).normal("panel/economy", size=wide)
    rows = []
    for month in range(1, months + 1):
        shock = Noise(world.seed, 0, month).normal("panel/economy", size=wide)
        level = np.round(keep * level + np.sqrt(1 - keep**2) * shock, 6)
        rows.append((month, *level))
    return pd.DataFrame(rows, columns=["month", "economy", *REGIONS])


def _block(world: World, block: int, n: int, macro: pd.DataFrame) -> dict[str, Array]:
    numbers, values = world.pack.numbers, world.values(block, _NEEDED)
    state = np.zeros(BLOCK, dtype=np.int8)
    quiet = np.zeros(BLOCK, dtype=np.int16)
    standing = np.zeros(BLOCK, dtype=bool)
    ability = values["ability"]
    path: Path = {"state": [], "ability": [], "log_odds": []}
    entries: list[tuple[Array, ...]] = []
    for row in macro.itertuples(index=False):
        noise = Noise(world.seed, block, row.month)
        keep = numbers.panel_persistence
        moved = keep * ability + np.sqrt(1 - keep**2) * noise.normal("panel/ability")
        ability = np.round(moved, 6)
        better = numbers.pd_ability * (ability - values["ability"])
        log_odds = numbers.panel_base + values["true_log_odds"] - better
        log_odds = log_odds + numbers.economy_load * row.economy
        regional = np.array([getattr(row, region) for region in REGIONS])
        log_odds = log_odds + numbers.region_load * regional.take(values["region"].astype(np.intp))
        log_odds = np.round(log_odds, 6)
        before = state
        state, quiet = _step(before, quiet, log_odds, values["burden"] - better, noise, numbers)
        entries += _true_entries(before, state, row.month)
        made, standing = _mistakes(world, values, standing, state, noise)
        entries += made
        for name, part in (("state", state), ("ability", ability), ("log_odds", log_odds)):
            path[name].append(part)
    return _laid_out(path, entries, values["approved"] == 1, block, n)


def _step(
    state: Array, quiet: Array, log_odds: Array, burden: Array, noise: Noise, numbers: Numbers
) -> tuple[Array, Array]:
    """Return the states after a month, and for how many months a cured person has paid."""
    draw = noise.uniform("panel/pay")
    missed = draw < expit(log_odds)
    base = np.array([0, numbers.pay_up_30, numbers.pay_up_60, numbers.pay_up_90, 0])
    pays_up = draw >= 1 - expit(base.take(state) - numbers.pay_up_burden * burden)
    behind = (state == LATE_30) | (state == LATE_60) | (state == LATE_90)
    after = np.where(behind, np.minimum(state + 1, LATE_90), state)
    after = np.where(behind & pays_up, np.where(state == LATE_30, CURRENT, CURED), after)
    after = np.where(~behind & missed, LATE_30, after)
    paid = np.where((state == CURED) & (after == CURED), quiet + 1, 0)
    healed = (after == CURED) & (paid >= numbers.cured_months)
    return np.where(healed, CURRENT, after).astype(np.int8), paid.astype(np.int16)


def _true_entries(before: Array, after: Array, month: int) -> list[tuple[Array, ...]]:
    late = (after >= LATE_30) & (after <= LATE_90)
    kinds = (
        (MISSED, BANK, late),
        (DEFAULT, BUREAU, (after == LATE_90) & (before != LATE_90)),
        (REPAIR, BANK, (after == CURED) & (before != CURED)),
    )
    return [_entered(month, agency, event, 0, who) for event, agency, who in kinds]


def _mistakes(
    world: World, values: Mapping[str, Array], standing: Array, state: Array, noise: Noise
) -> tuple[list[tuple[Array, ...]], Array]:
    """Return this month's mistaken entries and corrections, and whose mistakes stand."""
    numbers, month = world.pack.numbers, noise.month
    paid = state == CURRENT
    wrong = paid & (noise.uniform("panel/mistaken") < numbers.mistaken_share)
    # The stated share within a year, spread evenly over its months.
    chance = 1 - (1 - world.bias.label) ** (1 / MONTHS)
    labelled = paid & (noise.uniform("panel/label") < chance * values["exposed"])
    corrected = standing & (noise.uniform("panel/corrected") < numbers.corrected_share)
    entries = [
        _entered(month, BUREAU, MISSED, 1, wrong),
        _entered(month, BUREAU, DEFAULT, 1, labelled),
        _entered(month, BUREAU, CORRECTION, 0, corrected),
    ]
    return entries, (standing & ~corrected) | wrong | labelled


def _entered(month: int, agency: int, event: int, mistaken: int, who: Array) -> tuple[Array, ...]:
    people = np.flatnonzero(who)
    told = (np.full(len(people), code) for code in (month, agency, event, mistaken))
    return (people, *told)


def _laid_out(
    path: Path, entries: list[tuple[Array, ...]], granted: Array, block: int, n: int
) -> dict[str, Array]:
    """Return a block's months person by person, of people in the table with credit."""
    inside = np.flatnonzero(granted & (np.arange(BLOCK) < n - block * BLOCK))
    months = len(path["state"])
    found: dict[str, Array] = {
        name: np.stack(parts, axis=1)[inside].ravel() for name, parts in path.items()
    }
    found["person"] = np.repeat(inside + block * BLOCK, months)
    found["month"] = np.tile(np.arange(1, months + 1), len(inside))
    who, month, agency, event, mistaken = (
        np.concatenate([entry[part] for entry in entries]) for part in range(5)
    )
    kept = np.isin(who, inside)
    order = np.lexsort((mistaken[kept], event[kept], month[kept], who[kept]))
    columns = (who + block * BLOCK, month, agency, event, mistaken)
    names = ("entity", "event_month", "agency", "event", "mistaken")
    return found | {n: c[kept][order] for n, c in zip(names, columns, strict=True)}


def _events(whole: Mapping[str, Array], first: np.datetime64) -> pd.DataFrame:
    # The day within a month follows from person, month and kind, so that it never changes.
    mixed = whole["entity"] * 7 + whole["event_month"] * 5 + whole["event"] * 3 + whole["mistaken"]
    months = (first + (whole["event_month"] - 1).astype("timedelta64[M]")).astype("datetime64[D]")
    days: NDArray[np.datetime64] = months + (mixed % DAYS).astype("timedelta64[D]")
    categories = {"agency": AGENCIES, "event": EVENTS}
    frame = pd.DataFrame(
        {
            "entity": whole["entity"],
            "entity_kind": pd.Categorical(["person"] * len(days), ["person", "firm"]),
            **{
                name: pd.Categorical.from_codes(whole[name], list(levels))
                for name, levels in categories.items()
            },
            "date": days.astype("datetime64[s]"),
            "finding": pd.Categorical.from_codes(whole["mistaken"], list(FINDINGS)),
        }
    )
    frame = frame.sort_values(["entity", "date"], kind="stable", ignore_index=True)
    frame.insert(0, "event_id", np.arange(len(frame)))
    return frame[list(EVENT_COLUMNS)]
