"""`recipients`: how many agencies end up holding what one of them recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations.societies.society import Society
from creditaudit.sharing.closures import import_closure
from creditaudit.sharing.regimes import SharingRegime

LIST = "list of {}"


def recipients(
    world: Any,
    regime: SharingRegime | Mapping[str, SharingRegime],
    *,
    columns: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Return how many agencies hold each fact once every import of a regime is done.

    Parameters
    ----------
    world : Society
        Its catalog says who records what.
    regime : SharingRegime, or mapping of str to SharingRegime
        One, or several by name.
    columns : iterable of str, optional
        Facts about people; by default every column that an agency of the regime keeps.

    Returns
    -------
    frame
        One row a regime and fact, the most widely held first: ``regime, fact, kept_by, measure``
        ("agencies"), ``value`` (those that hold it, the keeper among them), ``held_by`` (their
        names), ``n`` (people, or people and firms on a list, about whom there is one), ``kind``. It
        follows from the wiring, so ``kind`` is "theorem".

    Raises
    ------
    InputError
        If the world is no society.
    MissingColumn
        If a column is not in its catalog.
    """
    if not isinstance(world, Society):
        msg = f"A {type(world).__name__} has no agencies. Pass a society (ca.make_society)."
        raise InputError(msg)
    regimes = regime if isinstance(regime, Mapping) else {regime.name: regime}
    about = world.catalog[world.catalog["of"] == "person"]
    keeper = dict(zip(about["column"], about["agency"], strict=True))
    if columns is not None:
        columns = list(columns)
        missing = [name for name in columns if name not in keeper]
        if missing:
            fix = "Name columns of the society's catalog."
            raise MissingColumn.of(missing, list(keeper), fix)
    entries = world.events.groupby("agency", observed=True)["entity"].nunique()
    rows = []
    for name, one in regimes.items():
        facts = [c for c in keeper if keeper[c] in one.agencies] if columns is None else columns
        for fact in facts:
            n = int(world.people.frame[fact].notna().sum()) if fact in world.people.frame else 0
            rows.append((name, fact, keeper[fact], *_held(one, fact, keeper[fact]), n))
        if columns is None:
            rows += [
                (name, LIST.format(a), a, *_held(one, "list", a), int(entries.get(a, 0)))
                for a in one.agencies
            ]
    names = ["regime", "fact", "kept_by", "value", "held_by", "n"]
    frame = pd.DataFrame(rows, columns=pd.Index(names))
    frame = frame.sort_values("value", ascending=False, kind="stable")
    order = np.argsort(frame["regime"].map(list(regimes).index).to_numpy(), kind="stable")
    frame = frame.iloc[order].reset_index(drop=True)
    frame.insert(3, "measure", "agencies")
    return frame.assign(kind="theorem")


def _held(regime: SharingRegime, fact: str, keeper: str) -> tuple[int, str]:
    """Return how many agencies hold what one records, and which."""
    agencies = regime.agencies
    if keeper not in agencies:
        return 1, keeper
    # An import of a column travels as one of a list does.
    lines = [replace(one, carries=("list",)) for one in regime.imports if fact in one.carries]
    reach = int(import_closure(agencies, lines)[agencies.index(keeper)])
    held: list[Any] = [name for bit, name in enumerate(agencies) if reach >> bit & 1]
    return len(held), ", ".join(held)
