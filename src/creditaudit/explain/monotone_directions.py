"""In which features a model was made to be monotone, and which way is safe."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from creditaudit.explain.models import Model
from creditaudit.explain.steps import Steps


def safe_directions(steps: Steps, model: Model) -> dict[int, int]:
    """Return, by place of the feature, 1 where more is never riskier and -1 where less is not.

    Only what the model was constrained to counts, and only where its columns are the features.
    """
    if not steps.one_to_one:
        return {}
    names = model.names
    given = _constraints(steps.final)
    if isinstance(given, Mapping):
        signs = [given.get(name, 0) for name in names]
    else:
        signs = [int(one) for one in given] if isinstance(given, Sequence | np.ndarray) else []
    if len(signs) != len(names):
        return {}
    # Constraints are on the log-odds of class 1, which is bad unless the scorer says otherwise.
    safe = 1 if getattr(model.scorer, "column", 1) == 0 else -1
    return {place: safe * sign for place, sign in enumerate(signs) if sign}


def _constraints(final: Any) -> Any:
    for name in ("monotonic_cst", "monotone_constraints"):
        found = getattr(final, name, None)
        if found is not None and not isinstance(found, str):
            return found
    return None
