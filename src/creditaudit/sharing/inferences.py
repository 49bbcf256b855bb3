"""`attribute_inference`: what data that were joined tell of a trait nobody handed over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from creditaudit.errors import InputError, MissingColumn
from creditaudit.metrics.influences import Estimate, Mask, auc_of, auc_range
from creditaudit.scorers.boosting import BoostingScorer
from creditaudit.sharing.joins import Joinable, Joins, joins_of
from creditaudit.values import Floats, encode

MOST_ROWS, LEAST, TREES = 20_000, 10, 40
COLUMNS = (
    "step", "joined", "columns", "target", "measure", "value", "low", "high", "n", "kind", "note",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Trait:
    """A trait of people as yes or no.

    Attributes
    ----------
    name : str
    said : str
        What "yes" means, in words.
    yes : bool array of shape (n,)
    known : bool array of shape (n,)
        Of whom it is known at all.
    """

    name: str
    said: str
    yes: Mask
    known: Mask


def trait(frame: pd.DataFrame, name: str) -> Trait:
    """Return a column as a trait that people have or have not.

    Two values: the rarer one. Numbers: above the median, or above it or equal where half have the
    least value. Other columns: the commonest value.

    Raises
    ------
    InputError
        If everybody has one value.
    """
    codes, levels = encode(frame[name], name)
    known = codes >= 0
    sizes = np.bincount(codes[known], minlength=len(levels))
    if len(levels) < 2:
        msg = f"Everybody has one value of {name!r}; there is nothing to infer."
        raise InputError(msg)
    numbers = not isinstance(frame[name].dtype, pd.CategoricalDtype) and all(
        isinstance(level, int | float) for level in levels
    )
    if len(levels) == 2 or not numbers:
        place = int(np.argmin(sizes)) if len(levels) == 2 else int(np.argmax(sizes))
        return Trait(name, f"{name} is {levels[place]}", codes == place, known)
    values = frame[name].to_numpy(dtype=np.float64, na_value=np.nan)
    middle = float(np.nanmedian(values))
    return Trait(name, f"{name} is above {middle:g}", values > middle, known)


@dataclass(frozen=True, eq=False)
class Inference:
    """What joined data tell of traits, always beside what tells nothing.

    Attributes
    ----------
    frame : DataFrame
        ``step, joined, columns, target, measure, value, low, high, n, kind, note``; see
        `attribute_inference` for the measures.
    people, drawn : int
        People of the table; those drawn, of whom one half was fitted on and one half judged on.
    synthetic : bool
    gains : mapping of (step, target) to Estimate
        ``gain`` with what each person adds to its error.
    """

    frame: pd.DataFrame
    people: int
    drawn: int
    synthetic: bool
    gains: Mapping[tuple[int, str], Estimate] = field(default_factory=dict, repr=False)

    def of(self, target: str, measure: str = "auc") -> pd.DataFrame:
        """Return one measure of one target, join by join.

        Raises
        ------
        InputError
            If it was not asked for.
        """
        frame = self.frame
        rows = frame[(frame["target"] == target) & (frame["measure"] == measure)]
        if not len(rows):
            msg = (
                f"There is no {measure!r} of {target!r}. Targets: "
                f"{', '.join(dict.fromkeys(frame['target']))}; measures: "
                f"{', '.join(dict.fromkeys(frame['measure']))}."
            )
            raise InputError(msg)
        return rows.reset_index(drop=True)

    def __repr__(self) -> str:
        targets = ", ".join(dict.fromkeys(self.frame["target"]))
        return f"<Inference of {targets}, {self.drawn:,} people, half of them left out of the fit>"

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))


def attribute_inference(
    world: Any,
    joins: Joins,
    targets: Sequence[str],
    *,
    sectors: Mapping[str, str] | None = None,
    own: Sequence[str] = (),
    seed: int = 0,
    most: int = MOST_ROWS,
) -> Inference:
    """Return how well joined data tell traits that are not among them.

    Parameters
    ----------
    world : Society, Population or DataFrame
    joins : sequence of str, or mapping of str to columns
        As for `exposure`; what was joined before stays.
    targets : sequence of str
        Traits, such as a protected one or another sector's secret. No target is ever an input.
    sectors : mapping, optional
        Column -> sector.
    own : sequence of str
        Columns that whoever infers has anyway: what is told is set beside what these tell alone.
    seed : int
        Of the draw of people, of their halves and of the order that is mixed up.
    most : int
        People used at most.

    Returns
    -------
    Inference

    Raises
    ------
    InputError, MissingColumn
        If something asked for is not there, or a trait is too rare: it takes 10 people with it and
        10 without in either half.

    Notes
    -----
    Boosted trees are fitted on one half of the people and judged on the other, with as many who
    have the trait in either. ``auc`` is the
    chance that of one with and one without the trait, the right one is taken to have it, with
    DeLong's range. Beside it stand three controls. ``auc_mixed``: the same after the trait was
    handed out anew by chance to everybody, so that there is nothing to tell. ``auc_fitted``: on
    the people fitted on, where memory flatters. ``auc_own``: from ``own`` alone. ``gain`` is
    ``auc`` less the larger of 0.5 and ``auc_own``, with the range of the paired difference, for
    this draw and this fit.

    References
    ----------
    DeLong, E. R. et al. (1988). Biometrics 44, 837-845.
    Giomi, M. et al. (2023). A unified framework for quantifying privacy risk. PoPETs 2023(2)
    (a control of people who were not in the data).
    """
    people = Joinable.of(world, sectors)
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(people.frame))[:most]
    drawn = _days(people.frame.iloc[rows].reset_index(drop=True))
    steps = joins_of(people, joins, tuple(targets))
    found: list[tuple[Any, ...]] = []
    gains: dict[tuple[int, str], Estimate] = {}
    missing = [name for name in (*targets, *own) if name not in people.frame.columns]
    if missing:
        raise MissingColumn.of(missing, people.frame.columns, "Name columns of the people.")
    for name in targets:
        one = trait(drawn, name)
        told = _Told(drawn, one, np.random.default_rng([seed, 1]))
        base = told.by([*own])[0] if own else None
        columns = [*own]
        for step, join in enumerate(steps, start=1):
            columns += [c for c in join.columns if c not in columns]
            if not columns:
                continue
            measured, gains[step, name] = _rows(told, columns, base)
            found += [(step, join.name, len(columns), name, *row) for row in measured]
    frame = pd.DataFrame(found, columns=pd.Index(COLUMNS))
    return Inference(frame, len(people.frame), len(drawn), people.synthetic, gains)


def _days(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with dates as days, which trees can cut."""
    dates = [name for name in frame.columns if pd.api.types.is_datetime64_any_dtype(frame[name])]
    epoch = pd.Timestamp("1970-01-01")
    return frame.assign(**{name: (frame[name] - epoch).dt.days.astype(float) for name in dates})


