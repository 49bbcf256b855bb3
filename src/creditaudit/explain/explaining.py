"""`attributions`: what each feature adds to each person's score."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.explain.additive import card_shares, is_card, is_linear, linear_shares
from creditaudit.explain.asking import Method, Question, Shares, players_of
from creditaudit.explain.attributed import Attributions
from creditaudit.explain.coalitional import coalition_shares
from creditaudit.explain.gates import additivity_gap
from creditaudit.explain.models import Model
from creditaudit.explain.peers import has_woodelf, shap_shares, woodelf_shares
from creditaudit.explain.readers import is_foreign, is_readable
from creditaudit.explain.rule_shares import is_book, shares_of_rules
from creditaudit.explain.steps import Steps
from creditaudit.explain.tree_shares import pattern_shares

Backend = Literal["auto", "closed_form", "patterns", "rules", "woodelf", "shap", "coalitions"]
# Fewer people than this make the base a matter of chance.
RECOMMENDED = 1_000


def attributions(
    scorer: Any,
    X: Any,  # noqa: N803
    *,
    background: Any = None,
    scale: Literal["logit", "points"] = "logit",
    method: Method | None = None,
    players: Mapping[str, str] | None = None,
    backend: Backend = "auto",
) -> Attributions:
    """Return what each feature adds to each person's score, exactly.

    Parameters
    ----------
    scorer : object
        A scorecard or its table; a rulebook; a linear classifier, gradient boosting of
        scikit-learn or LightGBM, alone or at the end of a Pipeline; a boosted model of another
        package; or, with few features, anything with ``predict_proba`` or ``points``.
    X : table or array
        The people to explain. Columns that the scorer does not take are ignored.
    background : table or array, optional
        The people they are compared with, all of whom are used; 1,000 or more are recommended.
        Required unless the method is "path_dependent" or the scorer is a scorecard, which knows
        the people it was made from.
    scale : {"logit", "points"}
        Of P(bad), so that a positive value is riskier; or points, where it is safer.
    method : {"interventional", "path_dependent", "absent_rules"}, optional
        Absent features are taken from the background; or, for trees, people are split at them as
        the training data were, which needs no background and has no reading in law; or, for a
        rulebook, its rules are the players and an absent one does not fire. By default
        interventional if there is a background or a card.
    players : mapping of str to str, optional
        Feature to what it is part of; the parts then join as one player. Exact, and not the sum of
        the parts where features interact.
    backend : str
        "auto" takes the closed form for sums, decision patterns for trees, woodelf (extra
        ``trees``) or else shap for trees of other packages, and all coalitions for anything else.

    Returns
    -------
    Attributions

    Raises
    ------
    AdditivityGap
        If base and values miss the model's own output by more than 1e-4 for anybody.
    InputError, MissingColumn, MissingExtra

    Notes
    -----
    Interventional: the Shapley values of the game v(S) = mean over background people b of the score
    of a person who has x_j for j in S and b_j otherwise. This is about the score and not the world:
    where features go together, some of these people cannot exist.

    References
    ----------
    Lundberg, S. M., Lee, S.-I. (2017). A unified approach to interpreting model predictions.
    NeurIPS 30. Janzing, D., Minorics, L., Bloebaum, P. (2020). Feature relevance quantification in
    explainable AI: a causal problem. AISTATS 108, 2907-2916.
    """
    model = Model.of(scorer, scale, X)
    people = model.people(X)
    others = None if background is None else model.people(background, "background")
    steps = Steps.of(scorer)
    how = _method(method, others, scorer)
    names, places = players_of(model.names, players)
    question = Question(model, people, others, how, names, places)
    chosen: str = backend
    if backend == "auto":
        chosen = "rules" if how == "absent_rules" else _best(scorer, steps.final)
    shares = _chosen(chosen, question, steps)(question)
    gap = additivity_gap(
        shares.values,
        shares.base,
        model.output(people),
        shares.backend,
        lambda: model.output(people),
    )
    used = others if how == "interventional" else None
    return Attributions(
        values=pd.DataFrame(
            shares.values,
            index=people.index,
            columns=names if shares.names is None else shares.names,
        ),
        base=shares.base,
        gap=gap,
        backend=shares.backend,
        method=how,
        scale=model.scale,
        n_background=None if used is None else len(used),
        notes=(*shares.notes, *_notes(how, others, used), *_slower(backend, chosen)),
        people=people,
    )


def _method(asked: Method | None, background: pd.DataFrame | None, scorer: Any) -> Method:
    if asked is None:
        if background is not None or is_card(scorer):
            return "interventional"
        return "absent_rules" if is_book(scorer) else "path_dependent"
    if asked not in get_args(Method) or (asked == "absent_rules" and not is_book(scorer)):
        msg = (
            f'method={asked!r} must be "interventional" or "path_dependent"; a rulebook also has '
            '"absent_rules".'
        )
        raise InputError(msg)
    if asked == "interventional" and background is None and not is_card(scorer):
        msg = (
            'method="interventional" compares with people: pass background=, 1,000 or more of them.'
        )
        raise InputError(msg)
    return asked


def _chosen(backend: str, question: Question, steps: Steps) -> Callable[[Question], Shares]:
    if backend not in get_args(Backend):
        msg = f"backend={backend!r} must be one of {', '.join(get_args(Backend))}."
        raise InputError(msg)
    scorer, final = question.model.scorer, steps.final
    if backend in ("patterns", "woodelf", "shap") and is_card(scorer):
        msg = 'A scorecard has no trees. Pass backend="closed_form" or "auto".'
        raise InputError(msg)
    if (backend == "rules") != (question.method == "absent_rules"):
        msg = 'Rules are the players of a rulebook without background=, with backend="auto".'
        raise InputError(msg)
    if backend == "rules":
        return shares_of_rules
    if backend == "closed_form":
        return _closed_form(question, steps)
    if backend == "patterns":
        if not is_readable(final):
            msg = f"{type(final).__name__} has no trees that are read here. {_SUPPORTED}"
            raise InputError(msg)
        return lambda asked: pattern_shares(asked, steps)
    if backend == "woodelf":
        return lambda asked: woodelf_shares(asked, steps)
    if backend == "shap":
        return lambda asked: shap_shares(asked, steps)
    if question.method == "path_dependent":
        msg = f"{type(final).__name__} needs background=, the people to compare with. {_SUPPORTED}"
        raise InputError(msg)
    return coalition_shares


_SUPPORTED = (
    "Trees that can be explained are gradient boosting of scikit-learn, LightGBM, XGBoost and "
    "CatBoost."
)


def _best(scorer: Any, final: Any) -> str:
    if is_card(scorer) or is_linear(final):
        return "closed_form"
    if is_readable(final):
        return "patterns"
    if is_foreign(final):
        return "woodelf" if has_woodelf() else "shap"
    return "coalitions"


def _closed_form(question: Question, steps: Steps) -> Callable[[Question], Shares]:
    if question.method == "path_dependent":
        msg = "A sum has no paths. Pass background=, the people to compare with, and no method."
        raise InputError(msg)
    if is_card(question.model.scorer):
        return card_shares
    if is_linear(steps.final):
        return lambda asked: linear_shares(asked, steps)
    msg = f'{type(steps.final).__name__} is no sum of features. Pass backend="auto".'
    raise InputError(msg)


def _slower(asked: str, chosen: str) -> tuple[str, ...]:
    if asked != "auto" or chosen != "shap" or has_woodelf():
        return ()
    return (
        "Computed by shap. The extra 'trees' computes the same in a fraction of the time: "
        "python -m pip install 'creditaudit[trees]'.",
    )


def _notes(
    how: str, background: pd.DataFrame | None, used: pd.DataFrame | None
) -> tuple[str, ...]:  # fmt: skip
    if used is not None and len(used) < RECOMMENDED:
        return (
            f"The background is {len(used):,} people; with fewer than {RECOMMENDED:,} the base and "
            "the order of features depend on who they happen to be.",
        )
    if how != "interventional" and background is not None:
        return ("The background was not used: this method compares with nobody in it.",)
    return ()
