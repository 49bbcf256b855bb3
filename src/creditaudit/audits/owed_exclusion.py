"""What is exclusion owed to?"""

from collections.abc import Iterator

import pandas as pd

from creditaudit.audits.held_worlds import SYNTHETIC, held_regimes, held_society, people_words
from creditaudit.audits.questions import audit
from creditaudit.audits.worlds_kept import once
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.justices import CAUSES, SOURCE, Justice, justice
from creditaudit.sharing.regimes import SharingRegime

NAME = "exclusion_causes"
QUESTION = "What is exclusion owed to?"
SEEDS = (0, 1)
REACHED = "reached_share"
METHOD = (
    "Exact Shapley values of five causes, each switched off on the same people under the same luck "
    "in all 32 combinations: own conduct or circumstance at the mean, no ties, no mistaken "
    "entries, no luck. They add up to what the record shows."
)
READINGS = f"Two readings side by side; neither ranks anybody. {SOURCE}"


@audit(
    question=QUESTION,
    needs=("society", "regimes"),
    estimand="how many people a measure reaches because of own conduct, circumstance, association, "
    "error and luck: Shapley values on the known truth, which add up to all who are reached",
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
    limits = (SYNTHETIC, *told.notes[2:])
    common = {
        "audit": NAME, "question": QUESTION, "status": "descriptive", "group": name,
        "n": float(world.people.n), "limits": limits,
        "confidence": "low" if told.parameters else "moderate",
    }  # fmt: skip
    owed = told.owed[told.owed["measure"] == REACHED].set_index("cause")
    whole = float(owed["value"].sum())
    # With a free share of ties the parts have the range of its sweep, and no sum is told.
    start = "of" if told.parameters else f"{100 * whole:.1f} of"
    parts = "; ".join(f"{cause} {_of_hundred(owed.loc[cause])}" for cause in CAUSES)
    yield Finding(
        id=finding_id(NAME, name, "owed"),
        claim=f"{name}: {start} 100 {people_words(world)} are reached by a measure, owed to: "
        f"{parts} (whatever the others do not tell). {told.notes[2]}{_swept(told)}",
        table=told.owed.drop(columns="seeds").astype(object), method=METHOD,
        **common,  # type: ignore[arg-type]
    )  # fmt: skip
    frame = told.frame.set_index("measure")
    claim = (
        f"{name}: {_share(frame.loc['reasoned'])} of measures have a recorded reason that the "
        f"person can contest, {_share(frame.loc['measures_without_own_act'])} reach people without "
        f"an act of their own, {_share(frame.loc['measures_after_repair'])} reach people who have "
        f"repaired everything. The Gini index of opportunities left is "
        f"{_number(frame.loc['gini'])}.{_swept(told)}"
    )
    gaps = told.gaps[told.gaps["n"] >= evidence.plan.min_cell].assign(reading="gaps of groups")
    table = pd.concat([told.frame, gaps], ignore_index=True)
    columns = ["reading", "by", "group", "measure", "value", "difference", "low", "high", "n",
               "kind", "note"]  # fmt: skip
    yield Finding(
        id=finding_id(NAME, name, "readings"), claim=claim, table=table[columns].astype(object),
        method=READINGS, **common,  # type: ignore[arg-type]
    )  # fmt: skip


def _of_hundred(row: "pd.Series[float]") -> str:
    if row["kind"] == "sweep":
        return f"{100 * row['low']:.1f} to {100 * row['high']:.1f}"
    return f"{100 * row['value']:.1f}"


def _share(row: "pd.Series[float]") -> str:
    if row["kind"] == "sweep":
        return f"{100 * row['low']:.0f} to {100 * row['high']:.0f} %"
    return "an undefined share" if pd.isna(row["value"]) else f"{100 * row['value']:.0f} %"


def _number(row: "pd.Series[float]") -> str:
    if row["kind"] == "sweep":
        return f"{row['low']:.3f} to {row['high']:.3f}"
    return f"{row['value']:.3f}"


def _swept(told: Justice) -> str:
    if not told.parameters:
        return ""
    words = "; ".join(one.words for one in told.parameters)
    return f" Ranges are those of the sweep: {words}."
