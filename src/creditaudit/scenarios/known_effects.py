"""What belonging to a group does to decisions, by replay, beside what an auditor would estimate."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.explain.models import Model
from creditaudit.intervals import LEVEL, critical
from creditaudit.metrics.adjustments import adjusted_disparity
from creditaudit.populations import Population
from creditaudit.populations.biases import EXPOSED
from creditaudit.protocols import HasPoints
from creditaudit.roles import Roles
from creditaudit.shapley import coalition_members, shapley_values
from creditaudit.values import Floats
from creditaudit.vocabulary import load_vocabulary

TRUTH = "truth_"
DIRECT, UNSEEN = "direct", "not in the vocabulary"
MOST_PATHS, MOST_SCORED = 12, 20_000_000
COLUMNS = ("measure", "path", "kind", "value", "low", "high", "n", "note")
# A decision that the controls nearly make has no logit; a line then still has a slope.
MODELS: tuple[Literal["logit", "linear"], ...] = ("logit", "linear")
_DECISION = "approved_by_this_scorer"


@dataclass(frozen=True, eq=False, repr=False)
class GroupEffects:
    """What a group does to decisions.

    Attributes
    ----------
    frame : DataFrame
        ``measure, path, kind, value, low, high, n, note``; shares of people, and of points where
        the measure says so. Kind is "truth", by replay of these people, or "estimate", from what an
        auditor would have.
    group, member, other : str, value, value
    limits : tuple of str
    """

    frame: pd.DataFrame
    group: str
    member: Any
    other: Any
    limits: tuple[str, ...] = field(default=())

    def value(self, measure: str, path: str = "") -> float:
        """Return one number of the frame.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        found = self.frame[(self.frame["measure"] == measure) & (self.frame["path"] == path)]
        if len(found) != 1:
            known = sorted({*zip(self.frame["measure"], self.frame["path"], strict=True)})
            msg = f"No row {measure!r}, {path!r}. Rows: {known}."
            raise InputError(msg)
        return float(found["value"].iloc[0])

    def __repr__(self) -> str:
        total = self.value("total_effect")
        return f"<GroupEffects of {self.group} {self.member!r}: {100 * total:+.1f} points in all>"

    def _repr_html_(self) -> str:
        limits = "".join(f"<p>{escape(one)}</p>" for one in self.limits)
        return f"{self.frame.to_html(index=False)}{limits}"


