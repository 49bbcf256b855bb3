"""To which uses do agreements lead that none of them names for these data?"""

from dataclasses import replace

import pandas as pd

from creditaudit.audits.held_worlds import held_regimes, held_society
from creditaudit.audits.questions import audit
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, Status, finding_id
from creditaudit.rulebooks.lints.lint import confidence_of
from creditaudit.sharing.purpose_flows import PurposeFlow, purpose_flow
from creditaudit.sharing.purpose_graphs import NOT_STATED
from creditaudit.sharing.records import Import
from creditaudit.sharing.regimes import SharingRegime

QUESTION = "To which uses do agreements lead that none of them names for these data?"
METHOD = (
    "Agencies with purposes are the nodes of a graph, agreements its arcs. A use is reached where "
    "agreements lead to it one after another, each opening what the one before it brought. All of "
    "it follows from the agreements (a theorem): nothing is estimated."
)
LIMITS = (
    "Read from the regime alone: that a way is open does not say that anybody took it.",
    "A statute may allow a chain as a whole. Then that basis belongs to the regime as an agreement "
    "of its own, and the use is named.",
    "Within one agency, purposes are taken to be kept apart as its agreements name them.",
    "What comes back to the agency that collected it, or one of its kind, is no use elsewhere.",
    "Absence of a basis in the file is not absence in law.",
)
SHOWN = (
    "source", "collected_for", "user", "use", "value", "person_columns", "steps", "way", "bases",
    "kind",
)  # fmt: skip


@audit(
    question=QUESTION,
    needs=("regimes",),
    estimand="uses that data reach over agreements of which none leads there directly, for another "
    "purpose than that of collection; exact for the regime at hand",
    topic="purpose",
)
def purposes(evidence: Evidence) -> list[Finding]:
    """Return the uses reached by drift, what would close them, and agreements without a reason.

    The second finding is there only where something drifts, the third only where an agreement
    states no purpose or no legal basis.
    """
    catalog, people = None, None
    if evidence.society is not None:
        world = held_society(evidence)
        people = len(world.people.frame)
        # A society made by hand may have no purposes; those of the vocabulary stand in.
        catalog = world.catalog if "purpose" in world.catalog else None
    found = []
    for name, regime in held_regimes(evidence).items():
        flow = purpose_flow(regime, catalog, people=people)
        found += [_drift(name, flow)]
        if not flow.drift.empty:
            found += [_closing(name, flow)]
        if any(not (line.purpose and line.basis) for line in regime.imports):
            found += [_unstated(name, regime)]
    return found


def _drift(name: str, flow: PurposeFlow) -> Finding:
    reached, far = flow.frame, flow.drift
    away = reached[reached["source"] != reached["user"]]
    open_ = away[(away["collected_for"] == NOT_STATED) | (away["use"] == NOT_STATED)]
    many = f"{len(flow.regime.agencies)} agencies"
    start = f"{_named(flow.regime)}: what {many} collect reaches {_uses(len(away))} elsewhere"
    unknown = bool(len(away)) and len(open_) == len(away)
    if away.empty:
        claim = f"{_named(flow.regime)}: nothing that {many} collect is passed on."
    elif unknown:
        claim = (
            f"{start}, and no purpose is stated for any of them: whether data serve another "
            "purpose than that of their collection cannot be told."
        )
    elif far.empty:
        claim = (
            f"{start}, and an agreement takes the data there directly, or for the purpose of "
            "their collection."
        )
    else:
        longest = far.loc[far["steps"].idxmax()]
        claim = (
            f"{start}; {len(far)} of these serve another purpose than the data were collected for, "
            "over several agreements one after another, of which none takes the data there "
            f"directly for that use. Longest: {longest['way']}."
        )
    if len(open_) and not unknown:
        claim += f" For {len(open_)} of them a purpose is not stated: there it cannot be told."
    if back := len(reached) - len(away):
        claim += f" {back} more lead back to the agency that collected it, or one of its kind."
    shown = far if len(far) else reached
    return _finding(
        name, flow.regime, "drift", claim, shown[list(SHOWN)].rename(columns={"value": "columns"}),
        estimate=None if unknown else float(len(far)), unit="uses",
        status="cannot_tell" if unknown else "descriptive",
    )  # fmt: skip


