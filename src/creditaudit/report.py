"""Findings together with what was not asked, what was hidden, and where the numbers come from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd

from creditaudit.errors import CorruptFile, InputError
from creditaudit.finding import Finding
from creditaudit.frames import write_whole
from creditaudit.pages.report_page import render
from creditaudit.pages.schemas import validate_report

SCHEMA = "creditaudit.report/1"


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """An audit as it can be printed, sent and recomputed.

    Attributes
    ----------
    findings : tuple of Finding
    hidden : tuple of dict
        Id, audit and question of the findings the author left out; they are counted on page one.
    not_asked : tuple of dict
        audit, question, needs, how (to get what is needed).
    context : mapping
        Everything else of the JSON: evidence, roles, plan, law, provenance.
    """

    title: str
    findings: tuple[Finding, ...]
    hidden: tuple[dict[str, str], ...] = ()
    not_asked: tuple[dict[str, str], ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def hide(self, ids: Iterable[str]) -> Report:
        """Return the report without some findings; what was hidden is counted on page one.

        Raises
        ------
        InputError
            If an id is not a finding of this report.
        """
        wanted = {ids} if isinstance(ids, str) else set(ids)
        known = {finding.id for finding in self.findings}
        if wanted - known:
            msg = f"No finding {sorted(wanted - known)}. Findings: {sorted(known)}."
            raise InputError(msg)
        gone = tuple(
            {"id": f.id, "audit": f.audit, "question": f.question}
            for f in self.findings
            if f.id in wanted
        )
        left = tuple(f for f in self.findings if f.id not in wanted)
        return replace(self, findings=left, hidden=(*self.hidden, *gone))

    @property
    def frame(self) -> pd.DataFrame:
        """One row a finding: id, question, claim, status, estimate, ranges, n."""
        names = (
            "id", "audit", "question", "claim", "status", "estimate", "low", "high",
            "low_family", "high_family", "unit", "n", "group", "reference",
        )  # fmt: skip
        rows = [[getattr(f, name) for name in names] for f in self.findings]
        return pd.DataFrame(rows, columns=pd.Index(names))

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types, in the published schema."""
        return {
            "$schema": SCHEMA,
            "title": self.title,
            **self.context,
            "findings": [finding.to_dict() for finding in self.findings],
            "hidden": list(self.hidden),
            "not_asked": list(self.not_asked),
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Report:
        """Return the report in a mapping that `to_dict` wrote.

        Raises
        ------
        InputError
            With every fault against the schema.
        """
        validate_report(plain)
        own = ("$schema", "title", "findings", "hidden", "not_asked")
        return cls(
            title=plain["title"],
            findings=tuple(Finding.from_dict(one) for one in plain["findings"]),
            hidden=tuple(dict(one) for one in plain["hidden"]),
            not_asked=tuple(dict(one) for one in plain["not_asked"]),
            context={key: value for key, value in plain.items() if key not in own},
        )

    def to_json(self) -> str:
        """Return the report as JSON text.

        Raises
        ------
        InputError
            If the report would not be one that `load` reads.
        """
        plain = self.to_dict()
        validate_report(plain)
        return json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False) + "\n"

    def to_html(self) -> str:
        """Return the page that is drawn from the JSON alone."""
        return render(self.to_dict())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the report as .json or .html, whole or not at all.

        Raises
        ------
        InputError
            For another ending, or a folder that cannot be written.
        """
        path = Path(path)
        writers = {".json": self.to_json, ".html": self.to_html}
        if path.suffix not in writers:
            msg = f"Cannot save a report as {path.name!r}. Use a name ending in .json or .html."
            raise InputError(msg)
        text = writers[path.suffix]()
        write_whole(path, lambda target: _write(target, text))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Report:
        """Return the report in a JSON file.

        Raises
        ------
        CorruptFile
            If the file is not JSON, or not a report.
        """
        path = Path(path)
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            msg = f"File {path.name!r} not found. Name the audit.json that creditaudit wrote."
            raise InputError(msg) from error
        except OSError as error:
            msg = f"{path.name!r} cannot be read: {error.strerror}. Name an audit.json."
            raise CorruptFile(msg) from error
        except (ValueError, RecursionError) as error:
            msg = f"{path.name!r} is not JSON: {error}. Ask for the file again."
            raise CorruptFile(msg) from error
        try:
            return cls.from_dict(plain)
        except InputError as error:
            msg = f"{path.name!r} cannot be read as a report. {error}"
            raise CorruptFile(msg) from error

    def _repr_html_(self) -> str:
        return str(self.frame[["id", "claim", "status", "n"]].to_html(index=False))


def count_to_text(count: str | Mapping[str, str] | None) -> str | None:
    """Return the count columns of a table as one text: ``n``, or ``approved=yes, refused=no``."""
    if count is None or isinstance(count, str):
        return None if count is None else _quoted(count)
    return ", ".join(f"{name}={_quoted(column)}" for name, column in count.items())


def count_from_text(text: str | None) -> str | dict[str, str] | None:
    """Return what `count_to_text` was given."""
    if text is None or "=" not in text:
        return None if text is None else unquote(text)
    pairs = (part.split("=", 1) for part in text.split(", "))
    return {name: unquote(column) for name, column in pairs}


def _quoted(column: str) -> str:
    return "".join(f"%{ord(char):02X}" if char in "%=," else char for char in column)


def _write(path: Path, text: str) -> None:
    # Half of a surrogate pair has no UTF-8; in JSON its escape is the same text.
    path.write_bytes(text.encode("utf-8", "backslashreplace"))
