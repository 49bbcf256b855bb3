"""What is each sector's data worth, and at whose cost?"""

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.audits.comparing import adjusted, held, reference_of
from creditaudit.audits.held_worlds import held_society, society_groups
from creditaudit.audits.model_findings import CORRECTED, too_few, untold
from creditaudit.audits.model_rows import cannot_read, inputs_of
from creditaudit.audits.questions import audit
from creditaudit.audits.remainders import points
from creditaudit.audits.worlds_kept import once
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.intervals import LEVEL
from creditaudit.populations.base import CATALOG_COLUMNS, Population
from creditaudit.roles import Roles
from creditaudit.sharing.coalition_games import EXACT
from creditaudit.sharing.sector_columns import columns_of_sectors
from creditaudit.sharing.sector_worths import InformationValue
from creditaudit.sharing.valued_people import played
from creditaudit.sharing.values import information_value
from creditaudit.sharing.worth_words import summed_up
from creditaudit.tally import Tally

NAME, QUESTION = "sector_values", "What is each sector's data worth, and at whose cost?"
# Whoever lends has these already, where they are there and others are left to value.
BASE = ("bank", "census", "employer")
# A fit on every coalition takes long, and a report asks in passing; more is in the library.
MOST_PEOPLE, PARTS, DRAWS = 6_000, 3, 100
LEAST = 20
METRICS = ("auc", "brier", "approval_gap", "wrongful_refusal_gap")
FIXED = "The model cannot be fitted again here, and that takes a scikit-learn classifier."
CLUSTERS = "People were sampled in clusters, and they are drawn one by one here."
CHOSEN = (
    "The sector of the claim is the one that moves the gap most; ranges for all comparisons allow "
    "for having looked at every sector, those of single rows do not."
)
Result = TypeVar("Result")
_KEPT: WeakKeyDictionary[Tally, list[tuple[Any, Any, Any, Any]]] = WeakKeyDictionary()


@audit(
    question=QUESTION,
    needs=("scorer", "sectors"),
    estimand="what the data of the sector that moves it most add to the gap in approvals, on "
    "average over all orders in which sectors could join, by fits on every coalition at the same "
    "share approved",
    topic="approval_gap",
)
def sector_values(evidence: Evidence) -> list[Finding]:
    """Return for each column of groups what each sector adds to accuracy, gap and exposure.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games 2,
    307-317.
    """
    if not (hasattr(evidence.scorer, "fit") and hasattr(evidence.scorer, "get_params")):
        return [untold(evidence, NAME, "", FIXED)]
    population, groups = _population(evidence)
    if population is None:
        return [untold(evidence, NAME, "", groups[0])]
    found: list[Finding] = []
    for name in groups:
        try:
            found.append(_finding(evidence, name, _worth(evidence, population, groups, name)))
        except InputError as error:
            found.append(untold(evidence, NAME, name, str(error)))
    return found


def _population(evidence: Evidence) -> tuple[Population | None, list[str]]:
    """Return the people with the sector of each input, and their groups; or None and why not."""
    if evidence.society is not None:
        world = held_society(evidence)
        people, groups = world.people, society_groups(evidence, world)
        named = getattr(evidence.scorer, "feature_names_in_", None)
        catalog = world.catalog[world.catalog["of"] == "person"]
        if named is not None:
            catalog = catalog[catalog["column"].isin(list(named))]
        if not groups:
            return None, ["The people of the society have no groups to compare."]
        return Population(
            people.frame, people.roles, catalog=catalog, truth=people.truth, made=people.made
        ), groups
    roles, frame = held(evidence).roles, evidence.frame
    assert frame is not None
    why = cannot_read(evidence, roles.outcome, *evidence.groups)
    if not why and roles.cluster is not None:
        why = CLUSTERS
    if why:
        return None, [why]
    inputs = inputs_of(evidence.scorer, frame, roles)
    home = {name: sector for name, sector in evidence.sectors.items() if name in inputs.columns}
    rows = [(name, sector, "", "", "", "") for name, sector in home.items()]
    catalog = pd.DataFrame(rows, columns=pd.Index(CATALOG_COLUMNS))
    # Only columns that are there can be named; a decision may stand in the tally alone.
    kept = {
        part: getattr(roles, part)
        for part in ("decision", "favourable", "unfavourable", "outcome", "good")
        if roles.decision in frame.columns or part in ("outcome", "good")
    }
    own = Roles(groups=evidence.groups, **kept)
    return Population(frame, own, catalog=catalog, made=evidence.about), evidence.groups


