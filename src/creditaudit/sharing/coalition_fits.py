"""A model fitted again on the columns of every coalition of sectors, and what it says of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from sklearn.utils.parallel import Parallel, delayed
from threadpoolctl import threadpool_limits

from creditaudit.errors import InputError
from creditaudit.protocols import HasProbability
from creditaudit.scorers.estimators import on_features
from creditaudit.shapley import coalition_members
from creditaudit.sharing.valued_people import Rows, ValuedPeople
from creditaudit.values import Floats

Risks = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FitTable:
    """Inputs in the form that a scorer takes.

    Attributes
    ----------
    table : DataFrame of shape (n, n_features)
    parts : dict of str to list of str
        Column of the people -> the features made of it.
    """

    table: pd.DataFrame
    parts: dict[str, list[str]]

    def features(self, columns: Sequence[str]) -> list[str]:
        """Return the features of some columns."""
        return [feature for name in columns for feature in self.parts[name]]


def check_can_fit(scorer: Any) -> None:
    """Raise InputError unless a scorer can be fitted again and gives probabilities."""
    if isinstance(scorer, type) or not (
        hasattr(scorer, "fit") and hasattr(scorer, "get_params")
        and isinstance(scorer, HasProbability)
    ):  # fmt: skip
        msg = (
            "What data are worth is found by fitting the model again with and without them. Pass "
            "a scikit-learn classifier, such as ca.BoostingScorer()."
        )
        raise InputError(msg)


def fit_table(scorer: Any, people: ValuedPeople) -> FitTable:
    """Return the inputs as a scorer takes them.

    Notes
    -----
    Scorers that read words and missing values get them as they are. Those that take missing values
    only get words as categories. All others, linear models among them, get numbers: missing ones
    at the median of the people fitted on with a mark beside them, scaled, and words as one number
    a level.
    """
    frame, names = people.frame, people.columns.all
    tags = get_tags(scorer).input_tags
    numeric = {name: pd.api.types.is_numeric_dtype(frame[name].dtype) for name in names}
    if tags.categorical or tags.allow_nan or isinstance(scorer, Pipeline):
        made = {
            name: frame[name].to_numpy(np.float64, na_value=np.nan)
            if numeric[name]
            else frame[name] if tags.categorical else frame[name].astype("category")
            for name in names
        }  # fmt: skip
        return FitTable(pd.DataFrame(made, index=frame.index), {name: [name] for name in names})
    blocks: dict[str, Floats] = {}
    parts: dict[str, list[str]] = {}
    for name in names:
        maker = _scaled if numeric[name] else _levels
        found = maker(frame[name], name, people.fitted)
        blocks |= found
        parts[name] = list(found)
    return FitTable(pd.DataFrame(blocks, index=frame.index), parts)


def coalition_risks(
    scorer: Any, people: ValuedPeople, parts: Sequence[Rows], coalitions: Sequence[Sequence[str]],
    *, seed: int, workers: int,
) -> list[Risks]:  # fmt: skip
    """Return the risk of everyone tested, by a fit on each part and coalition.

    Parameters
    ----------
    scorer : classifier
    people : ValuedPeople
    parts : sequence of int arrays
        Rows to fit on.
    coalitions : sequence of sequences of str
        The columns of each coalition, those of the base among them.
    seed : int
        For every ``random_state`` of the scorer that is None.
    workers : int
        Processes; the result is the same for any number.

    Returns
    -------
    list of float32 arrays of shape (n_tested, n_coalitions)
        One array a part.

    Raises
    ------
    InputError
        If the scorer cannot be fitted.
    """
    made = fit_table(scorer, people)
    tasks = [(k, c) for k in range(len(parts)) for c in range(len(coalitions))]
    shares = [tasks[i::workers] for i in range(workers)]
    given = (scorer, made, people, parts, coalitions, seed)
    done = (
        [_some(*given, share) for share in shares]
        if workers == 1
        else Parallel(n_jobs=workers)(delayed(_some)(*given, share) for share in shares)
    )
    found = [np.empty((len(people.tested), len(coalitions)), np.float32) for _ in parts]
    for share, columns in zip(shares, done, strict=True):
        for (k, c), column in zip(share, columns, strict=True):
            found[k][:, c] = column
    return found


def coalition_columns(people: ValuedPeople, *, with_base: bool = True) -> list[list[str]]:
    """Return the columns of every coalition, in the order of a game."""
    own, start = people.columns, list(people.columns.base) if with_base else []
    return [
        start + [name for i in np.flatnonzero(members) for name in own.inputs[own.sectors[i]]]
        for members in coalition_members(len(own.sectors))
    ]


def fresh(scorer: Any, seed: int, names: Sequence[str] = ()) -> Any:
    """Return an unfitted copy, for these features alone, in which nothing is left to chance."""
    model = on_features(scorer, names) if names else clone(scorer)
    unset = {
        name: seed
        for name, value in model.get_params(deep=True).items()
        if name.rpartition("__")[2] == "random_state" and value is None
    }
    return model.set_params(**unset)


def _some(
    scorer: Any, made: FitTable, people: ValuedPeople, parts: Sequence[Rows],
    coalitions: Sequence[Sequence[str]], seed: int, tasks: Sequence[tuple[int, int]],
) -> list[Risks]:  # fmt: skip
    with threadpool_limits(1):
        return [
            _risk(scorer, made, people, parts[k], coalitions[c], seed) for k, c in tasks
        ]  # fmt: skip


def _risk(
    scorer: Any, made: FitTable, people: ValuedPeople, rows: Rows, columns: Sequence[str], seed: int
) -> Risks:
    bad = people.bad[rows]
    features = made.features(columns)
    if not features:
        # Without data there is one risk for everyone.
        return np.full(len(people.tested), bad.mean(), np.float32)
    table = made.table[features]
    model = fresh(scorer, seed, list(table.columns))
    try:
        model.fit(table.iloc[rows], bad.astype(np.int64))
        found = np.asarray(model.predict_proba(table.iloc[people.tested]))[:, 1]
    except (TypeError, ValueError) as error:
        shown = ", ".join(columns[:6])
        msg = f"The model cannot be fitted on {shown}: {error}"
        raise InputError(msg) from error
    if not np.isfinite(found).all():
        msg = f"The model gives no finite risk for some people, fitted on {', '.join(columns[:6])}."
        raise InputError(msg)
    return found.astype(np.float32)


def _scaled(column: "pd.Series[Any]", name: str, rows: Rows) -> dict[str, Floats]:
    x = column.to_numpy(np.float64, na_value=np.nan)
    known = x[rows][np.isfinite(x[rows])]
    middle = float(np.median(known)) if len(known) else 0.0
    lacking = ~np.isfinite(x)
    filled = np.where(lacking, middle, x)
    spread = float(filled[rows].std()) or 1.0
    found = {name: (filled - filled[rows].mean()) / spread}
    return found | {f"{name} missing": lacking.astype(np.float64)} if lacking[rows].any() else found


def _levels(column: "pd.Series[Any]", name: str, rows: Rows) -> dict[str, Floats]:
    codes, levels = pd.factorize(column.astype(object), sort=False)
    counts = np.bincount(codes[rows] + 1, minlength=len(levels) + 1)[1:]
    # The most frequent level is what the others are set against.
    kept = [k for k in np.argsort(-counts, kind="stable")[1:] if counts[k]]
    return {f"{name} {levels[k]}": (codes == k).astype(np.float64) for k in kept}
