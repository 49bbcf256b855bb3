"""The mergeable summary that most questions read: counts by group, score bin, outcome, decision."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import combinations
from typing import Literal, TypeGuard

import pandas as pd

from creditaudit import publishing, tally_files, tally_sums
from creditaudit.bins import MISSING, UNDER, ScoreBinning, ScoreBins, shown
from creditaudit.cells import BIN, DECISION, FIXED, OUTCOME, REPLICATE, Cells
from creditaudit.counting import Grouping
from creditaudit.crosstabs import as_long_table
from creditaudit.errors import InputError, MissingRole
from creditaudit.frames import open_source, open_table
from creditaudit.passes import count_table
from creditaudit.publication import Publication
from creditaudit.roles import Roles
from creditaudit.values import Codes, Level

Origin = Literal["rows", "counts", "published"]
By = str | Sequence[str] | None
# In the order of their codes, -1 last.
OUTCOMES = ("bad", "good", None)
DECISIONS = (
    "refused", "approved", "open", "refused or none", "approved or none", "open or none", None
)  # fmt: skip
RESERVED = {
    "n", "value", "low", "high", "note", "reference", "n_reference", "p_value", "p_adjusted",
    "detectable", "bound_low", "bound_high", "measure", "metric", "seeds",
    "score_bin", "outcome", "decision", "w", "w2",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts by group, score bin, outcome and decision; made in one pass, added with ``+``.

    Make one with `from_frame`, `from_counts` or `load`.

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
    """

    roles: Roles
    levels: Mapping[str, tuple[Level, ...]]
    cells: Mapping[Grouping, Cells]
    bins: ScoreBins | None
    origin: Origin
    notes: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    published: Publication | None = None

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
        groupings = _groupings(roles, by)
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
        score_bins : int, sequence of float or "exact", optional

        Raises
        ------
        MissingColumn, InputError, CorruptFile
            Also for counts such as "<5" or "*", which are not read as zero.
        """
        source = open_source(table)
        if roles.weight is not None:
            msg = "A table of counts has no weight for each person. Leave weight= out of Roles."
            raise InputError(msg)
        table, roles, column = as_long_table(source, roles, count)
        groupings = _groupings(roles, by)
        found, plan = count_table(table, roles, groupings, score_bins, count=column)
        return cls(roles, found.levels, found.cells, found.bins, "counts", found.notes, plan=plan)

    @property
    def groupings(self) -> tuple[Grouping, ...]:
        """The groupings kept."""
        return tuple(self.cells)

    @property
    def n(self) -> float:
        """People counted."""
        return float(next(iter(self.cells.values())).sums[:, 0].sum())

    @property
    def frame(self) -> pd.DataFrame:
        """The cells of the first grouping in words; see `labelled`."""
        return self.labelled(self.groupings[0])

    def labelled(self, by: By) -> pd.DataFrame:
        """Return the cells of a grouping in words.

        Returns
        -------
        frame
            The keys of ``by``, then score_bin, outcome, decision (where given), n, w, w2.
        """
        names = _grouping(by)
        cells = self.select(names, [BIN, OUTCOME, DECISION])
        frame = self.keys(names, cells.codes[:, : len(names)])
        if self.bins is not None:
            frame["score_bin"] = [self.bins.label(code) for code in cells.column(BIN)]
        if self.roles.outcome:
            frame["outcome"] = _words(cells.column(OUTCOME), OUTCOMES)
        if self.roles.decision:
            frame["decision"] = _words(cells.column(DECISION), DECISIONS)
        frame[["n", "w", "w2"]] = cells.sums
        return frame

    def select(self, by: Grouping, fixed: Sequence[str]) -> Cells:
        """Return the cells by some group columns and some of the fixed keys, the rest summed out.

        Raises
        ------
        InputError
            If no grouping of this tally holds these columns.
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
        return self.cells[smallest].project([*by, *fixed])

    def keys(self, names: Grouping, codes: Codes) -> pd.DataFrame:
        """Return codes of group columns as a frame of their values; missing is null."""
        return pd.DataFrame(
            {name: _column(self.levels[name], codes[:, i]) for i, name in enumerate(names)},
            index=pd.RangeIndex(len(codes)),
        )

    def project(self, by: By | Iterable[By]) -> Tally:
        """Return the tally of fewer groupings, the other columns summed out."""
        period = [self.roles.period] if self.roles.period else []
        names = _asked(by, self.roles)
        cells = {name: self.select(name, [*period, *FIXED]) for name in names}
        kept = {*period, *(key for name in names for key in name)}
        levels = {key: found for key, found in self.levels.items() if key in kept}
        return replace(self, cells=cells, levels=levels)

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
        made = f"score {'>=' if safer else '<'} {shown(cutoff)}"
        roles = replace(self.roles, decision=made, favourable=True, unfavourable=None)
        return replace(self, roles=roles, cells=cells)

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

        Notes
        -----
        How it decides is in `creditaudit.merging`; why it suffices, and what it does not cover, in
        `creditaudit.publishing`.

        References
        ----------
        Dobra, A. and Fienberg, S. E. (2000). PNAS 97, 11885-11892.
        """
        earlier = [after] if isinstance(after, Tally) else list(after or ())
        return replace(self, **publishing.publish(self, min_cell, earlier))

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
        return f"<Tally of {self.n:,.0f} people by {kept}; from {self.origin}>"

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>" + str(self.frame.head(50).to_html())


def _groupings(roles: Roles, by: By | Iterable[By]) -> list[Grouping]:
    groups = tuple(roles.groups)
    if by is None:
        by = [*groups, *combinations(groups, 2)]
    chosen = _asked(by, roles)
    allowed = {*groups, *roles.strata}
    unknown = sorted({name for one in chosen for name in one} - allowed)
    if unknown:
        msg = (
            f"by= names {unknown}, which are not among the groups or strata of Roles: "
            f"{sorted(allowed)}. Add them to groups=."
        )
        raise InputError(msg)
    clash = sorted(RESERVED & {*allowed, roles.period})
    if clash:
        msg = (
            f"Column {', '.join(map(repr, clash))} has the name of a result column. "
            "Rename it in the table and in Roles."
        )
        raise InputError(msg)
    return chosen


def _asked(by: By | Iterable[By], roles: Roles) -> list[Grouping]:
    """Return the groupings asked for: a name or a tuple of names is one, a list holds several."""
    groupings = [_grouping(by)] if _is_one(by) else [_grouping(one) for one in by or ()]
    # The period is a key of every grouping already.
    without = [tuple(key for key in dict.fromkeys(g) if key != roles.period) for g in groupings]
    return list(dict.fromkeys(without)) or [()]


def _is_one(by: By | Iterable[By]) -> TypeGuard[By]:
    lone = by is None or isinstance(by, str)
    return lone or (isinstance(by, tuple) and all(isinstance(name, str) for name in by))


def _grouping(by: By) -> Grouping:
    if by is None:
        return ()
    return (by,) if isinstance(by, str) else tuple(by)


def _column(levels: tuple[Level, ...], codes: Codes) -> pd.Series:
    values = pd.Series([levels[c] if c >= 0 else None for c in codes], dtype=object)
    kinds = {type(level) for level in levels}
    whole = bool((codes >= 0).all())
    if kinds == {bool}:
        return values.astype("bool") if whole else values.astype("boolean")
    if kinds == {int} and all(abs(level) < 2**63 for level in levels):  # type: ignore[arg-type]
        return values.astype("int64") if whole else values.astype("Int64")
    # pandas 2 keeps text as objects, and would turn null into the text "None".
    return values.infer_objects() if kinds == {str} else values


def _words(codes: Codes, words: Sequence[str | None]) -> list[str | None]:
    return [words[code] for code in codes]


__all__ = ["MISSING", "REPLICATE", "UNDER", "By", "Origin", "Tally"]
