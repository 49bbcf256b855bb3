"""How long does a corrected error live on?"""

from typing import Any

import pandas as pd

from creditaudit.audits.held_worlds import held_regimes
from creditaudit.audits.questions import audit
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.rulebooks.lints.lint import confidence_of
from creditaudit.sharing.copy_chains import chains_of
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.retraction_numbers import ALL, DENIED, HALF, LONGEST
from creditaudit.sharing.retractions import THEOREM, Retraction
from creditaudit.sharing.retractions import retraction as lives_of

QUESTION = "How long does a corrected error live on?"
METHOD = (
    "The agency that made the error deletes it on day 0; whoever took its list, directly or over "
    "others, still holds a copy. A refresh sets a copy to what its source then lists; where copies "
    f"name their origin, a refresh asks the origin. {THEOREM}"
)
LIMITS = (
    "Copies are taken to be refreshed at fixed intervals, and to hold the error on day 0. How "
    "often lists are really taken is not public in the texts read: such intervals are free, and "
    "their range is shown.",
    "Deletion duties of a text are not simulated: this is what the copies do by themselves.",
    "A denial-day is a day on which one agency would refuse one measure to somebody it should not "
    "list, whether or not the person asks for it. Those of several agencies and measures are "
    "added, so there can be more of them than days in a year.",
)
SHOWN = (LONGEST, HALF, DENIED)
CHANCE = 0.05


@audit(
    question=QUESTION,
    needs=("regimes",),
    estimand="days until copies of a corrected record are gone: whether at all (exact), the latest "
    "day (exact), and denial-days within a year (over where a correction falls)",
    topic="accuracy",
)
def retraction(evidence: Evidence) -> list[Finding]:
    """Return where errors never clear, and how many denial-days each one leaves behind.

    The second finding is there only where a copy ends and every interval it rests on has a number.
    """
    found = []
    for name, regime in held_regimes(evidence).items():
        origins = [agency for agency in regime.agencies if _copied(regime, agency)]
        found.append(_endings(name, regime, origins))
        told = _days(name, regime, origins)
        found += [] if told is None else [told]
    return found


def _copied(regime: SharingRegime, agency: str) -> bool:
    return bool(chains_of(regime.imports, agency).feeds)


def _endings(name: str, regime: SharingRegime, origins: list[str]) -> Finding:
    asking = regime.with_provenance()
    rows: list[list[Any]] = []
    rings = []
    for agency in origins:
        chains = chains_of(regime.imports, agency)
        rings += [chains.cycle] if chains.cycle else []
        rows.append([
            agency, ", ".join(chains.holders), ", ".join(chains.endless) or "nowhere",
            " > ".join((*chains.cycle, *chains.cycle[:1])) or "none",
            ", ".join(chains_of(asking.imports, agency).endless) or "nowhere", "theorem",
        ])  # fmt: skip
    columns = [
        "error of", "copies held by", "never cleared at", "kept alive by",
        "never cleared if copies name their origin", "kind",
    ]  # fmt: skip
    if not origins:
        claim = f"{_named(regime)}: no agency takes another's list: there are no copies."
    elif rings:
        ring = min(rings, key=len)
        claim = (
            f"{_named(regime)}: errors of {len(rings)} of {len(regime.agencies)} agencies "
            f"outlive their correction for ever: {' and '.join(ring)} take lists from each other, "
            "and copies there do not name their origin. This follows from who takes whose list. "
            "If copies named their origin, each would be gone at its next refresh."
        )
    else:
        claim = (
            f"{_named(regime)}: every copy of a corrected error ends: no agencies feed each "
            "other copies that do not name their origin. This follows from who takes whose list."
        )
    return _finding(
        name, regime, "endings", claim, pd.DataFrame(rows, columns=columns),
        estimate=float(len(rings)), unit="agencies",
    )  # fmt: skip


def _days(name: str, regime: SharingRegime, origins: list[str]) -> Finding | None:
    told = [agency for agency in origins if _ends(regime, agency)]
    if not told:
        return None
    lives = [lives_of(regime, agency) for agency in told]
    ways = ("as it stands", "copies name their origin")
    table = pd.concat([
        way.frame[way.frame["measure"].isin(SHOWN) & (way.frame["agency"] == ALL)].assign(
            error_of=one.agency, copies=words
        )
        for one in lives
        for words, way in zip(ways, (one, one.with_provenance()), strict=True)
    ])  # fmt: skip
    table = table[["error_of", "copies", "measure", "value", "low", "high", "kind", "note"]]
    denied = table[(table["measure"] == DENIED) & (table["copies"] == ways[0])]
    # The first of those that differ by chance alone.
    most = denied["value"] >= (1 - CHANCE) * denied["value"].max()
    worst = lives[int(most.to_numpy().argmax())]
    (row,) = denied[denied["error_of"] == worst.agency].to_dict("records")
    swept = worst.swept().get((ALL, DENIED))
    numbers = {"estimate": row["value"], "low": row["low"], "high": row["high"]}
    numbers = numbers if swept is None else swept.numbers()
    claim = (
        f"{_named(regime)}: in the copies of others, a corrected error of {worst.agency} leaves "
        f"{_left(row, worst, _refusing(regime, worst))}."
    )
    return _finding(
        name, regime, "days", claim, table, unit="denial-days per error",
        # What rests on a number that nobody states is never more than low.
        marks=() if swept is None else ("F",), **numbers,
    )  # fmt: skip


def _ends(regime: SharingRegime, agency: str) -> bool:
    """Whether every copy of an agency's error ends, after intervals that have a number."""
    chains = chains_of(regime.imports, agency)
    lines = [chains.lines[k] for k, _ in chains.feeds]
    return not chains.never and all(line.every_days is not None for line in lines)


def _refusing(regime: SharingRegime, lives: Retraction) -> str:
    """Return how many agencies and measures denial-days are added over."""
    rows = [one for one in regime.denials if one.agency in lives.holders]
    agencies = len({one.agency for one in rows})
    one = f"{agencies} agency" if agencies == 1 else f"{agencies} agencies"
    return one if len(rows) == agencies else f"{len(rows)} measures of {one}"


def _left(row: dict[str, Any], lives: Retraction, over: str) -> str:
    ends = f"{row['low']:,.0f} to {row['high']:,.0f}"
    days = f"denial-days within a year, added over {over}"
    if row["kind"] == "sweep":
        free = lives.free
        reach = f"{free['low'].min():g} to {free['high'].max():g} days"
        many = "the refresh interval goes" if len(free) == 1 else f"{len(free)} intervals go"
        # No number of a sweep is likelier than another: its ends alone are told.
        return f"{ends} {days}, as {many} over {reach}, which no text read states"
    return f"{row['value']:,.0f} {days} ({ends}, over where the correction falls)"


def _named(regime: SharingRegime) -> str:
    return f'Regime "{regime.title}"'


def _finding(
    name: str, regime: SharingRegime, scope: str, claim: str, table: pd.DataFrame, *,
    unit: str, estimate: float, low: float | None = None, high: float | None = None,
    marks: tuple[str, ...] = (),
) -> Finding:  # fmt: skip
    return Finding(
        id=finding_id("retraction", name, scope), audit="retraction", question=QUESTION,
        claim=claim, status="descriptive", estimate=estimate, low=low, high=high, unit=unit,
        group=name, confidence=confidence_of([*marks, *(line.mark for line in regime.imports)]),
        table=table.astype(object).reset_index(drop=True), method=METHOD,
        limits=(*LIMITS, *regime.notes),
    )  # fmt: skip
