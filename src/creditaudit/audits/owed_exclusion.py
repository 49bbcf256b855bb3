"""What is exclusion owed to?"""

from collections.abc import Iterator
from math import isnan

import pandas as pd

from creditaudit.audits.held_worlds import SYNTHETIC, held_regimes, held_society, people_words
from creditaudit.audits.questions import audit
from creditaudit.audits.worlds_kept import once
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.justices import CAUSES, SOURCE, UNTOLD, Justice, justice
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.sanctions import UNSAID

NAME = "exclusion_causes"
QUESTION = "What is exclusion owed to?"
SEEDS = range(5)
REACHED = "reached_share"
METHOD = (
    "Exact Shapley values of five causes, each switched off on the same people under the same luck "
    "in all 32 combinations: no acts of one's own, circumstances at the mean, no ties, no mistaken "
    "entries, nothing unexplained. Acts, ties and mistakes are counted on the known truth; what "
    "circumstances add to not paying is fitted (logistic models, people of the fit dealt anew for "
    "each draw). All parts add up to what the record shows. Ranges: over draws of ties, luck and "
    "people of the fit; where a share of ties is free, over its sweep too."
)
PEOPLE_STAY = (
    "The people stay the same under every draw: other people drawn alike would have other numbers."
)
SHARES = {
    "reasoned": "have a recorded reason that the person can contest",
    "measures_without_true_finding": "reach people without a true finding of their own",
    "measures_after_repair": "reach people who have repaired everything",
}
READINGS = f"Two readings side by side; neither ranks anybody. {SOURCE}"


@audit(
    question=QUESTION,
    needs=("society", "regimes"),
    estimand="how many people a measure reaches because of own acts, circumstance, association, "
    "error and what is unexplained: Shapley values, acts, ties and errors from the known truth and "
    "circumstance fitted, which add up to all who are reached",
    topic="association",
)
def exclusion_causes(evidence: Evidence) -> list[Finding]:
    """Return for each rule what being reached by a measure is owed to, and two readings of justice.

    References
    ----------
    Roemer, J. E. (1998). Equality of Opportunity. Harvard University Press.
    """
    world = held_society(evidence)
    found: list[Finding] = []
    for name, regime in held_regimes(evidence).items():
        found += _findings(evidence, world, name, regime)
    return found


def _findings(
    evidence: Evidence, world: Society, name: str, regime: SharingRegime
) -> Iterator[Finding]:
    try:
        told = once(world, (NAME, regime.hash), lambda: justice(world, regime, seeds=SEEDS))
    except InputError as error:
        yield Finding(
            id=finding_id(NAME, name, "untold"), audit=NAME, question=QUESTION,
            claim=f"{name}: nothing can be told. {error}", status="cannot_tell", group=name,
        )  # fmt: skip
        return
    limits = (SYNTHETIC, *told.notes[2:], PEOPLE_STAY)
    common = {
        "audit": NAME, "question": QUESTION, "status": "descriptive", "group": name,
        "n": float(world.people.n), "limits": limits,
        "confidence": "low" if told.parameters else "moderate",
    }  # fmt: skip
    owed = told.owed[told.owed["measure"] == REACHED].set_index("cause")
    whole = float(owed["value"].sum())
    # With a free share of ties the parts have the range of its sweep, and no sum is told.
    start = "so many" if told.parameters else f"{100 * whole:.1f}"
    parts = "; ".join(f"{cause} {_of_hundred(owed.loc[cause])}" for cause in (*CAUSES, UNTOLD))
    yield Finding(
        id=finding_id(NAME, name, "owed"),
        claim=f"{name}: of 100 {people_words(world)}, a measure reaches {start}; by cause: "
        f"{parts}. What circumstances tell is fitted. {told.notes[2]}{_swept(told)}",
        table=told.owed.drop(columns="seeds").astype(object), method=METHOD,
        **common,  # type: ignore[arg-type]
    )  # fmt: skip
    counted = told.frame[told.frame["n"] >= evidence.plan.min_cell]
    frame = counted.set_index("measure")
    said = [
        (words, frame.loc[measure]) for measure, words in SHARES.items() if measure in frame.index
    ]
    shares = ", ".join(f"{_share(row)} {words} ({row['n']:.0f} people)" for words, row in said)
    claim = (
        f"{name}: of all measures that reach people, {shares}. The Gini index of opportunities "
        f"left is {_number(frame.loc['gini'])}, over {world.people.n:,} people.{_swept(told)}"
    )
    if UNSAID in told.notes:
        claim = f"{claim} {UNSAID}."
    gaps = told.gaps[told.gaps["n"] >= evidence.plan.min_cell].assign(reading="gaps of groups")
    # What follows from the rule itself comes last.
    rows = counted.assign(last=counted["kind"] == "theorem").sort_values("last", kind="stable")
    table = pd.concat([rows, gaps], ignore_index=True)
    columns = ["reading", "by", "group", "measure", "value", "difference", "low", "high",
               "range_over", "n", "kind", "note"]  # fmt: skip
    yield Finding(
        id=finding_id(NAME, name, "readings"), claim=claim, table=table[columns].astype(object),
        method=READINGS, **common,  # type: ignore[arg-type]
    )  # fmt: skip


def _of_hundred(row: "pd.Series[float]") -> str:
    ends = f"{100 * row['low']:.1f} to {100 * row['high']:.1f}"
    if row["kind"] == "sweep":
        return ends
    value = f"{100 * row['value']:.1f}"
    same = isnan(row["low"]) or ends == f"{value} to {value}"
    return value if same else f"{value} ({ends})"


def _share(row: "pd.Series[float]") -> str:
    if pd.isna(row["value"]):
        return "an undefined share"
    ends = f"{100 * row['low']:.1f} to {100 * row['high']:.1f} %"
    if row["kind"] == "sweep":
        return ends
    value = f"{100 * row['value']:.1f} %"
    same = isnan(row["low"]) or row["low"] == row["high"]
    return value if same else f"{value} ({ends})"


def _number(row: "pd.Series[float]") -> str:
    if row["kind"] == "sweep":
        return f"{row['low']:.3f} to {row['high']:.3f}"
    return f"{row['value']:.3f}"


def _swept(told: Justice) -> str:
    if not told.parameters:
        return ""
    words = "; ".join(one.words for one in told.parameters)
    return f" Ranges are those of the sweep: {words}."
