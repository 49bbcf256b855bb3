"""What an audit needs of a scorer, by shape and not by class."""

from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class HasPoints(Protocol):
    """A scorer whose points are higher for safer people."""

    def points(self, X: Any) -> Any:  # noqa: N803
        """Return one number a row; higher is safer."""


@runtime_checkable
class HasRules(Protocol):
    """A rulebook: rules that were read from a text and can be looked at."""

    @property
    def id(self) -> str:
        """The id of the book."""

    @property
    def title(self) -> str:
        """The title of the book."""

    def lint(self, population: Any = None) -> list[Any]:
        """Return what the text shows by itself."""


@runtime_checkable
class HasImports(Protocol):
    """A sharing regime: which agency may import whose list or data."""

    @property
    def agencies(self) -> tuple[str, ...]:
        """Ids of the agencies."""

    @property
    def imports(self) -> tuple[Any, ...]:
        """Who takes what from whom."""


@runtime_checkable
class HasProbability(Protocol):
    """A scikit-learn classifier; class 1 is default (bad)."""

    def predict_proba(self, X: Any) -> Any:  # noqa: N803
        """Return the probability of each class, shape (n_rows, 2)."""
