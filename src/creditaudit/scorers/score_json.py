"""A score table as versioned JSON, and back; nothing is run and no object is unpickled."""

import json
from typing import TYPE_CHECKING, Any

from creditaudit.errors import CorruptFile
from creditaudit.scorers.predicates import Interval, Missing, OneOf
from creditaudit.scorers.scales import Scale
from creditaudit.scorers.score_features import ScoredFeature

if TYPE_CHECKING:
    from creditaudit.scorers.score_tables import ScoreTable

SCHEMA = "creditaudit.scorecard/1"
_KINDS = ("number", "truth", "code", "text")


def card_json(card: "ScoreTable") -> dict[str, Any]:
    """Return a score table as JSON types; numbers round-trip exactly."""
    return {
        "$schema": SCHEMA,
        "class_1": "bad",
        "scale": card.scale.to_plain(),
        "integer": card.integer,
        "intercept": card.intercept,
        "start": card.start,
        "features": [feature.to_plain() for feature in card.features],
        "notes": list(card.notes),
    }


def read_card(text: str | bytes) -> dict[str, Any]:
    """Return the fields of a score table from its JSON.

    Raises
    ------
    CorruptFile
        If the text is no JSON, of another schema, or does not describe a whole card.
    """
    fix = "Write it again with to_json()."
    try:
        plain = json.loads(text)
    except (ValueError, TypeError) as error:
        msg = f"This is no JSON: {error}. {fix}"
        raise CorruptFile(msg) from error
    found = plain.get("$schema") if isinstance(plain, dict) else None
    if found != SCHEMA:
        msg = f"Expected a card of schema {SCHEMA!r}, found {found!r}. {fix}"
        raise CorruptFile(msg)
    try:
        features = tuple(ScoredFeature.from_plain(one) for one in plain["features"])
        fields = {
            "features": features,
            "intercept": float(plain["intercept"]),
            "scale": Scale(**{name: float(value) for name, value in plain["scale"].items()}),
            "start": float(plain["start"]),
            "integer": bool(plain["integer"]),
            "notes": tuple(map(str, plain["notes"])),
        }
        for feature in features:
            _check(feature)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"The card is not whole: {type(error).__name__}: {error}. {fix}"
        raise CorruptFile(msg) from error
    return {"plain": plain, **fields}


def _check(feature: ScoredFeature) -> None:
    """Raise unless every person is in exactly one bin."""
    kind, holds = feature.bins.kind, [one.holds for one in feature.bins.bins]
    if kind not in _KINDS:
        msg = f"{feature.feature!r} is of kind {kind!r}"
        raise ValueError(msg)
    if sum(isinstance(one, Missing) for one in holds) != 1:
        msg = f"{feature.feature!r} needs one bin for missing values"
        raise ValueError(msg)
    spans = [one for one in holds if isinstance(one, Interval)]
    sets = [one for one in holds if isinstance(one, OneOf)]
    if kind in ("number", "truth"):
        ends = [spans[0].low, *(one.high for one in spans)] if spans else []
        whole = ends and ends[0] == -float("inf") and ends[-1] == float("inf")
        touching = [one.low for one in spans] == ends[:-1] and ends == sorted(set(ends))
        if sets or not whole or not touching:
            msg = f"the intervals of {feature.feature!r} do not cover every number once"
            raise ValueError(msg)
    elif spans or sum(one.rest for one in sets) != 1:
        msg = f"{feature.feature!r} needs one bin for values that are not named"
        raise ValueError(msg)
