"""One model for every coalition: fitted on people whose data were hidden sector by sector.

Beyond eight sectors, one fit a coalition takes too long. A model that was fitted with sectors
hidden stands in for all of them, and how far it is off is found by fits on some coalitions.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags
from threadpoolctl import threadpool_limits

from creditaudit.errors import InputError
from creditaudit.populations.randomness import entity_uniforms
from creditaudit.shapley import coalition_members
from creditaudit.sharing.coalition_fits import FitTable, Risks, fit_table, fresh
from creditaudit.sharing.valued_people import Rows, ValuedPeople

# How often each person is there, each time with other sectors hidden.
COPIES = 8


def check_reads_gaps(scorer: Any) -> None:
    """Raise InputError unless a scorer takes missing values as they are."""
    tags = get_tags(scorer).input_tags
    if isinstance(scorer, Pipeline) or not (tags.allow_nan or tags.categorical):
        msg = (
            f"Beyond eight sectors one model is fitted with data hidden, and "
            f"{type(scorer).__name__} takes no missing values. Pass one that does, such as "
            "ca.BoostingScorer(), or join sectors to eight or fewer."
        )
        raise InputError(msg)


def masked_risks(
    scorer: Any, people: ValuedPeople, parts: Sequence[Rows], *, seed: int
) -> list[Risks]:
    """Return the risk of everyone tested under every coalition, by one fit a part.

    Each person fitted on is there eight times: once with everything, and seven times with a
    coalition drawn by size, so that small and large ones come as often. What the other sectors hold
    is missing then.

    Returns
    -------
    list of float32 arrays of shape (n_tested, 2**n_sectors)

    References
    ----------
    Covert, I., Lundberg, S. and Lee, S.-I. (2021). Explaining by removing: a unified framework for
    model explanation. JMLR 22(209), 1-90. Section 8 on surrogates fitted with hidden features.
    """
    made = fit_table(scorer, people)
    return [_one(scorer, made, people, rows, seed) for rows in parts]


def _one(
    scorer: Any, made: FitTable, people: ValuedPeople, rows: Rows, seed: int
) -> Risks:  # fmt: skip
    own = people.columns
    members = coalition_members(len(own.sectors))
    drawn = np.concatenate([np.ones((len(rows), len(own.sectors)), dtype=bool)] + [
        _coalitions(rows, len(own.sectors), seed, copy) for copy in range(COPIES - 1)
    ])  # fmt: skip
    again = np.tile(rows, COPIES)
    model = fresh(scorer, seed)
    with threadpool_limits(1):
        try:
            model.fit(
                _hidden(made.table.iloc[again], made, people, drawn),
                people.bad[again].astype(np.int64),
            )
            table = made.table.iloc[people.tested]
            none = _hidden(table, made, people, np.zeros((len(table), len(own.sectors)), bool))
            found = np.empty((len(people.tested), len(members)), np.float32)
            for c, one in enumerate(members):
                # Columns are picked and not made anew: there may be thousands of coalitions.
                gone = {
                    name
                    for sector, there in zip(own.sectors, one, strict=True)
                    if not there
                    for name in made.features(own.inputs[sector])
                }
                picked = {name: (none if name in gone else table)[name] for name in table.columns}
                risk = model.predict_proba(pd.DataFrame(picked, copy=False))
                found[:, c] = np.asarray(risk)[:, 1]
        except (TypeError, ValueError) as error:
            msg = f"The model cannot be fitted with data hidden: {error}"
            raise InputError(msg) from error
    if not own.base:
        # Without data there is one risk for everyone.
        found[:, 0] = people.bad[rows].mean()
    return found


def _coalitions(rows: Rows, sectors: int, seed: int, copy: int) -> npt.NDArray[np.bool_]:
    """Return which sectors are there for each person: a size, then as many of them by chance."""
    size = (entity_uniforms(rows, seed, f"size {copy}") * (sectors + 1)).astype(np.int64)
    order = np.column_stack([
        entity_uniforms(rows, seed, f"sector {copy} {i}") for i in range(sectors)
    ])  # fmt: skip
    return np.asarray(order.argsort(axis=1).argsort(axis=1) < size[:, None])


def _hidden(
    table: pd.DataFrame, made: FitTable, people: ValuedPeople, shown: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    own = people.columns
    hidden = {}
    for i, sector in enumerate(own.sectors):
        if not shown[:, i].all():
            for name in made.features(own.inputs[sector]):
                hidden[name] = table[name].where(shown[:, i])
    return table.assign(**hidden)
