"""A regime as TOML: read with all faults told at once, and written so that it reads the same."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from creditaudit.errors import InputError
from creditaudit.rulebooks.faults import SHOWN_FAULTS, Fault
from creditaudit.rulebooks.shapes import FAULTY, read_record
from creditaudit.rulebooks.toml_lines import Path, key_lines, line_of
from creditaudit.rulebooks.toml_texts import toml_text
from creditaudit.sharing.records import RegimeContents
from creditaudit.sharing.regime_checks import regime_faults

FORMAT = 1
MAX_CHARACTERS = 2_000_000


class RegimeFault(InputError):
    """A regime that cannot be used, with every fault found.

    Attributes
    ----------
    faults : tuple of Fault
        In the order of their lines.
    """

    def __init__(self, name: str, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        noun = "fault" if len(faults) == 1 else "faults"
        listed = "\n".join(
            # A regime made in Python has no lines.
            f"  - {name}, {fault if fault.line else f'{fault.where}: {fault.what}'}"
            for fault in self.faults[:SHOWN_FAULTS]
        )
        more = len(self.faults) - SHOWN_FAULTS
        rest = f"\n  - and {more:,} more" if more > 0 else ""
        super().__init__(
            f"The regime has {len(faults)} {noun}; correct all and try again:\n{listed}{rest}"
        )


@dataclass(frozen=True)
class _Placed:
    """Faults of a text on their way: each path becomes a line and words."""

    lines: Mapping[Path, int]
    data: Mapping[str, Any]
    faults: list[Fault]

    def __call__(self, path: Path, what: str, *, below: int = 0) -> None:
        line = line_of(path, self.lines) + below
        self.faults.append(Fault(line, place_words(path, self.data), what))


def read_regime(text: str, name: str) -> RegimeContents:
    """Return what a TOML text holds.

    Parameters
    ----------
    text : str
    name : str
        Of the file, for the error.

    Raises
    ------
    RegimeFault
        With every fault of the text, each with its line.
    """
    if len(text) > MAX_CHARACTERS:
        what = f"{len(text):,} characters; at most {MAX_CHARACTERS:,} are read"
        raise RegimeFault(name, [Fault(1, "the file", what)])
    try:
        data = tomllib.loads(text)
        lines = key_lines(text)
    except tomllib.TOMLDecodeError as error:
        _, _, rest = str(error).partition("at line ")
        line = int(number) if (number := rest.split(",")[0]).isdigit() else 1
        raise RegimeFault(name, [Fault(line, "not readable", str(error))]) from None
    except RecursionError:
        raise RegimeFault(name, [Fault(1, "the file", "nested too deeply")]) from None
    report = _Placed(lines, data, [])
    contents = read_record(RegimeContents, data, (), report)
    if contents is not FAULTY:
        if contents.format != FORMAT:
            report(("format",), f"has to be {FORMAT}, found {contents.format}")
        for path, what in regime_faults(
            contents.regime.agencies, contents.imports, contents.ties, contents.denials,
            contents.purposes,
        ):  # fmt: skip
            report(path, what)
    if report.faults:
        raise RegimeFault(name, report.faults)
    read: RegimeContents = contents
    return read


def place_words(path: Path, data: object) -> str:
    """Return a path in words: ``imports 4 (bank), every_days``."""
    words: list[str] = []
    here = data
    for part in path:
        if isinstance(part, int):
            row = here[part] if isinstance(here, Sequence) and part < len(here) else None
            keys = ("importer", "relation", "agency")
            label = next((row[k] for k in keys if k in row), "") if isinstance(row, Mapping) else ""
            words[-1:] = [f"{words[-1]} {part + 1}" + (f" ({label})" if label else "")]
            here = row
        else:
            words.append(str(part))
            here = here.get(part) if isinstance(here, Mapping) else None
    return ", ".join(words) or "the file"


def regime_text(contents: RegimeContents) -> str:
    """Return a regime as TOML; read again it is the same."""
    return toml_text(_plain(contents))


def _plain(record: object) -> Any:
    if is_dataclass(record):
        kept: dict[str, Any] = {}
        for one in fields(record):
            value = getattr(record, one.name)
            if one.default is not MISSING and value == one.default:
                continue
            if value == () or value == {}:
                continue
            # A default that is not None, set to None, has a word of its own.
            kept[one.name] = "any" if one.name == "hops" and value is None else _plain(value)
        return kept
    if isinstance(record, tuple):
        return [_plain(item) for item in record]
    if isinstance(record, Mapping):
        return dict(record)
    return record


@cache
def regime_ids() -> tuple[str, ...]:
    """Return the ids of the regimes that come with the library, sorted."""
    folder = files("creditaudit.sharing") / "texts"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def preset_contents(name: str) -> RegimeContents:
    """Return what the file of a preset holds.

    Raises
    ------
    InputError
        If there is no preset of that id.
    """
    if name not in regime_ids():
        msg = (
            f"There is no regime {name!r}. Regimes: {', '.join(regime_ids())}. "
            "Name one of them, or a path that ends in .toml."
        )
        raise InputError(msg)
    text = (files("creditaudit.sharing") / "texts" / f"{name}.toml").read_text(encoding="utf-8")
    return read_regime(text, f"{name}.toml")