class _Told:
    """One trait, and how well columns tell it on people who were not fitted on."""

    def __init__(self, frame: pd.DataFrame, one: Trait, rng: np.random.Generator) -> None:
        self.frame, self.trait = frame, one
        self.inside = np.zeros(len(frame), dtype=bool)
        sides = [np.flatnonzero(one.known & side) for side in (one.yes, ~one.yes)]
        rare = min(len(side) // 2 for side in sides)
        if rare < LEAST:
            msg = (
                f"{one.said}: {rare} people in half of those drawn, and it takes {LEAST} with it "
                f"and {LEAST} without. Pass more people, or another target."
            )
            raise InputError(msg)
        for side in sides:
            self.inside[side[::2]] = True
        self.fitted = np.flatnonzero(self.inside)
        known = np.flatnonzero(one.known)
        self.mixed = np.zeros(len(frame), dtype=bool)
        self.mixed[known] = rng.permutation(one.yes[known])

    def risk(self, columns: list[str], yes: Mask) -> Floats:
        """Return how likely the trait is for everybody, from trees fitted on one half."""
        inputs = self.frame[columns]
        model = BoostingScorer(max_iter=TREES, calibration_folds=0, random_state=0)
        with threadpool_limits(1):
            model.fit(inputs.iloc[self.fitted], yes.astype(np.int64))
            return model.decision_function(inputs)

    def by(self, columns: list[str]) -> tuple[Estimate, Estimate]:
        """Return the AUC on people left out and on people fitted on."""
        yes = self.trait.yes
        risk = self.risk(columns, yes[self.fitted])
        return self._auc(risk, yes, ~self.inside), self._auc(risk, yes, self.inside)

    def by_chance(self, columns: list[str]) -> Estimate:
        """Return the AUC on people left out, of the trait handed out anew to everybody."""
        return self._auc(self.risk(columns, self.mixed[self.fitted]), self.mixed, ~self.inside)

    def _auc(self, risk: Floats, yes: Mask, where: Mask) -> Estimate:
        where = where & self.trait.known
        return auc_of(risk, yes & where, ~yes & where)


def _rows(
    told: _Told, columns: list[str], base: Estimate | None
) -> tuple[list[tuple[Any, ...]], Estimate]:
    """Return the rows of one set of columns, and the gain."""
    auc, fitted = told.by(columns)
    mixed = told.by_chance(columns)
    n = float((~told.inside & told.trait.known).sum())
    less, over = Estimate(0.5, np.zeros(len(auc.parts))), "over 0.5"
    if base is not None and base.value > 0.5:
        less, over = base, "over own columns alone"
    gain = auc - less
    ranged = [
        ("auc", auc, auc_range(auc), n, told.trait.said),
        ("auc_mixed", mixed, auc_range(mixed), n, "control: the trait handed out anew by chance"),
        ("auc_fitted", fitted, auc_range(fitted), float(len(told.fitted)),
         "control: on the people fitted on"),
        ("gain", gain, gain.range(), n, over),
    ]  # fmt: skip
    if base is not None:
        ranged.append(("auc_own", base, auc_range(base), n, "control: own columns alone"))
    made = [
        (measure, one.value, *reach, many, "estimate", note)
        for measure, one, reach, many, note in ranged
    ]
    return made, gain
