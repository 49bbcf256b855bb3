"""A model taken apart: what happens to features first, and the estimator at the end."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from creditaudit.explain.models import Model, inside
from creditaudit.explain.origins import column_origins
from creditaudit.scorers import BoostingScorer


@dataclass(frozen=True, eq=False)
class Steps:
    """The parts of a scorer.

    Attributes
    ----------
    transformers : list
        What features go through, in order.
    final : estimator
    """

    transformers: list[Any]
    final: Any

    @classmethod
    def of(cls, scorer: Any) -> "Steps":
        """Return the parts of a Pipeline or of a scorer around a model, or a scorer on its own."""
        scorer = inside(scorer)
        if isinstance(scorer, BoostingScorer):
            return cls([_Encoding(scorer)], scorer.model_)
        steps = getattr(scorer, "steps", None)
        if steps is None or not hasattr(scorer, "named_steps"):
            return cls([], scorer)
        inner = cls.of(steps[-1][1])
        return cls([*(one for _, one in steps[:-1]), *inner.transformers], inner.final)

    @property
    def one_to_one(self) -> bool:
        """Whether numbers reach the estimator as they are, in their order."""
        return all(isinstance(one, _Encoding) for one in self.transformers)

    def origin(self, model: Model) -> list[int]:
        """Return the place of the feature that each column before the end is made from."""
        return column_origins(self.transformers, model.names)

    def encoded(self, model: Model, people: pd.DataFrame) -> Any:
        """Return people as the final estimator takes them."""
        given = model.given(people)
        for one in self.transformers:
            if one is not None and one != "passthrough":
                given = one.transform(given)
        return given.toarray() if hasattr(given, "toarray") else given


@dataclass(frozen=True, eq=False)
class _Encoding:
    """How a boosting scorer turns its features into the numbers that its trees read."""

    scorer: BoostingScorer

    def transform(self, people: Any) -> Any:
        """Return numbers, one column a feature."""
        return self.scorer.encoded(people)

    def get_feature_names_out(self, names: Any) -> Any:
        """Return the names of the features."""
        return names
