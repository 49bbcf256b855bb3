"""Two versions of a book on the same people: which rules changed, and who fares otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError, MissingColumn
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.differing_rules import CHANGES, compared_rules
from creditaudit.rulebooks.scoring import RulebookScorer

Flags = npt.NDArray[np.bool_]
Book = Rulebook | RulebookScorer | str
MIN_CELL = 5
MISSING = "missing"


@dataclass(frozen=True, eq=False)
class Difference:
    """What changes when one version takes the place of another.

    Attributes
    ----------
    old, new : RulebookScorer
        The two versions, each on its day and under its reading.
    rules : DataFrame
        One row a rule; see `compared_rules`. With people also ``fires_before, fires_after,
        no_longer, newly``: how many of them; null in all four where one is of fewer than
        ``min_cell`` people and not 0.
    flips : DataFrame or None
        Keys of a group (null for everyone, "missing" where the label is), measure, value (share of
        the group), low, high, n, note. The measures: approved_to_refused, refused_to_approved,
        points_lower, points_higher, tier_lower, tier_higher, newly_listed, no_longer_listed,
        only_loses, only_gains.
    synthetic : bool
        Whether the people were generated.
    min_cell : int
        Nothing is shown of fewer people than this.
    """

    old: RulebookScorer
    new: RulebookScorer
    rules: pd.DataFrame
    flips: pd.DataFrame | None = None
    synthetic: bool = False
    min_cell: int = MIN_CELL

    @property
    def frame(self) -> pd.DataFrame:
        """Who fares otherwise, or without people the rules."""
        return self.rules if self.flips is None else self.flips

    @property
    def counts(self) -> dict[str, int]:
        """How many rules were added, removed, tightened, loosened, changed and left alone."""
        found = self.rules["change"].value_counts()
        return {change: int(found.get(change, 0)) for change in CHANGES}

    @property
    def mandatory(self) -> str:
        """Whether consulting the public was mandatory for the new text: yes, no or unknown."""
        return self.new.book.header.mandatory

    def __repr__(self) -> str:
        said = ", ".join(f"{n} {change}" for change, n in self.counts.items() if n)
        return f"<Difference {_named(self.old)} -> {_named(self.new)}: {said or 'no rules'}>"

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))


def diff(
    old: Book,
    new: Book,
    population: Any = None,
    *,
    by: str | Sequence[str] | None = None,
    reading: str | None = "strict",
    min_cell: int = MIN_CELL,
) -> Difference:
    """Return what changes when the new version takes the place of the old one, and for whom.

    Parameters
    ----------
    old, new : Rulebook, RulebookScorer or str
        A scorer fixes a day and a reading: two versions of one book are
        ``RulebookScorer(book, as_of="2013-10-01")`` and the same with another day.
        A book, an id or a path stands for its last version.
    population : Population or DataFrame, optional
        The people both are applied to. Without it only the texts are compared.
    by : str or sequence of str, optional
        Columns with groups, each looked at on its own; the groups of a population by default.
    reading : {"strict", "mild"}, optional
        For what is given as a book and leaves room.
    min_cell : int
        Nothing is shown of fewer people.

    Returns
    -------
    Difference

    Raises
    ------
    InputError
        If a version cannot be run.
    MissingColumn
        If the people lack a column that either version reads, or one of ``by``.

    Notes
    -----
    Ranges are Wilson's at 95 %, over the drawing of these people; the rules are fixed. Points are
    compared only where both scales start at the same number, tiers only where both books have the
    same ones. People for whom the facts leave a result open are in no share, and the note counts
    them.
    """
    before, after = (_scorer(one, reading) for one in (old, new))
    rules = compared_rules(before, after)
    if population is None:
        return Difference(before, after, rules)
    frame, groups, synthetic = _people(population, by)
    fires = [scorer.fired(frame) for scorer in (before, after)]
    rules = rules.join(_firing(rules["rule"], fires[0], fires[1], min_cell))
    moves = _moves(before, after, frame)
    flips = pd.concat(
        [_shares(moves, None, groups, min_cell)]
        + [_shares(moves, frame[name], groups, min_cell) for name in groups],
        ignore_index=True,
    )
    return Difference(before, after, rules, flips, synthetic, min_cell)


def _named(scorer: RulebookScorer) -> str:
    return f"{scorer.book.id} ({scorer.as_of})"


def _scorer(given: Book, reading: str | None) -> RulebookScorer:
    if isinstance(given, RulebookScorer):
        return given
    book = Rulebook.load(given) if isinstance(given, str) else given
    return RulebookScorer(book, reading=reading if book.open_readings else None)


def _people(
    population: Any, by: str | Sequence[str] | None
) -> tuple[pd.DataFrame, list[str], bool]:
    roles = getattr(population, "roles", None)
    frame = getattr(population, "frame", population)
    if not isinstance(frame, pd.DataFrame):
        msg = (
            f"population= is a {type(population).__name__}; pass a Population or a pandas "
            "DataFrame with one row a person."
        )
        raise InputError(msg)
    names = [by] if isinstance(by, str) else list(by or (roles.groups if roles else ()))
    missing = [name for name in names if name not in frame.columns]
    if missing:
        raise MissingColumn.of(missing, frame.columns, "Name columns of the people in by=.")
    return frame, names, bool(getattr(population, "synthetic", False))


def _firing(
    rules: pd.Series, before: pd.DataFrame, after: pd.DataFrame, least: int
) -> pd.DataFrame:
    rows: list[tuple[int | None, ...]] = []
    nobody = np.zeros(len(before), dtype=bool)
    for name in rules:
        was, now = (
            one[name].fillna(False).to_numpy(bool) if name in one else nobody
            for one in (before, after)
        )  # fmt: skip
        counts = [int(one.sum()) for one in (was, now, was & ~now, now & ~was)]
        # Three of the four give the fourth.
        few = any(0 < count < least for count in counts)
        rows.append((None,) * 4 if few else tuple(counts))
    names = ["fires_before", "fires_after", "no_longer", "newly"]
    return pd.DataFrame(rows, columns=names, index=rules.index, dtype="Int64")


def _moves(
    old: RulebookScorer, new: RulebookScorer, frame: pd.DataFrame
) -> dict[str, tuple[Flags, Flags]]:
    """Return for each measure who it is true of, and of whom it is known."""
    found: dict[str, tuple[Flags, Flags]] = {}
    was, now = (scorer.decide(frame).astype(object) for scorer in (old, new))
    known = (was.notna() & now.notna()).to_numpy()
    refused = [(one == "refused").to_numpy() for one in (was, now)]
    found["approved_to_refused"] = known & ~refused[0] & refused[1], known
    found["refused_to_approved"] = known & refused[0] & ~refused[1], known
    scales = [one.book.contents.scale for one in (old, new)]
    if all(scales) and scales[0].base == scales[1].base:  # type: ignore[union-attr]
        points = [scorer.points(frame).to_numpy(float) for scorer in (old, new)]
        known = ~np.isnan(points[0] + points[1])
        found["points_lower"] = known & (points[1] < points[0]), known
        found["points_higher"] = known & (points[1] > points[0]), known
    bands = [[band.tier for band in one.book.contents.bands] for one in (old, new)]
    if bands[0] and bands[0] == bands[1]:
        rank = {tier: place for place, tier in enumerate(_from_lowest(old))}
        tiers = [scorer.tier(frame).map(rank).to_numpy(float) for scorer in (old, new)]
        known = ~np.isnan(tiers[0] + tiers[1])
        found["tier_lower"] = known & (tiers[1] < tiers[0]), known
        found["tier_higher"] = known & (tiers[1] > tiers[0]), known
    if old.program.listed or new.program.listed:
        listed, open_ = zip(*(_listed(scorer, frame) for scorer in (old, new)), strict=True)
        known = ~(open_[0] | open_[1])
        found["newly_listed"] = known & ~listed[0] & listed[1], known
        found["no_longer_listed"] = known & listed[0] & ~listed[1], known
    return found | _balance(found, len(frame))


def _from_lowest(scorer: RulebookScorer) -> list[str]:
    bands = scorer.book.contents.bands
    return [b.tier for b in sorted(bands, key=lambda b: -np.inf if b.from_ is None else b.from_)]


def _listed(scorer: RulebookScorer, frame: pd.DataFrame) -> tuple[Flags, Flags]:
    lists = scorer.listed(frame)
    if not lists.shape[1]:
        nobody = np.zeros(len(frame), dtype=bool)
        return nobody, nobody
    on = lists.fillna(False).to_numpy(bool).any(axis=1)
    return on, lists.isna().to_numpy().any(axis=1) & ~on


def _balance(moves: dict[str, tuple[Flags, Flags]], people: int) -> dict[str, tuple[Flags, Flags]]:
    worse = ("approved_to_refused", "points_lower", "tier_lower", "newly_listed")
    better = ("refused_to_approved", "points_higher", "tier_higher", "no_longer_listed")
    nobody = np.zeros(people, dtype=bool)
    loses = np.logical_or.reduce([nobody, *(moves[name][0] for name in worse if name in moves)])
    gains = np.logical_or.reduce([nobody, *(moves[name][0] for name in better if name in moves)])
    known = np.logical_and.reduce([~nobody, *(known for _, known in moves.values())])
    return {
        "only_loses": (known & loses & ~gains, known),
        "only_gains": (known & gains & ~loses, known),
    }


def _shares(
    moves: dict[str, tuple[Flags, Flags]], group: pd.Series | None, keys: Sequence[str], least: int
) -> pd.DataFrame:
    """Return the share of a column's groups, or of everyone, of whom each measure is true."""
    size = len(next(iter(moves.values()))[0])
    codes, levels = np.zeros(size, dtype=int), [MISSING]
    if group is not None:
        codes, found = pd.factorize(group, sort=True, use_na_sentinel=False)
        levels = [MISSING if pd.isna(one) else one for one in found]
    rows = []
    for place, level in enumerate(levels):
        members = codes == place
        own = dict.fromkeys(keys) | ({group.name: level} if group is not None else {})
        for measure, (true, known) in moves.items():
            n, hits = int((known & members).sum()), int((true & members).sum())
            unknown = int((~known & members).sum())
            few = f"fewer than {least}" if unknown < least else str(unknown)
            note = f"Open for {few} people, whose facts are missing." if unknown else ""
            if n < least:
                note = f"Fewer than {least} people."
                rows.append({**own, "measure": measure, "value": np.nan, "note": note})
                continue
            low, high = intervals.wilson(np.array([hits / n]), np.array([float(n)]))
            rows.append({
                **own, "measure": measure, "value": hits / n, "low": low[0], "high": high[0],
                "n": n, "note": note,
            })  # fmt: skip
    columns = [*keys, "measure", "value", "low", "high", "n", "note"]
    return pd.DataFrame(rows, columns=columns).astype({"n": "Int64"})
