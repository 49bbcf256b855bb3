"""The commands around one audit: check, audit, report, verify."""

import sys
import tomllib
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from creditaudit.cli import holding
from creditaudit.cli.holding import check_holding, held_beside, holding_options
from creditaudit.cli.leaving import FILES, exit_if_grave, save_report, tell_report
from creditaudit.cli.sections import Sectioned
from creditaudit.cli.shared import (
    DONE,
    MISMATCH,
    as_json,
    force,
    guarded,
    make_folder,
    not_there,
    pairs,
    print_json,
    progress,
)
from creditaudit.cli.transcribing import (
    COUNTED,
    TABLE,
    check_usage,
    is_published,
    missing_group,
    read_table,
    save_transcript,
    tally_bytes,
)
from creditaudit.errors import InputError

if TYPE_CHECKING:
    from creditaudit.plan import Plan
    from creditaudit.report import Report
    from creditaudit.roles import Roles
    from creditaudit.tally import Tally

ROLE_OPTIONS = (
    "groups", "strata", "decision", "favourable", "unfavourable", "outcome", "good", "score",
    "higher_is", "weight", "cluster", "period",
)  # fmt: skip
SECTIONS = {
    "Table": ("counts", "count", "paste", "sheet", "answer", "transcriber"),
    "Columns": (
        "groups", "decision", "favourable", "unfavourable", "outcome", "good", "score",
        "higher_is", "score_bins", "weight", "cluster", "strata", "period", "by",
    ),
    **holding.SECTIONS,
    "Plan": ("reference", "plan_file", "jurisdiction", "product", "decision_date"),
    "Report": ("title", "author", "out", "fail_on"),
}  # fmt: skip


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@as_json
@guarded
def check(data: Path, *, as_json: bool) -> None:
    """Show what a table holds and which column might play which part."""
    from creditaudit.proposals import check as propose

    proposal = propose(data)
    if as_json:
        columns = proposal.frame.to_dict(orient="records")
        print_json(
            {"rows": proposal.rows, "columns": columns, "questions": list(proposal.questions)}
        )
        return
    click.echo(str(proposal))
    click.echo(
        f"\nNext: creditaudit audit {quote(str(data))} --group COLUMN --decision COLUMN "
        "--favourable VALUE --out audit/",
        err=True,
    )


@click.command(cls=Sectioned, sections=SECTIONS)
@click.argument("data", type=click.Path(path_type=Path), required=False)
@click.option("--counts", type=click.Path(path_type=Path), help="A table of counts, not rows.")
@click.option("--paste", is_flag=True, help="Read a published table from standard input.")
@click.option("--sheet", help="Sheet of an Excel file given to --counts.")
@click.option("--answer", multiple=True, metavar="ID=VALUE",
              help="Answer to a question on a published table, or CELL=NUMBER.")  # fmt: skip
@click.option("--transcriber", help="Who typed or pasted the table; recorded in the report.")
@click.option("--count", "count", multiple=True, metavar="COLUMN",
              help="Column with the number of people; or for a wide table approved=COLUMN "
              "refused=COLUMN, or tp= fn= fp= tn=.")  # fmt: skip
@click.option("--group", "groups", multiple=True, help="Group column; repeatable.")
@click.option("--decision", help="Decision column.")
@click.option("--favourable", help="The value people hoped for.")
@click.option("--unfavourable", multiple=True, help="A value that is a refusal; repeatable.")
@click.option("--outcome", help="Outcome column.")
@click.option("--good", help="The value that means the person performed.")
@click.option("--score", help="Score column.")
@click.option("--higher-is", type=click.Choice(["safer", "riskier"]), help="Way the score points.")
@click.option("--score-bins", help='A number of bins, or "exact".')
@click.option("--weight", help="Survey weight column.")
@click.option("--cluster", help="Column with the unit that was sampled.")
@click.option("--strata", multiple=True, help="Stratum column; repeatable.")
@click.option("--period", help="Period column.")
@click.option("--by", multiple=True, metavar="A[,B]", help="Grouping to keep; repeatable.")
@holding_options
@click.option("--reference", multiple=True, metavar="COLUMN=VALUE", help="Reference group.")
@click.option("--plan", "plan_file", type=click.Path(path_type=Path), help="Plan in TOML.")
@click.option("--jurisdiction", multiple=True, help="Whose law to look up, such as US.")
@click.option("--product", help="What was decided, such as mortgage.")
@click.option("--decision-date", help="When the decisions fell, YYYY-MM-DD.")
@click.option("--title", help="Title of the report.")
@click.option("--author", help="Author of the report; left out by default.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("audit"),
              help="Folder for audit.json and report.html.")  # fmt: skip
