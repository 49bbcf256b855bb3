"""Recompute a report from the data it names; numbers must agree, bytes may differ."""

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from creditaudit.audits import all_audits, run_audits
from creditaudit.audits.run import SOLVER
from creditaudit.crosstabs import WIDE
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding
from creditaudit.frames import file_hash
from creditaudit.plan import Plan
from creditaudit.populations import load_society
from creditaudit.report import Report, count_from_text
from creditaudit.roles import Roles
from creditaudit.rulebooks import Rulebook
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.tally import Tally
from creditaudit.tally_files import is_tally

TOLERANCE = 1e-9
# What follows from the data and the plan. Title, author and what is said of the source do not.
WHOLE = ("groupings", "score_bins", "cutoff", "comparisons", "family", "notes", "verify")
EVIDENCE = ("people", "origin")
ALONE = (["tally"], ["rulebook"], ["society"], ["society", "regimes"])
# These follow from all that the auditor held, so from the data when that was the table alone.
OF_TABLE = ("level", "level_words")


@dataclass(frozen=True)
class Verification:
    """What a recomputation found.

    Attributes
    ----------
    checked : int
        Numbers compared.
    mismatches : tuple of str
        One sentence each; empty when every number agrees.
    warnings : tuple of str
        Differences that are not in a number, such as the bytes of the file.
    """

    checked: int
    mismatches: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether every number agrees."""
        return not self.mismatches


def verify_report(report: Report, data: str | os.PathLike[str]) -> Verification:
    """Return how a report compares with a recomputation from the data.

    Parameters
    ----------
    report : Report
    data : path
        The .csv or .parquet file that was audited, a copy of it, or a folder of its parts; for a
        report on a rulebook alone its .toml, or the id of a preset; for one on a society the folder
        that holds it.

    Raises
    ------
    InputError
        If the report was made from no table, society or rulebook alone, the data lack its columns,
        or a regime in the report does not have the hash that it names.
    """
    mine = report.to_dict()
    provenance = mine["provenance"]
    held = mine["evidence"]["held"]
    rules, world = held == ["rulebook"], "society" in held
    if provenance["tally_hash"] is None and not rules and not world:
        msg = "This report was not made from a table of decisions or counts; nothing to recompute."
        raise InputError(msg)
    plan = Plan.from_dict(mine["plan"])
    tally = None if rules or world else _tally_again(mine, data)
    book = _book_again(data, provenance["file_name"]) if rules else None
    society = load_society(Path(data)) if world else None
    regimes = {one["name"]: _regime_again(one) for one in mine.get("regimes", ())} or None
    evidence = Evidence(tally=tally, rulebook=book, society=society, regimes=regimes, plan=plan)
    beyond = _beyond_the_table(report, evidence)
    again = run_audits(
        evidence,
        title=report.title,
        report_date=mine["report_date"],
        file={"name": provenance["file_name"]},
        beside=[p for finding in beyond for p in _tested(finding)],
    ).to_dict()
    mismatches: list[str] = []
    warnings = [
        f"{finding.id} ({finding.question}) rests on more than this table and was not recomputed."
        for finding in beyond
    ]
    unlike = _proved_elsewhere(mine, again)
    if unlike:
        warnings.append(
            "What was proved was proved with another solver, or with none here; it is not compared."
        )
    # A folder has no hash; its counts are compared like those of any table.
    hashed = file_hash(data) if os.path.isfile(data) else None
    if provenance["file_hash"] not in (None, hashed):
        warnings.append("The file differs in its bytes from the one that was audited.")
    if plan.to_dict()["hash"] != mine["plan"]["hash"]:
        mismatches.append("The plan in the report does not have the hash it names.")
    if society is not None and provenance.get("society_hash") != society.fingerprint():
        mismatches.append("The society differs: it has another hash than the report names.")
    if tally is not None and provenance["tally_hash"] != tally.fingerprint():
        mismatches.append("The counts differ: the tally has another hash than the report names.")
    law = provenance["creditaudit"] == again["provenance"]["creditaudit"]
    if not law:
        warnings.append(
            f"The report was made by creditaudit {provenance['creditaudit']}; the law in it is not "
            "compared with the law of this version."
        )
    one, other = (_recomputable(part, mine["evidence"]["held"], law=law) for part in (mine, again))
    checked = _numbers(one)
    for part, value in one.items():
        mismatches += _differences(part, value, other[part])
    fresh = {
        finding["id"]: finding for finding in again["findings"] if finding["audit"] not in unlike
    }
    skipped = {finding.id for finding in beyond} | {
        finding["id"] for finding in mine["findings"] if finding["audit"] in unlike
    }
    for finding in (*mine["findings"], *mine["hidden"]):
        name = finding["id"]
        if name in skipped:
            continue
        found = fresh.pop(name, None)
        if found is None:
            mismatches.append(f"{name} ({finding['question']}) does not follow from these data.")
            continue
        shown = {part: value for part, value in finding.items() if law or part != "law"}
        checked += _numbers(shown)
        for part, value in shown.items():
            mismatches += _differences(f"{name}: {part}", value, found[part])
    mismatches += [
        f"{name} ({fresh[name]['question']}) follows from these data and is neither shown nor "
        "counted as hidden."
        for name in sorted(fresh)
    ]
    return Verification(checked, tuple(mismatches), tuple(warnings))


def _beyond_the_table(report: Report, evidence: Evidence) -> list[Finding]:
    """Return the findings whose audit needs more than the table that is recomputed."""
    needing = {one.name for one in all_audits() if one.missing(evidence)}
    return [finding for finding in report.findings if finding.audit in needing]


def _proved_elsewhere(mine: Mapping[str, Any], again: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the audits whose witnesses another version of the solver may choose otherwise."""
    solvers = [one["provenance"]["versions"].get(SOLVER) for one in (mine, again)]
    proved = any(finding["audit"] == "rule_proofs" for finding in mine["findings"])
    return ("rule_proofs",) if proved and solvers[0] != solvers[1] else ()


