"""How a report leaves the command line: two files, a few lines, and an exit code."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from creditaudit.cli.shared import FAIL_ON, make_folder, print_json

if TYPE_CHECKING:
    from creditaudit.report import Report

FILES = ("report.html", "audit.json")
GRAVITY = {"descriptive": 0, "not_beyond": 0, "cannot_tell": 1, "beyond": 2}


def save_report(report: "Report", out: Path) -> None:
    """Write the page and the JSON of a report into a folder."""
    make_folder(out)
    for name in FILES:
        report.save(out / name)


def tell_report(report: "Report", out: Path, *, as_json: bool) -> None:
    """Print the first finding and what to open, or the whole report as JSON."""
    if as_json:
        print_json(report.to_dict())
        return
    for finding in report.findings[:1]:
        click.echo(f"{finding.question}\n{finding.claim}\n")
    others = len(report.findings) - 1
    if others > 0:
        click.echo(f"{others} more finding{'s' if others > 1 else ''} in the report.")
    click.echo(f"Open {out / 'report.html'}")


def exit_if_grave(report: "Report", fail_on: str | None) -> None:
    """Exit when a finding has the status that was named or a graver one."""
    if fail_on and any(GRAVITY[one.status] >= GRAVITY[fail_on] for one in report.findings):
        sys.exit(FAIL_ON)
