"""Whose data are valued: people, what happened to them, and the two sides of a gap."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations import Population, Society
from creditaudit.populations.randomness import entity_uniforms, whole_seed
from creditaudit.roles import Roles
from creditaudit.sharing.sector_columns import SectorColumns, columns_of_sectors
from creditaudit.values import Floats, encode, matches

Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]
# What a synthetic population records of everyone, and what is true of everyone.
NUMBERED = ("person_id", "firm_id")
RECORDED, TRUE = "label_recorded", "label_true"


@dataclass(frozen=True, eq=False)
class Side:
    """A group and the reference it is set against.

    Attributes
    ----------
    name : str
    group, reference : str
        In words.
    of_group, of_reference : bool arrays of shape (n,)
    """

    name: str
    group: str
    reference: str
    of_group: Mask
    of_reference: Mask


@dataclass(frozen=True, eq=False)
class ValuedPeople:
    """People on whom coalitions of sectors are fitted and measured.

    Attributes
    ----------
    frame : DataFrame of shape (n, n_columns)
        Everything known of them, one row a person.
    columns : SectorColumns
        Which of the columns are inputs, and of which sector.
    bad : float array of shape (n,)
        What models are fitted to: 1 bad, 0 good, NaN where it is not recorded.
    judged : float array of shape (n,)
        What they are measured against, in the same coding.
    fitted_to, judged_by : str
        In words.
    fitted, tested : int arrays
        Rows of the two parts; nobody is in both.
    parts : tuple of int arrays
        ``fitted`` dealt into so many parts, for fits on other people.
    share : float
        Of people approved by every model.
    synthetic : bool
    roles : Roles or None
    """

    frame: pd.DataFrame
    columns: SectorColumns
    bad: Floats
    judged: Floats
    fitted_to: str
    judged_by: str
    fitted: Rows
    tested: Rows
    parts: tuple[Rows, ...]
    share: float
    synthetic: bool
    roles: Roles | None

    def side(self, name: str | None, reference: Any = None) -> Side:
        """Return the two sides of a column: the reference, and everybody else in a group.

        Raises
        ------
        InputError, MissingColumn
        """
        if name is None:
            groups = () if self.roles is None else self.roles.groups
            if not groups:
                msg = (
                    "What data are worth is not shown without whom they cost approvals. Name the "
                    "column of a group as group=."
                )
                raise InputError(msg)
            name = groups[0]
        if name not in self.frame.columns:
            raise MissingColumn.of([name], self.frame.columns, "Name a column as group=.")
        codes, levels = encode(self.frame[name], name)
        if len(levels) < 2:
            msg = f"Column {name!r} holds {len(levels)} group among these people; it takes two."
            raise InputError(msg)
        place = int(np.argmax(np.bincount(codes[codes >= 0], minlength=len(levels))))
        if reference is not None:
            places = [k for k, level in enumerate(levels) if matches(level, reference)]
            if not places:
                msg = f"reference={reference!r} is none of the groups {list(levels)} of {name!r}."
                raise InputError(msg)
            place = places[0]
        others = [str(level) for k, level in enumerate(levels) if k != place]
        group = f"{name} {others[0]}" if len(others) == 1 else f"{name} other than {levels[place]}"
        return Side(
            name, group, f"{name} {levels[place]}",
            np.asarray((codes >= 0) & (codes != place)), np.asarray(codes == place),
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked about the people, as in `information_value`."""

    sectors: Sequence[str] | Mapping[str, Any] | None
    base: Sequence[str]
    group: str | None
    outcome: str | None
    judged_by: str | None
    key: str | None
    share: float | None
    tested: float
    most_people: int
    refits: int
    seed: int


def people_to_value(world: Any, wanted: Wanted) -> ValuedPeople:
    """Return the people of a society, a population or a table, in two parts.

    Raises
    ------
    InputError, MissingColumn
    """
    frame, roles, catalog, truth, synthetic = _parts(world)
    seed = whole_seed(wanted.seed)
    ids = _ids(frame, wanted.key)
    if len(frame) > wanted.most_people:
        drawn = entity_uniforms(ids, seed, "people valued")
        kept = np.sort(np.argsort(drawn, kind="stable")[: wanted.most_people])
        frame, ids = frame.iloc[kept], ids[kept]
        truth = None if truth is None else truth.iloc[kept]
    frame = frame.reset_index(drop=True)
    fit_name = wanted.outcome or _first_of(truth, RECORDED) or (roles.outcome if roles else None)
    if fit_name is None:
        msg = "Name the column that is 1 for bad and 0 for good as outcome=."
        raise InputError(msg)
    judge_name = wanted.judged_by or (
        _first_of(truth, TRUE) if wanted.outcome is None else None
    ) or fit_name  # fmt: skip
    bad = _outcome(fit_name, frame, truth, roles)
    judged = bad if judge_name == fit_name else _outcome(judge_name, frame, truth, roles)
    taken = {fit_name, judge_name, wanted.group, wanted.key, *played(roles)} - {None}
    columns = columns_of_sectors(
        frame, wanted.sectors, wanted.base, catalog=catalog, taken=[str(one) for one in taken]
    )
    tested = entity_uniforms(ids, seed, "people tested") < wanted.tested
    fitted = np.flatnonzero(~tested & np.isfinite(bad))
    dealt = (entity_uniforms(ids, seed, "people dealt")[fitted] * wanted.refits).astype(np.int64)
    dealt_into = tuple(fitted[dealt == k] for k in range(wanted.refits))
    found = ValuedPeople(
        frame, columns, bad, judged, _words(fit_name, truth), _words(judge_name, truth), fitted,
        np.flatnonzero(tested), dealt_into, _share(wanted.share, frame, roles), synthetic, roles,
    )  # fmt: skip
    _check(found)
    return found


