"""The command that scores rows by a rulebook: score."""

from pathlib import Path

import click

from creditaudit.cli.ruling import read_book, read_people
from creditaudit.cli.shared import as_json, force, guarded, not_there, print_json


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--scorer", "book", required=True, help="The id of a preset, or a .toml file.")
@click.option("--as-of", metavar="DAY", help="The day of the version, YYYY-MM-DD.")
@click.option("--reading", type=click.Choice(["mild", "strict"]),
              help="Needed where the book leaves room for readings.")  # fmt: skip
@click.option("--subject", type=click.Choice(["person", "firm", "event"]), help="What a row is.")
@click.option("--keep", multiple=True, metavar="COLUMN", help="A column to write too; repeat.")
@click.option("--override", metavar="WORD",
              help="For a study preset on rows not known to be synthetic.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("scored.parquet"),
              show_default=True, help="The file, .parquet.")  # fmt: skip
@as_json
@force
@guarded
def score(
    data: Path, book: str, as_of: str | None, reading: str | None, subject: str | None,
    keep: tuple[str, ...], override: str | None, out: Path, *, as_json: bool, force: bool,
) -> None:  # fmt: skip
    """Score rows by a rulebook, for study: points, tier, decision and what fired.

    A preset for study scores synthetic people; your own rows only with its named override. The file
    says in its metadata what it is not for, and a report about it says so again.
    """
    from creditaudit.rulebooks import RulebookScorer
    from creditaudit.rulebooks.guards import NOT_FOR_DECISIONS, file_metadata
    from creditaudit.rulebooks.scored_files import is_synthetic, write_scores

    not_there([out], force=force)
    read = read_book(book)
    if reading is None and read.open_readings:
        named = ", ".join(read.open_readings[:3])
        msg = f"{read.id} can be read in two ways ({named}). Add --reading mild or strict."
        raise click.UsageError(msg)
    scorer = RulebookScorer(read, as_of, reading, subject)
    synthetic = is_synthetic(data)
    file_metadata(read, synthetic=synthetic, override=override)
    kinds = scorer.program.columns
    fix = f"{read.id!r} reads it; add it, empty where it is not known."
    people = read_people(data, kinds, fix, [name for name in keep if name not in kinds])
    told = write_scores(
        scorer, people, out, keep=keep, synthetic=synthetic, override=override
    )  # fmt: skip
    if as_json:
        print_json({"scored": str(out), **told})
        return
    click.echo(f"{told['rows']:,} rows scored by {read.id} as of {scorer.as_of}: {out}")
    if told["override"]:
        click.echo(f"Written with the override {told['override']}; the file says so.")
    click.echo(NOT_FOR_DECISIONS, err=True)
