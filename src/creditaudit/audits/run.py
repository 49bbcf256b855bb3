"""Put every question to the evidence; say which could not be asked."""

import platform
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from importlib.metadata import version

from typing import Any

from creditaudit import __version__
from creditaudit.audits.questions import Audit, all_audits
from creditaudit.errors import RefusedError
from creditaudit.evidence import LEVELS, Evidence, Family, Plan
from creditaudit.finding import Finding
from creditaudit.law import FOUR_FIFTHS, resolve, resolve_ids
from creditaudit.report import Report

VERSIONS = ("numpy", "pandas", "pyarrow", "scipy", "statsmodels")
FAMILY = (
    "Ranges called family hold for all {n} comparisons of this report together (Bonferroni); "
    "adjusted p-values are Holm's over the same comparisons."
)


def run_audits(
    evidence: Evidence,
    *,
    title: str,
    plan: Plan | None = None,
    author: str | None = None,
    report_date: str | None = None,
    hide: Iterable[str] = (),
    seed: int | None = None,
    file: Mapping[str, Any] | None = None,
) -> Report:
    """Run every audit that the evidence allows, and list the others with what they would need.

    Parameters
    ----------
    evidence : Evidence
    title : str
    plan : Plan, optional
        Fixed beforehand; hashed into the report. What it leaves open (jurisdictions, product,
        decision date) is filled from ``evidence.about``.
    author : str, optional
    report_date : str, optional
        YYYY-MM-DD; today (UTC) by default. Law is resolved at this date and the decision date.
    hide : iterable of str
        Ids of findings to leave out; they are counted on page one.
    seed : int, optional
        Recorded for data that were made or drawn with one.
    file : mapping, optional
        ``name`` and ``hash`` of the file that was read, and ``count`` for a table of counts.

    Returns
    -------
    Report

    Raises
    ------
    RefusedError
        If the whole table holds fewer people than the plan's smallest cell.
    """
    about = evidence.about
    plan = _filled(plan or evidence.plan, about)
    evidence = replace(evidence, plan=plan)
    tally = evidence.tally
    if tally is not None and tally.n < plan.min_cell:
        msg = (
            f"The table holds {tally.n:,.0f} people; under {plan.min_cell} nothing is said about "
            "them. Ask for a longer period or a larger area."
        )
        raise RefusedError(msg)
    date = report_date or datetime.now(UTC).date().isoformat()
    able = [one for one in all_audits() if not one.missing(evidence)]
    first = [finding for one in able for finding in one.answer(evidence)]
    family = Family(tuple(p for finding in first for p in finding.tested))
    findings = [
        _with_law(finding, one, plan, date)
        for one in able
        for finding in one.answer(replace(evidence, family=family))
    ]
    cited = dict.fromkeys(entry for finding in findings for entry in finding.law)
    law = resolve_ids(list(cited), report_date=date, decision_date=plan.decision_date)
    compared = len(family.p_values)
    context = {
        "author": author,
        "report_date": date,
        "synthetic": bool(about.get("synthetic", False)),
        "evidence": _evidence_part(evidence),
        "roles": {} if tally is None else tally.roles.to_dict(),
        "groupings": [] if tally is None else [list(g) for g in tally.groupings],
        "score_bins": _bins_part(evidence),
        "cutoff": None,
        "count": (file or {}).get("count"),
        "plan": plan.to_dict(),
        "comparisons": compared,
        "family": FAMILY.format(n=compared),
        "law": [one.to_dict() for one in law],
        "notes": [] if tally is None else list(tally.notes),
        "provenance": {
            "creditaudit": __version__,
            "versions": {"python": platform.python_version()} | {v: version(v) for v in VERSIONS},
            "seed": seed,
            "tally_hash": None if tally is None else tally.fingerprint(),
            "file_hash": (file or {}).get("hash"),
            "file_name": (file or {}).get("name"),
        },
        "verify": f"creditaudit verify audit.json --data {(file or {}).get('name') or 'DATA'}",
    }
    report = Report(
        title=title, findings=tuple(findings), not_asked=_not_asked(evidence), context=context
    )
    return report.hide(hide)


def _filled(plan: Plan, about: Mapping[str, Any]) -> Plan:
    return replace(
        plan,
        jurisdictions=tuple(plan.jurisdictions or about.get("jurisdictions") or ()),
        product=plan.product or about.get("product"),
        decision_date=plan.decision_date or about.get("decision_date"),
    )


def _with_law(finding: Finding, one: Audit, plan: Plan, date: str) -> Finding:
    ids = []
    if one.topic and plan.jurisdictions:
        found = resolve(
            list(plan.jurisdictions), report_date=date, decision_date=plan.decision_date,
            topic=one.topic, product=plan.product,
        )  # fmt: skip
        ids = [entry.id for entry in found]
    if finding.status != "descriptive" and plan.line == 0.8 and FOUR_FIFTHS not in ids:
        ids.append(FOUR_FIFTHS)
    return replace(finding, law=tuple(ids))


def _evidence_part(evidence: Evidence) -> dict[str, Any]:
    about, tally = evidence.about, evidence.tally
    return {
        "level": evidence.level,
        "level_words": LEVELS[evidence.level],
        "held": evidence.held,
        "origin": None if tally is None else tally.origin,
        "people": None if tally is None else tally.n,
        "source": about.get("name"),
        "about": about.get("about"),
        "disputes": [*about.get("disputes", ()), *about.get("limits", ())],
        "citation": about.get("citation"),
        "licence": about.get("licence"),
    }


def _bins_part(evidence: Evidence) -> str | list[float] | None:
    bins = None if evidence.tally is None else evidence.tally.bins
    if bins is None:
        return None
    return "exact" if bins.exact else [float(edge) for edge in bins.values]


@cache
def _letters() -> dict[str, dict[str, str]]:
    text = (resources.files("creditaudit.audits") / "letters.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _not_asked(evidence: Evidence) -> tuple[dict[str, str], ...]:
    letters = _letters()
    asked = []
    for one in all_audits():
        missing = one.missing(evidence)
        if missing:
            asked.append({
                "audit": one.name,
                "question": one.question,
                "needs": "; ".join(letters[need]["needs"] for need in missing),
                "how": " ".join(letters[need]["how"] for need in missing),
            })  # fmt: skip
    return tuple(asked)