@click.option("--fail-on", type=click.Choice(["cannot_tell", "beyond"]),
              help="Exit 3 when a finding has this status or a graver one.")  # fmt: skip
@as_json
@force
@guarded
def audit(data: Path | None, counts: Path | None, out: Path, **options: Any) -> None:
    """Audit a table of decisions, with --counts a table of counts, or the file of a tally.

    A table as it was published is pasted (--paste) or given to --counts as .xlsx, or as .csv with
    --transcriber; what it leaves open is asked, with exit code 1. Terms and stages can be audited
    without decisions, from tables of their own (--terms, --funnel).
    """
    check_usage(data, counts, options)
    beside = data is None and counts is None and (options["terms"] or options["funnel"])
    if not options["paste"] and not beside and (data is None) == (counts is None):
        msg = (
            "Give either DATA (one row a person), --counts TABLE (one row, many people), or "
            "--paste (a published table on standard input)."
        )
        raise click.UsageError(msg)
    if counts is None and not options["paste"] and options["count"]:
        msg = "--count names a column of a table of counts; give the table with --counts TABLE."
        raise click.UsageError(msg)
    check_holding(data is not None and not _is_saved(data), options)
    published = is_published(counts, options)
    made = (*FILES, COUNTED, TABLE) if published else FILES
    not_there([out / name for name in made], force=options["force"])
    if published:
        report = _audit_published(counts, out, options)
    else:
        report = _audit_file(data, counts, options)
    save_report(report, out)
    tell_report(report, out, as_json=options["as_json"])
    exit_if_grave(report, options["fail_on"])


@click.command()
@click.argument("audit_json", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("report.html"))
@as_json
@force
@guarded
def report(audit_json: Path, out: Path, *, as_json: bool, force: bool) -> None:
    """Draw the HTML page of an audit.json."""
    from creditaudit.report import Report

    loaded = Report.load(audit_json)
    not_there([out], force=force)
    loaded.save(out)
    if as_json:
        print_json({"report": str(out), "findings": len(loaded.findings)})
    else:
        click.echo(f"Open {out}")


@click.command()
@click.argument("audit_json", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), required=True, help="The audited table.")
@as_json
@guarded
def verify(audit_json: Path, data: Path, *, as_json: bool) -> None:
    """Recompute an audit from its data; exit 4 when a number differs."""
    from creditaudit.report import Report
    from creditaudit.reports import verify_report

    with progress("Recomputing"):
        found = verify_report(Report.load(audit_json), data)
    if as_json:
        print_json({
            "agrees": found.agrees, "checked": found.checked,
            "mismatches": list(found.mismatches), "warnings": list(found.warnings),
        })  # fmt: skip
    else:
        for warning in found.warnings:
            click.echo(f"Warning: {warning}", err=True)
        for mismatch in found.mismatches:
            click.echo(mismatch)
        words = "agree with" if found.agrees else "do not all agree with"
        click.echo(f"{found.checked} numbers recomputed; they {words} the report.")
    sys.exit(DONE if found.agrees else MISMATCH)


def _audit_file(data: Path | None, counts: Path | None, options: dict[str, Any]) -> "Report":
    from creditaudit.audits import run_audits
    from creditaudit.evidence import Evidence
    from creditaudit.frames import file_hash

    plan = _plan(options)
    count = _count(options["count"]) if counts is not None else None
    table = data or counts
    named = table or options["terms"] or options["funnel"]
    with progress(f"Reading {named.name}"):
        tally = None if table is None else _counted(table, count, options)
        return run_audits(
            Evidence(tally=tally, **held_beside(data, tally, options), about=_about(data)),
            title=options["title"] or named.stem or "Audit",
            plan=plan,
            author=options["author"],
            file={
                "name": named.name,
                "hash": file_hash(named) if named.is_file() else None,
                "count": count,
            },
        )


