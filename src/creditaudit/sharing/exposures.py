"""`exposure`: how far people can be singled out as one data set after the other is joined."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.sharing.alike_people import AlikePeople, given_away
from creditaudit.sharing.joins import Joinable, Joins, columns_asked, joins_of
from creditaudit.sharing.packed_keys import PackedKey
from creditaudit.sharing.quasi_identifiers import Bands, quasi_identifier
from creditaudit.values import Codes, encode

if TYPE_CHECKING:
    from matplotlib.axes import Axes

K, MIN_CELL = 5, 5
EXACT = "exact in this table"
COLUMNS = (
    "step", "joined", "columns", "by", "group", "secret", "measure", "value", "low", "high", "n",
    "kind", "note",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Exposure:
    """How far people can be singled out, join by join.

    Attributes
    ----------
    frame : DataFrame
        One row a join and measure: ``step, joined, columns`` (so many so far), ``by, group``
        (empty for everybody), ``secret`` (empty where none is meant), ``measure, value, low, high,
        n, kind, note``.
    bands : DataFrame
        One row a column: ``joined, column, levels, how`` its values were told apart.
    k : int
    people : int
    sample_of : int or None
        How many people these were drawn from.
    synthetic : bool
        True when the rows describe nobody.
    """

    frame: pd.DataFrame
    bands: pd.DataFrame
    k: int
    people: int
    sample_of: int | None
    synthetic: bool

    def curve(self, measure: str = "unique", *, secret: str = "") -> pd.DataFrame:
        """Return one measure of everybody, one row a join.

        Raises
        ------
        InputError
            If there is no such measure.
        """
        frame = self.frame
        rows = frame[(frame["measure"] == measure) & (frame["secret"] == secret)]
        rows = rows[rows["by"] == ""]
        if not len(rows):
            known = ", ".join(dict.fromkeys(frame["measure"]))
            msg = f"There is no measure {measure!r} here. Measures: {known}."
            raise InputError(msg)
        return rows.reset_index(drop=True)

    def chart(self, ax: "Axes | None" = None) -> "Axes":
        """Return axes with the share of people alone, and in a class under k, join by join."""
        from creditaudit.sharing.exposure_chart import drawn

        return drawn(self, ax)

    def __repr__(self) -> str:
        last = self.curve().iloc[-1]
        return (
            f"<Exposure of {self.people:,} people, {last['step']} joins: "
            f"{100 * last['value']:.1f} % are alone in their class at the end>"
        )

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))


def exposure(
    world: Any,
    joins: Joins,
    *,
    sectors: Mapping[str, str] | None = None,
    secrets: Sequence[str] = (),
    by: Sequence[str] | str = (),
    bands: Bands | None = None,
    k: int = K,
    sample_of: int | None = None,
    among: Sequence[int] = (),
    min_cell: int = MIN_CELL,
) -> Exposure:
    """Return how far people can be singled out without a name as data sets are joined.

    Parameters
    ----------
    world : Society, Population, DataFrame, or any table that can be counted
        One row a person. Of a table on another engine, or in a file, the columns that are named
        are read.
    joins : sequence of str, or mapping of str to columns
        Who joins, one after the other: sectors (all their columns but names and numbers of people,
        households and firms) or single columns; or a name for each, with its columns.
    sectors : mapping, optional
        Column -> sector, for a frame or for columns of your own.
    secrets : sequence of str
        Columns that nobody brings; what classes give away of each is counted.
    by : str or sequence of str
        Columns with groups. Classes are those of everybody.
    bands : mapping, optional
        How columns are cut: column -> number of bands, edges, "exact", "day", "month" or "year". By
        default numbers with a fraction are cut into 20 bands of about as many people, dates by day,
        and the rest is taken as it is. Finer bands single out more people; ``bands`` of the result
        says what was done.
    k : int
        Classes of fewer people count as small.
    sample_of : int, optional
        How many people there are where the table is a sample drawn by chance.
    among : sequence of int
        Fewer people, drawn from these by chance: the share alone among so many is worked out too.
    min_cell : int
        Groups of fewer people are not shown.

    Returns
    -------
    Exposure

    Raises
    ------
    InputError, MissingColumn
        If something asked for is not there.

    Notes
    -----
    ``unique`` is the share of people alone in their class; ``below_k`` the share in a class of
    fewer than k; ``smallest_class`` the k of k-anonymity; ``prosecutor_risk`` the mean of 1/f;
    ``bits`` Rényi's entropy of order 2 between two different people; for each secret
    ``homogeneous`` (the share in classes of one value), ``homogeneous_in_company`` (without those
    alone) and ``least_diversity`` (the l of l-diversity). All are counts of this table and exact
    there. Of a sample they say less: who is alone in a sample may have others alike outside it, so
    ``unique`` is at most this among ``sample_of`` people, and ``right_match`` says how often a
    match of somebody alone here with the whole population would be right. The other way it is
    exact: ``unique_among_m`` is the share alone among m of these people.

    References
    ----------
    Sweeney, L. (2002). k-anonymity. IJUFKS 10, 557-570.
    Skinner, C. J. and Elliot, M. J. (2002). JRSS B 64, 855-867.
    """
    named = [by] if isinstance(by, str) else list(by)
    asked = [*columns_asked(joins, sectors or {}), *secrets, *named]
    people = Joinable.of(world, sectors, asked)
    n = len(people.frame)
    if k < 2 or (sample_of is not None and sample_of < n):
        msg = f"k is {k} and has to be 2 or more; sample_of is {sample_of} of {n:,} people or more."
        raise InputError(msg)
    if any(not 1 <= m <= n for m in among):
        msg = f"among={list(among)} must hold numbers of people from 1 to {n:,}."
        raise InputError(msg)
    groups = [(name, *encode(people.frame[name], name)) for name in _named(people, named)]
    hidden = [quasi_identifier(people.frame, name, (bands or {}).get(name)) for name in secrets]
    key, rows, cuts, width = PackedKey.empty(n), [], [], 0
    for step, join in enumerate(joins_of(people, joins, tuple(secrets)), start=1):
        for name in join.columns:
            column = quasi_identifier(people.frame, name, (bands or {}).get(name))
            key = key.joined(column)
            cuts.append((join.name, name, column.levels - 1, column.how))
        width += len(join.columns)
        alike = AlikePeople.of(key)
        found = [
            *_everybody(alike, k, sample_of, among),
            *(row for one in hidden for row in _secret(alike, one)),
            *(row for given in groups for row in _by_group(alike, k, *given, min_cell)),
        ]
        rows += [(step, join.name, width, *row) for row in found]
    frame = pd.DataFrame(rows, columns=pd.Index(COLUMNS))
    cut = pd.DataFrame(cuts, columns=pd.Index(["joined", "column", "levels", "how"]))
    return Exposure(frame, cut, k, n, sample_of, people.synthetic)


def _named(people: Joinable, names: list[str]) -> list[str]:
    missing = [name for name in names if name not in people.frame.columns]
    if missing:
        fix = "Name columns of the table as by=[...]."
        raise MissingColumn.of(missing, people.frame.columns, fix)
    return names


def _row(
    measure: str, value: float, n: float, *, by: str = "", group: Any = "", secret: str = "",
    reach: tuple[float, float] | None = None, note: str = EXACT,
) -> tuple[Any, ...]:  # fmt: skip
    low, high = (value, value) if reach is None else reach
    return by, group, secret, measure, value, low, high, n, "estimate", note


def _everybody(
    alike: AlikePeople, k: int, sample_of: int | None, among: Sequence[int]
) -> Iterator[tuple[Any, ...]]:
    n = alike.n
    upper = EXACT if sample_of is None else f"{EXACT}; at most this among {sample_of:,} people"
    yield _row("unique", alike.unique, n, note=upper)
    yield _row("below_k", alike.below(k), n, note=f"{upper}; k = {k}")
    yield _row("smallest_class", alike.least, n)
    yield _row("prosecutor_risk", alike.prosecutor, n, note=upper)
    yield _row("bits", alike.bits, n, note=EXACT if np.isfinite(alike.bits) else "no two alike")
    for m in among:
        note = f"mean over every draw of {m:,} of these {n:,} people, exact"
        yield _row(f"unique_among_{m}", alike.unique_among(m), m, note=note)
    if sample_of is not None:
        value, low, high = alike.right_match(sample_of)
        note = f"a sample of {n:,} of {sample_of:,} people drawn by chance"
        yield _row("right_match", value, n, reach=(low, high), note=note)


def _secret(alike: AlikePeople, secret: Any) -> Iterator[tuple[Any, ...]]:
    found = given_away(alike, secret)
    yield _row("homogeneous", found.known, alike.n, secret=secret.name)
    yield _row("homogeneous_in_company", found.known_in_company, alike.n, secret=secret.name)
    yield _row("least_diversity", found.least, alike.n, secret=secret.name)


def _by_group(
    alike: AlikePeople, k: int, name: str, codes: Codes, levels: list[Any], min_cell: int
) -> Iterator[tuple[Any, ...]]:
    # Code -1, no group, becomes a group of its own behind the others.
    codes = np.where(codes < 0, len(levels), codes)
    table = alike.by_group(codes, len(levels) + 1, k)
    for level, row in zip([*levels, None], table.itertuples(index=False), strict=True):
        n = float(row.n)
        if n == 0:
            continue
        for measure in ("unique", "below_k", "prosecutor_risk"):
            few = n < min_cell
            value = float("nan") if few else float(getattr(row, measure))
            note = f"fewer than {min_cell} people: not shown" if few else EXACT
            told = float("nan") if few else n
            yield _row(measure, value, told, by=name, group=level, note=note)
