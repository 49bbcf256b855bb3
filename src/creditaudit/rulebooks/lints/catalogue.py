"""What is looked for in a rulebook: the kinds, with their severity and the law they touch."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SEVERITIES = ("low", "medium", "high")


@dataclass(frozen=True, kw_only=True)
class LintKind:
    """One kind of thing to look for.

    Attributes
    ----------
    id, title : str
    severity : {"low", "medium", "high"}
        Harm times how hard it is to undo, for one person; a judgement, dated in the file.
    why : str
        Why it matters, in a sentence.
    law : tuple of str
        Ids of the law entries that speak to it, of all jurisdictions.
    """

    id: str
    title: str
    severity: str
    why: str
    law: tuple[str, ...]


@cache
def lint_kinds() -> Mapping[str, LintKind]:
    """Return every kind by its id, in the order of the file."""
    text = files("creditaudit.rulebooks.lints").joinpath("kinds.toml").read_text("utf-8")
    rows = tomllib.loads(text)["kind"]
    return {row["id"]: LintKind(**{**row, "law": tuple(row["law"])}) for row in rows}


def gravity(severity: str) -> int:
    """Return 1 for low, 2 for medium, 3 for high."""
    return SEVERITIES.index(severity) + 1