def _worth(
    evidence: Evidence, population: Population, groups: list[str], name: str
) -> InformationValue:
    scorer = evidence.scorer
    given = evidence.plan.reference.get(name)
    if evidence.society is None:
        given = reference_of(evidence, (name,))
    taken = [one for one in (*played(population.roles), *groups) if one is not None]
    sectors = columns_of_sectors(
        population.frame, None, (), catalog=population.catalog, taken=taken
    ).sectors
    base = [one for one in BASE if one in sectors]
    if len(sectors) - len(base) < 2:
        base = []

    def fitted() -> InformationValue:
        return information_value(
            population, scorer, base=base, metrics=METRICS, group=groups[0],
            reference=given if name == groups[0] else None, most_people=MOST_PEOPLE,
            refits=PARTS, draws=DRAWS,
        )  # fmt: skip

    def kept(key: Any, work: Callable[[], InformationValue]) -> InformationValue:
        if evidence.society is not None:
            return once(evidence.society, (NAME, id(scorer), tuple(groups), key), work)
        return _once(evidence, (tuple(groups), key), work)

    whole = kept(None, fitted)
    if name == groups[0]:
        return whole
    return kept(name, lambda: whole.for_group(name, given))


def _once(evidence: Evidence, key: Any, work: Callable[[], Result]) -> Result:
    """Return what was worked out: a report asks every question twice."""
    kept = _KEPT.setdefault(held(evidence), [])
    for frame, scorer, asked, found in kept:
        if frame is evidence.frame and scorer is evidence.scorer and asked == key:
            known: Result = found
            return known
    made = work()
    kept.append((evidence.frame, evidence.scorer, key, made))
    return made


def _finding(evidence: Evidence, name: str, worth: InformationValue) -> Finding:
    level = evidence.family.level if evidence.family else LEVEL
    tested = worth.people.tested
    few = min(worth.side.of_group[tested].sum(), worth.side.of_reference[tested].sum())
    if few < max(evidence.plan.min_cell, LEAST):
        return untold(evidence, NAME, name, too_few(LEAST, "people measured on"))
    own, gap = worth.numbers("shapley"), worth.metrics.index(worth.gap)
    p_values = [_p_value(own.at((i, gap))) for i in range(len(worth.sectors))]
    most = int(np.nanargmax(np.abs(own.value[:, gap])))
    one = own.at((most, gap))
    low, high = (float(x) for x in one.range())
    wide = [own.at((i, gap)).range(level) for i in range(len(worth.sectors))]
    beyond = any(ends[0] > 0 or ends[1] < 0 for ends in wide)
    ends = float(wide[most][0]), float(wide[most][1])
    p_adjusted = adjusted(evidence, p_values[most])
    line = (
        f"Allowing for every comparison made, that is {points(ends[0])} to {points(ends[1])}: "
        + ("beyond the line at 0." if ends[0] > 0 or ends[1] < 0 else "0 is inside the range.")
    )
    value = float(one.value)
    claim = (
        f"{summed_up(worth)} {worth.sectors[most]} moves the gap most: {points(value)} percentage "
        f"points ({points(low)} to {points(high)}) on average over orders. {line} "
        f"{' '.join(_named(worth))}"
    )
    status: Status = "beyond" if beyond else "cannot_tell"
    return Finding(
        id=finding_id(NAME, name, worth.reference), audit=NAME, question=QUESTION,
        claim=claim.strip(), status=status, estimate=100 * value, low=100 * low, high=100 * high,
        low_family=100 * ends[0], high_family=100 * ends[1],
        unit="percentage points", n=float(worth.n), group=worth.group, reference=worth.reference,
        p_value=p_values[most], p_adjusted=p_adjusted,
        tested=tuple(p for p in p_values if np.isfinite(p)),
        confidence="low" if few < 1000 or len(worth.sectors) > EXACT else "moderate",
        table=worth.table, method=f"{worth.method} {CORRECTED}", limits=(*worth.limits, CHOSEN),
    )  # fmt: skip


def _p_value(one: Any) -> float:
    error = float(one.error)
    if not error > 0:
        return float("nan")
    return float(intervals.two_sided_p(np.array(float(one.value) / error), one.df))


def _named(worth: InformationValue) -> list[str]:
    """Return a sentence on each sector that costs or spares a group approvals, or is redundant."""
    return [f"{one.sector}: {one.says}." for one in worth.named.itertuples()
            if one.gap in ("against the group", "towards the group") or one.redundant]  # fmt: skip
