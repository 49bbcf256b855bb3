"""`preclusion`: the share of refused people who have no way back, by group, and whose data bind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from creditaudit import intervals
from creditaudit.errors import InputError, MissingColumn
from creditaudit.explain.actions import Actions
from creditaudit.explain.models import as_table
from creditaudit.explain.rule_shares import is_book
from creditaudit.explain.rule_ways_asked import RuleWaysAsked
from creditaudit.explain.sectors import sectors_of
from creditaudit.explain.trees import Integers, Truths
from creditaudit.explain.waiting import Waiting
from creditaudit.explain.ways_asked import WaysAsked
from creditaudit.rulebooks.calendar_terms import term_after

Asked = WaysAsked | RuleWaysAsked
# Months within which a way opens under a rulebook.
HORIZONS = (0, 12, 24, 36, 60)
STATUSES = ("none", "found", "undecided")
_TAKEN = ("sector", "measure", "value", "low", "high", "n", "note")
_NOBODY_REFUSED = "nobody refused"
_NOBODY_SHUT_OUT = "nobody without a way"


def preclusion(
    scorer: Any,
    X: Any,  # noqa: N803
    *,
    actions: Actions | None = None,
    cutoff: float | None = None,
    groups: str | Sequence[str] | pd.DataFrame | None = None,
    catalog: pd.DataFrame | Mapping[str, str] | None = None,
    background: Any = None,
    waiting: Waiting | None = None,
) -> pd.DataFrame:
    """Return the share of refused people with no way back, by group and by sector.

    Parameters
    ----------
    scorer : object
        With ``points``, or a rulebook, as in `recourse`.
    X : table or array
        People, refused or not; only those below the cut-off are counted.
    actions : Actions, optional
        What people can change. Without it every feature can take every value.
    cutoff : float, optional
        Points from which people are approved; 600 when not given. A rulebook decides by itself.
    groups : str, sequence of str or DataFrame, optional
        Columns of X, or a frame with one row a person in the order of X. Several are crossed. A
        missing group is a group. Everybody together by default.
    catalog : DataFrame or mapping, optional
        With the columns ``column`` and ``sector``, as a population has; or feature to sector.
    background : table or array, optional
        As in `recourse`; a scorecard needs none.
    waiting : Waiting, optional
        Of a rulebook, as in `recourse`.

    Returns
    -------
    DataFrame
        The columns of ``groups``, sector (with a catalog), measure, value, low, high, n, note.
        Value is a share, low and high its 95 % Wilson range, NaN where n is 0.

        - "none", "found", "undecided": of refused people. They add up to 1; "none" is certified
          for these actions, and "undecided" is an answer of its own.
        - "alone_found", "alone_undecided": of refused people, who have a way by changing features
          of this sector only, within the actions.
        - "freed_found", "freed_undecided": of people without a way, who would have one if the
          features of this sector could take every value and all others stayed as the actions say.
          The data of that sector bind them.
        - "found_in_0_months" to "found_in_60_months", of a rulebook: of refused people, those for
          whom a way opens within so many months at the latest, by changes and by waiting.
        - "several_bind": of people without a way, those whom freeing any one sector leaves
          without one, certified.

    Raises
    ------
    InputError, MissingColumn

    Notes
    -----
    Actions of features do not depend on one another. Points of a card add up over its features, so
    person i has a way exactly where points_i + sum over j of max(0, max over reachable bins b of
    points_j(b) - points_j(i)) is at or above the cut-off. Other scorers are answered as `recourse`
    answers them. To free a feature lifts ``immutable``, ``direction`` and ``step``; what is said of
    missing values stays. Sectors overlap: one person may be freed by either of two.

    Ranges are for other people like these, under the same actions; that the actions are what people
    can do is assumed.

    References
    ----------
    Kothari, A. et al. (2024). Prediction without preclusion: recourse verification with reachable
    sets. ICLR 2024. Wilson, E. B. (1927). JASA 22, 209-212.
    """
    asked = question_of(scorer, X, actions, cutoff, background, waiting)
    keys, code = _groups(X, groups, len(asked.people))
    answers = answered(asked, catalog)
    found = pd.concat(shares(answers, keys, code[asked.refused]), ignore_index=True)
    return found if catalog is not None else found.drop(columns="sector")


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """One question answered for each refused person.

    Attributes
    ----------
    measure : str
    sector : str or None
    among, event : bool arrays of shape (n_refused,)
        Who is counted, and for whom the answer is yes.
    why : str
        What is said where nobody is counted.
    """

    measure: str
    among: Truths
    event: Truths
    why: str
    sector: str | None = None


def question_of(
    scorer: Any,
    people: Any,
    actions: Actions | None,
    cutoff: float | None,
    background: Any,
    waiting: Waiting | None = None,
) -> Asked:
    """Return the question, for a score or for a rulebook.

    Raises
    ------
    InputError, MissingColumn
    """
    if not is_book(scorer):
        line = 600 if cutoff is None else cutoff
        return WaysAsked.of(scorer, people, actions, line, background)
    if cutoff is not None:
        msg = "A rulebook decides by its own text. Leave cutoff= out."
        raise InputError(msg)
    return RuleWaysAsked.of(scorer, people, actions, waiting)


def answered(
    asked: Asked, catalog: pd.DataFrame | Mapping[str, str] | None
) -> list[Answer]:  # fmt: skip
    """Return the answers that `preclusion` takes shares of.

    Raises
    ------
    InputError, MissingColumn
    """
    here = asked.statuses(asked.refused, asked.actions)
    everyone = np.ones(len(here), dtype=bool)
    found = [
        Answer(measure=status, among=everyone, event=here == status, why=_NOBODY_REFUSED)
        for status in STATUSES
    ]
    if isinstance(asked, RuleWaysAsked):
        found += _in_time(asked)
    return found if catalog is None else [*found, *_by_sector(asked, here, catalog)]


def _in_time(asked: RuleWaysAsked) -> list[Answer]:
    """Return for how many people a way opens by which time."""
    waits = asked.waits(asked.refused, asked.actions)
    now, everyone = np.datetime64(asked.day, "D"), np.ones(len(waits), dtype=bool)
    return [
        Answer(
            measure=f"found_in_{months}_months", among=everyone, why=_NOBODY_REFUSED,
            event=waits <= int((term_after(now, f"{months} months") - now).astype(int)),
        )
        for months in HORIZONS
    ]  # fmt: skip


def shares(answers: Sequence[Answer], keys: pd.DataFrame, code: Integers) -> list[pd.DataFrame]:
    """Return for each answer the share of every group, with its range.

    Parameters
    ----------
    answers : sequence of Answer
    keys : DataFrame of shape (n_groups, n_keys)
    code : int array of shape (n_refused,)
        Place in ``keys`` of each refused person's group; -1 for none of them.
    """
    return [_share(one, keys, code) for one in answers]


def _by_sector(
    asked: Asked,
    here: "np.ndarray[Any, Any]",
    catalog: pd.DataFrame | Mapping[str, str],
) -> list[Answer]:
    names = asked.model.names
    sectors = sectors_of(names, catalog)
    everyone, shut = np.ones(len(here), dtype=bool), here == "none"
    parts: dict[str, list[Answer]] = {"alone": [], "freed": []}
    never = shut.copy()
    for sector in dict.fromkeys(sectors):
        own = [name for name, other in zip(names, sectors, strict=True) if other == sector]
        alone = asked.statuses(asked.refused, asked.actions.only(own, names))
        freed = here.copy()
        freed[shut] = asked.statuses(asked.refused[shut], asked.actions.freed(own))
        never &= freed == "none"
        for word, status, among, why in (
            ("alone", alone, everyone, _NOBODY_REFUSED),
            ("freed", freed, shut, _NOBODY_SHUT_OUT),
        ):
            parts[word] += [
                Answer(
                    measure=f"{word}_{which}", sector=sector, among=among,
                    event=status == which, why=why,
                )
                for which in ("found", "undecided")
            ]  # fmt: skip
    last = Answer(measure="several_bind", among=shut, event=never, why=_NOBODY_SHUT_OUT)
    return [*parts["alone"], *parts["freed"], last]


def _share(one: Answer, keys: pd.DataFrame, code: Integers) -> pd.DataFrame:
    grouped = code >= 0
    n = np.bincount(code[one.among & grouped], minlength=len(keys))
    hits = np.bincount(code[one.among & one.event & grouped], minlength=len(keys))
    value = np.divide(hits, n, out=np.full(len(keys), np.nan), where=n > 0)
    low, high = intervals.wilson(value, n.astype(np.float64))
    made = {
        "sector": pd.Series([one.sector] * len(keys), dtype="str"), "measure": one.measure,
        "value": value, "low": low, "high": high, "n": n, "note": np.where(n > 0, "", one.why),
    }  # fmt: skip
    return keys.assign(**made)


def _groups(
    people: Any, groups: str | Sequence[str] | pd.DataFrame | None, n: int
) -> tuple[pd.DataFrame, Integers]:
    """Return the groups, one a row, and the place of each person's."""
    if groups is None:
        return pd.DataFrame(index=range(1)), np.zeros(n, dtype=np.int64)
    if isinstance(groups, pd.DataFrame):
        table, names = groups, list(groups.columns)
    else:
        table, names = as_table(people), [groups] if isinstance(groups, str) else list(groups)
        columns = list(getattr(table, "columns", ()))
        missing = [name for name in names if name not in columns]
        if missing:
            fix = "Add it to X, or pass groups= as a frame with one row a person."
            raise MissingColumn.of(missing, columns, fix)
    if len(table) != n or not names:
        msg = (
            f"groups= has {len(table):,} rows and {len(names)} columns, for {n:,} people. Pass one "
            "row a person and at least one column."
        )
        raise InputError(msg)
    taken = [name for name in names if name in _TAKEN]
    if taken:
        msg = f"Groups {taken} have names of columns of the result. Rename them."
        raise InputError(msg)
    code = table.groupby(names, dropna=False, observed=True).ngroup().to_numpy(np.int64)
    _, first = np.unique(code, return_index=True)
    return table[names].iloc[first].reset_index(drop=True), code
