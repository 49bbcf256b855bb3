"""The errors a caller can catch.

    CreditauditError
    ├── InputError (also ValueError)   what was handed in cannot be read as it stands
    │   ├── MissingColumn              a named column does not exist
    │   ├── MissingRole                a question needs a role that was not given
    │   ├── NothingToCompare           fewer than two groups have people
    │   ├── UnequalTallies             two tallies that cannot be added
    │   ├── BoundedCounts              a question needs counts that are known within bounds only
    │   └── CorruptFile                a file is damaged, cut short or of another kind
    ├── RefusedError                   too few people, or the access is too low
    └── MissingExtra (also ImportError) an optional dependency is not installed

Every message says what was found, what was expected, what exists, and what to do next.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class CreditauditError(Exception):
    """Base of every error this library raises on purpose."""


class InputError(CreditauditError, ValueError):
    """What was handed in cannot be read as it stands."""


class MissingColumn(InputError):
    """A named column does not exist in the data."""

    @classmethod
    def of(cls, missing: Iterable[str], existing: Iterable[object], fix: str) -> "MissingColumn":
        """Return the error that names the missing columns, those that exist, and the fix."""
        missing, names = list(missing), [str(name) for name in existing]
        named = ", ".join(repr(name) for name in missing)
        shown = ", ".join(repr(name) for name in names[:30]) or "none"
        more = f" and {len(names) - 30} more" if len(names) > 30 else ""
        close = [m for name in missing for m in get_close_matches(name, names, n=1)]
        hint = f" Did you mean {', '.join(repr(name) for name in close)}?" if close else ""
        noun = "Column" if len(missing) == 1 else "Columns"
        return cls(f"{noun} {named} not found. Columns: {shown}{more}.{hint} {fix}")


class MissingRole(InputError):
    """A question needs a role that was not given."""


class NothingToCompare(InputError):
    """Fewer than two groups have people."""


class UnequalTallies(InputError):
    """Two tallies were made under different roles, groupings or edges."""


class BoundedCounts(InputError):
    """A question needs counts that are known within bounds only."""

    @classmethod
    def of(cls, unsure: int, cells: int) -> "BoundedCounts":
        """Return the error that says how many counts are not certain, and what can be asked."""
        return cls(
            f"{unsure:,} of the {cells:,} counts this rests on are known within bounds only, and "
            "it needs each of them. Approval and error rates, and metrics.disparity of these, "
            "carry the bounds. For anything else ask for the counts that were held back, or make "
            "the tally at the low ends and again at the high ones, and report both."
        )


class CorruptFile(InputError):
    """A file is damaged, cut short, or of another kind than it claims."""


class RefusedError(CreditauditError):
    """An answer would be about too few people, or needs more access than there is."""


class MissingExtra(CreditauditError, ImportError):
    """An optional dependency is not installed."""

    @classmethod
    def of(cls, package: str, extra: str, purpose: str) -> "MissingExtra":
        """Return the error that names the package, what it is for, and the extra to install."""
        return cls(
            f"{purpose} needs the package {package!r}, which is not installed. "
            f"Install the extra: python -m pip install 'creditaudit[{extra}]'."
        )