def group_effects(
    people: Population,
    scorer: HasPoints,
    *,
    group: str = "minority",
    cutoff: float = 600,
    inputs: Sequence[str] | None = None,
    paths: Mapping[str, Sequence[str]] | None = None,
    held: Mapping[str, Iterable[str | tuple[str, str]]] | None = None,
    controls: Mapping[str, str] | None = None,
) -> GroupEffects:
    """Return total, direct and path-specific effects of a group on the decisions of a scorer.

    Parameters
    ----------
    people : Population
        From `make_borrowers`: only of made people is it known what they would have been.
    scorer : object
        With ``points(X)``; who reaches the cut-off is approved.
    group : {"minority", "sex", "registration", "disability"}
        All people are replayed as members, and as others, with the same noise.
    cutoff : float
    inputs : sequence of str, optional
        The columns that the scorer reads; those it names itself, or else all of the frame. A column
        of ``people.truth`` is read as ``truth_`` and its name.
    paths : mapping of str to sequence of str, optional
        Name -> inputs. By default the inputs of each sector of the vocabulary.
    held : mapping of str to replay's hold, optional
        Name -> quantities, or edges, of the causal graph that keep the value they have for others.
    controls : mapping of str to str, optional
        Column -> why it may be held equal: what the auditor adjusts for.

    Returns
    -------
    GroupEffects
        With D the decision (1 is approved), of a person as a member and as another:

        - "total_effect": mean of D(member) - D(other), over all people; "total_effect_on_members",
          over those who are members.
        - "effect_through", by path: shares of the total effect, over all orders in which the inputs
          of the paths could change from what they are for others (Shapley). They add up to it.
          The path "direct" is the group's own column, where the scorer reads it.
        - "direct_effect": of the group's own column alone, all other inputs as for others.
        - "effect_without", by name of ``held``: the total effect while these keep their values.
        - "raw_gap", "adjusted_gap": what an auditor would estimate from the decisions.

    Raises
    ------
    InputError, MissingColumn

    Notes
    -----
    Ranges of truths are for other people drawn as these were; the effect on these people is exact.
    What an auditor estimates answers another question, what is left of a gap with some columns held
    equal, and equals no effect in general: columns that lie on a path take a part of it away, and
    who is a member is not drawn by chance where the graph says so.

    References
    ----------
    Pearl, J. (2001). Direct and indirect effects. UAI 2001, 411-420. Kusner, M. et al. (2017).
    Counterfactual fairness. NeurIPS 30. Chiappa, S. (2019). Path-specific counterfactual fairness.
    AAAI 33.
    """
    if group not in EXPOSED:
        msg = f"group={group!r} must be one of {', '.join(EXPOSED)}."
        raise InputError(msg)
    if not hasattr(scorer, "points"):
        msg = f"{type(scorer).__name__} has no points(X). Pass creditaudit.scorers.wrap(model)."
        raise InputError(msg)
    member, other = EXPOSED[group]
    everybody: tuple[dict[str, Any], ...] = ({group: other}, {group: member})
    as_other, as_member = (people.replay(**one) for one in everybody)
    names = _inputs(scorer, _seen(people), inputs)
    chance = _Decides(scorer, names, float(cutoff))
    without, within = _seen(as_other)[names], _seen(as_member)[names]
    own = (people.frame[group] == member).to_numpy(bool)
    effect = chance(within) - chance(without)
    rows = [
        ("total_effect", "", "truth", *_mean(effect), ""),
        ("total_effect_on_members", "", "truth", *_mean(effect[own]), ""),
    ]
    alone = without.assign(**{group: within[group]}) if group in names else without
    note = "" if group in names else "exact: the scorer does not read the group"
    direct = chance(alone) - chance(without)
    rows.append(("direct_effect", DIRECT, "truth", *_mean(direct), note))
    routes, limits = _routes(names, group, paths)
    for name, part in _through(chance, without, within, routes):
        rows.append(("effect_through", name, "truth", *_mean(part), "adds up to the total effect"))
    for name, hold in (held or {}).items():
        kept = as_other.replay(hold=list(hold), **everybody[1])
        part = chance(_seen(kept)[names]) - chance(without)
        rows.append(("effect_without", name, "truth", *_mean(part), "replay with these held"))
    decided = people.frame.assign(**{_DECISION: chance(_seen(people)[names]).astype(int)})
    rows += _estimates(decided, group, member, other, controls)
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    said = ("Synthetic people: the effect of a group in this causal graph, and in no country.",)
    return GroupEffects(frame, group, member, other, (*said, *limits))


@dataclass(frozen=True, eq=False)
class _Decides:
    scorer: HasPoints
    names: list[str]
    cutoff: float

    def __call__(self, inputs: pd.DataFrame) -> Floats:
        points = np.asarray(self.scorer.points(inputs[self.names]), dtype=np.float64)
        return np.asarray(points >= self.cutoff, dtype=np.float64)


def _seen(people: Population) -> pd.DataFrame:
    """Return the frame with the truth beside it."""
    if people.truth is None:
        return people.frame
    truth = people.truth.add_prefix(TRUTH).set_index(people.frame.index)
    return pd.concat([people.frame, truth], axis=1)


def _inputs(scorer: Any, seen: pd.DataFrame, inputs: Sequence[str] | None) -> list[str]:
    named = hasattr(scorer, "feature_names_in_") or hasattr(scorer, "names")
    if inputs is None and (named or hasattr(scorer, "model") or hasattr(scorer, "columns")):
        inputs = Model.of(scorer, "points", seen).names
    names = list(inputs if inputs is not None else seen.columns)
    missing = [name for name in names if name not in seen.columns]
    if missing:
        raise MissingColumn.of(missing, seen.columns, "inputs= names what the scorer reads.")
    return names


