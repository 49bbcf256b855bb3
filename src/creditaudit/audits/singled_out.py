"""Whom do joined data single out?"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from creditaudit.audits.held_worlds import (
    SYNTHETIC,
    held_regimes,
    held_society,
    people_words,
    society_groups,
    society_sides,
)
from creditaudit.audits.model_findings import Said, gap_finding
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.wording import group_name, per_hundred
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.influences import mean_of
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.exposures import Exposure, exposure
from creditaudit.sharing.fact_holders import recipients
from creditaudit.sharing.inferences import Inference, attribute_inference
from creditaudit.sharing.packed_keys import packed
from creditaudit.values import Floats

MOST = 10_000
QUESTION = "Whom do joined data single out?"
SINGLING = "singling_out"
# A few columns of each sector that others may know of a person too.
JOINS = {
    "census": ("age", "sex", "region"),
    "employer": ("occupation", "sector_of_work"),
    "bank": ("reported_income",),
    "telecom": ("contract_months",),
    "ecommerce": ("orders_12m", "ecommerce_spend"),
}
METHOD = (
    "Classes of people with equal values on every column joined so far, without names; numbers "
    "with a fraction in 20 bands of about as many people. Counts of this society, exact for it."
)
LIMITS = (
    SYNTHETIC,
    "Which columns are joined, and how finely they are cut, decides the number; both are stated in "
    "the table and are choices of this audit.",
    "To be alone in the joined data is not to be named: it takes one more source that holds these "
    "columns and the name.",
)
GUESSED = (
    SYNTHETIC,
    "Another kind of fit may tell more than boosted trees: what is shown is at least there.",
    "That a trait can be told does not show that anybody tells it.",
)
TOLD = (
    "AUC of telling the group on people left out of the fit of boosted trees, one half of those "
    "drawn, with DeLong's error. Control: the same after the trait was handed out anew by chance."
)


@audit(
    question=QUESTION,
    needs=("society",),
    estimand="share of people whom the columns joined so far tell from everybody else, and that "
    "share in the group less that in the reference; the AUC of a protected trait from the same "
    "columns, less one half",
    topic="sharing",
)
def singling_out(evidence: Evidence) -> list[Finding]:
    """Return how many people joined data single out, which groups more, and what they give away.

    References
    ----------
    Sweeney, L. (2002). k-anonymity. IJUFKS 10, 557-570.
    """
    world = held_society(evidence)
    joins = _joins(world)
    if not joins:
        return [_nothing("The people have none of the columns that are joined here.")]
    found = exposure(world, joins)
    frame, columns = world.people.frame, _columns(found, joins)
    alone = (packed(frame, columns).sizes_of_people() == 1).astype(float)
    findings = [_curve(world, found)]
    for name in society_groups(evidence, world):
        others = [one for one in columns if one != name]
        own = alone if others == columns else (
            packed(frame, others).sizes_of_people() == 1
        ).astype(float)  # fmt: skip
        findings += _by_group(evidence, world, name, own, others)
        findings += _given_away(evidence, world, name, joins)
    findings += _held_by(evidence, world)
    return findings


def _joins(world: Society) -> dict[str, list[str]]:
    there = {
        name: [one for one in columns if one in world.people.frame.columns]
        for name, columns in JOINS.items()
    }
    return {name: columns for name, columns in there.items() if columns}


def _columns(found: Exposure, joins: dict[str, list[str]]) -> list[str]:
    """Return the columns joined where the share alone is nearest one half: groups differ there."""
    curve = found.curve()
    step = int((curve["value"] - 0.5).abs().idxmin())
    return [one for name in list(joins)[: step + 1] for one in joins[name]]


def _nothing(why: str) -> Finding:
    return Finding(
        id=finding_id(SINGLING, "untold", ""), audit=SINGLING, question=QUESTION,
        claim=f"Nothing can be told. {why}", status="cannot_tell",
    )  # fmt: skip


def _curve(world: Society, found: Exposure) -> Finding:
    curve, below = found.curve(), found.curve("below_k")
    steps = ", then ".join(
        f"{name} {per_hundred(value)}"
        for name, value in zip(curve["joined"], curve["value"], strict=True)
    )
    claim = (
        f"Of 100 {people_words(world)}, so many are alone in a few columns that are joined without "
        f"names: {steps}. In the end {per_hundred(below['value'].iloc[-1])} are among fewer than "
        f"{found.k} alike."
    )
    columns = found.bands.groupby("joined", sort=False)["column"].agg(", ".join)
    table = pd.DataFrame({
        "joined": curve["joined"], "columns": [columns[name] for name in curve["joined"]],
        "alone": curve["value"], f"fewer than {found.k} alike": below["value"],
        "mean of 1/f": found.curve("prosecutor_risk")["value"],
        "bits": found.curve("bits")["value"].replace(np.inf, np.nan), "n": curve["n"],
        "note": curve["note"],
    })  # fmt: skip
    return Finding(
        id=finding_id(SINGLING, "", "joins"), audit=SINGLING, question=QUESTION, claim=claim,
        status="descriptive", estimate=100 * float(curve["value"].iloc[-1]), unit="per cent",
        n=float(world.people.n), table=table, method=METHOD, limits=LIMITS, confidence="high",
    )  # fmt: skip


def _by_group(
    evidence: Evidence, world: Society, name: str, alone: Floats,
    columns: list[str],
) -> Iterator[Finding]:  # fmt: skip
    least = max(evidence.plan.min_cell, 2)
    reference, base, others = society_sides(evidence, world.people.frame, name)
    lower = mean_of(alone, base)
    for level, who in others:
        n, m = float(who.sum()), float(base.sum())
        if min(n, m) < least:
            continue
        own = mean_of(alone, who)
        group, beside = group_name((name,), [level]), group_name((name,), [reference])
        lead = (
            f"{group}: of 100 {people_words(world)}, {per_hundred(own.value)} are alone in "
            f"{', '.join(columns)}, against {per_hundred(lower.value)} in the reference group, "
            f"{beside}: {points(own.value - lower.value)} percentage points"
        )
        table = pd.DataFrame({
            name: [reference, level], "n": [m, n], "value": [lower.value, own.value],
            "low": [lower.range()[0], own.range()[0]], "high": [lower.range()[1], own.range()[1]],
        })  # fmt: skip
        yield gap_finding(evidence, own - lower, Said(
            audit=SINGLING, scope=f"{name}: {beside}", lead=lead, after="", n=n,
            smaller=min(n, m), table=table, limits=LIMITS, group=group, reference=beside,
            method=f"{METHOD} Difference of two shares; ranges as for a draw of such people.",
        ))  # fmt: skip


def _given_away(
    evidence: Evidence, world: Society, name: str, joins: dict[str, list[str]]
) -> Iterator[Finding]:
    """Yield what the joined columns tell of a group that is none of them."""
    given = [one for columns in joins.values() for one in columns if one != name]
    try:
        told = attribute_inference(world, {"all": given}, [name], most=MOST)
    except InputError as error:
        yield Finding(
            id=finding_id(SINGLING, "untold", f"told: {name}"), audit=SINGLING, question=QUESTION,
            claim=f"{name}: nothing can be told of what joined data give away. {error}",
            status="cannot_tell", n=float(world.people.n),
        )  # fmt: skip
        return
    yield _told(evidence, world, name, told)


def _told(evidence: Evidence, world: Society, name: str, told: Inference) -> Finding:
    auc, mixed = told.of(name).iloc[0], told.of(name, "auc_mixed").iloc[0]
    gain = told.gains[1, name]
    trait = str(auc["note"])
    lead = (
        f"{trait}: of 100 pairs of {people_words(world)}, one of whom it holds and one not, the "
        f"joined data tell {per_hundred(auc['value'])} right; chance tells 50: "
        f"{points(gain.value)} percentage points"
    )
    after = f"With the trait handed out anew by chance they tell {per_hundred(mixed['value'])}."
    n = float(auc["n"])
    table = told.frame.drop(columns=["step", "joined", "target", "kind"])
    return gap_finding(evidence, gain, Said(
        audit=SINGLING, scope=f"told: {name}", lead=lead, after=after, n=n,
        smaller=float((gain.parts != 0).sum() / 4), table=table, method=TOLD, limits=GUESSED,
        group=trait,
    ))  # fmt: skip


def _held_by(evidence: Evidence, world: Society) -> Iterator[Finding]:
    """Yield how many agencies hold what one of them recorded, regime by regime."""
    for name, regime in held_regimes(evidence).items():
        held = recipients(world, {name: regime})
        top = held.iloc[0]
        alone = int((held["value"] == 1).sum())
        ends = (
            f"every one of {len(held)} facts stays with the agency that recorded it"
            if alone == len(held)
            else f"{top['fact']} ends at {top['value']} of {len(regime.agencies)} agencies, and of "
            f"{len(held)} facts {alone} stay where they were recorded"
        )
        claim = (
            f"By the agreements of {name}, {ends}. This follows from the rule alone and is no "
            "finding about people."
        )
        table = held[["fact", "kept_by", "value", "held_by", "n", "kind"]].rename(
            columns={"value": "agencies", "n": "people or firms"}
        )
        few = table["people or firms"] < evidence.plan.min_cell
        table["people or firms"] = table["people or firms"].astype(float).mask(few)
        yield Finding(
            id=finding_id(SINGLING, "", f"holders: {name}"), audit=SINGLING, question=QUESTION,
            claim=claim, status="descriptive", estimate=float(top["value"]), unit="agencies",
            n=float(table["people or firms"].fillna(0).iloc[0]), table=table.head(40),
            limits=(SYNTHETIC,),
            method="Every import of the regime followed to its end, for each fact apart: exact.",
        )  # fmt: skip
