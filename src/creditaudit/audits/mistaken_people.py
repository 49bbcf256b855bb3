"""Who is taken for someone else?"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.audits.held_worlds import (
    held_society,
    society_groups,
    society_sides,
)
from creditaudit.audits.model_findings import Said, gap_finding
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.wording import group_name
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.metrics.influences import Estimate
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.linkages import COMMON, LinkageError, linkage_error
from creditaudit.values import Floats

QUESTION = "Who is taken for someone else?"
MISTAKEN = "mistaken_identity"
KEYS = ("person_name", "birth_year", "region")
LISTED, SHARE, DRAWS = "listed_court", 0.01, 50
LARGER = (10.0, 1_000.0)
PER = 100_000
METHOD = (
    f"Lists of as many people as the court's list, drawn from everybody {DRAWS} times; a hit is "
    "somebody not listed whose name (and year of birth, and region) is that of somebody listed. "
    "Ranges by Student's t over the draws, for this society. Beside the counts stands the closed "
    "form, exact for a list drawn by chance."
)
LIMITS = (
    "The people and their names are synthetic: this describes searching by such keys, and no "
    "country. Names are shared as often as published counts of names say.",
    "A hit is what a search gives. What whoever searches does next, and whether an entry is true, "
    "is not told here.",
    "Lists are drawn by chance. People who are in fact listed are alike in age or place, and then "
    "there are more hits among people like them.",
)
UNNAMED = (
    "The people have no names here. Make the society with its columns person_name, birth_date."
)


@audit(
    question=QUESTION,
    needs=("society",),
    estimand="people not on a list for whom a search by name (and further keys) finds somebody "
    "listed: for each true listing, and their share in the group less that in the reference",
    topic="accuracy",
)
def mistaken_identity(evidence: Evidence) -> list[Finding]:
    """Return how many people a list hits who are not on it, and whom more than others.

    References
    ----------
    Fellegi, I. P. and Sunter, A. B. (1969). A theory for record linkage. JASA 64, 1183-1210.
    """
    world = held_society(evidence)
    frame = world.people.frame
    if not world.synthetic:
        return [_nothing("Names are searched among synthetic people only.")]
    if not {"person_name", "birth_date"} <= set(frame.columns):
        return [_nothing(UNNAMED)]
    keys = [one for one in KEYS if one in frame.columns or one == "birth_year"]
    listed = int((frame[LISTED] == 1).sum()) if LISTED in frame.columns else 0
    size = max(listed, int(SHARE * len(frame)), 1)
    if size >= len(frame):
        return [_nothing("There are too few people.")]
    names = society_groups(evidence, world)
    found = linkage_error(world, keys, list_size=size, by=[COMMON, *names], seeds=range(DRAWS))
    others = [
        finding for name in (COMMON, *names)
        for finding in _by_group(evidence, world, found, name, keys[0])
    ]  # fmt: skip
    return [_whole(world, found), *others]


def _nothing(why: str) -> Finding:
    return Finding(
        id=finding_id(MISTAKEN, "untold", ""), audit=MISTAKEN, question=QUESTION,
        claim=f"Nothing can be told. {why}", status="cannot_tell",
    )  # fmt: skip


def _spoken(keys: str) -> str:
    words = {"person_name": "name", "birth_year": "year of birth"}
    return ", ".join(words.get(one, one) for one in keys.split(" + "))


def _whole(world: Society, found: LinkageError) -> Finding:
    counted, expected = found.of("wrongful_counted"), found.of("wrongful_expected")
    per, size = found.of("per_listing_counted"), found.list_size
    first = per.iloc[0]
    more = ", ".join(f"{row.value:.2g} by {_spoken(row.keys)}" for row in per.iloc[1:].itertuples())
    claim = (
        f"Searched by name alone, a list of {size:,} among {world.people.n:,} synthetic people "
        f"hits {counted['value'].iloc[0]:,.0f} who are not on it "
        f"({counted['low'].iloc[0]:,.0f} to {counted['high'].iloc[0]:,.0f}): {first['value']:.2g} "
        f"for each true listing ({first['low']:.2g} to {first['high']:.2g}). For each true listing "
        f"there are {more}. Among more people the same key hits more for each listing, in "
        "proportion to their number."
    )
    return Finding(
        id=finding_id(MISTAKEN, "", "list"), audit=MISTAKEN, question=QUESTION, claim=claim,
        status="descriptive", estimate=float(first["value"]), low=float(first["low"]),
        high=float(first["high"]), low_family=float(first["low"]),
        high_family=float(first["high"]), unit="wrongful hits per listing",
        n=float(world.people.n), table=_table(world, found, counted, expected, per),
        method=METHOD, limits=LIMITS, confidence="moderate",
    )  # fmt: skip


def _table(
    world: Society, found: LinkageError, counted: pd.DataFrame, expected: pd.DataFrame,
    per: pd.DataFrame,
) -> pd.DataFrame:  # fmt: skip
    rows: list[tuple[Any, ...]] = [
        (
            _spoken(keys), world.people.n, value, low, high, form, each, "estimate",
            "counted, closed form beside",
        )
        for keys, value, low, high, form, each in zip(
            counted["keys"], counted["value"], counted["low"], counted["high"],
            expected["value"], per["value"], strict=True,
        )
    ]  # fmt: skip
    rows += _as_it_stands(world, list(found.namesakes))
    grown = found.growth([found.list_size], [world.people.n * by for by in LARGER])
    rows += [
        (
            _spoken(row.keys), row.population, None, None, None, row.wrongful, row.per_listing,
            row.kind, "closed form, names as common as here",
        )
        for row in grown.itertuples()
    ]  # fmt: skip
    names = [
        "searched by", "people", "hits", "low", "high", "closed form", "for each listing", "kind",
        "note",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=pd.Index(names))


def _as_it_stands(world: Society, keys: list[str]) -> list[tuple[Any, ...]]:
    """Return what the court's list of this society hits: nobody was drawn for it."""
    frame = world.people.frame
    listed = int((frame[LISTED] == 1).sum()) if LISTED in frame.columns else 0
    if not 1 <= listed < len(frame):
        return []
    found = linkage_error(
        world, keys[-1].split(" + "), list_size=listed, list_from=LISTED, seeds=[0]
    )
    hits, form, each = (
        found.of(name)["value"]
        for name in ("wrongful_counted", "wrongful_expected", "per_listing_counted")
    )
    return [
        (
            _spoken(key), world.people.n, hit, None, None, expected, share, "estimate",
            f"counted on the court's own list, {listed:,} people",
        )
        for key, hit, expected, share in zip(keys, hits, form, each, strict=True)
    ]  # fmt: skip