def _routes(
    names: Sequence[str], group: str, paths: Mapping[str, Sequence[str]] | None
) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    known = load_vocabulary()
    found: dict[str, list[str]] = {DIRECT: [group]} if group in names else {}
    if paths is None:
        for name in names:
            plain = name.removeprefix(TRUTH)
            if name != group:
                sector = known[plain].sector if plain in known else UNSEEN
                found.setdefault(sector, []).append(name)
        return found, ()
    for path, some in paths.items():
        missing = [name for name in some if name not in names]
        if missing:
            raise MissingColumn.of(missing, names, "paths= names inputs of the scorer.")
        found[path] = list(some)
    named = {name for some in found.values() for name in some}
    left = [name for name in names if name not in named]
    return ({**found, "other inputs": left} if left else found), ()


def _through(
    chance: _Decides, without: pd.DataFrame, within: pd.DataFrame, routes: Mapping[str, list[str]]
) -> Iterator[tuple[str, Floats]]:
    """Yield the part of each person's change that goes through each path.

    Raises
    ------
    InputError
        If there are too many paths.
    """
    moved = {path: some for path, some in routes.items()
             if not within[some].equals(without[some])}  # fmt: skip
    if len(moved) > MOST_PATHS or len(without) << len(moved) > MOST_SCORED:
        msg = (
            f"{len(moved)} paths change for {len(without):,} people: each of {1 << len(moved):,} "
            "subsets is scored. Join paths by paths=, or make fewer people."
        )
        raise InputError(msg)
    game = np.empty((1 << len(moved), len(without)))
    for subset, members in enumerate(coalition_members(len(moved))):
        changed = without.copy()
        for path, inside in zip(moved, members, strict=True):
            if inside:
                changed[moved[path]] = within[moved[path]]
        game[subset] = chance(changed)
    values = dict(zip(moved, shapley_values(game), strict=True)) if moved else {}
    for path in routes:
        yield path, values.get(path, np.zeros(len(without)))


def _estimates(
    decided: pd.DataFrame, group: str, member: Any, other: Any, controls: Mapping[str, str] | None
) -> Iterator[tuple[Any, ...]]:
    """Yield what an auditor would estimate from the decisions."""
    roles = Roles(groups=[group], decision=_DECISION, favourable=1)
    hits = [
        decided.loc[decided[group] == one, _DECISION].to_numpy(float) for one in (member, other)
    ]
    (one, *_), (two, *_) = (_mean(part) for part in hits)
    error = np.sqrt(sum(part.var() / max(len(part), 1) for part in hits))
    reach = float(critical(LEVEL)) * error
    gap = one - two
    yield ("raw_gap", "", "estimate", gap, gap - reach, gap + reach, len(decided), "")
    if controls is None:
        return
    row, note = None, f"held equal: {', '.join(controls)}"
    for model in MODELS:
        found = adjusted_disparity(
            decided, roles, by=group, controls=controls, reference=other, model=model
        )
        row = found[found["measure"] == "adjusted_difference"].iloc[0]
        if np.isfinite(row["value"]):
            note = f"{note}, by a {model} regression"
            break
    assert row is not None
    if isinstance(row["note"], str) and row["note"]:
        note = f"{note}; {row['note']}"
    numbers = (float(row["value"]), float(row["low"]), float(row["high"]))
    yield ("adjusted_gap", "", "estimate", *numbers, int(row["n"] + row["n_reference"]), note)


def _mean(values: Floats) -> tuple[float, float, float, int]:
    n = len(values)
    if not n:
        return np.nan, np.nan, np.nan, 0
    mean = float(values.mean())
    wide = float(critical(LEVEL)) * float(values.std()) / np.sqrt(n)
    return mean, mean - wide, mean + wide, n