def _about(data: Path | None) -> dict[str, Any]:
    """Return what a file that a rulebook scored says of itself, for the report about it."""
    from creditaudit.rulebooks.scored_files import is_synthetic, scored_limits

    limits = [] if data is None else scored_limits(data)
    return {"limits": limits, "synthetic": is_synthetic(data)} if data and limits else {}


def _audit_published(counts: Path | None, out: Path, options: dict[str, Any]) -> "Report":
    from hashlib import sha256

    from creditaudit.audits import run_audits
    from creditaudit.evidence import Evidence

    plan = _plan(options)
    found = read_table(counts, options)
    if not options["groups"]:
        raise missing_group(found)
    tally = found.to_tally(_roles(options), by=_groupings(options))
    raw = tally_bytes(tally)
    report = run_audits(
        Evidence(tally=tally, **held_beside(None, tally, options)),
        title=options["title"] or (counts.stem if counts else "A published table"),
        plan=plan,
        author=options["author"],
        file={"name": COUNTED, "hash": sha256(raw).hexdigest()},
    )
    make_folder(out)
    save_transcript(found, raw, out)
    return report


def _counted(table: Path, count: Any, options: dict[str, Any]) -> "Tally":
    from creditaudit.tally import Tally
    from creditaudit.tally_files import is_tally

    if count is None and is_tally(table):
        given = [name for name in ROLE_OPTIONS if options[name]]
        if given:
            msg = f"{table.name} is a tally, which has its roles; leave out {', '.join(given)}."
            raise click.UsageError(msg)
        return Tally.load(table)
    if not options["groups"]:
        msg = "Missing option '--group': name at least one column with the groups to compare."
        raise click.UsageError(msg)
    roles, bins = _roles(options), _bins(options["score_bins"])
    by = _groupings(options)
    if count is not None:
        return Tally.from_counts(table, roles, by=by, count=count, score_bins=bins)
    return Tally.from_frame(table, roles, by=by, score_bins=bins)


def _is_saved(data: Path) -> bool:
    from creditaudit.tally_files import is_tally

    return is_tally(data)


def _groupings(options: dict[str, Any]) -> list[tuple[str, ...]] | None:
    """Return the groupings asked for; with strata, also each group within them."""
    if options["by"]:
        return [tuple(part.split(",")) for part in options["by"]]
    groups, strata = options["groups"], tuple(options["strata"])
    if not strata:
        return None
    within = [(name, *strata) for name in groups]
    return [*((name,) for name in groups), *combinations(groups, 2), *within]


def _bins(given: str | None) -> Any:
    if given is None or given == "exact":
        return given
    if not given.isdecimal():
        msg = f'--score-bins {given} must be a number of bins, or "exact".'
        raise click.UsageError(msg)
    return int(given)


def _roles(options: dict[str, Any]) -> "Roles":
    from creditaudit.roles import Roles

    given = {name: options[name] for name in ROLE_OPTIONS if name != "unfavourable"}
    return Roles(**given, unfavourable=options["unfavourable"] or None)


def _plan(options: dict[str, Any]) -> "Plan":
    from creditaudit.plan import Plan

    given: dict[str, Any] = {}
    path = options["plan_file"]
    if path is not None:
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            msg = f"Plan {path.name!r} cannot be read: {why}. Write it in TOML, as UTF-8."
            raise InputError(msg) from error
    fixed = given.get("reference", {})
    named = {
        "reference": {**fixed, **pairs(options["reference"], "--reference")}
        if isinstance(fixed, dict)
        else None,
        "jurisdictions": list(options["jurisdiction"]),
        "product": options["product"],
        "decision_date": options["decision_date"],
    }
    return Plan.from_dict(given | {name: value for name, value in named.items() if value})


def _count(given: Sequence[str]) -> str | dict[str, str]:
    if any("=" in one for one in given):
        return pairs(given, "--count")
    if len(given) > 1:
        msg = f"--count names one column, or approved=COLUMN refused=COLUMN; found {list(given)}."
        raise click.UsageError(msg)
    return given[0] if given else "n"
