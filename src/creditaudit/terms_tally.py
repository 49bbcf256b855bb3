"""Terms of credit by group: the mergeable summary behind "who pays more, or gets less?"."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from creditaudit import terms_files, terms_publishing
from creditaudit.bins import ScoreBins
from creditaudit.cells import Cells, compact
from creditaudit.counting import Grouping, in_order
from creditaudit.errors import InputError, UnequalTallies
from creditaudit.frames import open_source
from creditaudit.publication import Publication
from creditaudit.terms_counting import (
    AMOUNT,
    FIXED,
    NO_TERMS,
    SUMS,
    UNRECORDED,
    TermsRoles,
    count_terms,
    of_summaries,
    with_rows_without,
)
from creditaudit.values import Codes, Level, settle_types

By = str | Sequence[str] | None
Origin = Literal["rows", "counts", "published"]
WITH_TERMS = "with terms"
RESERVED = {
    "n", "n_reference", "without", "band", "terms", "reference", "value", "low", "high",
    "bound_low", "bound_high", "p_value", "p_adjusted", "detectable", "note", *SUMS,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class TermsTally:
    """Sums of an amount by group and band; made in one pass, added with ``+``.

    Make one with `from_frame`, `from_counts` or `load`. It holds people with terms, people who
    got none, and people whose terms are not recorded. It is confidential: a cell may be of one
    person. `publish` merges cells so that it can be handed over.

    Attributes
    ----------
    roles : TermsRoles
    bands : ScoreBins or None
        How the controlling column was cut.
    edges : ScoreBins or None
        How the amount was cut, for quantiles and worst-case readings.
    origin : {"rows", "counts", "published"}
    published : Publication or None
        What was merged, dropped and left out, when `publish` made this summary.
    """

    roles: TermsRoles
    levels: Mapping[str, tuple[Level, ...]]
    cells: Mapping[Grouping, Cells]
    bands: ScoreBins | None
    edges: ScoreBins | None
    origin: Origin
    published: Publication | None = None

    @classmethod
    def from_frame(
        cls,
        data: object,
        roles: TermsRoles,
        *,
        by: By | Iterable[By] = None,
        bands: Sequence[float] | None = None,
        edges: Sequence[float] | None = None,
    ) -> TermsTally:
        """Return the summary of a table with one row an application.

        Parameters
        ----------
        data : DataFrame, Table, str, Path and whatever else `Tally.from_frame` takes
            Files are read in batches; a query is run, and its rows come here.
        roles : TermsRoles
        by : str, tuple of str, or list of these, optional
            The groupings to keep. By default each group alone and each pair of groups.
        bands : sequence of float, optional
            Edges of the bands of ``roles.control``.
        edges : sequence of float, optional
            Edges of the bins of the amount; fixed beforehand, so that summaries can be added.

        Raises
        ------
        MissingColumn, InputError, CorruptFile
        """
        groupings, cut, bins = _settled(roles, by, bands, edges)
        levels, cells = count_terms(open_source(data), roles, groupings, cut, bins)
        return cls(roles, levels, cells, cut, bins, "rows")

    @classmethod
    def from_counts(
        cls,
        table: object,
        roles: TermsRoles,
        *,
        n: str = "n",
        sd: str | None = "sd",
        without: str | None = None,
        by: By | Iterable[By] = None,
        bands: Sequence[float] | None = None,
    ) -> TermsTally:
        """Return the summary of a published table: people, mean and standard deviation by group.

        Parameters
        ----------
        table : DataFrame, pyarrow.Table, str or Path
        roles : TermsRoles
            ``amount`` names the column with the means.
        n : str
            Column with the people who got terms.
        sd : str or None
            Column with the standard deviations, with n - 1 in the denominator. None when there
            are none; gaps then have no range.
        without : str, optional
            Column with the people who got no terms.
        by : str, tuple of str, or list of these, optional
        bands : sequence of float, optional

        Raises
        ------
        MissingColumn, InputError, CorruptFile
        """
        if roles.weight is not None or roles.decision is not None:
            msg = "A table of means has no weight or decision. Leave both out of TermsRoles."
            raise InputError(msg)
        groupings, cut, _ = _settled(roles, by, bands, None)
        source = open_source(table)
        if without is not None:
            source = with_rows_without(source, roles.amount, n, without)
        more = [name for name in (n, sd) if name is not None]
        levels, cells = count_terms(
            source, roles, groupings, cut, None, sums=of_summaries(n, sd), more=more
        )
        return cls(roles, levels, cells, cut, None, "counts")

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """The groupings kept."""
        return tuple(self.cells)

    @property
    def n(self) -> float:
        """People counted, with and without terms."""
        return float(next(iter(self.cells.values())).sums[:, 0].sum())

    @property
    def with_terms(self) -> float:
        """People whose terms are known."""
        first = next(iter(self.cells.values()))
        known = ~np.isin(first.column(AMOUNT), (NO_TERMS, UNRECORDED))
        return float(first.sums[known, 0].sum())

    @property
    def frame(self) -> pd.DataFrame:
        """The cells of the first grouping in words: keys, band, terms, and their sums."""
        by = self.groupings[0]
        cells = self.select(by)
        frame = self.keys(by, cells.codes[:, : len(by)])
        if self.bands is not None:
            frame["band"] = [self.bands.label(code) for code in cells.codes[:, -2]]
        frame["terms"] = [self._terms_word(code) for code in cells.codes[:, -1]]
        frame[list(SUMS)] = cells.sums
        return frame

    def _terms_word(self, code: int) -> str:
        if code in (NO_TERMS, UNRECORDED):
            return "no terms" if code == NO_TERMS else "not recorded"
        return WITH_TERMS if self.edges is None else self.edges.label(code)

    def select(self, by: Grouping) -> Cells:
        """Return the cells by some group columns, band and amount, the rest summed out.

        Raises
        ------
        InputError
            If no grouping of this summary holds these columns.
        """
        holding = [grouping for grouping in self.cells if set(by) <= set(grouping)]
        if not holding:
            msg = (
                f"This summary has no grouping that holds {by!r}. Groupings: "
                f"{', '.join(map(repr, self.groupings))}. Make it again with by=[...]."
            )
            raise InputError(msg)
        smallest = min(holding, key=lambda grouping: len(self.cells[grouping]))
        return self.cells[smallest].project([*by, *FIXED])

    def keys(self, names: Grouping, codes: Codes) -> pd.DataFrame:
        """Return codes of group columns as a frame of their values; missing is null."""
        columns = {
            name: pd.Series(
                [self.levels[name][c] if c >= 0 else None for c in codes[:, i]], dtype=object
            )
            for i, name in enumerate(names)
        }
        return pd.DataFrame(columns, index=pd.RangeIndex(len(codes))).infer_objects()

    def __add__(self, other: TermsTally) -> TermsTally:
        if not isinstance(other, TermsTally):
            return NotImplemented
        _check_addable(self, other)
        levels: dict[str, tuple[Level, ...]] = {}
        mine: dict[str, Codes] = {}
        theirs: dict[str, Codes] = {}
        for name, own in self.levels.items():
            both = list(dict.fromkeys([*own, *other.levels[name]]))
            levels[name], places = in_order(settle_types(both, name, added=True))
            place = dict(zip(both, places, strict=True))
            mine[name] = np.array([place[x] for x in own], dtype=np.int64)
            theirs[name] = np.array([place[x] for x in other.levels[name]], dtype=np.int64)
        cells = {}
        for grouping, table in self.cells.items():
            parts = [table.recode(mine), other.cells[grouping].recode(theirs)]
            cells[grouping] = compact(
                table.columns,
                np.concatenate([part.codes for part in parts]),
                np.concatenate([part.sums for part in parts]),
            )
        origin: Origin = "rows" if self.origin == other.origin == "rows" else "counts"
        return replace(self, levels=levels, cells=cells, origin=origin)

    def publish(self, min_cell: int = 5) -> TermsTally:
        """Return the summary merged so far that it tells of no few people and of no one's amount.

        No count, sum or sum of squares that is told, or follows from what is told, is of fewer
        than ``min_cell`` people, and from people, mean and standard deviation of a cell nobody's
        amount follows to within 10 %. Neighbouring bands and bins of the amount are merged, the
        same for all groups; then levels, into "(other)"; then groupings are dropped. Means are
        rounded to at most half their standard error.

        Parameters
        ----------
        min_cell : int
            4 or more.

        Returns
        -------
        TermsTally
            With ``origin == "published"``, which refuses ``+``; ``published`` says what was done.

        Raises
        ------
        RefusedError
            If everyone together is too few, or their sum tells one amount.
        InputError
            For a published summary, or a ``min_cell`` that is none.

        Notes
        -----
        What the rules are, why they suffice, and what they do not cover is in
        `creditaudit.terms_publishing`.

        References
        ----------
        Hundepool, A. et al. (2012). Statistical Disclosure Control. Wiley, chapter 4.
        """
        return replace(self, **terms_publishing.publish(self, min_cell))

    def fingerprint(self) -> str:
        """Return a hash of roles, bands, edges and cells, whatever order they are in."""
        return terms_files.fingerprint(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the summary to a Parquet file, whole or not at all.

        Raises
        ------
        InputError
            If the folder cannot be written.
        """
        terms_files.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> TermsTally:
        """Return the summary that `save` wrote.

        Raises
        ------
        InputError
            If the file is not there.
        CorruptFile
            If the file is damaged, or is no summary of terms.
        """
        return terms_files.load(path, cls)

    def __repr__(self) -> str:
        kept = ", ".join(" x ".join(g) or "everyone" for g in self.groupings)
        return (
            f"<TermsTally of {self.roles.amount}: {self.with_terms:,.0f} of {self.n:,.0f} people "
            f"with terms, by {kept}; from {self.origin}>"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>" + str(self.frame.head(50).to_html())


def _settled(
    roles: TermsRoles,
    by: By | Iterable[By],
    bands: Sequence[float] | None,
    edges: Sequence[float] | None,
) -> tuple[list[Grouping], ScoreBins | None, ScoreBins | None]:
    groups = tuple(roles.groups)
    if by is None:
        by = [*groups, *combinations(groups, 2)]
    lone = isinstance(by, str) or (isinstance(by, tuple) and all(isinstance(x, str) for x in by))
    asked = [by] if lone else list(by)
    chosen = [
        (one,) if isinstance(one, str) else () if one is None else tuple(map(str, one))
        for one in asked
    ]
    unknown = sorted({name for one in chosen for name in one} - {*groups})
    if unknown or not chosen:
        msg = f"by= names {unknown or 'nothing'}; the groups of TermsRoles are {list(groups)}."
        raise InputError(msg)
    if clash := sorted(RESERVED & {*groups}):
        msg = f"Column {clash[0]!r} has the name of a result column. Rename it in table and roles."
        raise InputError(msg)
    if (bands is None) != (roles.control is None):
        msg = "bands= (edges) and control= (a column of TermsRoles) go together."
        raise InputError(msg)
    return (
        list(dict.fromkeys(chosen)),
        None if bands is None else _edges(bands, "bands"),
        None if edges is None else _edges(edges, "edges"),
    )


def _edges(given: Sequence[float], name: str) -> ScoreBins:
    try:
        return ScoreBins.from_edges(given)
    except InputError as error:
        msg = f"{name}={given!r} must be at least two finite edges, each higher than the last."
        raise InputError(msg) from error


def _check_addable(one: TermsTally, other: TermsTally) -> None:
    faults = []
    if "published" in (one.origin, other.origin):
        faults.append("A published summary has merged cells: add first, then publish.")
    mine, theirs = one.roles.to_dict(), other.roles.to_dict()
    unequal = sorted(key for key in {*mine, *theirs} if mine.get(key) != theirs.get(key))
    if unequal:
        faults.append(f"Their roles differ in {', '.join(unequal)}.")
    if set(one.groupings) != set(other.groupings):
        faults.append(f"Their groupings differ: {one.groupings} and {other.groupings}.")
    faults += [
        f"Their {name} differ."
        for name in ("bands", "edges")
        if getattr(one, name) != getattr(other, name)
    ]
    if faults:
        msg = "These summaries of terms cannot be added. " + " ".join(faults)
        raise UnequalTallies(msg + " Make both with the same roles, by=, bands= and edges=.")
