"""The command that sets two versions of a rulebook side by side: rules diff."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from creditaudit.cli.ruling import read_book, read_people
from creditaudit.cli.shared import as_json, force, guarded, not_there, print_json
from creditaudit.errors import InputError

if TYPE_CHECKING:
    from creditaudit.rulebooks import RulebookScorer


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--data", type=click.Path(path_type=Path),
              help="People both are put to: .csv, .parquet or a folder.")  # fmt: skip
@click.option("--people", "number", type=click.IntRange(min=1),
              help="So many synthetic people instead.")  # fmt: skip
@click.option("--seed", type=int, help="With --people: any whole number.")
@click.option("--by", "groups", multiple=True, metavar="COLUMN", help="A column of groups; repeat.")
@click.option("--reading", type=click.Choice(["mild", "strict"]), default="strict",
              show_default=True, help="Where a book leaves room.")  # fmt: skip
@click.option("--min-cell", type=click.IntRange(min=1), default=5, show_default=True,
              help="Nothing is shown of fewer people.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path),
              help="Write the page for a consultation, .html, or its JSON, .json.")  # fmt: skip
@as_json
@force
@guarded
def diff(
    old: str, new: str, data: Path | None, number: int | None, seed: int | None,
    groups: tuple[str, ...], reading: str, min_cell: int, out: Path | None, *, as_json: bool,
    force: bool,
) -> None:  # fmt: skip
    """Show which rules a new version changes, and who fares otherwise under it.

    OLD and NEW are ids of presets or .toml files; a book followed by @2018-06-01 is its version of
    that day.
    """
    from creditaudit.reports import consultation
    from creditaudit.rulebooks import diff as difference_of

    _usable(data, number, seed, groups, out)
    if out is not None:
        not_there([out], force=force)
    scorers = [_scorer(one, reading) for one in (old, new)]
    people, source = _people(scorers, data, number, seed, groups)
    found = difference_of(
        scorers[0], scorers[1], people, by=list(groups) or None, min_cell=min_cell
    )
    told = consultation(found, source=source)
    if out is not None:
        _write(told, out)
    if as_json:
        print_json(told)
    else:
        click.echo("\n".join(_lines(told)))
    if out is not None:
        click.echo(f"Open {out}" if out.suffix == ".html" else f"Wrote {out}", err=True)


def _usable(
    data: Path | None, number: int | None, seed: int | None, by: Sequence[str], out: Path | None
) -> None:
    if data is not None and number is not None:
        msg = "--data and --people are two kinds of people. Give one of them."
        raise click.UsageError(msg)
    if (number is None) != (seed is None):
        msg = "--people and --seed belong together, so that the same people can be made again."
        raise click.UsageError(msg)
    if by and data is None and number is None:
        msg = "--by names groups of people. Add --data FILE, or --people N --seed S."
        raise click.UsageError(msg)
    if out is not None and out.suffix not in (".html", ".json"):
        msg = f"--out {out.name} must end in .html or .json."
        raise click.UsageError(msg)


def _scorer(given: str, reading: str) -> "RulebookScorer":
    from creditaudit.rulebooks import RulebookScorer

    named, _, day = given.partition("@")
    book = read_book(named)
    return RulebookScorer(book, day or None, reading if book.open_readings else None)


def _people(
    scorers: Sequence["RulebookScorer"], data: Path | None, number: int | None, seed: int | None,
    by: Sequence[str],
) -> tuple[Any, str | None]:  # fmt: skip
    """Return the people both versions are put to, and what they are in words."""
    if data is not None:
        kinds = {name: kind for one in scorers for name, kind in one.program.columns.items()}
        fix = "Both versions are put to the same people; add it, empty where it is not known."
        return read_people(data, kinds, fix, [name for name in by if name not in kinds]), data.stem
    if number is None or seed is None:
        return None, None
    from creditaudit.populations import make_borrowers, make_firms

    subjects = {one.subject for one in scorers}
    if subjects == {"person"}:
        return make_borrowers(number, seed=seed, columns="all"), f"synthetic people, seed {seed}"
    if subjects == {"firm"}:
        return make_firms(number, seed=seed, columns="all"), f"synthetic firms, seed {seed}"
    rows = ", ".join(sorted(subjects))
    msg = f"These books are about: {rows}. None are made for that; give them with --data FILE."
    raise InputError(msg)


def _write(told: Mapping[str, Any], out: Path) -> None:
    import json

    from creditaudit.frames import write_whole
    from creditaudit.pages.consultation_page import render_consultation

    text = (
        render_consultation(told)
        if out.suffix == ".html"
        else json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    )

    def write(part: Path) -> None:
        part.write_text(text, encoding="utf-8")

    write_whole(out, write)


def _lines(told: Mapping[str, Any]) -> list[str]:
    from creditaudit.pages.consultation_page import CHANGES, MEASURES

    old, new = told["old"], told["new"]
    counted = ", ".join(f"{n} {change}" for change, n in told["counts"].items() if n) or "none"
    read = f", {new['reading']} reading" if new["reading"] else ""
    found = [
        f"{old['id']} ({old['as_of']}) -> {new['id']} ({new['as_of']}){read}",
        f"Rules: {counted}. Mandatory consultation: {told['mandatory']}.",
    ]
    for change in CHANGES:
        rows = [row for row in told["rules"] if row["change"] == change]
        if rows:
            found.append(change.upper())
        for row in rows:
            own = new if row["new_line"] else old
            line = row["new_line"] or row["old_line"]
            mark = row["new_mark"] or row["old_mark"]
            found.append(f"  {row['rule']}: {row['what']} [{own['file']}:{line}, {mark}]")
    notes = [f"  {one['file']}: {note}" for one in (old, new) for note in one["notes"]]
    found += ["WHAT THE FILES SAY OF THEMSELVES", *notes] if notes else []
    if not told["flips"]:
        return found
    people = "few" if told["people"] is None else f"{told['people']:,}"
    made = ", synthetic" if told["synthetic"] else ""
    found.append(f"PEOPLE ({people}{made}): share, with its 95 % range")
    before: tuple[Any, Any] | None = None
    for row in told["flips"]:
        here = (row["column"], row["group"])
        if here != before:
            name = "everyone" if row["column"] is None else f"{row['column']} {row['group']}"
            found.append(f"  {name}")
            before = here
        words = MEASURES[row["measure"]].partition(":")[0]
        note = f" {row['note']}" if row["note"] else ""
        if row["value"] is None:
            found.append(f"    {words}: not shown.{note}")
            continue
        share, low, high = (f"{100 * row[name]:.1f}" for name in ("value", "low", "high"))
        found.append(f"    {words}: {share} % ({low} to {high}) of {row['n']:,}.{note}")
    return found