def _by_group(
    evidence: Evidence, world: Society, found: LinkageError, name: str, keys: str
) -> Iterator[Finding]:
    frame = world.people.frame
    least = max(evidence.plan.min_cell, 2)
    if name == COMMON:
        sides: list[tuple[Any, Any]] = [("one of the 10 commonest", "another")]
        sizes: dict[Any, float] = {}
    else:
        reference, base, others = society_sides(evidence, frame, name)
        sizes = {reference: float(base.sum())} | {one: float(who.sum()) for one, who in others}
        sides = [(one, reference) for one, _ in others]
    shown = found.frame
    for level, reference in sides:
        own, beside = (_shares(found, keys, name, one) for one in (level, reference))
        if own is None or beside is None:
            continue
        rows = shown[(shown["by"] == name) & (shown["keys"] == keys)]
        rows = rows[rows["measure"] == "share_counted"].set_index("group")
        n, m = (sizes.get(one, float(rows.loc[one, "n"])) for one in (level, reference))
        if min(n, m) < least:
            continue
        gaps, draws = own - beside, len(own)
        # One part a draw, so that the sum of squares is the variance of the mean of draws.
        parts = (gaps - gaps.mean()) / np.sqrt(draws * (draws - 1.0))
        # A finding prints hundredths.
        gap = Estimate(PER / 100 * float(gaps.mean()), PER / 100 * parts)
        word = "surname" if name == COMMON else name
        group, other = group_name((word,), [level]), group_name((word,), [reference])
        lead = (
            f"{group}: searched by name alone, of {PER:,} synthetic people not listed "
            f"{PER * own.mean():,.0f} are taken for somebody listed, against "
            f"{PER * beside.mean():,.0f} in the reference group, {other}: {points(gap.value)}"
        )
        table = pd.DataFrame({
            word: [reference, level], "n": [m, n],
            "value": [rows.loc[one, "value"] for one in (reference, level)],
            "low": [rows.loc[one, "low"] for one in (reference, level)],
            "high": [rows.loc[one, "high"] for one in (reference, level)],
        })  # fmt: skip
        told = gap_finding(evidence, gap, Said(
            audit=MISTAKEN, scope=f"{name}: {other}", lead=lead, after="", n=n,
            smaller=min(n, m), table=table, method=METHOD, limits=LIMITS, group=group,
            reference=other,
        ))  # fmt: skip
        yield replace(told, unit=f"per {PER:,} people")


def _shares(found: LinkageError, keys: str, by: str, group: Any) -> Floats | None:
    shares = found.shares.get((keys, by, group))
    return None if shares is None or np.isnan(shares).any() else shares
