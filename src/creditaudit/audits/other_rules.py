"""What would change if the rule were another?"""

from collections.abc import Iterator, Mapping
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.held_worlds import SYNTHETIC, held_regimes, held_society, people_words
from creditaudit.audits.questions import audit
from creditaudit.audits.worlds_kept import once
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.contrast_kinds import HOMES
from creditaudit.sharing.contrasts import Contrast, contrast
from creditaudit.sharing.feedbacks import repealed
from creditaudit.sharing.records import CHILD
from creditaudit.sharing.regimes import SharingRegime

NAME = "regime_contrast"
QUESTION = "What would change if the rule were another?"
SEEDS = 10
ALONE = "without sharing"
METHOD = (
    "The same people under both rules, and the same luck: a tie is drawn once for a seed, whatever "
    "the rule. Differences are paired by seed. Would be refused: pairs of a person and an agency "
    "that refuses whoever is on the list it holds. Theorem: follows from the rule itself. Sweep: "
    "rests on a free share of ties, and its range is that of the sweep. Estimate: counted on these "
    "people; the range, if there is one, is over draws of the ties."
)
LEVERS = (
    "Shapley values over what differs between the two rules: every combination is run on the same "
    "people under the same luck, and the values add up to the difference."
)
LIMITS = (
    SYNTHETIC,
    "Would be refused, or reached by a measure, is not refused: nobody here asks for anything.",
    "The people stay the same under both rules: other people drawn alike would have other numbers.",
    "What an agency does with what it learns is taken from the regime. Behaviour does not answer.",
)
PER_FINDING, PER_HEAD = "refusals_per_finding", "refusals_per_person"
UNIT = "would-be refusals for every 100 people"
REACHED = {
    "touched_share": "Of 100 people, reached by a list or a measure:",
    "touched_of_those_without_finding": "Of 100 without a finding of their own:",
}
PARTS = {PER_HEAD: "would-be refusals", "touched_share": "people reached"}
PARTS_OF_RULES = {
    "imports": "who takes lists from whom", "measures": "what agencies refuse to those they list",
    "ties": "what goes along ties",
}  # fmt: skip
THROUGH = {
    ("household", ""): "through the household",
    ("kin", ""): "through relatives in other households",
    ("contact", ""): "through contacts",
    ("child", ""): "through a parent",
    ("guarantee", "forward"): "from who guarantees to who owes",
    ("guarantee", "backward"): "from who owes to who guarantees",
    ("employment", "forward"): "from the worker to the employer",
    ("employment", "backward"): "from the employer to its workers",
    ("ownership", "forward"): "from the owner to the firm",
    ("ownership", "backward"): "from the firm to its owner",
    ("representation", "forward"): "from the representative to the firm",
    ("representation", "backward"): "from the firm to its representative",
}
SHOWN = [
    "measure", "by", "group", "reference_value", "regime_value", "value", "low", "high",
    "range_over", "n", "kind", "note",
]  # fmt: skip


