"""The mergeable summary that most questions read: counts by group, score bin, outcome, decision."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

import numpy as np
import pandas as pd

from creditaudit import publishing, tally_files, tally_sums, tally_words
from creditaudit.bins import MISSING, UNDER, ScoreBinning, ScoreBins, shown
from creditaudit.bounded_tables import Columns, count_bounded, crossed
from creditaudit.cells import BIN, DECISION, FIXED, REPLICATE, Cells
from creditaudit.count_bounds import CountBounds
from creditaudit.counting import Counted, Grouping
from creditaudit.crosstabs import as_long_table
from creditaudit.errors import BoundedCounts, InputError, MissingRole
from creditaudit.frames import open_source, open_table
from creditaudit.groupings import RESERVED, By, groupings_asked, groupings_to_keep, one_grouping
from creditaudit.passes import count_table
from creditaudit.publication import Publication
from creditaudit.roles import Roles
from creditaudit.values import Codes, Level

Origin = Literal["rows", "counts", "published"]


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts by group, score bin, outcome and decision; made in one pass, added with ``+``.

    Make one with `from_frame`, `from_counts`, `from_margins` or `load`.

    Attributes
    ----------
    roles : Roles
    groupings : tuple of tuple of str
        Every question about one of these, or about fewer of its columns, can be answered.
    bins : ScoreBins or None
        How the score was cut.
    origin : {"rows", "counts", "published"}
        Where the counts came from.
    notes : tuple of str
        How the data were read where there was a choice.
    plan : tuple of str
        What was done to count, in words; not saved, and no part of the fingerprint.
    published : Publication or None
        What was merged, dropped and left out, when `publish` made this tally.
    bounds : CountBounds or None
        Counts known within bounds only; ``cells`` hold the others.
    """

    roles: Roles
    levels: Mapping[str, tuple[Level, ...]]
    cells: Mapping[Grouping, Cells]
    bins: ScoreBins | None
    origin: Origin
    notes: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    published: Publication | None = None
    bounds: CountBounds | None = None

    @classmethod
    def from_frame(
        cls,
        data: object,
        roles: Roles,
        *,
        by: By | Iterable[By] = None,
        score_bins: ScoreBinning | None = None,
        engine: str | None = None,
    ) -> Tally:
        """Return the tally of a table with one row a person.

        Parameters
        ----------
        data : DataFrame, Table, Dataset, reader, LazyFrame, relation, str or Path
            Rows in pandas or pyarrow; a .parquet or .csv file, or a folder of them, streamed in
            bounded memory; a polars frame, DuckDB relation or Spark DataFrame, counted where it
            is, so that only a small table comes here.
        roles : Roles
        by : str, tuple of str, or list of these, optional
            The groupings to keep; a tuple is one grouping. By default each group alone and each
            pair of groups.
        score_bins : int, sequence of float or "exact", optional
            100 by default when there is a score. An integer needs ``Roles(score_range=...)`` for
            one pass and for tallies that can be added; "exact" keeps every distinct value.
        engine : {"arrow", "polars", "duckdb"}, optional
            What reads a file; "arrow" by default. `plan` of the tally says what was done.

        Raises
        ------
        MissingColumn, InputError, CorruptFile, MissingExtra
        """
        groupings = groupings_to_keep(roles, by)
        found, plan = count_table(open_table(data, engine), roles, groupings, score_bins)
        return cls(roles, found.levels, found.cells, found.bins, "rows", found.notes, plan=plan)

    @classmethod
    def from_counts(
        cls,
        table: object,
        roles: Roles,
        *,
        by: By | Iterable[By] = None,
        count: str | Mapping[str, str] = "n",
        low: str | None = None,
        high: str | None = None,
        totals: object | None = None,
        score_bins: ScoreBinning | None = None,
    ) -> Tally:
        """Return the tally of a table of counts: one row stands for many people.

        Parameters
        ----------
        table : DataFrame, pyarrow.Table, str or Path
            A crosstab, a confusion matrix by group, or a score distribution by group.
        roles : Roles
        by : str, tuple of str, or list of these, optional
        count : str or mapping
            The column with the number of people, which need not be whole. Or, for a wide table,
            which column holds which count: ``approved, refused`` (by decision), ``good, bad``
            (by outcome), or ``tp, fn, fp, tn`` (good and approved, good and refused, bad and
            approved, bad and refused). Wide tables need no decision or outcome in ``roles``.
        low, high : str, optional
            For a long table: the columns with the least and the most people that a count can be,
            where ``count`` is missing ("<5" is 0 and 4). A missing ``high`` is no upper end.
        totals : DataFrame, pyarrow.Table, str or Path, optional
            Known sums over rows of the table, in the same columns: a key that is missing is
            summed out. They narrow the bounds, and every metric obeys them.
        score_bins : int, sequence of float or "exact", optional

        Raises
        ------
        MissingColumn, InputError, CorruptFile
            Also for counts such as "<5" or "*", which are not read as zero, and for totals that
            contradict the counts.
        """
        source = open_source(table)
        _check_unweighted(roles)
        ends = Columns(str(count), low, high)
        if (ends.ends or totals is not None) and not isinstance(count, str):
            msg = "low=, high= and totals= are for a long table. Pass count='column'."
            raise InputError(msg)
        if ends.ends or totals is not None:
            groupings = groupings_to_keep(roles, by)
            return cls._of(
                roles, *count_bounded(source, roles, groupings, ends, totals, score_bins)
            )
        table, roles, column = as_long_table(source, roles, count)
        groupings = groupings_to_keep(roles, by)
        return cls._of(roles, *count_table(table, roles, groupings, score_bins, count=column))

    @classmethod
    def from_margins(
        cls,
        totals: object,
        roles: Roles,
        *,
        by: By | Iterable[By] = None,
        count: str = "n",
        low: str | None = None,
        high: str | None = None,
    ) -> Tally:
        """Return the tally of a table of which totals alone are known.

        Each crossing of what the totals name is a count between nobody and the smallest of its
        totals (Frechet's bounds), and rates are bounds over every table that makes them all.

        Parameters
        ----------
        totals : DataFrame, pyarrow.Table, str or Path
            Sums of people, as for `from_counts`: such as people by group, with the decision
            missing, and people approved in all, with the group missing. A total by group counts
            everyone on either side of the decision. Where only one side is told, the other is
            named as ``unfavourable`` in ``roles``.
        roles : Roles
        by : str, tuple of str, or list of these, optional
        count, low, high : str

        Raises
        ------
        MissingColumn, InputError, CorruptFile
        """
        _check_unweighted(roles)
        ends = Columns(count, low or "\0least", high or "\0most")
        named = groupings_to_keep(roles, by)
        table = crossed(totals, roles, named, ends)
        return cls._of(roles, *count_bounded(table, roles, named, ends, totals, None))

    @classmethod
    def _of(
        cls, roles: Roles, found: Counted, plan: tuple[str, ...], bounds: CountBounds | None = None
    ) -> Tally:
        return cls(
            roles, found.levels, found.cells, found.bins, "counts", found.notes, plan, bounds=bounds
        )

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """The groupings kept."""
        return tuple(self.cells)

    @property
    def n(self) -> float:
        """People counted; the fewest there can be, where counts are known within bounds only."""
        told = float(next(iter(self.cells.values())).sums[:, 0].sum())
        within = self.bounds.counts if self.bounds else None
        return told + (within.reach(np.arange(len(within)))[0] if within else 0.0)

    @property
    def told(self) -> Tally:
        """The tally of the counts that are told, without those known within bounds only."""
        return replace(self, bounds=None)

    @property
    def frame(self) -> pd.DataFrame:
        """The cells of the first grouping in words; see `labelled`."""
        return self.labelled(self.groupings[0])

    def labelled(self, by: By) -> pd.DataFrame:
        """Return the cells of a grouping in words.

        Returns
        -------
        frame
            The keys of ``by``, then score_bin, outcome, decision (where given), n, w, w2. Where
            counts are known within bounds only, also low and high, and n where these are one.
        """
        return tally_words.labelled(self, one_grouping(by))

    def select(self, by: Grouping, fixed: Sequence[str]) -> Cells:
        """Return the cells by some group columns and some of the fixed keys, the rest summed out.

        Raises
        ------
        InputError
            If no grouping of this tally holds these columns.
        BoundedCounts
            If one of the counts is known within bounds only.
        """
        holding = [g for g in self.cells if set(by) <= {*g, *filter(None, [self.roles.period])}]
        if not holding:
            kept = ", ".join(map(repr, self.groupings))
            msg = (
                f"This tally has no grouping that holds {by!r}. Groupings: {kept}. "
                f"Make it again with by=[{by[0] if len(by) == 1 else by!r}, ...]."
            )
            raise InputError(msg)
        smallest = min(holding, key=lambda g: len(self.cells[g]))
        cells = self.cells[smallest].project([*by, *fixed])
        return cells if self.bounds is None else self.bounds.settle(cells)

    def keys(self, names: Grouping, codes: Codes) -> pd.DataFrame:
        """Return codes of group columns as a frame of their values; missing is null."""
        return tally_words.keys(self.levels, names, codes)

    def project(self, by: By | Iterable[By]) -> Tally:
        """Return the tally of fewer groupings, the other columns summed out."""
        period = [self.roles.period] if self.roles.period else []
        names = groupings_asked(by, self.roles)
        told = self.told
        cells = {name: told.select(name, [*period, *FIXED]) for name in names}
        kept = {*period, *(key for name in names for key in name)}
        levels = {key: found for key, found in self.levels.items() if key in kept}
        bounds = self.bounds and self.bounds.keep([*kept, *FIXED])
        return replace(self, cells=cells, levels=levels, bounds=bounds)

    def at_cutoff(self, cutoff: float) -> Tally:
        """Return the tally with the decision that a cut-off on the score would give.

        A score at or above the cut-off is approved when higher is safer, and refused when higher
        is riskier. People without a score have no decision. A published tally takes every edge
        there was before bins were merged: people in a bin that the cut-off then splits have an
        open decision, and rates are bounds over all ways to decide them.

        Raises
        ------
        MissingRole
            If the tally has no score.
        InputError
            If the cut-off falls inside a bin; the nearest edges are named.
        """
        if self.bins is None:
            msg = "at_cutoff needs a score. Pass score= and higher_is= to Roles."
            raise MissingRole(msg)
        if self.published is None:
            sides = (self.bins.first_at_or_above(float(cutoff)),) * 2
        else:
            sides = self.published.sides(self.bins, float(cutoff))
        safer = self.roles.higher_is == "safer"
        cells = {
            grouping: table.with_column(
                DECISION, self.bins.decisions(table.column(BIN), sides, safer=safer)
            )
            for grouping, table in self.cells.items()
        }
        bounds = self.bounds
        if bounds is not None:
            places = bounds.places([BIN])[:, 0]
            made = self.bins.decisions(places, sides, safer=safer)
            bounds = bounds.with_column(DECISION, made)
        name = f"score {'>=' if safer else '<'} {shown(cutoff)}"
        roles = replace(self.roles, decision=name, favourable=True, unfavourable=None)
        return replace(self, roles=roles, cells=cells, bounds=bounds)

    def __add__(self, other: Tally) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        return replace(self, **tally_sums.add(self, other))

    def publish(self, min_cell: int = 5, *, after: Tally | Sequence[Tally] | None = None) -> Tally:
        """Return the tally merged so far that no count is of fewer than ``min_cell`` people.

        Neither a count that is told nor one that can be derived, from all groupings together and
        from earlier publications. Neighbouring score bins are merged, the same for all groups;
        then levels, into "(other)"; then groupings are dropped. Nobody is: everyone is still
        counted, but for people without a decision or outcome where they are too few to hide.

        Parameters
        ----------
        min_cell : int
        after : Tally or sequence of Tally, optional
            What was published earlier of the same or an overlapping population, in order.

        Returns
        -------
        Tally
            With ``origin == "published"``; ``published`` says what was done.

        Raises
        ------
        RefusedError
            If everyone together is too few, or too few more than was published earlier.
        InputError
            For a clustered or published tally, or ``after`` that fits neither roles nor order.
        BoundedCounts
            If counts are known within bounds only: how far to merge follows from each of them.

        Notes
        -----
        How it decides is in `creditaudit.merging`; why it suffices, and what it does not cover, in
        `creditaudit.publishing`.

        References
        ----------
        Dobra, A. and Fienberg, S. E. (2000). PNAS 97, 11885-11892.
        """
        if self.bounds is not None:
            raise BoundedCounts.of(len(self.bounds), sum(map(len, self.cells.values())))
        before = [after] if isinstance(after, Tally) else list(after or ())
        return replace(self, **publishing.publish(self, min_cell, before))

    def fingerprint(self) -> str:
        """Return a hash of roles, bins and cells that does not depend on file or row order."""
        return tally_files.fingerprint(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the tally to a Parquet file, whole or not at all.

        Raises
        ------
        InputError
            If the folder cannot be written.
        """
        tally_files.save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Tally:
        """Return the tally that `save` wrote.

        Raises
        ------
        InputError
            If the file is not there.
        CorruptFile
            If the file is damaged, or is not a tally.
        """
        return tally_files.load(path, cls)

    def __repr__(self) -> str:
        kept = ", ".join(" x ".join(g) or "everyone" for g in self.groupings)
        least = "at least " if self.bounds else ""
        return f"<Tally of {least}{self.n:,.0f} people by {kept}; from {self.origin}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>" + str(self.frame.head(50).to_html())


def _check_unweighted(roles: Roles) -> None:
    if roles.weight is not None:
        msg = "A table of counts has no weight for each person. Leave weight= out of Roles."
        raise InputError(msg)


__all__ = ["MISSING", "REPLICATE", "RESERVED", "UNDER", "By", "Origin", "Tally"]
