"""Tables of counts as they are published, long or wide, read as one long table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from creditaudit.errors import InputError
from creditaudit.frames import Batch, Source
from creditaudit.roles import Roles
from creditaudit.values import Floats, numbers

# name of a wide column -> (decision, outcome); None where the column does not say
WIDE: Mapping[str, tuple[bool | None, bool | None]] = {
    "approved": (True, None),
    "refused": (False, None),
    "good": (None, True),
    "bad": (None, False),
    "tp": (True, True),
    "fn": (False, True),
    "fp": (True, False),
    "tn": (False, False),
}
# A table with one side only would show everyone approved.
WIDE_TABLES = ({"approved", "refused"}, {"good", "bad"}, {"tp", "fn", "fp", "tn"})


def as_long_table(
    source: Source, roles: Roles, count: str | Mapping[str, str]
) -> tuple[Source, Roles, str]:
    """Return a source with one count column, the roles that read it, and that column's name.

    Raises
    ------
    InputError
        For unknown or mixed names of wide columns, or counts that are not numbers.
    """
    if isinstance(count, str):
        return _checked(source, [count]), roles, count
    if set(count) not in WIDE_TABLES or len(set(count.values())) < len(count):
        msg = (
            f"count={dict(count)!r} must name columns for one kind of table: approved and refused; "
            "good and bad; or tp, fn, fp and tn. For a long table pass count='column'."
        )
        raise InputError(msg)
    by_decision, by_outcome = (part is not None for part in WIDE[next(iter(count))])
    if (by_decision and roles.decision) or (by_outcome and roles.outcome):
        msg = "A wide table names its decision and outcome in count=; leave them out of Roles."
        raise InputError(msg)
    made = ["n", *["decision"] * by_decision, *["outcome"] * by_outcome]
    clash = sorted(set(made) & set(roles.columns))
    if clash:
        msg = f"Column {clash[0]!r} is a name this table must not have. Rename it."
        raise InputError(msg)
    if by_decision:
        roles = replace(roles, decision="decision", favourable=True)
    if by_outcome:
        roles = replace(roles, outcome="outcome", good=True)
    return _melt(_checked(source, list(count.values())), made, count), roles, "n"


def _checked(source: Source, counts: Sequence[str]) -> Source:
    """Return the source with counts read as text first, so that "<5" is named and not guessed."""

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        for batch in source.read(columns):
            whole = dict(batch)
            for name in counts:
                if name in whole:
                    whole[name] = pd.Series(numbers_of(whole[name], name))
            yield whole

    return replace(source, read=read)


def numbers_of(array: Any, name: str) -> Floats:
    """Return a column of counts as numbers, NaN where there is none.

    Raises
    ------
    InputError
        For a text that is no number, which is named and not read as zero.
    """
    values = array.to_pandas() if isinstance(array, pa.Array | pa.ChunkedArray) else array
    words = [
        value
        for value in pd.unique(pd.Series(values, dtype=object))
        if isinstance(value, str) and value and pd.isna(pd.to_numeric(value, errors="coerce"))
    ]
    if words:
        msg = (
            f"Count column {name!r} holds {', '.join(map(repr, words[:5]))}, which is no number. "
            "A suppressed or rounded count is not zero: leave it empty and give the least and the "
            "most it can be in two columns, named as low= and high=; or let read_published (on the "
            "command line --transcriber NAME) read the table as it was printed. Thousands "
            "separators must be removed."
        )
        raise InputError(msg)
    return numbers(pd.Series(values), name)


def _melt(source: Source, made: Sequence[str], count: Mapping[str, str]) -> Source:
    # A total beside the counts, often called n, is not asked for and may be shadowed.
    keys = [name for name in source.columns if name not in {*count.values(), *made}]

    def read(columns: Sequence[str]) -> Iterator[Batch]:
        wanted = [name for name in columns if name in keys]
        fix = "Check the names given to count=."
        for batch in source.batches([*wanted, *count.values()], fix=fix):
            rows = len(next(iter(batch.values())))
            for name, column in count.items():
                decision, outcome = WIDE[name]
                yield {key: batch[key] for key in wanted} | {
                    "n": batch[column],
                    "decision": pd.Series(np.full(rows, decision), dtype=object),
                    "outcome": pd.Series(np.full(rows, outcome), dtype=object),
                }

    return replace(source, columns=[*keys, *made], read=read)