def _tested(finding: Finding) -> list[float]:
    """Return a p-value for each comparison behind a finding; unknown ones are NaN."""
    known = [] if finding.p_value is None else [finding.p_value]
    return [*known, *[math.nan] * (len(finding.tested) - len(known))]


def _tally_again(plain: Mapping[str, Any], data: str | os.PathLike[str]) -> Tally:
    if is_tally(data):
        return Tally.load(data)
    by = [tuple(grouping) for grouping in plain["groupings"]]
    roles, count = dict(plain["roles"]), count_from_text(plain["count"])
    if count is None:
        given = Roles.from_dict(roles)
        return Tally.from_frame(data, given, by=by, score_bins=plain["score_bins"])
    if isinstance(count, Mapping):
        # A wide table names its decision, its outcome or both by its columns.
        decision, outcome = WIDE.get(next(iter(count)), (None, None))
        for part, names in ((decision, ("decision", "favourable")), (outcome, ("outcome", "good"))):
            if part is not None:
                roles = {name: value for name, value in roles.items() if name not in names}
    given = Roles.from_dict(roles)
    return Tally.from_counts(data, given, by=by, count=count, score_bins=plain["score_bins"])


def _book_again(data: str | os.PathLike[str], name: str | None) -> Rulebook:
    """Return a rulebook under the name that the report knows it by, for its findings say it."""
    if not os.path.exists(data) and not str(data).endswith(".toml"):
        return Rulebook.load(str(data))
    book = Rulebook.load(data)
    if name in (None, book.file):
        return book
    return Rulebook.from_toml(Path(data).read_text("utf-8"), str(name))


def _regime_again(given: Mapping[str, str]) -> SharingRegime:
    """Return a regime from a report, which holds it whole."""
    regime = SharingRegime.from_toml(given["text"], given["name"])
    if regime.hash != given["hash"]:
        msg = (
            f"The text of the regime {given['name']!r} in the report does not have the hash it "
            "names. Ask its author for the report as it was made."
        )
        raise InputError(msg)
    return regime


def _recomputable(plain: Mapping[str, Any], held: list[str], *, law: bool) -> dict[str, Any]:
    """Return what a report says beside its findings that follows from the data and the plan."""
    alone = held in ALONE
    evidence = [*EVIDENCE, *(OF_TABLE if alone else ())]
    names = [*WHOLE, *(["not_asked"] if alone else []), *(["law"] if law else [])]
    if held == ["rulebook"]:
        # A preset is asked for by its id, and may be recomputed from its file.
        names.remove("verify")
    return {
        "evidence": {name: plain["evidence"][name] for name in evidence},
        **{name: plain[name] for name in names},
    }


def _differences(place: str, mine: Any, theirs: Any) -> Iterator[str]:
    """Yield a sentence for each place in which two JSON values differ."""
    if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
        for name in dict.fromkeys([*mine, *theirs]):
            yield from _differences(f"{place} {name}", mine.get(name), theirs.get(name))
    elif isinstance(mine, list) and isinstance(theirs, list) and len(mine) == len(theirs):
        for number, pair in enumerate(zip(mine, theirs, strict=True), 1):
            yield from _differences(f"{place} {number}", *pair)
    elif isinstance(mine, list) and isinstance(theirs, list):
        yield f"{place}: {len(mine)} in the report and {len(theirs)} from the data."
    elif not _same(mine, theirs):
        words = isinstance(mine, str) and isinstance(theirs, str)
        yield (
            f"{place} in the report is not what follows from the data."
            if words
            else f"{place} is {mine} in the report and {theirs} from the data."
        )


def _same(mine: Any, theirs: Any) -> bool:
    numbers = (isinstance(one, int | float) and not isinstance(one, bool) for one in (mine, theirs))
    if all(numbers):
        return math.isclose(mine, theirs, rel_tol=TOLERANCE, abs_tol=1e-300)
    return type(mine) is type(theirs) and bool(mine == theirs)


def _numbers(value: Any) -> int:
    if isinstance(value, Mapping | list):
        return sum(map(_numbers, value.values() if isinstance(value, Mapping) else value))
    return int(isinstance(value, int | float) and not isinstance(value, bool))
