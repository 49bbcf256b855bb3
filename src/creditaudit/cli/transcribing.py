"""A published table on its way into an audit: pasted, in Excel, or in a CSV as it was printed."""

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from creditaudit.cli.shared import pairs, print_json
from creditaudit.errors import InputError

if TYPE_CHECKING:
    from creditaudit.published_tables import PublishedTable
    from creditaudit.tally import Tally

COUNTED, TABLE = "tally.parquet", "counts.csv"
OPTIONS = ("sheet", "answer", "transcriber")


def is_published(counts: Path | None, options: dict[str, Any]) -> bool:
    """Whether a table is to be read as it was published, and not as a plain table of counts."""
    if options["paste"]:
        return True
    if counts is None:
        return False
    excel = counts.suffix.lower() in (".xlsx", ".xlsm")
    return excel or any(options[name] for name in OPTIONS)


def check_usage(data: Path | None, counts: Path | None, options: dict[str, Any]) -> None:
    """Raise for options that do not go together."""
    given = [f"--{name}" for name in OPTIONS if options[name]]
    if options["paste"] and (data is not None or counts is not None):
        msg = "--paste reads a table from standard input; leave out DATA and --counts."
        raise click.UsageError(msg)
    if given and counts is None and not options["paste"]:
        msg = f"{', '.join(given)} are for a published table: --paste, or --counts TABLE."
        raise click.UsageError(msg)
    if options["count"] and is_published(counts, options):
        msg = "--count is for a plain table of counts; a published table says which are counts."
        raise click.UsageError(msg)


def read_table(counts: Path | None, options: dict[str, Any]) -> "PublishedTable":
    """Return the published table; with --json its questions are printed as well.

    Raises
    ------
    OpenQuestions
    """
    from creditaudit.published_tables import read_published

    answers = pairs(options["answer"], "--answer")
    source = counts or _pasted()
    found = read_published(source, answers, options["transcriber"], sheet=options["sheet"])
    if found.doubts and options["as_json"]:
        print_json({"questions": [doubt.to_dict() for doubt in found.doubts]})
    found.check_answered()
    return found


def _pasted() -> str:
    text = sys.stdin.read()
    if not text.strip():
        msg = "Nothing was pasted. Pipe or paste a table, then end with Ctrl-D."
        raise InputError(msg)
    return text if "\n" in text else text + "\n"


def missing_group(table: "PublishedTable") -> click.UsageError:
    """Return the error that names the columns found."""
    names = [repr(name) for name in table.table.columns if name not in ("n", "low", "high")]
    return click.UsageError(
        "Missing option '--group': name at least one column with the groups to compare. "
        f"The table was read with the columns {', '.join(names)}."
    )


def tally_bytes(tally: "Tally") -> bytes:
    """Return the file of a tally without leaving it anywhere."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / COUNTED
        tally.save(path)
        return path.read_bytes()


def save_transcript(table: "PublishedTable", raw: bytes, out: Path) -> None:
    """Write the table as it was understood, and the tally that `verify` reads."""
    from creditaudit.frames import write_whole

    write_whole(out / TABLE, lambda path: table.table.to_csv(path, index=False))

    def write(path: Path) -> None:
        path.write_bytes(raw)

    write_whole(out / COUNTED, write)
