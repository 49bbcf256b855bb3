"""Who is taken for someone else?"""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from creditaudit.audits.held_worlds import (
    held_society,
    society_groups,
    society_sides,
)
from creditaudit.audits.questions import audit
from creditaudit.audits.wording import group_name
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.linkages import COMMON, LinkageError, linkage_error

QUESTION = "Who is taken for someone else?"
MISTAKEN = "mistaken_identity"
KEYS = ("person_name", "birth_year", "region")
LISTED, SHARE, DRAWS = "listed_court", 0.01, 20
LARGER = (10.0, 1_000.0)
PER = 100_000
EXACT = "exact for these people, were the list drawn by chance from all of them"
METHOD = (
    "A hit is somebody not listed whose name (and year of birth, and region) is that of somebody "
    "listed. How many a list as long as the court's hits on average, were it drawn by chance from "
    "everybody, is known exactly for these people by counting who shares what: 1 less "
    "C(N - f, M) / C(N - 1, M) for each of N people of whom f are alike, with M on the list. "
    f"Beside it stands a count over {DRAWS} lists, as a check. Nobody here is a sample, so there "
    "is no test and no range; only the rows on more people have one."
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
    average = float(found.of("wrongful_expected")["value"].iloc[0])
    per = found.of("per_listing_expected")
    more = "".join(
        f"; by {' and '.join(_spoken(row.keys).rsplit(', ', 1))}, {_for_each(float(row.value))}"
        for row in per.iloc[1:].itertuples()
    )
    claim = (
        f"Searched by name alone, a list of {found.list_size:,} drawn by chance among "
        f"{world.people.n:,} synthetic people hits {_many(average)} on average who are not on it: "
        f"{_for_each(float(per['value'].iloc[0]))}{more}. This is exact for these people. Among "
        "more people, were names as common there as here, the same key would hit more for each "
        "listing, in proportion to their number."
    )
    return Finding(
        id=finding_id(MISTAKEN, "", "list"), audit=MISTAKEN, question=QUESTION, claim=claim,
        status="descriptive", estimate=float(per["value"].iloc[0]),
        unit="wrongful hits per listing", n=float(world.people.n), table=_table(world, found),
        method=METHOD, limits=LIMITS, confidence="moderate",
    )  # fmt: skip


def _many(hits: float) -> str:
    return f"{hits:,.0f}" if hits >= 10 else f"{hits:.2g}" if hits >= 1 else "fewer than 1"


def _for_each(share: float) -> str:
    """Return hits for each listing in words, to two significant figures."""
    if not share:
        return "none, as no two people here are alike in these"
    if share >= 0.1:
        return f"{f'{share:.2g}' if share < 10 else f'{share:,.0f}'} for each true listing"
    return f"1 for about {float(f'{1 / share:.2g}'):,.0f} true listings"


def _table(world: Society, found: LinkageError) -> pd.DataFrame:
    hits, per, counted = (
        found.of(name)["value"]
        for name in ("wrongful_expected", "per_listing_expected", "wrongful_counted")
    )
    rows: list[tuple[Any, ...]] = [
        (_spoken(keys), world.people.n, value, None, None, each, drawn, "estimate", EXACT)
        for keys, value, each, drawn in zip(found.namesakes, hits, per, counted, strict=True)
    ]
    rows += _as_it_stands(world, list(found.namesakes))
    grown = found.growth([found.list_size], [world.people.n * by for by in LARGER])
    rows += [
        (
            _spoken(row.keys), row.population, row.wrongful, row.low * row.list_size,
            row.high * row.list_size, row.per_listing, None, row.kind, row.note,
        )
        for row in grown.itertuples()
    ]  # fmt: skip
    names = [
        "searched by", "people", "hits", "low", "high", "for each listing",
        f"counted, mean of {DRAWS} lists", "kind", "note",
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
    hits, each = (found.of(name)["value"] for name in ("wrongful_counted", "per_listing_counted"))
    return [
        (
            _spoken(key), world.people.n, hit, None, None, share, None, "estimate",
            f"counted on the court's own list, {listed:,} people",
        )
        for key, hit, share in zip(keys, hits, each, strict=True)
    ]  # fmt: skip


def _by_group(
    evidence: Evidence, world: Society, found: LinkageError, name: str, keys: str
) -> Iterator[Finding]:
    frame = world.people.frame
    least = max(evidence.plan.min_cell, 2)
    shown = found.frame
    rows = shown[(shown["by"] == name) & (shown["keys"] == keys)]
    exact = rows[rows["measure"] == "share_expected"].set_index("group")
    why = ""
    if name == COMMON:
        sides: list[tuple[Any, Any]] = [("one of the 10 commonest", "another")]
        sizes = {one: float(exact["n"].get(one, 0)) for one in sides[0]}
        why = " It is arithmetic: those with a common surname share their name with more people."
    else:
        reference, base, others = society_sides(evidence, frame, name)
        sizes = {reference: float(base.sum())} | {one: float(who.sum()) for one, who in others}
        sides = [(one, reference) for one, _ in others]
    for level, reference in sides:
        n, m = sizes[level], sizes[reference]
        if min(n, m) < least or not {level, reference} <= set(exact.index):
            continue
        own, beside = (PER * float(exact.loc[one, "value"]) for one in (level, reference))
        word = "surname" if name == COMMON else name
        group, other = group_name((word,), [level]), group_name((word,), [reference])
        claim = (
            f"{group}: searched by name alone, of {PER:,} synthetic people not listed "
            f"{_many(own)} are taken for somebody listed on average, against {_many(beside)} in "
            f"the reference group, {other}: {_apart(own, beside)}. This is exact for these people "
            f"and a list drawn by chance; nothing is tested.{why}"
        )
        table = pd.DataFrame({
            word: [reference, level], "n": [m, n], "value": [beside / PER, own / PER],
            "kind": "estimate", "note": EXACT,
        })  # fmt: skip
        yield Finding(
            id=finding_id(MISTAKEN, group, f"{name}: {other}"), audit=MISTAKEN, question=QUESTION,
            claim=claim, status="descriptive", estimate=own - beside, unit=f"per {PER:,} people",
            n=n, group=group, reference=other, table=table, method=METHOD, limits=LIMITS,
            confidence="moderate",
        )  # fmt: skip


def _two(value: float) -> str:
    """Return a number to two significant figures, in full."""
    return f"{float(f'{value:.2g}'):,.10g}"


def _apart(own: float, beside: float) -> str:
    gap = own - beside
    if abs(gap) < 1:
        return "no difference" if not round(gap, 9) else "less than 1 apart"
    return f"{_two(abs(gap))} {'more' if gap > 0 else 'fewer'}"
