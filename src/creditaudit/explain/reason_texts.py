"""What a reason says of a person, and its code."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from creditaudit.errors import MissingColumn
from creditaudit.explain.models import card_of


def texts_of_reasons(
    scorer: Any, people: pd.DataFrame, names: Sequence[str], given: Mapping[str, str]
) -> dict[str, list[str]]:
    """Return, for each feature, what it says of each person.

    The words are those of the card; without a card, the feature and its value.

    Raises
    ------
    MissingColumn
        If ``given`` names a feature the scorer does not take.
    """
    known(given, names, "texts=")
    card = card_of(scorer)
    by_name = {} if card is None else {one.feature: one for one in card.features}
    found = {}
    for name in names:
        if name in given:
            found[name] = [given[name]] * len(people)
        elif name in by_name and hasattr(by_name[name], "reasons"):
            feature = by_name[name]
            said = feature.reasons
            found[name] = [said[place] for place in feature.bins.assign(people)]
        elif name in people.columns:
            found[name] = [f"{name}: {_value(one)}" for one in people[name]]
        else:
            found[name] = [name] * len(people)
    return found


def codes_of_reasons(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the code of each feature: given, or R and its place in the scorer.

    Raises
    ------
    MissingColumn
    """
    known(given, names, "codes=")
    return {name: given.get(name, f"R{place:02d}") for place, name in enumerate(names, start=1)}


def known(given: Mapping[str, str], names: Sequence[str], called: str) -> None:
    """Raise unless every key is a feature.

    Raises
    ------
    MissingColumn
    """
    missing = [name for name in given if name not in names]
    if missing:
        raise MissingColumn.of(missing, names, f"{called} names features of the scorer.")


def _value(one: Any) -> str:
    if pd.isna(one):
        return "missing"
    if isinstance(one, float | np.floating):
        return f"{one:,.10g}"
    return str(one)
