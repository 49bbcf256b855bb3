"""The command around shared data: share."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from creditaudit.cli.leaving import FILES, exit_if_grave, save_report, tell_report
from creditaudit.cli.shared import as_json, force, guarded, not_there, pairs, progress
from creditaudit.errors import InputError, MissingColumn

if TYPE_CHECKING:
    import pandas as pd

    from creditaudit.sharing.regimes import SharingRegime

MADE = ("silos", "full")


@click.command()
@click.argument("world", type=click.Path(path_type=Path))
@click.option("--regime", multiple=True, required=True, metavar="ID|FILE",
              help='A preset such as regime_cn_joint_2016, a .toml file, "full", or "hub:court"; '
                   "repeatable.")  # fmt: skip
@click.option(
    "--against",
    default="silos",
    metavar="ID|FILE",
    help='What the regimes are compared with; "silos" by default: nobody shares.',
)
@click.option("--group", "groups", multiple=True, help="Group column; repeatable.")
@click.option("--reference", multiple=True, metavar="COLUMN=VALUE", help="Reference group.")
@click.option("--title", help="Title of the report.")
@click.option("--author", help="Author of the report; left out by default.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("shared"),
              help="Folder for audit.json and report.html.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(["cannot_tell", "beyond"]),
              help="Exit 3 when a finding has this status or a graver one.")  # fmt: skip
@as_json
@force
@guarded
def share(world: Path, regime: tuple[str, ...], against: str, out: Path, **options: Any) -> None:
    """Audit what becomes of the people of WORLD when lists and data are shared.

    WORLD is a folder made by `creditaudit generate --people N --firms N --out WORLD`. The people
    and their luck are the same under every regime; only the rule differs.
    """
    from creditaudit.audits import run_audits
    from creditaudit.evidence import Evidence
    from creditaudit.plan import Plan
    from creditaudit.populations import load_society

    not_there([out / name for name in FILES], force=options["force"])
    regimes = regimes_of(against, regime)
    with progress("Reading the society"):
        society = load_society(world)
    plan = Plan(
        groups=list(options["groups"]) or None,
        reference=references_of(society.people.frame, options["reference"]),
    )
    with progress("Auditing"):
        report = run_audits(
            Evidence(society=society, regimes=regimes),
            title=options["title"] or _title(regimes),
            plan=plan,
            author=options["author"],
            file={"name": world.name},
        )
    save_report(report, out)
    tell_report(report, out, as_json=options["as_json"])
    exit_if_grave(report, options["fail_on"])


def references_of(people: "pd.DataFrame", given: Sequence[str]) -> dict[str, Any]:
    """Return the reference of each column as the value that the column holds.

    Raises
    ------
    InputError
        If there is no such column or value.
    """
    asked = pairs(given, "--reference")
    if lacking := [name for name in asked if name not in people.columns]:
        raise MissingColumn.of(lacking, people.columns, "Name a column of the society's people.")
    found = {}
    for name, text in asked.items():
        levels = {str(level): level for level in people[name].dropna().unique()}
        if text not in levels:
            shown = ", ".join(sorted(levels)[:10])
            msg = f"--reference {name}={text}: nobody has this value. Values: {shown}."
            raise InputError(msg)
        found[name] = levels[text]
    return found


def regimes_of(against: str, asked: tuple[str, ...]) -> "dict[str, SharingRegime]":
    """Return the regimes by name, first the one that others are compared with.

    One that is made here has the agencies of those that are read and refuses what they refuse, so
    that nothing differs but the sharing.

    Raises
    ------
    InputError
        If there is no such regime.
    """
    from creditaudit.sharing.regimes import SharingRegime

    read = {
        one: SharingRegime.load(one)
        for one in dict.fromkeys((against, *asked))
        if one not in MADE and not one.startswith("hub:")
    }
    agencies = list(dict.fromkeys(name for one in read.values() for name in one.agencies)) or None
    denials = {(line.agency, line.measure): line for one in read.values() for line in one.denials}
    found = {}
    for one in dict.fromkeys((against, *asked)):
        if one in read:
            found[read[one].name] = read[one]
            continue
        if one.startswith("hub:"):
            regime = SharingRegime.hub(one.removeprefix("hub:"), agencies)
        else:
            regime = getattr(SharingRegime, one)(agencies)
        found[one] = replace(regime, denials=tuple(denials.values()) or regime.denials)
    return found


def _title(regimes: "dict[str, SharingRegime]") -> str:
    against, *others = regimes.values()
    return f"{'; '.join(one.title for one in others)} (against: {against.title})"
