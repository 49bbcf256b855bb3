"""SHA-256 of the files in this folder, one line each, as ``sha256sum --check`` reads them."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

SUMS = "SHA256SUMS"


def sum_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_sums(folder: Path, paths: Iterable[str]) -> None:
    """Write the lines of these files anew, and keep those of others that are still there."""
    told = {path: one for path, one in _told(folder).items() if (folder / path).exists()}
    told |= {path: sum_of(folder / path) for path in paths}
    lines = [f"{told[path]}  {path}\n" for path in sorted(told)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def sum_faults(folder: Path, paths: Iterable[str]) -> list[str]:
    """Return which of these files has no line, or another SHA-256 than its line says."""
    told, found = _told(folder), []
    for path in paths:
        if path not in told:
            found.append(f"{path} is not in {SUMS}")
        elif told[path] != sum_of(folder / path):
            found.append(f"{path} has another SHA-256 than {SUMS} says")
    return found


def _told(folder: Path) -> dict[str, str]:
    path = folder / SUMS
    if not path.exists():
        return {}
    lines = (line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines())
    return {name: one for one, name in lines}
