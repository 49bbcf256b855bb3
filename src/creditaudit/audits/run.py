"""Put every question to the evidence; say which could not be asked."""

import platform
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from importlib.metadata import version
from shlex import quote
from typing import Any

from creditaudit import __version__
from creditaudit.audits.chosen_numbers import chosen_notes
from creditaudit.audits.questions import Audit, all_audits
from creditaudit.audits.rulebook_notes import book_names, book_notes, book_part
from creditaudit.audits.wording import people
from creditaudit.audits.world_notes import notes_on_world, regimes_part, world_part
from creditaudit.errors import BoundedCounts, InputError, RefusedError
from creditaudit.evidence import LEVELS, Evidence, Family
from creditaudit.finding import Finding, plain_number
from creditaudit.law import FOUR_FIFTHS, resolve, resolve_ids
from creditaudit.plan import Plan, is_day
from creditaudit.report import Report, count_to_text

# What to ask for where an audit cannot carry bounds of counts.
TOLD = {
    "needs": "every count, and not bounds of some",
    "how": "Ask for the counts that were held back, or for tables merged until none has to be. "
    'Letter: "Please send the table without suppressed or rounded counts; where a count is too '
    'small to be sent, merge its row with a neighbouring one instead."',
}
VERSIONS = ("numpy", "pandas", "pyarrow", "scipy", "statsmodels")
SOLVER = "z3-solver"


