"""Uses that data reach over agreements of which none leads there directly: `purpose_flow`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.sharing.drift_cuts import Demand, fewest_lines
from creditaudit.sharing.purpose_graphs import (
    LIST,
    NOT_STATED,
    Item,
    Place,
    chain_words,
    items_of,
    own_purposes,
    shortest_ways,
    smallest_cut,
    use_of,
)
from creditaudit.sharing.records import Import
from creditaudit.sharing.regimes import SharingRegime

KEYS = ("source", "collected_for", "user", "use")
COLUMNS = (
    *KEYS, "measure", "value", "low", "high", "n", "person_columns", "indirect", "steps",
    "direct", "drift", "way", "bases", "columns", "kind", "note",
)  # fmt: skip
BACK = "exact; back with the agency, or one of its kind, that collected it: not a use elsewhere"
UNSTATED = "a purpose is not stated: whether it is another one cannot be told"
Where = str | Place


@dataclass(frozen=True, eq=False)
class PurposeFlow:
    """What each agency collects, for what, and every use it reaches.

    Attributes
    ----------
    regime : SharingRegime
    items : tuple of Item
        Lists and columns that some line carries, with the purpose they were collected for.
    people : int or None
        How many people the data are about.
    frame : DataFrame
        One row a place of collection and a use it reaches: how many columns (a list counts as
        one), ``n`` people, ``person_columns`` (both multiplied); ``indirect``, how many columns no
        single agreement leads there; ``direct`` (there is none of these), ``drift`` (there are,
        at another agency, and the use is another than the purpose of collection; never where one
        of the two is not stated); ``steps`` of the shortest way, the way and its legal bases in
        words. Everything follows from the wiring: ``kind`` is "theorem".
    """

    regime: SharingRegime
    items: tuple[Item, ...]
    people: int | None = None

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Every use that is reached; see the class."""
        rows = [self._row(key, held) for key, held in self._reached.items()]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    @cached_property
    def _reached(self) -> dict[tuple[str, ...], list[tuple[Item, tuple[Import, ...]]]]:
        rows: dict[tuple[str, ...], list[tuple[Item, tuple[Import, ...]]]] = {}
        for item in self.items:
            for place, way in shortest_ways(item, self.regime.imports).items():
                # Back where it came from, for no purpose stated, is no other use.
                if place not in (item.place, (item.agency, NOT_STATED)):
                    rows.setdefault((*item.place, *place), []).append((item, way))
        return rows

    def _row(
        self, key: tuple[str, ...], held: list[tuple[Item, tuple[Import, ...]]]
    ) -> list[object]:
        # What one column may do directly, another of the same place may not.
        far = [one for one in held if len(one[1]) > 1]
        drift = bool(far) and _strange(*key)
        note = BACK if key[0] == key[2] else UNSTATED if NOT_STATED in key else "exact"
        item, way = (far or held)[0]
        count = len(held)
        bases = "; ".join(line.basis or "no basis stated" for line in way)
        both = None if self.people is None else count * self.people
        return [
            *key, "columns reaching the use", count, count, count, self.people, both, len(far),
            len(way), not far, drift, chain_words(item, way), bases,
            ", ".join(one.name for one, _ in held), "theorem", note,
        ]  # fmt: skip

    @property
    def nodes(self) -> pd.DataFrame:
        """Every agency with every purpose: agency, purpose, collected (here, or only imported)."""
        own = {(a, p) for a, kept in own_purposes().items() for p in kept}
        collected = {item.place for item in self.items}
        collected |= {place for place in own if place[0] in self.regime.agencies}
        places = dict.fromkeys([*sorted(collected), *map(use_of, self.regime.imports)])
        rows = [(*place, place in collected) for place in places]
        return pd.DataFrame(rows, columns=["agency", "purpose", "collected"])

    @property
    def edges(self) -> pd.DataFrame:
        """The directed labelled multigraph: one row an agreement.

        source, collected_for ("any" where it opens the records of every purpose), user, use,
        carries, own_only, basis, mark.
        """
        rows = [
            (
                line.source, line.collected_for or "any", *use_of(line), ", ".join(line.carries),
                line.own_only, line.basis or "no basis stated", line.mark,
            )
            for line in self.regime.imports
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=[*KEYS, "carries", "own_only", "basis", "mark"])

    @property
    def drift(self) -> pd.DataFrame:
        """Uses elsewhere that no agreement leads these data to directly, for another purpose.

        Each step of such a way has an agreement, the last of them for that very use; none takes
        the data there from where they were collected.
        """
        return self.frame[self.frame["drift"].astype(bool)].reset_index(drop=True)

    @property
    def matrix(self) -> pd.DataFrame:
        """Steps from each place of collection (rows) to each use (columns); 0 where none leads."""
        if self.frame.empty:
            return pd.DataFrame()
        rows = self.frame["source"] + ": " + self.frame["collected_for"]
        columns = self.frame["user"] + ": " + self.frame["use"]
        table = self.frame["steps"].groupby([rows, columns]).min().unstack(fill_value=0)
        return table.astype("int64").rename_axis(index="collected", columns="used")

    @property
    def by_use(self) -> pd.DataFrame:
        """Per use: columns and columns x people that reach it, and how much of both is drift."""
        frame = self.frame.assign(far=self.frame["indirect"].where(self.frame["drift"], 0))
        table = frame.groupby(["user", "use"], as_index=False, sort=True).agg(
            columns=("value", "sum"), by_drift=("far", "sum")
        )
        if self.people is not None:
            table["person_columns"] = table["columns"] * self.people
            table["person_columns_by_drift"] = table["by_drift"] * self.people
        return table.assign(kind="theorem")

    def reachable(self, start: Where, end: Where | None = None) -> pd.DataFrame:
        """Return the uses that what is collected at ``start`` reaches.

        Parameters
        ----------
        start, end : str or tuple
            An agency, a purpose, or both as (agency, purpose); all uses without an end.

        Returns
        -------
        DataFrame
            The rows of `frame` between the two, empty where there is no way.

        Raises
        ------
        InputError
            If there is no such agency or purpose.
        """
        frame = self.frame
        kept = [
            self._meets(start, (row.source, row.collected_for))
            and (end is None or self._meets(end, (row.user, row.use)))
            for row in frame.itertuples()
        ]
        self._known(start)
        if end is not None:
            self._known(end)
        return frame[pd.Series(kept, index=frame.index, dtype=bool)].reset_index(drop=True)

    def min_cut(self, start: Where, end: Where, *, item: str = LIST) -> tuple[Import, ...]:
        """Return a smallest set of agreements whose end keeps ``start`` from reaching ``end``.

        Parameters
        ----------
        start, end : str or tuple
            As of `reachable`.
        item : str
            "list", or a column.

        Returns
        -------
        tuple of Import
            Empty where nothing leads from the one to the other. Exact; where several sets are as
            small, the one nearest to the start.

        Raises
        ------
        InputError
            If there is no such place, or no line carries the item.
        """
        self._known(start)
        self._known(end)
        names = sorted({one.name for one in self.items})
        if item not in names:
            msg = f"No line of {self.regime.name} carries {item!r}. Carried: {', '.join(names)}."
            raise InputError(msg)
        chosen = [x for x in self.items if x.name == item and self._meets(start, x.place)]
        ends = [
            place for place in map(use_of, self.regime.imports)
            if self._meets(end, place) and place not in {x.place for x in chosen}
        ]  # fmt: skip
        return smallest_cut(chosen, ends, self.regime.imports)

    def closing(self, row: "pd.Series[Any] | None" = None) -> tuple[Import, ...]:
        """Return a smallest set of agreements whose end leaves no use by drift.

        Parameters
        ----------
        row : Series, optional
            One row of `drift`: only that use is closed, to all its columns that drift there.

        Returns
        -------
        tuple of Import
            Empty where nothing drifts. Exact, for all columns at once; where several sets are as
            small, one with early lines. Without ``row``, no use that was reached directly is left
            to be reached by drift instead.

        Raises
        ------
        InputError
            If a smallest set cannot be proved.
        """
        demands = list(self._far(None if row is None else tuple(row[list(KEYS)])))
        guarded: list[Demand] = []
        if row is None:
            guarded = [
                (item, (key[2], key[3])) for key, held in self._reached.items()
                for item, _ in held if _strange(*key)
            ]  # fmt: skip
        return fewest_lines(self.regime.imports, demands, guarded)

    def _far(self, wanted: tuple[str, ...] | None) -> Iterator[Demand]:
        """Yield what drifts: each column with the use it has no agreement for."""
        for key, held in self._reached.items():
            if _strange(*key) and wanted in (None, key):
                yield from ((item, (key[2], key[3])) for item, way in held if len(way) > 1)

    @staticmethod
    def _meets(where: Where, place: Place) -> bool:
        return where in place if isinstance(where, str) else tuple(where) == place

    def _known(self, where: Where) -> None:
        places = {item.place for item in self.items} | set(map(use_of, self.regime.imports))
        places |= {(name, NOT_STATED) for name in self.regime.agencies}
        if not any(self._meets(where, place) for place in places):
            words = sorted({word for place in places for word in place})
            msg = f"No agency or purpose {where!r} in {self.regime.name}. Known: {words}."
            raise InputError(msg)

    def __repr__(self) -> str:
        uses, far = len(self.frame), int(self.frame["drift"].sum())
        return f"<PurposeFlow {self.regime.name}: {uses} uses reached, {far} by drift>"

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))


