"""The commands around rulebooks: rules list, check, explain, rights; and what they read."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from creditaudit.cli.shared import FAIL_ON, FAULT, as_json, force, guarded, not_there, print_json
from creditaudit.errors import InputError

if TYPE_CHECKING:
    from creditaudit.finding import Finding
    from creditaudit.rulebooks import Rulebook
    from creditaudit.rulebooks.kinds import Kind
    from creditaudit.rulebooks.lints import Lint

BOOK = "the id of a preset, or a .toml file"


@click.group()
def rules() -> None:
    """Read rulebooks: what they say, what their text shows, and why one person is reached.

    BOOK is the id of a preset (`creditaudit rules list`) or a .toml file of your own.
    """


@rules.command("list")
@as_json
@guarded
def list_books(*, as_json: bool) -> None:
    """List the rulebooks that come with the library."""
    from creditaudit.rulebooks import presets

    table = presets()
    rows = table.astype(object).where(table.notna(), None).to_dict(orient="records")
    if as_json:
        print_json([{name: _plain(value) for name, value in row.items()} for row in rows])
        return
    width = max(len(row["id"]) for row in rows)
    for row in rows:
        since = row["in_force"] or "not known"
        click.echo(
            f"{row['id']:{width}}  {row['title']} ({row['jurisdiction']}, {row['issuer']}; in "
            f"force from {since}; use {row['use']}; confidence {row['confidence']})"
        )
    click.echo("\nNext: creditaudit rules check BOOK", err=True)


@rules.command()
@click.argument("book")
@click.option("--as-of", metavar="DAY", help="Only the version in force on that day, YYYY-MM-DD.")
@click.option("--data", type=click.Path(path_type=Path),
              help="People, for the share whose answer depends on the reading.")  # fmt: skip
@click.option("--report", "report_file", type=click.Path(path_type=Path),
              help="Write the report of the audits too, as .html or .json.")  # fmt: skip
@click.option("--prove", "proved", is_flag=True,
              help="Also say what holds of everybody there could be (extra proofs).")  # fmt: skip
@click.option("--fail-on", type=click.Choice(["low", "medium", "high"]),
              help="Exit 3 when anything of this severity or a graver one is found.")  # fmt: skip
@as_json
@force
@guarded
def check(
    book: str, as_of: str | None, data: Path | None, report_file: Path | None,
    fail_on: str | None, *, proved: bool, as_json: bool, force: bool,
) -> None:  # fmt: skip
    """Show every fault of a file with its line; else what the text shows by itself.

    BOOK is the id of a preset or a .toml file. A file that cannot be read exits with 1.
    """
    from creditaudit.rulebooks.lints import gravity, lints_of

    if report_file is not None:
        not_there([report_file], force=force)
    read = read_book(book, as_json=as_json)
    people = None if data is None else _people(data, read, as_of)
    found = lints_of(read, as_of=as_of, population=people, least=5)
    proofs = _proofs(read, as_of) if proved else []
    if report_file is not None:
        _write_report(read, people, report_file)
    if as_json:
        print_json({
            "book": read.id, "file": read.file, "faults": [],
            "lints": [_lint_row(read, one) for one in found],
            **({"proofs": [one.to_dict() for one in proofs]} if proved else {}),
        })  # fmt: skip
    else:
        _print_lints(read, found)
        _print_proofs(proofs)
    if fail_on and any(gravity(one.severity) >= gravity(fail_on) for one in found):
        sys.exit(FAIL_ON)


@rules.command()
@click.argument("book")
@click.option("--person", type=click.Path(path_type=Path), required=True,
              help="A JSON object: column -> value; what is left out is missing.")  # fmt: skip
@click.option("--as-of", metavar="DAY", help="The day of the version, YYYY-MM-DD.")
@click.option("--reading", type=click.Choice(["mild", "strict"]),
              help="Needed where the book leaves room for readings.")  # fmt: skip
@click.option("--subject", type=click.Choice(["person", "firm", "event"]), help="What the row is.")
@click.option("--all", "every", is_flag=True, help="Also rules that do not fire.")
@as_json
@guarded
def explain(
    book: str, person: Path, as_of: str | None, reading: str | None, subject: str | None,
    *, every: bool, as_json: bool,
) -> None:  # fmt: skip
    """Show, rule by rule, why one person has these points."""
    from creditaudit.rulebooks import RulebookScorer
    from creditaudit.rulebooks.guards import NOT_FOR_DECISIONS

    read = read_book(book)
    row = _person(person)
    if reading is None and read.open_readings:
        named = ", ".join(read.open_readings[:3])
        msg = f"{read.id} can be read in two ways ({named}). Add --reading mild or strict."
        raise click.UsageError(msg)
    scorer = RulebookScorer(read, as_of, reading, subject)
    unknown = [name for name in row if name not in scorer.columns]
    if unknown:
        msg = (
            f"{person.name} names {', '.join(map(repr, unknown))}, which no rule in force reads. "
            f"Columns: {', '.join(map(repr, scorer.columns))}."
        )
        raise InputError(msg)
    trace = scorer.trace(row)
    if as_json:
        frame = trace.frame.astype(object).where(trace.frame.notna(), None)
        print_json({
            "book": trace.book, "as_of": str(trace.as_of), "reading": trace.reading,
            "points": trace.points, "tier": trace.tier, "decision": trace.decision,
            "listed": list(trace.listed), "rules": frame.to_dict(orient="records"),
            "rests_on": _rests_on(read), "not_for_decisions": NOT_FOR_DECISIONS,
        })  # fmt: skip
        return
    lines = str(trace).splitlines()
    idle = trace.frame["state"].str.startswith("does not fire")
    names = tuple(f"  {name}: " for name in trace.frame["rule"][idle])
    shown = [one for one in lines if every or not names or not one.startswith(names)]
    click.echo("\n".join(shown))
    if trace.listed:
        click.echo(f"  listed: {', '.join(trace.listed)}")
    click.echo(f"  {_rests_on(read)}")
    left = 0 if every else int(idle.sum())
    if left:
        click.echo(f"{left} rules do not fire; --all shows them.", err=True)
    click.echo(NOT_FOR_DECISIONS, err=True)


@rules.command()
@click.argument("books", nargs=-1)
@as_json
@guarded
def rights(books: Sequence[str], *, as_json: bool) -> None:
    """Set side by side what books give the people they reach; all presets by default.

    BOOKS are ids of presets or .toml files. Every cell is stated; searched, not found (where,
    when, by whom); or not searched.
    """
    from creditaudit.rulebooks import preset_ids
    from creditaudit.rulebooks import rights as rights_of

    table = rights_of(list(books) or list(preset_ids()))
    if as_json:
        print_json(json.loads(table.to_json(orient="records", force_ascii=False)))
        return
    width = max(map(len, table["book"]))
    for right, rows in table.groupby("right", sort=True, observed=True):
        click.echo(f"{str(right).upper()}")
        for row in rows.itertuples():
            where = ", ".join(part for part in (row.source, row.where) if part)
            source = f" [{where}; {row.mark}]" if where else ""
            click.echo(f"  {row.book:{width}}  {row.cell}{source}")


def read_book(book: str, *, as_json: bool = False) -> "Rulebook":
    """Return a rulebook; with --json its faults are printed as well."""
    from creditaudit.rulebooks import BookFault, Rulebook

    try:
        return Rulebook.load(book)
    except BookFault as error:
        if as_json:
            faults = [{"line": f.line, "where": f.where, "what": f.what} for f in error.faults]
            print_json({"book": None, "file": Path(book).name, "faults": faults, "lints": []})
            click.echo(f"Error: {error}", err=True)
            sys.exit(FAULT)
        raise


def read_people(
    data: Path, kinds: Mapping[str, "Kind"], fix: str, beside: Sequence[str] = ()
) -> Any:
    """Return columns of a table as pandas, days as days; ``beside`` are read as they are.

    Raises
    ------
    MissingColumn
        With ``fix``, what to do.
    InputError
        If a day cannot be read.
    """
    import pandas as pd

    from creditaudit.frames import open_source
    from creditaudit.frames.columns import read_columns

    frame = read_columns(open_source(data), [*kinds, *beside], fix=fix)
    days = [name for name, kind in kinds.items() if kind.name == "date"]
    try:
        return frame.assign(
            **{name: pd.to_datetime(frame[name], format="ISO8601") for name in days}
        )
    except (ValueError, TypeError) as error:
        msg = f"{data.name} has a day that cannot be read: {error}. Write 2018-06-01."
        raise InputError(msg) from error


def _people(data: Path, book: "Rulebook", as_of: str | None) -> Any:
    """Return the columns of a table that the rules on its kind of rows read."""
    from creditaudit.errors import MissingColumn
    from creditaudit.rulebooks import RulebookScorer

    fix = f"{book.id!r} reads it; add it, empty where it is not known."
    subjects = list(book.header.subjects)
    for subject in subjects:
        kinds = {
            name: kind
            for reading in ("strict", "mild")
            for name, kind in RulebookScorer(book, as_of, reading, subject).program.columns.items()
        }
        try:
            return read_people(data, kinds, fix)
        except MissingColumn:
            if subject == subjects[-1]:
                raise
    return None


def _proofs(book: "Rulebook", as_of: str | None) -> "list[Finding]":
    from creditaudit.rulebooks.proof_findings import every_proof

    return every_proof(book, as_of=as_of)


def _print_proofs(proofs: "Sequence[Finding]") -> None:
    if proofs:
        click.echo("What holds of everybody there could be, within the domains of the columns:")
    for finding in proofs:
        click.echo(f"  {finding.claim}")
        for row in finding.frame.itertuples(index=False):
            click.echo(f"    {'; '.join(str(cell) for cell in row if cell != '')}")


def _write_report(book: "Rulebook", people: Any, path: Path) -> None:
    from creditaudit.audits import run_audits
    from creditaudit.evidence import Evidence

    report = run_audits(Evidence(rulebook=book, frame=people), title=book.title)
    report.save(path)
    click.echo(f"Open {path}" if path.suffix == ".html" else f"Wrote {path}", err=True)


def _lint_row(book: "Rulebook", lint: "Lint") -> dict[str, Any]:
    finding = lint.finding(book)
    return {
        "kind": lint.kind, "severity": lint.severity, "file": book.file,
        "line": book.line(*lint.path), "about": lint.about, "claim": lint.claim,
        "source": lint.source, "where": lint.where, "mark": lint.mark, "law": list(finding.law),
        "share": finding.estimate, "n": finding.n or None,
    }  # fmt: skip


def _print_lints(book: "Rulebook", found: "Sequence[Lint]") -> None:
    kinds: dict[str, list[Lint]] = {}
    for lint in found:
        kinds.setdefault(lint.kind, []).append(lint)
    for lints in kinds.values():
        kind = lints[0].sort
        click.echo(f"{kind.title}: {len(lints)} (severity {lints[0].severity}). {kind.why}")
        for lint in lints:
            click.echo(f"  {book.file}:{book.line(*lint.path)}  {lint.claim}")
    rules_ = f"{len(book.rules)} rules" if book.rules else "shape only, no rules"
    click.echo(
        f"{book.file} can be read: {rules_}. {len(found)} things found, of {len(kinds)} kinds. "
        "What nobody looked for does not show.", err=True,
    )  # fmt: skip


def _person(path: Path) -> dict[str, Any]:
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else f"it is not JSON: {error}"
        msg = f'Cannot read {path.name!r}: {why}. Write one object, such as {{"age": 40}}.'
        raise InputError(msg) from error
    if not isinstance(row, dict):
        msg = f"{path.name} holds a {type(row).__name__}. Write one object: column -> value."
        raise InputError(msg)
    return row


def _rests_on(book: "Rulebook") -> str:
    decision = book.contents.decision
    if decision is None:
        return "The book decides on no application."
    ground = "the text" if decision.rests_on == "text" else "an assumption"
    return f"The decision rests on {ground}: {decision.text}"


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