def run_audits(
    evidence: Evidence,
    *,
    title: str,
    plan: Plan | None = None,
    author: str | None = None,
    report_date: date | str | None = None,
    hide: Iterable[str] = (),
    seed: int | None = None,
    file: Mapping[str, Any] | None = None,
    beside: Sequence[float] = (),
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
    report_date : date or str, optional
        YYYY-MM-DD; today (UTC) by default. Law is resolved at this date and the decision date.
    hide : iterable of str
        Ids of findings to leave out; they are counted on page one.
    seed : int, optional
        Recorded for data that were made or drawn with one.
    file : mapping, optional
        ``name`` and ``hash`` of the file that was read, and ``count`` for a table of counts.
    beside : sequence of float
        P-values of comparisons that belong to the same report and are not made here; ranges are
        corrected over them too.

    Returns
    -------
    Report

    Raises
    ------
    InputError
        If the title is empty or the report date is not a day.
    RefusedError
        If the whole table holds fewer people than the plan's smallest cell.
    """
    about = world_part(evidence) | dict(evidence.about)
    if not isinstance(title, str) or not title.strip():
        msg = f"title={title!r} must be text that names the report."
        raise InputError(msg)
    day = report_date or datetime.now(UTC).date()
    day = day.isoformat()[:10] if isinstance(day, date) else day
    if not is_day(day):
        msg = f"report_date={day!r} must be a day, such as '2025-12-31'."
        raise InputError(msg)
    plan = _filled(plan or evidence.plan, about)
    evidence = replace(evidence, plan=plan)
    tally = evidence.tally
    if tally is not None and tally.n < plan.min_cell:
        msg = (
            f"The table holds {people(tally.n)} people; under {plan.min_cell} nothing is said "
            "about them. Ask for a longer period or a larger area."
        )
        raise RefusedError(msg)
    asked = all_audits()
    first: dict[str, list[Finding]] = {}
    able, unsure = [], []
    for one in asked:
        if one.missing(evidence):
            continue
        try:
            first[one.name] = one.answer(evidence)
        except BoundedCounts:
            unsure.append(one)
        else:
            able.append(one)
    tested = [p for found in first.values() for finding in found for p in finding.tested]
    family = Family((*tested, *beside))
    whole = replace(evidence, family=family)
    findings = [
        _with_law(finding, one, plan, day)
        for one in able
        for finding in (first[one.name] if _settled(one, first[one.name]) else one.answer(whole))
    ]
    cited = dict.fromkeys(entry for finding in findings for entry in finding.law)
    law = resolve_ids(list(cited), report_date=day, decision_date=plan.decision_date)
    compared = len(family.p_values)
    named = book_names(evidence.rulebook) if evidence.held == ["rulebook"] else {}
    context: dict[str, Any] = {
        "author": author,
        "report_date": day,
        "synthetic": bool(about.get("synthetic", False)),
        "evidence": _evidence_part(evidence, about),
        "roles": {} if tally is None else tally.roles.to_dict(),
        "groupings": [] if tally is None else [list(g) for g in tally.groupings],
        "score_bins": _bins_part(evidence),
        "cutoff": None,
        "count": count_to_text((file or {}).get("count")),
        "plan": plan.to_dict(),
        "comparisons": compared,
        "family": _family_words(compared),
        "law": [one.to_dict() for one in law],
        "notes": [
            *([] if tally is None else tally.notes),
            *book_notes(evidence.rulebook),
            *(f"Earlier: {note}" for note in book_notes(evidence.earlier_rulebook)),
            *notes_on_world(evidence),
            *chosen_notes(about),
        ],
        "provenance": {
            "creditaudit": __version__,
            "versions": {"python": platform.python_version()}
            | {v: version(v) for v in VERSIONS}
            | _solver(findings),
            "seed": about.get("seed") if seed is None else seed,
            "tally_hash": None if tally is None else tally.fingerprint(),
            "file_hash": (file or {}).get("hash"),
            "file_name": (file or {}).get("name") or named.get("file"),
        },
        # To be pasted into a shell, so a file's name must stay one word.
        "verify": "creditaudit verify audit.json --data "
        + quote((file or {}).get("name") or named.get("data") or "DATA"),
    }
    if evidence.society is not None:
        context["provenance"]["society_hash"] = evidence.society.fingerprint()
    if evidence.regimes is not None:
        context["regimes"] = regimes_part(evidence)
    report = Report(
        title=title,
        findings=tuple(findings),
        not_asked=_not_asked(asked, evidence, unsure),
        context=context,
    )
    return report.hide(hide)


def _solver(findings: Iterable[Finding]) -> dict[str, str]:
    """Return the version of the solver where something was proved with it."""
    proved = any(one.audit == "rule_proofs" and one.status == "descriptive" for one in findings)
    return {SOLVER: version(SOLVER)} if proved else {}


def _settled(one: Audit, found: Iterable[Finding]) -> bool:
    """Whether a second answer would be the first: worlds run long, and few compare anything."""
    rerun = {"society", "regimes"} & set(one.needs)
    return bool(rerun) and not any(finding.tested for finding in found)


def _filled(plan: Plan, about: Mapping[str, Any]) -> Plan:
    return replace(
        plan,
        jurisdictions=plan.jurisdictions or _listed(about.get("jurisdictions")),
        product=plan.product or about.get("product"),
        decision_date=plan.decision_date or about.get("decision_date"),
    )


def _listed(given: str | Iterable[str] | None) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given or ())


def _with_law(finding: Finding, one: Audit, plan: Plan, date: str) -> Finding:
    ids = list(finding.law)
    if one.topic and plan.jurisdictions:
        found = resolve(
            list(plan.jurisdictions), report_date=date, decision_date=plan.decision_date,
            topic=one.topic, product=plan.product,
        )  # fmt: skip
        ids = [*dict.fromkeys((*ids, *(entry.id for entry in found)))]
    # The rule speaks of a ratio of rates, not of amounts or of changes.
    ratio = finding.status != "descriptive" and finding.unit == "ratio"
    if ratio and plan.line == 0.8 and FOUR_FIFTHS not in ids:
        ids.append(FOUR_FIFTHS)
    return replace(finding, law=tuple(ids))


def _evidence_part(evidence: Evidence, about: Mapping[str, Any]) -> dict[str, Any]:
    tally = evidence.tally
    if set(evidence.held) <= {"rulebook", "earlier_rulebook"}:
        about = book_part(evidence.rulebook) | dict(about)
    return {
        "level": evidence.level,
        "level_words": LEVELS[evidence.level],
        "held": evidence.held,
        "origin": None if tally is None else tally.origin,
        "people": about.get("people") if tally is None else plain_number(tally.n),
        "source": about.get("name"),
        "about": about.get("about"),
        "disputes": [*_listed(about.get("disputes")), *_listed(about.get("limits"))],
        "citation": about.get("citation"),
        "licence": about.get("licence"),
    }


def _family_words(compared: int) -> str:
    if compared < 2:
        return f"Comparisons in this report: {compared}; no range or p-value had to be corrected."
    return (
        f"Ranges called family hold for all {compared} comparisons of this report together "
        "(Bonferroni); adjusted p-values are Holm's over the same comparisons."
    )


def _bins_part(evidence: Evidence) -> str | list[float] | None:
    bins = None if evidence.tally is None else evidence.tally.bins
    if bins is None:
        return None
    return "exact" if bins.exact else [float(edge) for edge in bins.values]


@cache
def _letters() -> dict[str, dict[str, str]]:
    text = (resources.files("creditaudit.audits") / "letters.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _not_asked(
    asked: Iterable[Audit], evidence: Evidence, unsure: Sequence[Audit]
) -> tuple[dict[str, str], ...]:
    letters = _letters()
    left = []
    for one in asked:
        missing = one.missing(evidence)
        if one in unsure:
            left.append({"audit": one.name, "question": one.question} | TOLD)
        elif missing:
            left.append({
                "audit": one.name,
                "question": one.question,
                "needs": "; ".join(letters[need]["needs"] for need in missing),
                "how": " ".join(letters[need]["how"] for need in missing),
            })  # fmt: skip
    return tuple(left)
