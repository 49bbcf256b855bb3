"""Is there a way out of the list?"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from creditaudit.audits.held_worlds import SYNTHETIC, held_regimes, held_society, people_words
from creditaudit.audits.questions import audit
from creditaudit.audits.worlds_kept import once
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.feedback_results import Feedback
from creditaudit.sharing.feedbacks import DEFAULT_RETENTION, feedback, repealed
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.retentions import KEEPERS, Retention, keeper_of, written_retention

NAME = "list_exit"
QUESTION = "Is there a way out of the list?"
MONTHS = 60
SEEDS = (0,)
# Where no text is read: the ends between which any term lies that can be told apart here.
MILD = Retention(name="assumed, mild", longest=12, paying_ends=True)
STRICT = Retention(name="assumed, strict", longest=None, paying_ends=False)
ASSUMED = "assumed"
METHOD = (
    "The list of unpaid debts that most agencies of the regime take, the court's or the credit "
    "bureau's, with the term of that same list. People lived with for 60 months, all under the "
    "same luck: a default can be listed, measures take income and press people to pay, income "
    "moves the odds of the next default. Lock-in: of those first listed in the first 24 months, "
    "who is on the list in 30 or more of 60. Ranges are those of a sweep: each free number at both "
    "ends of its range, and all of them together; where no term is read, under the mildest and "
    "the strictest one."
)
LIMITS = (
    SYNTHETIC,
    "No coefficient is measured: the range says what can come out, and no number in it is likelier "
    "than another.",
    "The range holds one draw of luck at each of its ends. That other people would be drawn is not "
    "in it.",
    "One list is followed, for unpaid debts. Prices and the supply of credit do not answer.",
    "What else ends an entry by the text (a settlement, a stay, a search without result) is left "
    "out.",
)
SHOWN = ["measure", "value", "low", "high", "kind", "note"]
EARLY = "listed_early"


@dataclass(frozen=True, eq=False)
class Told:
    """What months on a list come to, with ranges over everything that is not known.

    Attributes
    ----------
    frame : DataFrame
        By measure: value, low, high, kind, note.
    written : Retention or None
        The term, where a text of the regime says one for this list.
    free : int
        Numbers that were swept, an assumed term among them.
    """

    frame: pd.DataFrame
    written: Retention | None
    free: int

    def ends(self, measure: str) -> tuple[float, float]:
        """Return the least and the greatest value of a measure."""
        row = self.frame.loc[measure]
        return float(row["low"]), float(row["high"])


@audit(
    question=QUESTION,
    needs=("society", "regimes"),
    estimand="share of those first listed in the first two years who are on the list in half of "
    "five years or more, over the ranges of the free coefficients",
    topic="retention",
)
def list_exit(evidence: Evidence) -> list[Finding]:
    """Return for each rule how long people stay on the list, and what creditors are paid.

    References
    ----------
    Musto, D. K. (2004). What happens when information leaves a market? Journal of Business 77,
    725-748.
    """
    world = held_society(evidence)
    least = evidence.plan.min_cell
    return [_finding(world, name, one, least) for name, one in held_regimes(evidence).items()]


def _finding(world: Society, name: str, regime: SharingRegime, least: float) -> Finding:
    agency = keeper_of(regime)
    if agency is None:
        return _untold(name, f"The regime has none of the lists followed here: {list(KEEPERS)}.")
    try:
        told = once(world, (NAME, regime.hash, agency), lambda: _lived(world, regime, agency))
    except InputError as error:
        return _untold(name, str(error))
    early = round(float(told.frame.loc[EARLY, "value"]) * world.people.n)
    if early < least:
        return _untold(
            name, f"Fewer than {least:g} people are first listed in the first two years."
        )  # fmt: skip
    return _said(world, name, regime, agency, told, early)


def _lived(world: Society, regime: SharingRegime, agency: str) -> Told:
    """Return the months under a regime, by the term of its own list or between assumed ones."""
    beside = repealed(regime) if regime.imports or regime.ties else None

    def run(kept: Retention, numbers: dict[str, float] | None = None) -> Feedback:
        return feedback(
            world, regime, months=MONTHS, against=beside, retention=kept, agency=agency,
            seeds=SEEDS, numbers=numbers,
        )  # fmt: skip

    written = written_retention(regime, agency)
    if written is not None:
        found = run(written)
        return Told(_by_measure(found), written, len(found.parameters))
    ends = [run(kept) for kept in (MILD, STRICT)]
    # The middle, under one free number only: the ends of all others are swept above.
    own = [one for one in ends[0].parameters if one.name in ends[0].pack.parameters]
    frame = _by_measure(run(DEFAULT_RETENTION, {one.name: one.base for one in own[1:]}))
    for found in ends:
        other = _by_measure(found).reindex(frame.index)
        frame["low"] = frame["low"].combine(other["low"], np.fmin)
        frame["high"] = frame["high"].combine(other["high"], np.fmax)
    frame["kind"] = frame["kind"].where(frame["kind"] == "theorem", "sweep")
    return Told(frame, None, len(ends[0].parameters) + 1)


def _by_measure(found: Feedback) -> pd.DataFrame:
    return found.frame[SHOWN].set_index("measure", drop=False)


def _said(
    world: Society, name: str, regime: SharingRegime, agency: str, told: Told, early: int
) -> Finding:
    lock, paid = told.ends("lock_in"), told.ends("creditors_paid")
    beside = ""
    if "lock_in, difference" in told.frame.index:
        less, more, lost = (
            told.ends(f"{one}, difference")
            for one in ("lock_in", "paid_per_person", "income_lost_per_person")
        )
        beside = (
            f" Against the same list unshared: {_points(less)} in lock-in; a person and year, "
            f"{_money(more)} paid to creditors and {_money(lost)} of income lost, in the currency "
            "of the society."
        )
    claim = (
        f"{name}, list of {agency}: {_term(regime, agency, told.written)} Of 100 "
        f"{people_words(world)} first listed in two years, {_per_hundred(lock)} are on the list in "
        f"at least 30 of 60 months, and creditors are paid {_per_hundred(paid)} of every 100 that "
        f"fall due.{beside} Ranges over {told.free} numbers that nobody has measured."
    )
    scope = ASSUMED if told.written is None else told.written.name
    return Finding(
        id=finding_id(NAME, name, f"{agency}: {scope}"), audit=NAME, question=QUESTION,
        # No number in the range is likelier than another: there is no estimate.
        claim=claim, status="descriptive", unit="per cent", n=float(early), group=name,
        confidence="low", table=told.frame.astype(object).reset_index(drop=True), method=METHOD,
        limits=LIMITS, low=100 * lock[0], high=100 * lock[1],
    )  # fmt: skip


def _term(regime: SharingRegime, agency: str, written: Retention | None) -> str:
    if written is not None:
        return f"by the text of {written.name}, entries last {written.words}."
    books = ", ".join(regime.rulebooks)
    read = (
        f"no one term for this list was read in {books}"
        if books
        else "the regime names no text with a term for this list"
    )
    return (
        f"{read}, so the term is assumed and swept, from {MILD.longest} months, sooner where all "
        f"is paid, to all {MONTHS} months, paid or not."
    )


def _untold(name: str, why: str) -> Finding:
    return Finding(
        id=finding_id(NAME, name, "untold"), audit=NAME, question=QUESTION,
        claim=f"{name}: nothing can be told. {why}", status="cannot_tell", group=name,
    )  # fmt: skip


def _per_hundred(ends: tuple[float, float]) -> str:
    return _between(*(f"{100 * one:.0f}" for one in ends))


def _points(ends: tuple[float, float]) -> str:
    return f"{_between(*(_signed(100 * one) for one in ends))} percentage points"


def _money(ends: tuple[float, float]) -> str:
    return _between(*(_signed(one) for one in ends))


def _signed(value: float) -> str:
    if math.isnan(value):
        return "nothing known"
    return f"{value:+,.0f}" if round(value) else "0"


def _between(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
