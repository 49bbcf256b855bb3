"""Is there a book as good that is less unequal? A search over rules, points and the line."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from creditaudit.errors import InputError, MissingRole, RefusedError
from creditaudit.rulebooks.alternative_search import Aim, Candidate, Lines, Search, moves_of
from creditaudit.rulebooks.book import Rulebook
from creditaudit.rulebooks.book_variants import Variants
from creditaudit.rulebooks.guards import STUDY_OVERRIDE
from creditaudit.rulebooks.judged_variants import Alternatives, judged
from creditaudit.rulebooks.people_groups import grouped, people_of, scorer_of
from creditaudit.rulebooks.scoring import RulebookScorer
from creditaudit.rulebooks.variant_measures import (
    BAD,
    GOOD,
    UNKNOWN,
    Counted,
    Kind,
    Rate,
    Usefulness,
    check_words,
)
from creditaudit.values import matches

Floats = npt.NDArray[np.float64]
MIN_CELL = 5
MOST_SHOWN = 12
_SPLIT = 11


def search_alternatives(
    scorer: RulebookScorer | Rulebook | str,
    population: Any,
    *,
    by: str | None = None,
    reference: Any = None,
    outcome: str | None = None,
    good: Any = None,
    reading: str | None = None,
    drop: bool | Sequence[str] = True,
    points: Mapping[str, tuple[float, float]] | None = None,
    steps: int = 3,
    lines: Lines = "same_rate",
    usefulness: Usefulness = "auc",
    rate: Rate = "approval_rate",
    kind: Kind = "difference",
    gain: float = 1.0,
    loss: float = 4.0,
    approved_within: float | None = 0.05,
    margin: float = 0.01,
    most_changes: int = 3,
    beam: int = 8,
    holdout: float = 0.5,
    replicates: int = 1000,
    seed: int = 0,
    min_cell: int = MIN_CELL,
    override: str | None = None,
) -> Alternatives:
    """Return variants of a book that nothing looked at beats in both usefulness and equality.

    Parameters
    ----------
    scorer : RulebookScorer, Rulebook or str
    population : Population or DataFrame
    by, reference
        The column with the groups, and the group the others are set against.
    outcome, good
        The column that says who paid, and the value for those who did; from the roles of a
        population by default.
    reading : {"mild", "strict"}, optional
    drop : bool or sequence of str
        Which rules may be left out: all that change decisions by an effect of their own, or those
        named. A rule that the law orders is not one to name.
    points : mapping, optional
        Rule -> the least and the most points it may have; none may be changed by default.
    steps : int
        How many values within these bounds are tried.
    lines : {"same_rate"}, sequence of float, or None
        Where applications may be refused below: for each variant where the share approved is
        nearest to that of the book; or at given points; or where the book says.
    usefulness : {"auc", "accuracy", "profit", "default_rate"}
        ``profit`` is ``gain`` for a good payer approved less ``loss`` for a bad one, a person with
        an outcome. A default rate, of those approved, is given with a minus: more is better.
    rate : {"approval_rate", "true_positive_rate"}
        What should be alike; the second among good payers only.
    kind : {"difference", "ratio"}
        Disparity is the largest difference to the reference, or one less the ratio furthest from 1.
    approved_within : float or None
        How far the share approved may be from that of the book, so that equality is not bought by
        approving or refusing everybody. Not asked of profit, which tells these apart.
    margin : float
        A variant that loses less usefulness than this is as good.
    most_changes : int
        Rules changed at once; where combinations are more than 2,048, the best ``beam`` of each
        step are followed.
    holdout : float
        The share of people that variants are judged on and were not chosen with.
    replicates, seed : int
        Of the bootstrap, and for drawing who is held out.
    min_cell : int
    override : str, optional
        `STUDY_OVERRIDE` allows the search for a study book on rows that are not synthetic.

    Returns
    -------
    Alternatives
        ``.frontier`` to read, ``.best``, ``.book(number)``.

    Raises
    ------
    InputError
    MissingRole
        Without an outcome.
    MissingColumn
    NothingToCompare
    RefusedError
        For a study book and rows that are not synthetic: such a book is no system to improve.

    Notes
    -----
    Variants are looked for on one half of the people and judged on the other, all on the same
    draws, so that a change is a paired difference. "As good" asks that the whole range of the loss
    lies within the margin; "less unequal" that the whole range of the change lies below 0; both
    allow for the number of variants (Bonferroni).

    Usefulness is judged where outcomes are known. Where refused people have none, a variant that
    approves some of them is judged without them, and the note counts them.

    References
    ----------
    Black, E., Koepke, J., Kim, P., Barocas, S. and Hsu, M. (2024). Less discriminatory algorithms.
    Washington University Law Review 101. Gillis, T., Meursault, V. and Ustun, B. (2024).
    Operationalizing the search for less discriminatory alternatives in fair lending. FAccT 2024.
    """
    check_words(usefulness, rate, kind)
    if not 0.1 <= holdout <= 0.9 or steps < 2 or most_changes < 1 or beam < 1:
        msg = "holdout= lies between 0.1 and 0.9, steps= is 2 or more, most_changes= and beam= 1."
        raise InputError(msg)
    scorer = scorer_of(scorer, reading)
    _check_use(scorer.book, population, override)
    frame, by, weight = people_of(population, by)
    told = _outcomes(population, frame, outcome, good)
    variants = Variants(scorer, frame)
    known = variants.known[variants.which]
    held = held_out(len(frame), holdout, seed)
    groups, codes = _in_both(frame[by], reference, min_cell, known, held)
    if lines != "same_rate" and lines is not None and variants.line is None:
        msg = f"lines= moves points below which is refused; {scorer.book.id!r} has no such line."
        raise InputError(msg)
    within = None if usefulness == "profit" else approved_within
    aim = Aim(usefulness, rate, kind, gain, loss, within, lines, margin)
    weights = np.ones(len(frame)) if weight is None else frame[weight].to_numpy(float)

    def counted(rows: npt.NDArray[np.bool_]) -> Counted:
        return Counted(
            codes[rows], told[rows], variants.which[rows], len(variants.kinds), weights[rows]
        )

    search = Search(variants, counted(known & ~held), aim)
    search.run(moves_of(variants, drop, points or {}, steps), most_changes, beam)
    candidates = (search.seen[0], *_thinned(search.frontier(), search.seen[0]))
    notes = _notes(search, told[known], int((~known).sum()))
    people = counted(known & held)
    draws = people.redrawn(replicates, seed)
    return judged(
        scorer, by, tuple(groups), aim, candidates, people, draws, int((known & ~held).sum()), notes
    )


def held_out(n: int, share: float, seed: int) -> npt.NDArray[np.bool_]:
    """Return which of n people variants are judged on."""
    # A stream of its own: people drawn with the same seed must not be split by what they are.
    return np.asarray(np.random.default_rng((seed, _SPLIT)).random(n) < share)


def _in_both(
    column: pd.Series, reference: Any, least: int, known: npt.NDArray[np.bool_],
    held: npt.NDArray[np.bool_],
) -> tuple[list[Any], npt.NDArray[np.int64]]:  # fmt: skip
    """Return the groups with enough people among those chosen with and those judged on."""
    everyone, _ = grouped(column, reference, least, known)
    parts = [grouped(column, everyone[0], least, known & side)[0] for side in (held, ~held)]
    kept = [group for group in everyone if group in parts[0] and group in parts[1]]
    inside = column.isin(kept).to_numpy()
    return grouped(column.where(inside), everyone[0], least, known)


def _check_use(book: Rulebook, population: Any, override: str | None) -> None:
    synthetic = bool(getattr(population, "synthetic", False))
    if book.header.use == "study" and not synthetic and override != STUDY_OVERRIDE:
        msg = (
            f"{book.id!r} is for study, and these rows are not known to be synthetic. No better "
            "version of it is looked for on people. Ask disparity_by_rule which rules make the "
            f"gap, or pass override={STUDY_OVERRIDE!r}."
        )
        raise RefusedError(msg)


def _outcomes(
    population: Any, frame: pd.DataFrame, outcome: str | None, good: Any
) -> npt.NDArray[np.int64]:
    roles = getattr(population, "roles", None)
    name = outcome or (roles.outcome if roles else None)
    if name is None or name not in frame.columns:
        msg = "A search needs to know who paid. Pass outcome= and good=, or a population with both."
        raise MissingRole(msg)
    favourable = good if good is not None else (roles.good if roles else None)
    if favourable is None:
        msg = f"good= must name the value of {name!r} for those who paid."
        raise MissingRole(msg)
    column = frame[name]
    codes, levels = pd.factorize(column)
    values = np.array([GOOD if matches(one, favourable) else BAD for one in levels] + [UNKNOWN])
    return np.asarray(values[codes])


def _thinned(found: Sequence[Candidate], base: Candidate) -> list[Candidate]:
    """Return at most so many of a frontier, evenly spread, without the book itself."""
    others = [one for one in found if one is not base]
    if len(others) <= MOST_SHOWN:
        return others
    places = np.linspace(0, len(others) - 1, MOST_SHOWN).round().astype(int)
    return [others[place] for place in dict.fromkeys(places.tolist())]


def _notes(search: Search, told: npt.NDArray[np.int64], open_: int) -> tuple[str, ...]:
    looked = f"{search.looked:,} variants were looked at"
    found = [f"{looked}, every combination of the changes named." if search.everything
             else f"{looked}, the best of each step: there may be better ones."]  # fmt: skip
    if (told == UNKNOWN).any():
        found.append(
            f"{int((told == UNKNOWN).sum()):,} people have no outcome: usefulness is judged "
            "without them."
        )
    if open_:
        found.append(f"{open_:,} people are left out: their facts leave rules open.")
    return tuple(found)