@audit(
    question=QUESTION,
    needs=("society", "regimes"),
    estimand="for every 100 people, pairs of a person and an agency that would refuse them under "
    "one rule less those under the other, for the same people and the same draws of their ties",
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
    homes = frame[frame["entities"] == "households"]
    frame = frame[(frame["entities"] == "people") & (frame["findings"] == "recorded")]
    groups = {"all", *(evidence.plan.groups or world.people.roles.groups)}
    frame = frame[frame["by"].isin(groups) & (frame["n"] >= evidence.plan.min_cell)]
    whole = frame[frame["by"] == "all"].set_index("measure")
    if PER_HEAD not in whole.index:
        return
    row = whole.loc[PER_HEAD].to_dict()
    claim = (
        f"Of 100 {people_words(world)}, would-be refusals (each a person and an agency) "
        f"{_under(reference)}: {_level(row, 'reference_value')}; under {name} {_change(row)}."
    )
    if PER_FINDING in whole.index:
        claim = f"{_refusals(whole.loc[PER_FINDING].to_dict(), reference, name)} {claim}"
    swept = row if row["kind"] == "sweep" else None
    # Imports reach nobody new: what ties do is told where there are ties.
    for measure, words in REACHED.items():
        if measure in whole.index and whole.loc[measure, "kind"] != "theorem":
            reached = whole.loc[measure].to_dict()
            claim += f" {words} {_change(reached)}."
            swept = reached if reached["kind"] == "sweep" else swept
    for home in homes.to_dict("records"):
        claim += f" {_homes(home, world)}"
        swept = home if home["kind"] == "sweep" else swept
    note = f" {_swept(swept)}" if swept else ""
    common = {
        "audit": NAME, "question": QUESTION, "status": "descriptive", "group": name,
        "reference": reference, "n": float(row["n"]), "limits": LIMITS,
        "confidence": "low" if swept else "moderate",
    }  # fmt: skip
    # What follows from the rule itself comes last.
    table = pd.concat([frame, homes]).assign(last=lambda of: of["kind"] == "theorem")
    table = table.sort_values("last", kind="stable")
    yield Finding(
        id=finding_id(NAME, name, f"{reference}: people"), claim=claim + note,
        estimate=100 * row["value"], low=100 * row["low"], high=100 * row["high"], unit=UNIT,
        table=table[SHOWN].astype(object).reset_index(drop=True), method=METHOD,
        **common,  # type: ignore[arg-type]
    )  # fmt: skip
    levers = _levers(told, name)
    if levers is None:
        return
    acting = levers[levers["governance"] == "by data"]
    # A child is in no table of people, so no such number can move by what reaches children.
    acting = acting[~acting["lever"].str.startswith(f"tie: {CHILD} ")]
    parts = [
        f"{_capital(_part(str(lever)))}: {'; '.join(said)}"
        for lever, own in acting.groupby("lever", sort=False)
        if (said := [
            f"{_change(one)} {words}"
            for measure, words in PARTS.items()
            for one in own[own["measure"] == measure].to_dict("records")
            if one["kind"] != "theorem" and (one["low"] or one["high"] or one["value"])
        ])
    ]  # fmt: skip
    if not parts:
        return
    yield Finding(
        id=finding_id(NAME, name, f"{reference}: levers"),
        claim=f"Which part of the rule makes the difference, of every 100 "
        f"{people_words(world)}. {'. '.join(parts)}.{note}",
        table=acting.drop(columns=["regime", "reference", "seeds"]).astype(object),
        method=LEVERS, **common,  # type: ignore[arg-type]
    )  # fmt: skip


def _levers(told: Contrast, name: str) -> pd.DataFrame | None:
    try:
        return told.levers(name)
    except InputError:
        # The same rule twice: there is no lever.
        return None


def _change(row: Mapping[str, Any]) -> str:
    """Return a change in every 100, with its range."""
    value, low, high = (100 * float(row[name]) for name in ("value", "low", "high"))
    if row["kind"] == "sweep":
        return f"{low:+.1f} to {high:+.1f}".replace("-", "\N{MINUS SIGN}")
    words = "no more" if value == 0 else f"{abs(value):.1f} {'more' if value > 0 else 'fewer'}"
    if isnan(low) or low == high:
        return words
    return f"{words} ({low:+.1f} to {high:+.1f})".replace("-", "\N{MINUS SIGN}")


def _level(row: Mapping[str, Any], side: str) -> str:
    value = float(row[side])
    return "a number that rests on its sweep" if isnan(value) else f"{100 * value:.1f}"


def _refusals(row: Mapping[str, Any], reference: str, name: str) -> str:
    """Return what becomes of the refusals that would follow from one finding."""
    sides = [float(row[one]) for one in ("reference_value", "regime_value")]
    if any(map(isnan, sides)):
        low, high = float(row["low"]), float(row["high"])
        return f"One finding would bring {low:.2f} to {high:.2f} more refusals under {name}."
    before, after = (f"{one:.2f}" for one in sides)
    return (
        f"One finding would bring {before} refusals {_under(reference)} and {after} under {name}."
    )


def _homes(row: Mapping[str, Any], world: Society) -> str:
    """Return how many more households with a child a clause reaches: children are in no table."""
    what = _part(f"tie: {row['group']}")
    low, value, high = (float(row[one]) for one in ("low", "value", "high"))
    if not np.isfinite(value):
        return (
            f"Households with a child whom a measure reaches {what} cannot be counted: this "
            'society was made without columns on schools and fees (columns="all" has them).'
        )
    many = f"{low:,.0f} to {high:,.0f}" if row["kind"] == "sweep" else f"{value:,.0f}"
    return (
        f"Households with a child whom a measure reaches {what}: {many} more, of {row['n']:,.0f} "
        "households."
    )


def _part(lever: str) -> str:
    """Return a part of a rule in words: "tie: household forward: post, 1 tie"."""
    if not lever.startswith("tie: "):
        return PARTS_OF_RULES.get(lever, lever)
    relation, _, rest = lever.removeprefix("tie: ").partition(": ")
    kind, _, way = relation.partition(" ")
    through = THROUGH.get((kind, way), THROUGH.get((kind, ""), f"through {kind} ties"))
    measure, *more = rest.split(", ")
    told = [one for one in more if not one.startswith("when ")]
    return f"{through} ({', '.join([measure.replace('_', ' '), *told])})"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _under(reference: str) -> str:
    return reference if reference == ALONE else f"under {reference}"


def _swept(row: Mapping[str, Any]) -> str:
    words = str(row["note"]).removeprefix(f"{HOMES}; ")
    return f"The range is that of {words}, which no source gives."
