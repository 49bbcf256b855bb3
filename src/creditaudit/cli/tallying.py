"""The commands around counts: tally, merge, publish, explore."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from creditaudit.cli.shared import as_json, force, guarded, not_there, print_json, progress

if TYPE_CHECKING:
    from creditaudit.tally import Tally
    from creditaudit.terms_tally import TermsTally

a_path = click.Path(path_type=Path)


@click.command()
@click.argument("data", type=a_path)
@click.option("--protocol", type=a_path, required=True, help="The agreed protocol, in TOML.")
@click.option("--engine", type=click.Choice(["arrow", "polars", "duckdb"]), help="Reads the file.")
@click.option("--out", type=a_path, required=True, help="Where to write the tally (.parquet).")
@click.option("--explain", is_flag=True, help="Say on stderr what was done to count.")
@as_json
@force
@guarded
def tally(
    data: Path, protocol: Path, engine: str | None, out: Path, *,
    explain: bool, as_json: bool, force: bool,
) -> None:  # fmt: skip
    """Count one institution's table under a protocol; no person leaves in the tally."""
    from creditaudit.federation import CountingProtocol

    not_there([out], force=force)
    with progress(f"Counting {data.name}"):
        made = CountingProtocol.load(protocol).count(data, engine=engine)
    if explain:
        click.echo("\n".join(made.plan), err=True)
    made.save(out)
    _told(made, out, as_json=as_json, warning=NOT_PUBLIC)


@click.command()
@click.argument("tallies", type=a_path, nargs=-1, required=True)
@click.option("--out", type=a_path, required=True, help="Where to write the sum (.parquet).")
@as_json
@force
@guarded
def merge(tallies: tuple[Path, ...], out: Path, *, as_json: bool, force: bool) -> None:
    """Add tallies that were made under one protocol."""
    from creditaudit.federation import merge_tallies
    from creditaudit.tally import Tally

    not_there([out], force=force)
    whole = merge_tallies(Tally.load(path) for path in tallies)
    whole.save(out)
    _told(whole, out, as_json=as_json, warning=NOT_PUBLIC)


@click.command()
@click.argument("tally_file", type=a_path)
@click.option("--min-cell", type=click.IntRange(min=2), default=5, show_default=True,
              help="No published cell is about fewer people.")  # fmt: skip
@click.option("--after", type=a_path, multiple=True,
              help="An earlier publication; nothing may follow by subtraction.")  # fmt: skip
@click.option("--out", type=a_path, required=True, help="Where to write the evidence (.parquet).")
@as_json
@force
@guarded
def publish(
    tally_file: Path, min_cell: int, after: tuple[Path, ...], out: Path, *,
    as_json: bool, force: bool,
) -> None:  # fmt: skip
    """Merge what is about too few people, so that a tally or terms can be handed over."""
    from creditaudit.tally import Tally
    from creditaudit.terms_files import is_terms
    from creditaudit.terms_tally import TermsTally

    not_there([out], force=force)
    if is_terms(tally_file):
        if after:
            msg = "--after is for tallies; terms are published once."
            raise click.UsageError(msg)
        terms = TermsTally.load(tally_file).publish(min_cell=min_cell)
        terms.save(out)
        _told(terms, out, as_json=as_json)
        return
    earlier = [Tally.load(path) for path in after]
    whole = Tally.load(tally_file)
    made = whole.publish(min_cell=min_cell, after=earlier or None)
    made.save(out)
    _told(made, out, as_json=as_json)


@click.command()
@click.argument("evidence", type=a_path)
@click.option("--by", help="Group column, or A,B; the first grouping by default.")
@click.option("--title", help="Title of the page.")
@click.option("--out", type=a_path, default=Path("explorer.html"), show_default=True)
@as_json
@force
@guarded
def explore(
    evidence: Path, by: str | None, title: str | None, out: Path, *, as_json: bool, force: bool
) -> None:
    """Draw a page on which a reader moves the cut-off, from published counts."""
    from creditaudit.reports import save_explorer
    from creditaudit.tally import Tally

    not_there([out], force=force)
    grouping = tuple(by.split(",")) if by else None
    save_explorer(Tally.load(evidence), out, by=grouping, title=title or evidence.stem)
    if as_json:
        print_json({"explorer": str(out)})
    else:
        click.echo(f"Open {out}")


NOT_PUBLIC = "This tally may hold cells of few people: publish it before handing it to anyone."


def _told(
    made: "Tally | TermsTally", out: Path, *, as_json: bool, warning: str | None = None
) -> None:
    notes = list(getattr(made, "notes", () if made.published is None else made.published.sentences))
    facts: dict[str, Any] = {
        "tally": str(out),
        "people": made.n,
        "groupings": [list(grouping) for grouping in made.groupings],
        "origin": made.origin,
        "fingerprint": made.fingerprint(),
        "notes": notes,
    }
    if as_json:
        print_json(facts)
    else:
        click.echo(f"{made!r}")
        for note in notes:
            click.echo(f"Note: {note}")
        click.echo(f"Written to {out}; fingerprint {facts['fingerprint']}.")
    if warning:
        click.echo(f"Warning: {warning}", err=True)