def _strange(source: str, collected_for: str, user: str, use: str) -> bool:
    """Whether a use is elsewhere and for another purpose, both purposes being stated."""
    return user != source and use != collected_for and NOT_STATED not in (use, collected_for)


def purpose_flow(
    regime: SharingRegime, catalog: pd.DataFrame | None = None, *, people: int | None = None
) -> PurposeFlow:
    """Return what each agency collects, for what, and every use it reaches under a regime.

    Parameters
    ----------
    regime : SharingRegime
    catalog : frame, optional
        Who keeps which column and what for: ``column, agency, purpose``, such as
        ``world.catalog``; that of the vocabulary for columns it lacks.
    people : int, optional
        How many people the data are about, for columns x people.

    Returns
    -------
    PurposeFlow

    Raises
    ------
    InputError
        If it is no regime, the catalog has no such columns, or ``people`` is no count.

    Notes
    -----
    A node is an agency with a purpose. An agreement leads from the purpose for which its source
    holds something to the importer's purpose; one that names no purpose of the source opens
    everything held there. Data held for one purpose are not taken to serve another within the same
    agency: that would be an agreement of the agency with itself, and can be added as two agencies.

    References
    ----------
    Nissenbaum, H. (2010). Privacy in Context. Stanford University Press.
    """
    given: object = regime
    if not isinstance(given, SharingRegime):
        msg = f"regime={regime!r} is no regime. Make one, such as ca.SharingRegime.load(id)."
        raise InputError(msg)
    if catalog is not None:
        lacking = [name for name in ("column", "agency", "purpose") if name not in catalog]
        if lacking:
            msg = f"The catalog lacks {lacking}; pass world.catalog, or a frame with these columns."
            raise InputError(msg)
    if people is not None and (isinstance(people, bool) or not people >= 0):
        msg = f"people={people!r} has to be a count of people."
        raise InputError(msg)
    return PurposeFlow(regime, tuple(items_of(regime, catalog)), people)
