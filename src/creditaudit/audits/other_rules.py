"""What would change if the rule were another?"""

from collections.abc import Iterator

import pandas as pd

from creditaudit.audits.held_worlds import SYNTHETIC, held_regimes, held_society, people_words
from creditaudit.audits.questions import audit
from creditaudit.audits.worlds_kept import once
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.contrasts import Contrast, contrast
from creditaudit.sharing.feedbacks import repealed
from creditaudit.sharing.regimes import SharingRegime

NAME = "regime_contrast"
QUESTION = "What would change if the rule were another?"
SEEDS = 10
ALONE = "without sharing"
METHOD = (
    "The same people under both rules, and the same luck: a tie is drawn once for a seed, whatever "
    "the rule. Differences are paired by seed. Theorem: follows from the wiring. Sweep: rests on a "
    "free share of ties, and its range is that of the sweep. Estimate: counted on these people."
)
LEVERS = (
    "Shapley values over what differs between the two rules: every combination is run on the same "
    "people under the same luck, and the values add up to the difference."
)
LIMITS = (
    SYNTHETIC,
    "Touched is not refused: a measure can reach somebody who never asks for anything.",
    "What an agency does with what it learns is taken from the regime. Behaviour does not answer.",
)
SHOWN = [
    "measure", "by", "group", "reference_value", "regime_value", "value", "low", "high", "n",
    "kind", "note",
]  # fmt: skip


@audit(
    question=QUESTION,
    needs=("society", "regimes"),
    estimand="share of people reached by a measure under one rule less that under the other, for "
    "the same people and the same draws of their ties",
    topic="sharing",
)
def regime_contrast(evidence: Evidence) -> list[Finding]:
    """Return for each rule what it changes against the first, and which lever changes it.

    With one rule only, it is set against the same rule without its imports and ties.
    """
    world = held_society(evidence)
    found = []
    for reference, name, pair in _pairs(held_regimes(evidence)):
        key = (NAME, reference, name, *(one.hash for one in pair))
        try:
            both = {reference: pair[0], name: pair[1]}
            told = once(world, key, lambda both=both: contrast(world, both, SEEDS))  # type: ignore[misc]
            found += [*_findings(evidence, world, told, reference, name)]
        except InputError as error:
            found.append(Finding(
                id=finding_id(NAME, name, "untold"), audit=NAME, question=QUESTION,
                claim=f"{name}: nothing can be told. {error}", status="cannot_tell", group=name,
            ))  # fmt: skip
    return found


def _pairs(
    regimes: dict[str, SharingRegime],
) -> Iterator[tuple[str, str, tuple[SharingRegime, SharingRegime]]]:
    names = list(regimes)
    if len(names) == 1:
        own = regimes[names[0]]
        yield ALONE, names[0], (repealed(own), own)
    for name in names[1:]:
        yield names[0], name, (regimes[names[0]], regimes[name])


def _findings(
    evidence: Evidence, world: Society, told: Contrast, reference: str, name: str
) -> Iterator[Finding]:
    frame = told.frame
    frame = frame[(frame["entities"] == "people") & (frame["findings"] == "recorded")]
    groups = {"all", *(evidence.plan.groups or world.people.roles.groups)}
    frame = frame[frame["by"].isin(groups) & (frame["n"] >= evidence.plan.min_cell)]
    (row,) = frame[(frame["measure"] == "touched_share") & (frame["by"] == "all")].to_dict(
        "records"
    )
    (innocent,) = frame[
        (frame["measure"] == "touched_of_those_without_finding") & (frame["by"] == "all")
    ].to_dict("records")
    before = f"{100 * row['reference_value']:.1f}"
    claim = (
        f"Of 100 {people_words(world)}, {before} are touched by a list or measure "
        f"{_under(reference)}; under {name} {_change(row)}. Of 100 without a finding of their own, "
        f"{_change(innocent)}."
    )
    refusals = frame[(frame["measure"] == "refusals_per_finding") & (frame["by"] == "all")]
    if len(refusals):
        claim = f"{_refusals(refusals.iloc[0].to_dict(), reference, name)} {claim}"
    note = f" {_swept(row)}" if row["kind"] == "sweep" else ""
    common = {
        "audit": NAME, "question": QUESTION, "status": "descriptive", "group": name,
        "reference": reference, "n": float(world.people.n), "limits": LIMITS,
    }  # fmt: skip
    yield Finding(
        id=finding_id(NAME, name, f"{reference}: people"), claim=claim + note,
        estimate=100 * row["value"], low=100 * row["low"], high=100 * row["high"],
        unit="percentage points", table=frame[SHOWN].astype(object).reset_index(drop=True),
        method=METHOD, confidence="low" if row["kind"] == "sweep" else "moderate",
        **common,  # type: ignore[arg-type]
    )  # fmt: skip
    levers = _levers(told, name)
    if levers is None:
        return
    own = levers[levers["measure"] == "touched_share"]
    parts = "; ".join(
        f"{one.lever} {_change(one._asdict())}" for one in own.itertuples(index=False)
    )
    yield Finding(
        id=finding_id(NAME, name, f"{reference}: levers"),
        claim=f"What makes this difference in people touched, of every 100: {parts}.{note}",
        table=levers.drop(columns=["regime", "reference", "seeds"]).astype(object),
        method=LEVERS, confidence="low" if row["kind"] == "sweep" else "moderate",
        **common,  # type: ignore[arg-type]
    )  # fmt: skip


def _levers(told: Contrast, name: str) -> pd.DataFrame | None:
    try:
        return told.levers(name)
    except InputError:
        # The same rule twice: there is no lever.
        return None


def _change(row: dict[str, object]) -> str:
    """Return a change in people of every 100, with its range."""
    value, low, high = (100 * float(str(row[name])) for name in ("value", "low", "high"))
    if row["kind"] == "sweep":
        return f"{low:.1f} to {high:.1f} more"
    words = "no more" if value == 0 else f"{abs(value):.1f} {'more' if value > 0 else 'fewer'}"
    return words if low == high else f"{words} ({low:.1f} to {high:.1f})"


def _refusals(row: dict[str, object], reference: str, name: str) -> str:
    """Return what becomes of the refusals that follow from one finding."""
    before, after = (f"{float(str(row[one])):.2f}" for one in ("reference_value", "regime_value"))
    return f"One finding brings {before} refusals {_under(reference)} and {after} under {name}."


def _under(reference: str) -> str:
    return reference if reference == ALONE else f"under {reference}"


def _swept(row: dict[str, object]) -> str:
    return f"The range is that of {row['note']}, which no source gives."