def _parts(
    world: Any,
) -> tuple[pd.DataFrame, Roles | None, pd.DataFrame | None, pd.DataFrame | None, bool]:
    if isinstance(world, Society):
        catalog = world.catalog[world.catalog["of"] == "person"]
        people = world.people
        return people.frame, people.roles, catalog, people.truth, world.synthetic
    if isinstance(world, Population):
        return world.frame, world.roles, world.catalog, world.truth, world.synthetic
    if isinstance(world, pd.DataFrame):
        return world, None, None, None, False
    msg = f"world is a {type(world).__name__}; pass a Society, a Population or a DataFrame."
    raise InputError(msg)


def _ids(frame: pd.DataFrame, key: str | None) -> npt.NDArray[np.int64]:
    """Return a number for each person that stays with the person, however rows are ordered."""
    name = key or next((one for one in NUMBERED if one in frame.columns), None)
    if name is None:
        return np.arange(len(frame), dtype=np.int64)
    if name not in frame.columns:
        raise MissingColumn.of([name], frame.columns, "key= names who each row is.")
    # The hash is of the value alone, so that people keep their part when rows come or go.
    hashed = pd.util.hash_array(frame[name].to_numpy())
    return np.asarray(hashed).view(np.int64)


def _first_of(truth: pd.DataFrame | None, name: str) -> str | None:
    return name if truth is not None and name in truth.columns else None


def played(roles: Roles | None) -> Iterable[str | None]:
    """Return the columns that play a part and are no inputs."""
    if roles is None:
        return ()
    parts = (roles.decision, roles.outcome, roles.score, roles.weight, roles.cluster, roles.period)
    return (*roles.groups, *parts)


def _outcome(
    name: str, frame: pd.DataFrame, truth: pd.DataFrame | None, roles: Roles | None
) -> Floats:
    if roles is not None and name == roles.outcome and name in frame.columns:
        codes, levels = encode(frame[name], name)
        bad = [0.0 if matches(level, roles.good) else 1.0 for level in levels]
        return np.array([*bad, np.nan])[codes]
    source = frame if name in frame.columns or truth is None else truth
    if name not in source.columns:
        existing = [*frame.columns, *(truth.columns if truth is not None else ())]
        raise MissingColumn.of([name], existing, "Name a column that is 1 for bad, 0 for good.")
    found = pd.to_numeric(source[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    if not np.isin(found[np.isfinite(found)], (0.0, 1.0)).all():
        msg = f"Column {name!r} must be 1 for bad, 0 for good, and missing where not known."
        raise InputError(msg)
    return np.asarray(found, dtype=np.float64)


def _words(name: str, truth: pd.DataFrame | None) -> str:
    if truth is not None and name == TRUE:
        return "what is true of each person"
    if truth is not None and name == RECORDED:
        return "what was recorded of each person"
    return f"column {name}"


def _share(asked: float | None, frame: pd.DataFrame, roles: Roles | None) -> float:
    if asked is not None:
        if not 0 < asked < 1:
            msg = f"share={asked!r} must be between 0 and 1: the share of people approved."
            raise InputError(msg)
        return float(asked)
    if roles is None or roles.decision is None or roles.decision not in frame.columns:
        return 0.5
    codes, levels = encode(frame[roles.decision], roles.decision)
    yes = np.array([*(matches(level, roles.favourable) for level in levels), False])[codes]
    share = float(yes[codes >= 0].mean()) if (codes >= 0).any() else 0.5
    return share if 0 < share < 1 else 0.5


def _check(found: ValuedPeople) -> None:
    parts = [(found.bad, found.fitted, "fitted on"), (found.judged, found.tested, "measured on")]
    parts += [(found.bad, rows, "fitted on in a part") for rows in found.parts]
    for outcome, rows, words in parts:
        known = outcome[rows][np.isfinite(outcome[rows])]
        if min((known == 0).sum(), (known == 1).sum()) < 10:
            msg = (
                f"Of the people {words}, {int((known == 1).sum())} are bad and "
                f"{int((known == 0).sum())} good; it takes 10 of each. Pass more people."
            )
            raise InputError(msg)
