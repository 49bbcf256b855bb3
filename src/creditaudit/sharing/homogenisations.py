"""Is everybody refused by the same deciders? Shared lists, shared models and shared data, apart."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations import Society
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.scorers import BoostingScorer
from creditaudit.shapley import coalition_members, shapley_values
from creditaudit.sharing.coalition_fits import check_can_fit, coalition_risks
from creditaudit.sharing.drawn_ranges import over_draws, over_sweep
from creditaudit.sharing.seed_ranges import over_seeds, read_seeds
from creditaudit.sharing.shared_designs import SWITCHES, Deciders, described
from creditaudit.sharing.valued_people import ValuedPeople, Wanted, people_to_value
from creditaudit.values import Floats

DECIDERS = ("bank", "ecommerce", "telecom", "utilities")
BASE = ("census", "employer")
BINS = 20
NOTES = {
    "refused_by_all": "share of people whom every decider refuses",
    "expected_refused_by_all": "the same if deciders erred independently at equal true risk",
    "excess": "refused by all, less expected",
    "ratio": "refused by all, over expected; explodes where that is small",
    "phi": "correlation of refusals, mean over pairs of deciders",
    "phi_at_equal_risk": "the same within bins of true risk",
    "refused": "share refused, mean over deciders",
    "good_refused": "of people who pay, the share refused, mean over deciders",
    "good_refused_by_all": "of people who pay, the share whom every decider refuses",
    "bad_approved_by_any": "of people who do not pay, the share whom some decider approves",
    "auc": "chance that who does not pay has the higher risk, mean over deciders",
    "profit": "gain less loss, a decision",
}
SAME = "with list, model and data shared all deciders decide alike: follows from the rule itself"
RANGES: dict[str, tuple[float, float]] = {"share": (0.15, 0.4), "entries": (1, 4), "loss": (2, 8)}
"""Choices that rest on no source, and how far each is swept; the gain is the unit of the loss."""
FITS = "people of the fit dealt anew"
MODELS = {"separate": (False, False, False), "shared": (False, True, True)}


@dataclass(frozen=True, eq=False, repr=False)
class Homogenisation:
    """Refusals by all deciders under the eight designs of sharing.

    Attributes
    ----------
    deciders : tuple of str
    share : float
        Of people that each refuses, in every design.
    n : int
        People decided on; the models were fitted on others.
    seeds : tuple of int
    people : ValuedPeople
    choices : dict of str to (float, float, float)
        What rests on no source: the value used, and both ends of its sweep.
    """

    deciders: tuple[str, ...]
    share: float
    n: int
    seeds: tuple[int, ...]
    people: ValuedPeople = field(repr=False)
    measured: tuple[dict[str, Floats], ...] = field(repr=False)
    places: tuple[tuple[dict[str, Floats], ...], ...] = field(repr=False)
    choices: dict[str, tuple[float, float, float]]
    counted: Floats = field(repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """Every measure of every design.

        Returns
        -------
        frame
            ``list, model, data`` (whether it is shared), ``measure, value, low, high, range_over,
            n, seeds, kind, note``. Every level rests on `choices`: ranges are of their sweep, one
            at a time, and hold that over seeds, which deal the people fitted on anew.
        """
        rows = []
        for s, design in enumerate(coalition_members(len(SWITCHES))):
            for name, words in NOTES.items():
                wired = bool(design.all()) and name in ("refused_by_all", "phi")
                rows.append({
                    **dict(zip(SWITCHES, map(bool, design), strict=True)), "measure": name,
                    **self._told(lambda one, name=name, s=s: one[name][s], wired=wired),  # type: ignore[misc]
                    "n": self.n, "seeds": len(self.seeds),
                    "kind": "theorem" if wired else "sweep",
                    "note": f"{words}; {SAME}" if wired else words,
                })  # fmt: skip
        return pd.DataFrame(rows)

    @property
    def shares(self) -> pd.DataFrame:
        """What sharing each of the three adds: Shapley values over the eight designs.

        Returns
        -------
        frame
            ``shared, measure, value, low, high, range_over, n, seeds, kind, note``; a measure's
            values add up to the design in which all is shared, less the one in which nothing is.
        """
        rows = []
        for name, words in NOTES.items():
            rows += [
                {
                    "shared": switch, "measure": name,
                    **self._told(lambda one, name=name, k=k: float(shapley_values(one[name])[k])),  # type: ignore[misc]
                    "n": self.n, "seeds": len(self.seeds), "kind": "sweep", "note": words,
                }
                for k, switch in enumerate(SWITCHES)
            ]  # fmt: skip
        return pd.DataFrame(rows)

    @property
    def better_model(self) -> pd.DataFrame:
        """The case for one model on everybody's data, beside the exclusion it makes.

        Returns
        -------
        frame
            ``measure, separate, shared, value, low, high, range_over, n, seeds, kind, note``: value
            is shared less separate, paired by seed; lists are not shared in either.
        """
        place = {name: _place(design) for name, design in MODELS.items()}
        rows = []
        for name, words in NOTES.items():
            apart, one_model = place["separate"], place["shared"]
            less = self._told(
                lambda one, name=name, a=one_model, b=apart: one[name][a] - one[name][b]  # type: ignore[misc]
            )
            rows.append({
                "measure": name,
                **{k: over_seeds([one[name][s] for one in self.measured])["value"]
                   for k, s in place.items()},
                **less, "n": self.n, "seeds": len(self.seeds), "kind": "sweep", "note": words,
            })  # fmt: skip
        return pd.DataFrame(rows)

    @property
    def refusals(self) -> pd.DataFrame:
        """By how many deciders people are refused, less what independent errors would give.

        Returns
        -------
        frame
            ``list, model, data, refusals, value``: means over seeds; the values of a design add up
            to 0.
        """
        mean = self.counted.mean(axis=0)
        rows = [
            (*map(bool, design), count, mean[s, count])
            for s, design in enumerate(coalition_members(len(SWITCHES)))
            for count in range(mean.shape[1])
        ]
        return pd.DataFrame(rows, columns=[*SWITCHES, "refusals", "value"])

    def _told(
        self, of: Callable[[dict[str, Floats]], float], *, wired: bool = False
    ) -> dict[str, Any]:
        """Return value, low, high, range_over of a number of each run."""
        found = over_draws([float(of(one)) for one in self.measured], drawn=not wired, what=FITS)
        if wired:
            return found
        ends = [np.mean([of(one) for one in place]) for place in self.places]
        return over_sweep(found, map(float, ends))

    def __repr__(self) -> str:
        return (
            f"<Homogenisation: {', '.join(self.deciders)}; each refuses {self.share:.0%} of "
            f"{self.n:,} people, {len(self.seeds)} seeds>"
        )

    def _repr_html_(self) -> str:
        return str(self.better_model.to_html(index=False, na_rep=""))


def homogenisation(
    world: Society,
    *,
    deciders: Sequence[str] = DECIDERS,
    base: Sequence[str] = BASE,
    scorer: Any = None,
    share: float = 0.25,
    entries: int = 2,
    gain: float = 1.0,
    loss: float = 4.0,
    seeds: int | Iterable[int] = range(5),
) -> Homogenisation:
    """Return who is refused by all, and how much of it shared lists, models and data make.

    Parameters
    ----------
    world : Society
    deciders : sequence of str
        Sectors that decide on the same people: two or more, each with columns of its own.
    base : sequence of str
        Sectors whose columns every decider sees, as an application form has them.
    scorer : classifier, optional
        Fitted again and again; a small `BoostingScorer` by default.
    share : float
        Of people that each decider refuses, the same in every design.
    entries : int
        From how many entries in its own log on a decider lists somebody.
    gain, loss : float
        By approving somebody who pays, or who does not. Share, entries and loss rest on no source:
        every number has the range it takes while each of them goes over `RANGES`.
    seeds : int or iterable of int
        A number n is 0 to n - 1. Each deals the people fitted on anew.

    Returns
    -------
    Homogenisation

    Raises
    ------
    InputError, MissingColumn

    Notes
    -----
    Half of the people are fitted on and the others decided on. Not shared, a decider fits on its
    own part of the first half (an equal part for each) and sees the columns of the base and of its
    own sector; with the model shared there is one fit on the whole half for each set of columns;
    with data shared everybody sees the columns of all deciders. With both, one model decides for
    all. People on a known list are refused first. The eight designs are run on the same people
    under the same deals. The baseline is Poisson-binomial within 20 bins of true risk. It does not
    make the excess 0 where none of the three is shared: all deciders see the columns of the base,
    and risk differs within a bin. Read the excess of a design against that of the first.

    References
    ----------
    Kleinberg, J. and Raghavan, M. (2021). Algorithmic monoculture and social welfare. PNAS 118(22).
    Bommasani, R. et al. (2022). Picking on the same person: does algorithmic monoculture lead to
    outcome homogenization? NeurIPS. Toups, C. et al. (2023). Ecosystem-level analysis of deployed
    machine learning. NeurIPS. Creel, K. and Hellman, D. (2022). The algorithmic leviathan. Canadian
    Journal of Philosophy 52.
    """
    model = BoostingScorer(max_iter=40, max_leaf_nodes=8) if scorer is None else scorer
    check_can_fit(model)
    if getattr(world, "people", None) is None:
        msg = f"world= is a {type(world).__name__}. Use a society made by make_society."
        raise InputError(msg)
    names, seeds = tuple(deciders), read_seeds(seeds)
    _check(names, share, entries)
    people = people_to_value(world, Wanted(
        sectors=names, base=tuple(base), group=None, outcome=None, judged_by=None, key=None,
        share=None, tested=0.5, most_people=world.people.n, refits=0, seed=seeds[0],
    ))  # fmt: skip
    used = {"share": share, "entries": float(entries), "loss": loss}
    choices = {
        name: (used[name], min(used[name], low), max(used[name], high))
        for name, (low, high) in RANGES.items()
    }
    places = [(name, end) for name, (_, *ends) in choices.items() for end in ends]
    measured, counted, swept = [], [], []
    for seed in seeds:
        known = _deciders(world, people, model, names, share, entries, seed)
        found, counts = _described(known, gain, loss)
        measured.append(found)
        counted.append(counts)
        ends = []
        for name, end in places:
            there = known
            if name == "share":
                there = replace(known, share=end)
            elif name == "entries":
                there = replace(known, listed=_lists(world, people, names, int(end)))
            ends.append(_described(there, gain, end if name == "loss" else loss)[0])
        swept.append(ends)
    return Homogenisation(
        names, share, len(people.tested), seeds, people, tuple(measured),
        tuple(zip(*swept, strict=True)), choices, np.stack(counted),
    )  # fmt: skip


def _described(known: Deciders, gain: float, loss: float) -> tuple[dict[str, Floats], Floats]:
    told = [described(known, [*design], gain, loss) for design in coalition_members(3)]
    found = {name: np.array([one[name] for one, _ in told]) for name in NOTES}
    return found, np.stack([counts for _, counts in told])


def _lists(
    world: Society, people: ValuedPeople, names: tuple[str, ...], entries: int
) -> npt.NDArray[np.bool_]:
    return np.stack([_listed(world, name, entries)[people.tested] for name in names], axis=1)


def _deciders(
    world: Society, people: ValuedPeople, model: Any, names: tuple[str, ...], share: float,
    entries: int, seed: int,
) -> Deciders:  # fmt: skip
    own = people.columns
    every = own.all
    sets = [[*own.base, *own.inputs[name]] for name in names]
    part = np.floor(entity_uniforms(people.fitted, seed, "decider's own") * len(names))
    risks: dict[tuple[str, bool, bool], Floats] = {}
    pooled = coalition_risks(model, people, [people.fitted], [*sets, every], seed=seed, workers=1)[
        0
    ]
    for j, name in enumerate(names):
        mine = people.fitted[part == j]
        alone = coalition_risks(model, people, [mine], [sets[j], every], seed=seed, workers=1)[0]
        for data in (False, True):
            risks[name, False, data] = alone[:, int(data)].astype(np.float64)
            risks[name, True, data] = pooled[:, -1 if data else j].astype(np.float64)
    truth = world.people.truth
    if truth is None or "true_pd" not in truth or "label_true" not in truth:
        existing = [] if truth is None else truth.columns
        raise MissingColumn.of(["true_pd"], existing, "Use a society made by make_society.")
    true = truth["true_pd"].to_numpy(np.float64)[people.tested]
    order = np.argsort(true, kind="stable")
    bins = np.empty(len(true), dtype=np.int64)
    bins[order] = np.arange(len(true)) * BINS // len(true)
    bad = truth["label_true"].to_numpy()[people.tested] == 1
    listed = _lists(world, people, names, entries)
    return Deciders(names, risks, listed, bad, bins, share)


def _listed(world: Society, agency: str, entries: int) -> npt.NDArray[np.bool_]:
    events = world.events
    own = (events["agency"] == agency) & (events["entity"] < world.people.n)
    # What was entered after the day of the table is not known when deciding.
    as_of = world.made.get("as_of")
    if as_of is not None:
        own &= events["date"] < pd.Timestamp(as_of)
    who = events.loc[own, "entity"].to_numpy(np.int64)
    return np.asarray(np.bincount(who, minlength=world.people.n) >= entries)


def _place(design: tuple[bool, ...]) -> int:
    return sum(1 << k for k, on in enumerate(design) if on)


def _check(names: tuple[str, ...], share: float, entries: int) -> None:
    if len(set(names)) < 2 or len(set(names)) < len(names):
        msg = f"deciders={list(names)} must be two or more, each named once."
        raise InputError(msg)
    if not 0 < share < 1 or entries < 1:
        msg = f"share={share} has to be between 0 and 1, and entries={entries} 1 or more."
        raise InputError(msg)
