"""`linkage_error`: who is taken for somebody else when a list is searched by name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingColumn, RefusedError
from creditaudit.metrics.influences import Mask
from creditaudit.sharing.counted_hits import EXACT, CountedHits
from creditaudit.sharing.joins import Joinable
from creditaudit.sharing.namesakes import Namesakes, checked_list
from creditaudit.sharing.quasi_identifiers import Bands, named_columns, quasi_identifier
from creditaudit.sharing.searched_lists import Search, listable
from creditaudit.sharing.seed_ranges import read_seeds
from creditaudit.values import Floats, encode

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COMMON = "common_surname"
COMMONEST = 10
COLUMNS = (
    "step", "keys", "lists", "by", "group", "measure", "value", "low", "high", "n", "seeds", "kind",
    "note",
)  # fmt: skip
GROWN = (
    "names as common as here; the range goes from names that grow in number with people to none "
    "that is new"
)
REAL = (
    "Names are searched among synthetic people only. For real ones count how many share each key "
    "and pass the counts: ca.sharing.wrongful_hits(counts, list_size=...)."
)


@dataclass(frozen=True, eq=False)
class LinkageError:
    """Who is taken for somebody on a list, by what it is searched by.

    Attributes
    ----------
    frame : DataFrame
        ``step, keys`` (so far), ``lists`` (joined so far), ``by, group`` (empty for everybody),
        ``measure, value, low, high, n, seeds, kind, note``.
    people : int
    list_size : int
        Entries of all lists together.
    namesakes : mapping of str to Namesakes
        By keys.
    lists : str
        All lists together; empty for a single one.
    shares : mapping of (keys, by, group) to array
        ``share_counted`` of each draw, with every list joined.
    """

    frame: pd.DataFrame
    people: int
    list_size: int
    namesakes: Mapping[str, Namesakes] = field(repr=False)
    lists: str = ""
    shares: Mapping[tuple[str, str, Any], Floats] = field(default_factory=dict, repr=False)

    def of(self, measure: str, *, by: str = "") -> pd.DataFrame:
        """Return one measure with every list joined, one row a step (and group).

        Raises
        ------
        InputError
            If there is no such measure.
        """
        frame = self.frame
        rows = frame[(frame["measure"] == measure) & (frame["by"] == by)]
        if not len(rows):
            known = ", ".join(dict.fromkeys(frame["measure"]))
            msg = f"There is no measure {measure!r} by {by!r}. Measures: {known}."
            raise InputError(msg)
        return rows[rows["lists"].isin(["", self.lists])].reset_index(drop=True)

    def growth(
        self, list_sizes: Sequence[float], populations: Sequence[float]
    ) -> pd.DataFrame:  # fmt: skip
        """Return how many are wrongly hit as list and population grow, by the closed form.

        Keys are taken to be as common in the larger population as here, which is an assumption: a
        larger population also has more names. The range goes from keys that grow in number with
        people to none that is new, and holds that those counted are a draw of people.

        Returns
        -------
        frame
            ``keys, list_size, population, wrongful, per_listing, low, high, share, kind, note``;
            low and high are those of ``per_listing``. kind is "sweep", and "theorem" among as many
            people as here.

        Raises
        ------
        InputError
            If a list is empty or holds everybody.
        """
        rows = []
        for keys, known in self.namesakes.items():
            for population in populations:
                for size in list_sizes:
                    checked_list(size, population)
                    found = known.wrongful(size, population)
                    low, high = (x / size for x in known.wrongful_range(size, population))
                    here = population == known.n
                    rows.append((
                        keys, size, population, found, found / size, low, high,
                        found / (population - size), "theorem" if here else "sweep",
                        EXACT if here else GROWN,
                    ))  # fmt: skip
        names = [
            "keys", "list_size", "population", "wrongful", "per_listing", "low", "high", "share",
            "kind", "note",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=pd.Index(names))

    def chart(self, ax: "Axes | None" = None) -> "Axes":
        """Return axes with wrongful hits for one true listing, as the population grows."""
        from creditaudit.sharing.linkage_chart import drawn

        return drawn(self, ax)

    def __repr__(self) -> str:
        last = self.of("per_listing_expected").iloc[-1]
        return (
            f"<LinkageError of a list of {self.list_size:,} among {self.people:,} people by "
            f"{last['keys']}: {last['value']:.2g} wrongful hits for one true listing expected>"
        )

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))


def linkage_error(
    world: Any,
    keys: Sequence[str],
    *,
    list_size: int | Mapping[str, int],
    list_from: Any = None,
    by: Sequence[str] | str = (),
    missing: Mapping[str, float] | None = None,
    bands: Bands | None = None,
    seeds: int | Iterable[int] = range(20),
) -> LinkageError:
    """Return how many people are taken for somebody on a list, as keys are added to the search.

    Parameters
    ----------
    world : Society or Population
        Synthetic people: names are searched among no others.
    keys : sequence of str
        What entry and person are compared by, added one after the other: columns, or ``surname``,
        ``given_name``, ``birth_year``, ``birth_month``, made of the name and the date of birth. A
        hit takes equality in all of them.
    list_size : int, or mapping of str to int
        People on the list; or on the list of each agency, drawn apart from each other, and searched
        together.
    list_from : column or bool array, optional
        Who can be on a list; by default everybody. The closed form takes a list for a draw from
        everybody, and the count beside it shows what that is worth.
    by : str or sequence of str
        Columns with groups; ``common_surname`` for holders of the ten commonest surnames.
    missing : mapping, optional
        Key -> share of entries that lack it. A key that is missing cannot speak against a hit, so
        it acts as if it agreed. Entries without any key are not searched by.
    bands : mapping, optional
        How keys are cut; see `exposure`.
    seeds : int or iterable of int
        One draw of the list(s) each; a number n is 0 to n - 1.

    Returns
    -------
    LinkageError

    Raises
    ------
    RefusedError
        If the people are not synthetic.
    InputError, MissingColumn
        If something asked for is not there, or a list is longer than there are people for it.

    Notes
    -----
    Measures: ``effective_keys`` (K), ``wrongful_expected`` and ``wrongful_counted`` (people taken
    for somebody listed), ``per_listing_expected`` and ``per_listing_counted`` (that over the true
    listings), ``share_expected`` and ``share_counted`` (of those not listed). Expected ones are
    the closed form of `Namesakes.hit`; ranges of counted ones are Student's t over draws of the
    list and hold for this society. Who is *listed* is taken as given: this says nothing about
    whether an entry is true.
    """
    people = Joinable.of(world)
    if not people.synthetic:
        raise RefusedError(REAL)
    frame, chosen = people.frame, read_seeds(seeds)
    keys = named_columns(frame, [keys] if isinstance(keys, str) else keys)
    sizes = dict(list_size) if isinstance(list_size, Mapping) else {"": list_size}
    who = listable(frame, list_from)
    _checked(keys, sizes, len(who), len(frame))
    groups = list(_groups(frame, by))
    rows: list[tuple[Any, ...]] = []
    known: dict[str, Namesakes] = {}
    shares: dict[tuple[str, str, Any], Floats] = {}
    for step in range(1, len(keys) + 1):
        search = Search.of(frame, keys[:step], bands or {}, missing or {})
        name = " + ".join(keys[:step])
        if len(search.patterns) == 1:
            known[name] = Namesakes.of(search.patterns[0].sizes)
        counted = CountedHits(search, who, sizes, groups, chosen)
        rows += [(step, name, *row) for row in counted.rows(one_by_one=step == len(keys))]
        shares |= {(name, *key): share for key, share in counted.shares().items()}
    found = pd.DataFrame(rows, columns=pd.Index(COLUMNS))
    lists = " + ".join(sizes) if len(sizes) > 1 else ""
    return LinkageError(found, len(frame), sum(sizes.values()), known, lists, shares)


def _checked(keys: list[str], sizes: dict[str, int], who: int, people: int) -> None:
    if not keys or not sizes:
        msg = "linkage_error needs at least one key and one list."
        raise InputError(msg)
    for name, size in sizes.items():
        checked_list(size, people)
        if size > who:
            msg = f"List {name!r} of {size:,} people: {who:,} can be on it. Ask for fewer."
            raise InputError(msg)


def _groups(frame: pd.DataFrame, by: Sequence[str] | str) -> Iterator[tuple[str, Any, Mask]]:
    for name in [by] if isinstance(by, str) else by:
        if name == COMMON:
            codes = quasi_identifier(frame, "surname").codes
            sizes = np.bincount(codes)
            sizes[0] = 0
            common = np.argsort(-sizes, kind="stable")[:COMMONEST]
            holds = np.isin(codes, common[sizes[common] > 0])
            yield name, f"one of the {COMMONEST} commonest", holds
            yield name, "another", ~holds
            continue
        if name not in frame.columns:
            fix = f"Name columns of the people as by=[...], or {COMMON!r}."
            raise MissingColumn.of([name], frame.columns, fix)
        codes, levels = encode(frame[name], name)
        for place, level in enumerate(levels):
            yield name, level, codes == place
