"""The command that makes synthetic people, or a society of people and firms: generate."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from creditaudit.cli.shared import (
    as_json,
    force,
    guarded,
    not_there,
    on_a_terminal,
    pairs,
    print_json,
)
from creditaudit.errors import InputError

if TYPE_CHECKING:
    from creditaudit.populations import Bias

KNOBS = "opportunity, direct, label, proxy, measurement, selection, missingness, linkage, "
KNOBS += "representation; group=minority, sex, registration or disability says who is exposed"


@click.command()
@click.option("--people", "n", type=click.IntRange(min=1), required=True, help="How many.")
@click.option("--firms", type=click.IntRange(min=1),
              help="So many firms too, with ties, events and debts: a society.")  # fmt: skip
@click.option("--seed", type=int, required=True, help="Any whole number.")
@click.option("--bias", "knobs", multiple=True, metavar="KNOB=SIZE", help=f"A knob: {KNOBS}.")
@click.option("--pack", default="class_balanced", show_default=True,
              help="The numbers behind the people, named by their marginals.")  # fmt: skip
@click.option("--columns", help="all, or A,B,C; by default what a lender may hold.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True,
              help="Processes; they change nothing but the time.")  # fmt: skip
@click.option("--csv", "also_csv", is_flag=True, help="Write people.csv too, one file.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("world"), show_default=True,
              help="The folder.")  # fmt: skip
@as_json
@force
@guarded
def generate(
    n: int, firms: int | None, seed: int, knobs: tuple[str, ...], pack: str, columns: str | None,
    workers: int, out: Path, *, also_csv: bool, as_json: bool, force: bool,
) -> None:  # fmt: skip
    """Make synthetic people with a known truth, as Parquet files.

    A run that was stopped goes on where it was when the same command is given again. With --firms a
    society is made: people, firms, ties, events and debts, one table a file.
    """
    # Read when Arrow is first imported, below: its own pool keeps 25 MB that nobody needs.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    from creditaudit.populations.people_folders import write_people

    asked = columns.split(",") if columns and columns != "all" else columns
    if firms is not None:
        if also_csv:
            msg = "--csv writes people alone. Leave out --csv, or --firms."
            raise click.UsageError(msg)
        given = {"bias": _bias(knobs), "pack": pack, "columns": asked, "workers": workers}
        facts = _society(n, firms, seed, given, out, force=force)
        if as_json:
            print_json(facts)
        else:
            click.echo(_society_sentences(facts))
        return
    table = out / "people.csv"
    if also_csv:
        not_there([table], force=force)
    there = 0
    with _counted(n) as told:

        def count(rows: int) -> None:
            nonlocal there
            there += rows
            told(rows)

        try:
            made = write_people(
                out, n, seed=seed, bias=_bias(knobs), pack=pack, columns=asked, workers=workers,
                force=force, told=count,
            )  # fmt: skip
        except KeyboardInterrupt:
            msg = (
                f"Stopped with {there:,} of {n:,} people made. The same command goes on from there."
            )
            raise InputError(msg) from None
    if also_csv:
        _write_csv(out / "people.parquet", table)
    facts = {key: made[key] for key in ("people", "seed", "pack", "bias", "fingerprint")}
    facts |= {"folder": str(out), "columns": len(made["columns"]), "files": len(made["files"])}
    if as_json:
        print_json(facts)
    else:
        click.echo(_sentences(facts, len(made["free_parameters"])))


def _society(
    n: int, firms: int, seed: int, given: dict[str, Any], out: Path, *, force: bool
) -> dict[str, Any]:
    from creditaudit.populations import make_society, write_society

    not_there([out / "manifest.json"], force=force)
    world = make_society(n, firms, seed=seed, **given)
    made = write_society(world, out, force=force)
    names = ("people", "firms", "seed", "pack", "bias", "fingerprint")
    counts = world.ties["relation"].value_counts(sort=False)
    return {
        **{name: made[name] for name in names},
        "ties": {str(kind): int(count) for kind, count in counts.items()},
        "events": len(world.events), "debts": len(world.debts), "folder": str(out),
        "free_parameters": len(made["free_parameters"]),
    }  # fmt: skip


def _society_sentences(facts: dict[str, Any]) -> str:
    ties = ", ".join(f"{kind} {count:,}" for kind, count in facts["ties"].items())
    return "\n".join(
        [
            f"Made a synthetic society of {facts['people']:,} people and {facts['firms']:,} firms; "
            "it describes nobody.",
            f"Ties: {ties}. Events: {facts['events']:,}. Debts: {facts['debts']:,}.",
            f"Pack {facts['pack']}, seed {facts['seed']}. {facts['free_parameters']} of the "
            "numbers behind the ties were chosen and not measured: manifest.json names them.",
            f"One table a file in {facts['folder']}; keys.csv says which column refers to which, "
            "truth holds what is true of each.",
            f"Fingerprint {facts['fingerprint']}.",
        ]
    )


def _bias(given: Sequence[str]) -> "Bias":
    from creditaudit.populations import Bias
    from creditaudit.populations.biases import RANGES

    sizes: dict[str, Any] = {}
    for name, size in pairs(given, "--bias").items():
        if name not in (*RANGES, "group"):
            msg = f"--bias {name} is no knob. Knobs: {KNOBS}."
            raise click.UsageError(msg)
        try:
            sizes[name] = size if name == "group" else float(size)
        except ValueError as error:
            msg = f"--bias {name}={size} must be a number."
            raise click.UsageError(msg) from error
    return Bias(**sizes)


@contextmanager
def _counted(n: int) -> Iterator[Callable[[int], None]]:
    """Show how many people there are, on a terminal only."""
    if not on_a_terminal():
        yield lambda rows: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    shown = (BarColumn(), MofNCompleteColumn(), "people", TimeRemainingColumn())
    with Progress(*shown, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=n)
        yield lambda rows: bar.advance(task, rows)


def _write_csv(people: Path, table: Path) -> None:
    """Write the files of people as one CSV, a row group at a time."""
    import pyarrow as pa
    import pyarrow.csv as pacsv
    import pyarrow.parquet as pq

    from creditaudit.frames.writing import write_whole

    files = sorted(people.glob("block-*.parquet"))
    plain = pa.schema(
        (one.name, one.type.value_type if pa.types.is_dictionary(one.type) else one.type)
        for one in pq.read_schema(files[0])
    )

    def fill(path: Path) -> None:
        with pacsv.CSVWriter(path, plain) as writer:
            for file in files:
                for batch in pq.ParquetFile(file).iter_batches():
                    writer.write_batch(batch.cast(plain))

    write_whole(table, fill)


def _sentences(facts: dict[str, Any], free: int) -> str:
    knobs = ", ".join(f"{name}={size}" for name, size in facts["bias"].items()) or "none"
    return "\n".join(
        [
            f"Made {facts['people']:,} synthetic people; they describe nobody.",
            f"Pack {facts['pack']}, seed {facts['seed']}, knobs: {knobs}. {free} of the numbers "
            "behind them were chosen and not measured: manifest.json names them.",
            f"{facts['columns']} columns in {facts['folder']}/people.parquet; what is true of each "
            f"person in {facts['folder']}/truth.parquet.",
            f"Fingerprint {facts['fingerprint']['people']}.",
        ]
    )
