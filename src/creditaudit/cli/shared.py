"""What every command shares: errors to exit codes, progress, files that are not overwritten."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from creditaudit.errors import CreditauditError, InputError, RefusedError

DONE, FAULT, FAIL_ON, MISMATCH, REFUSED = 0, 1, 3, 4, 5

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
force = click.option("--force", is_flag=True, help="Overwrite files that exist.")


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Turn errors of this library into one message on stderr and an exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except RefusedError as error:
            click.echo(f"Refused: {error}", err=True)
            sys.exit(REFUSED)
        except CreditauditError as error:
            click.echo(f"Error: {error}", err=True)
            sys.exit(FAULT)

    return run


def on_a_terminal() -> bool:
    """Return whether somebody may be watching stderr."""
    return sys.stderr.isatty()


@contextmanager
def progress(words: str) -> Iterator[None]:
    """Show that work goes on, on a terminal only."""
    if not on_a_terminal():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(words):
        yield


def pairs(given: Sequence[str], option: str) -> dict[str, str]:
    """Return options of the form NAME=VALUE as a mapping."""
    wrong = [one for one in given if "=" not in one]
    if wrong:
        msg = f"{option} {wrong[0]} must be NAME=VALUE."
        raise click.UsageError(msg)
    names = [one.split("=", 1)[0] for one in given]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        msg = f"{option} names {twice[0]} more than once."
        raise click.UsageError(msg)
    return dict(one.split("=", 1) for one in given)


def not_there(paths: Sequence[Path], *, force: bool) -> None:
    """Raise if any file exists already, unless forced."""
    there = [path.name for path in paths if path.exists()]
    if there and not force:
        msg = f"{', '.join(there)} would be overwritten. Add --force, or another --out."
        raise InputError(msg)


def make_folder(out: Path) -> None:
    """Make a folder, or say why it cannot be made."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"Cannot make the folder {out.name!r}: {error.strerror}. Name another with --out."
        raise InputError(msg) from error


def print_json(value: object) -> None:
    """Print one JSON object on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))
