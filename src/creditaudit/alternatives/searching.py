"""Search for a model as good that discriminates less."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import has_fit_parameter
from threadpoolctl import threadpool_limits

from creditaudit.alternatives.asked import Asked, Criterion, asked_of
from creditaudit.alternatives.candidates import Candidate
from creditaudit.alternatives.card_weights import constrained_cards
from creditaudit.alternatives.frontiers import Alternative, Frontier, Quality
from creditaudit.alternatives.group_cutoffs import moved_cutoffs, optimised, same_in_each_group
from creditaudit.alternatives.measuring import Measured, Number, measured
from creditaudit.alternatives.reducing import reduced
from creditaudit.alternatives.refitting import (
    as_it_is,
    can_refit,
    reweighed,
    without_features,
)
from creditaudit.errors import InputError
from creditaudit.values import encode

METHODS = ("features", "reweighing", "reductions", "card", "cutoffs", "group_cutoffs")
LIMITS = (
    "Quality is measured against recorded outcomes. Where they are recorded wrongly for a group, a "
    "model that reads the group's traits looks better than it is, and an alternative worse.",
    "Models learn from people whose outcome is known and are judged on them, often those who were "
    "approved; the gap in approvals is measured on everyone.",
    "A gap in approvals says nothing of who would have repaid. Where groups differ in that, a gap "
    "of 0 in approvals leaves one, of the other sign, among people who would.",
    "An alternative that uses the group treats like applicants differently. What the law says of "
    "that is told by the entries of the jurisdictions named in a report's plan, and not here.",
    "Alternatives not tried may do better. That none was found does not show that there is none.",
)


def frontier(
    scorer: Any, X: Any, y: Any, *, groups: Any, reference: Any = None,  # noqa: N803
    quality: Quality = "auc", criterion: Criterion = "demographic_parity", share: float = 0.5,
    gain: float = 1.0, loss: float = 4.0, margin: float = 0.01, methods: Sequence[str] = METHODS,
    use_group: bool = False, draws: int = 200, rounds: int = 8, clusters: Any = None,
    min_people: int = 20, seed: int = 0,
) -> Frontier:  # fmt: skip
    """Return quality against the gap in approvals, for a model and alternatives to it.

    Parameters
    ----------
    scorer : estimator
        With ``fit`` and ``get_params`` it is fitted again on part of the people, and so are the
        alternatives; otherwise it is taken as it is and only cut-offs can differ.
    X : DataFrame of shape (n, n_features)
        The inputs. What is not an input, such as the group, should not be in it.
    y : array of shape (n,)
        1 bad, 0 good, missing where the outcome is not known.
    groups : array of shape (n,)
    reference : object, optional
        The group the others are set against; the largest by default.
    quality : {"auc", "profit"}
        AUC for the recorded outcome, or profit per person with an outcome. One cut-off moved for
        everyone, and cut-offs with draws, compete on profit only: they leave the order of people.
    criterion : {"demographic_parity", "equal_opportunity"}
        The gap in the share approved of everyone, or of those recorded as good.
    share : float
        Share of people that each model approves.
    gain, loss : float
        What a good payer approved brings and a bad one costs.
    margin : float
        A quality less by no more than this counts as as good.
    methods : sequence of str
        Any of "features" (fitted without those that tell the group), "reweighing", "reductions"
        (fairlearn's exponentiated gradient), "card" (points under constraints, for a scorecard),
        "cutoffs" (one cut-off for all, moved), "group_cutoffs" (by group; fairlearn's
        ThresholdOptimizer among them).
    use_group : bool
        Whether one that uses the group at decision time may be chosen. They are marked either way.
    draws : int
        Resampled sets of people for the ranges.
    rounds : int
        Iterations of the reductions, one fit or more each.
    clusters : array of shape (n,), optional
        Whole clusters are resampled.
    min_people : int
        Groups of fewer people in a part are left out.
    seed : int

    Returns
    -------
    Frontier

    Raises
    ------
    InputError
        If inputs do not fit together or people are too few for three parts.

    Notes
    -----
    People are divided in 40 % to fit on, 20 % to choose on and 40 % to measure on, each with its
    part of every group and outcome. The choice has the smallest widest gap over all groups among
    those whose quality, less one standard error of the change, is at most ``margin`` less, both on
    the second part. Ranges are normal, with the standard deviation over resampled people of the
    third part; they hold for these fitted models.
    """
    _check(methods, quality, draws, rounds, margin)
    if len(X) and clusters is not None and len(clusters) != len(X):
        msg = f"X has {len(X):,} rows and clusters has {len(clusters):,}."
        raise InputError(msg)
    asked = asked_of(
        X, y, groups, reference=reference, share=share, gain=gain, loss=loss,
        criterion=criterion, seed=seed, least=min_people,
    )  # fmt: skip
    # Many small fits: threads that wait for each other would cost more than they bring.
    with threadpool_limits(1):
        return _searched(
            scorer, asked, methods, quality, criterion, margin, use_group=use_group, draws=draws,
            rounds=rounds, clusters=clusters,
        )  # fmt: skip


def _searched(
    scorer: Any, asked: Asked, methods: Sequence[str], quality: Quality, criterion: Criterion,
    margin: float, *, use_group: bool, draws: int, rounds: int, clusters: Any,
) -> Frontier:  # fmt: skip
    base, model = as_it_is(scorer, asked)
    tried = [base, *_tried(scorer, base, model, asked, methods, rounds)]
    known = None
    if clusters is not None:
        known = np.asarray(
            encode(pd.Series(clusters).reset_index(drop=True), "clusters")[0], dtype=np.int64
        )
    before = measured(tried, asked, asked.chosen, draws=draws, clusters=known)
    chosen = _choice(tried, before, asked, quality, margin, use_group=use_group)
    now = measured(tried, asked, asked.measured, draws=draws, clusters=known)
    group = max(asked.others, key=lambda k: abs(_gap(before[0], asked, k).value))
    made = _alternatives(tried, now, asked, quality, group)
    return Frontier(
        made[0], tuple(made[1:]), None if chosen is None else made[chosen], quality, margin,
        criterion, asked.levels[group], asked.levels[asked.reference],
        {k: asked.levels[k] for k in (asked.reference, *asked.others)}, len(asked.measured),
        (len(asked.fitted), len(asked.chosen), len(asked.measured)),
        _method(asked, draws, len(tried) - 1), LIMITS,
    )  # fmt: skip


def _tried(
    scorer: Any, base: Candidate, model: Any, asked: Asked, methods: Sequence[str], rounds: int
) -> Iterator[Candidate]:
    if can_refit(scorer):
        if "features" in methods:
            yield from without_features(scorer, asked, 4)
        weighs = has_fit_parameter(scorer, "sample_weight")
        if "reweighing" in methods and weighs:
            yield from reweighed(scorer, asked, (0.5, 1.0))
        if "reductions" in methods and weighs:
            yield from reduced(scorer, asked, (0.05, 0.01), rounds)
        if "card" in methods:
            for found, _ in constrained_cards(model, asked, (0.75, 0.5, 0.25, 0.0)):
                yield found
    if "cutoffs" in methods:
        shares = [round(asked.share + step, 2) for step in (-0.1, -0.05, 0.05, 0.1, 0.2)]
        yield from moved_cutoffs(base, asked, shares)
    if "group_cutoffs" in methods:
        yield same_in_each_group(base, asked)
        yield optimised(base, asked)


def _choice(
    tried: Sequence[Candidate], before: Sequence[Measured], asked: Asked, quality: Quality,
    margin: float, *, use_group: bool,
) -> int | None:  # fmt: skip
    """Return the place of the choice, from the people choices are made on."""
    widest = [max(abs(_gap(one, asked, k).value) for k in asked.others) for one in before]
    first = _quality(tried[0], before[0], quality)
    assert first is not None
    able = []
    for place, (candidate, one) in enumerate(zip(tried, before, strict=True)):
        own = _quality(candidate, one, quality)
        if place and own is not None and (use_group or not candidate.uses_group):
            change = own - first
            # A standard error of room, so that what is chosen can be shown to be as good.
            if change.value - change.error >= -margin and widest[place] < widest[0]:
                able.append(place)
    return min(able, key=lambda place: widest[place], default=None)


def _alternatives(
    tried: Sequence[Candidate], now: Sequence[Measured], asked: Asked, quality: Quality, group: int
) -> list[Alternative]:
    gaps = [_gap(one, asked, group) for one in now]
    qualities = [_quality(*both, quality) for both in zip(tried, now, strict=True)]
    first = qualities[0]
    assert first is not None
    made = []
    for place, candidate in enumerate(tried):
        own = qualities[place]
        beaten = own is not None and any(
            other is not None
            and other.value >= own.value
            and abs(gaps[k].value) <= abs(gaps[place].value)
            and (other.value, -abs(gaps[k].value)) != (own.value, -abs(gaps[place].value))
            and (candidate.uses_group or not tried[k].uses_group)
            for k, other in enumerate(qualities)
        )
        made.append(Alternative(
            candidate.name, candidate.method, candidate.note, candidate.uses_group, own,
            gaps[place], now[place].approved, None if own is None else own - first,
            gaps[0].size() - gaps[place].size(), beaten, candidate, now[place],
            asked.levels,
        ))  # fmt: skip
    return made


def _quality(candidate: Candidate, one: Measured, quality: Quality) -> Number | None:
    if quality == "profit":
        return one.profit
    return one.auc if candidate.same_share else None


def _gap(one: Measured, asked: Asked, group: int) -> Number:
    return one.rates[asked.reference] - one.rates[group]


def _method(asked: Asked, draws: int, number: int) -> str:
    fitted, chosen, rest = (
        f"{len(part):,}" for part in (asked.fitted, asked.chosen, asked.measured)
    )
    return (
        f"{number} alternatives and the model as it is, fitted on {fitted} people, one chosen on "
        f"{chosen} others and all measured on {rest} others; each approves {asked.share:.0%} "
        f"unless it says otherwise. Ranges by {draws} resampled sets of people, paired, seed "
        f"{asked.seed}; they hold for these fitted models and not for others fitted on new people."
    )


def _check(
    methods: Sequence[str], quality: str, draws: int, rounds: int, margin: float
) -> None:  # fmt: skip
    unknown = [one for one in methods if one not in METHODS]
    if unknown or isinstance(methods, str):
        msg = f"methods={methods!r} must be a list of any of {METHODS}."
        raise InputError(msg)
    if quality not in ("auc", "profit"):
        msg = f"quality={quality!r} must be 'auc' or 'profit'."
        raise InputError(msg)
    if draws < 20 or rounds < 1 or not margin >= 0:
        msg = (
            f"draws={draws!r} must be 20 or more, rounds={rounds!r} 1 or more and "
            f"margin={margin!r} 0 or more."
        )
        raise InputError(msg)