def _closing(name: str, flow: PurposeFlow) -> Finding:
    drift, every = _keys(flow.drift), flow.closing()
    rows: list[list[object]] = []
    for line in flow.regime.imports:
        rest = tuple(one for one in flow.regime.imports if one is not line)
        without = replace(flow, regime=replace(flow.regime, imports=rest))
        closed = drift - _keys(without.drift)
        direct = _keys(flow.frame) - drift - (_keys(without.frame))
        in_set = "yes" if line in every else "no"
        rows.append([
            line.what, line.purpose or "not stated", len(closed), len(direct), in_set, "theorem",
        ])  # fmt: skip
    columns = [
        "agreement", "purpose", "indirect uses it ends", "other uses it ends",
        "in a smallest set for all", "kind",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table = table.sort_values([columns[2], columns[3]], ascending=[False, True], kind="stable")
    agreement, _, closed, direct, *_ = table.iloc[0]
    cuts = [flow.closing(row) for _, row in flow.drift.iterrows()]
    first = (
        f"ending one agreement ({agreement}) closes {closed} of {len(drift)} such uses, and with "
        f"them {_uses(direct)} of other kinds"
        if closed
        else f"no single agreement closes any of {len(drift)} such uses"
    )
    claim = (
        f"{_named(flow.regime)}: {first}. Each alone, with all its columns, is closed by "
        f"{_range(cuts)}, and all together by {_range([every])}."
    )
    return _finding(name, flow.regime, "closing", claim, table, estimate=float(closed), unit="uses")


def _unstated(name: str, regime: SharingRegime) -> Finding:
    lines = regime.imports
    rows = [
        [line.what, line.purpose or "not stated", line.basis or "not stated", line.mark, line.note]
        for line in lines
        if not (line.purpose and line.basis)
    ]
    no_purpose = sum(not line.purpose for line in lines)
    no_basis = sum(not line.basis for line in lines)
    claim = (
        f"{_named(regime)}: of {len(lines)} agreements in this file, {no_purpose} without a stated "
        f"purpose of use and {no_basis} without a stated legal basis."
    )
    columns = ["agreement", "purpose", "legal basis", "mark", "note"]
    return _finding(name, regime, "unstated", claim, pd.DataFrame(rows, columns=columns))


def _keys(frame: pd.DataFrame) -> set[tuple[str, ...]]:
    return set(frame[["source", "collected_for", "user", "use"]].itertuples(index=False, name=None))


def _uses(number: int) -> str:
    return f"{number} use" if number == 1 else f"{number} uses"


def _range(cuts: list[tuple[Import, ...]]) -> str:
    sizes = sorted({len(cut) for cut in cuts})
    if len(sizes) == 1:
        return f"ending {sizes[0]}" + (" agreement" if sizes[0] == 1 else " agreements")
    return f"ending {sizes[0]} to {sizes[-1]} agreements"


def _named(regime: SharingRegime) -> str:
    return f'Regime "{regime.title}"'


def _finding(
    name: str, regime: SharingRegime, scope: str, claim: str, table: pd.DataFrame, *,
    estimate: float | None = None, unit: str = "", status: Status = "descriptive",
) -> Finding:  # fmt: skip
    return Finding(
        id=finding_id("purposes", name, scope), audit="purposes", question=QUESTION, claim=claim,
        status=status, estimate=estimate, unit=unit, group=name,
        confidence=confidence_of([line.mark for line in regime.imports]),
        table=table.astype(object).reset_index(drop=True), method=METHOD,
        limits=(*LIMITS, *regime.notes),
    )  # fmt: skip
