"""Recompute a report from the data it names; numbers must agree, bytes may differ."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from creditaudit.audits import run_audits
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence, Plan
from creditaudit.finding import Finding
from creditaudit.frames import file_hash
from creditaudit.report import Report
from creditaudit.roles import Roles
from creditaudit.tally import Tally

NUMBERS = ("estimate", "low", "high", "low_family", "high_family", "p_value", "p_adjusted", "n")
TOLERANCE = 1e-9


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
        The .csv or .parquet file that was audited, or a copy of it.

    Raises
    ------
    InputError
        If the report was not made from a table, or the data lack its columns.
    """
    plain = report.to_dict()
    if not plain["roles"]:
        msg = "This report was not made from a table of decisions or counts; nothing to recompute."
        raise InputError(msg)
    tally = _tally_again(plain, data)
    plan = Plan.from_dict(plain["plan"])
    again = run_audits(
        Evidence(tally=tally, plan=plan), title=report.title, report_date=plain["report_date"]
    )
    warnings = []
    provenance = plain["provenance"]
    if provenance["file_hash"] not in (None, file_hash(data)):
        warnings.append("The file differs in its bytes from the one that was audited.")
    if provenance["creditaudit"] != again.context["provenance"]["creditaudit"]:
        warnings.append(f"The report was made by creditaudit {provenance['creditaudit']}.")
    fresh = {finding.id: finding for finding in again.findings}
    checked, mismatches = 0, []
    if plan.to_dict()["hash"] != plain["plan"]["hash"]:
        mismatches.append("The plan in the report does not have the hash it names.")
    if provenance["tally_hash"] != tally.fingerprint():
        mismatches.append("The counts differ: the tally has another hash than the report names.")
    for finding in report.findings:
        other = fresh.pop(finding.id, None)
        if other is None:
            mismatches.append(f"{finding.id} ({finding.question}) does not follow from these data.")
            continue
        checked += len(NUMBERS)
        mismatches += _differences(finding, other)
    left_out = set(fresh) - {one["id"] for one in report.hidden}
    mismatches += [
        f"{one} ({fresh[one].question}) follows from these data and is neither shown nor counted "
        "as hidden."
        for one in sorted(left_out)
    ]
    return Verification(checked, tuple(mismatches), tuple(warnings))


def _tally_again(plain: Mapping[str, Any], data: str | os.PathLike[str]) -> Tally:
    groupings = [tuple(grouping) for grouping in plain["groupings"]]
    roles, count = dict(plain["roles"]), plain["count"]
    if count is None:
        return Tally.from_frame(
            data, Roles.from_dict(roles), by=groupings, score_bins=plain["score_bins"]
        )
    if isinstance(count, Mapping):
        # A wide table names its decision and outcome by its columns.
        for name in ("decision", "favourable", "outcome", "good"):
            roles.pop(name, None)
    return Tally.from_counts(
        data, Roles.from_dict(roles), by=groupings, count=count, score_bins=plain["score_bins"]
    )


def _differences(one: Finding, other: Finding) -> list[str]:
    found = []
    for name in NUMBERS:
        mine, theirs = getattr(one, name), getattr(other, name)
        same = mine == theirs or (
            mine is not None
            and theirs is not None
            and math.isclose(mine, theirs, rel_tol=TOLERANCE, abs_tol=1e-300)
        )
        if not same:
            found.append(f"{one.id}: {name} is {mine} in the report and {theirs} from the data.")
    found += [
        f"{one.id}: {name} in the report is not what follows from the data."
        for name in ("status", "claim")
        if getattr(one, name) != getattr(other, name)
    ]
    return found
