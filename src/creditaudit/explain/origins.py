"""Which feature each encoded column is made from, so that its columns join and leave as one."""

from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np

from creditaudit.errors import InputError


def column_origins(transformers: Sequence[Any], names: Sequence[str]) -> list[int]:
    """Return, for each column that fitted transformers give, the place of its feature.

    Parameters
    ----------
    transformers : sequence
        Steps before the model, in order.
    names : sequence of str
        Features that go in.

    Raises
    ------
    InputError
        If a column is made from several features, or a step does not name its columns.
    """
    found = list(range(len(names)))
    for one in transformers:
        found = [found[place] for place in _through(one, len(found))]
    return found


def _through(transformer: Any, width: int) -> list[int]:
    """Return, for each column that comes out, the place of the one it is made from."""
    if transformer is None or transformer == "passthrough":
        return list(range(width))
    steps = getattr(transformer, "steps", None)
    if steps is not None:
        found = list(range(width))
        for _, step in steps:
            found = [found[place] for place in _through(step, len(found))]
        return found
    if hasattr(transformer, "output_indices_"):
        return _through_columns(transformer)
    return _by_name(transformer, width)


def _through_columns(transformer: Any) -> list[int]:
    """Return the places for a ColumnTransformer."""
    names = list(getattr(transformer, "feature_names_in_", range(transformer.n_features_in_)))
    outputs = transformer.output_indices_
    found = [0] * max((part.stop for part in outputs.values()), default=0)
    for name, one, columns in transformer.transformers_:
        part = outputs[name]
        if part.stop == part.start or (isinstance(one, str) and one == "drop"):
            continue
        places = _places(columns, names)
        inner = _through(one, len(places))
        for place, inside in zip(range(part.start, part.stop), inner, strict=True):
            found[place] = places[inside]
    return found


def _places(columns: Any, names: list[Any]) -> list[int]:
    """Return the places of columns named by text, number, slice or mask."""
    width = len(names)
    if isinstance(columns, str):
        return [names.index(columns)]
    if isinstance(columns, slice):
        ends = [names.index(x) if isinstance(x, str) else x for x in (columns.start, columns.stop)]
        if isinstance(columns.stop, str) and ends[1] is not None:
            ends[1] += 1
        return list(range(width))[slice(ends[0], ends[1], columns.step)]
    if isinstance(columns, int | np.integer):
        return [int(columns) % width]
    given = list(columns)
    if given and all(isinstance(one, bool | np.bool_) for one in given):
        return np.flatnonzero(given).tolist()
    return [names.index(one) if isinstance(one, str) else int(one) % width for one in given]


def _by_name(transformer: Any, width: int) -> list[int]:
    """Return the places from the names a transformer gives to columns with names of our own."""
    marks = [f"\x1b{place}\x1b" for place in range(width)]
    # Without the names it was fitted with, it takes any.
    blank = copy(transformer)
    vars(blank).pop("feature_names_in_", None)
    kind = type(transformer).__name__
    try:
        out = [str(one) for one in blank.get_feature_names_out(marks)]
    except (AttributeError, ValueError, TypeError, IndexError) as error:
        msg = (
            f"{kind} does not say which columns it makes from which features (no "
            'get_feature_names_out). Explain the model with backend="coalitions", or give the '
            "step that method."
        )
        raise InputError(msg) from error
    if width == 1:
        return [0] * len(out)
    found = []
    for name in out:
        named = {place for place, mark in enumerate(marks) if mark in name}
        if len(named) != 1:
            made = "several features" if named else "features it does not name"
            msg = (
                f"{kind} makes a column from {made}, so no feature owns it. Explain the model "
                'with backend="coalitions", or the features without this step.'
            )
            raise InputError(msg)
        found.append(named.pop())
    return found
