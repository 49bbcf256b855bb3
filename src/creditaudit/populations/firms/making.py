"""Firms that apply for credit, made from a causal graph whose every number is known."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import pandas as pd

from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations.base import Population
from creditaudit.populations.biases import Bias
from creditaudit.populations.firms import FIRMS
from creditaudit.populations.firms.knobs import FIRM_RANGES, FirmBias
from creditaudit.populations.firms.origins import FIRM, FirmOrigin, firm_seed
from creditaudit.populations.firms.packs import load_firm_pack
from creditaudit.populations.firms.registrations import FIRM_REGISTERED
from creditaudit.populations.packs import Pack
from creditaudit.populations.randomness import whole_seed
from creditaudit.populations.worlds import World
from creditaudit.vocabulary import load_vocabulary


def make_firms(
    n: int,
    *,
    seed: int,
    bias: FirmBias | None = None,
    pack: str | Pack = "class_balanced",
    columns: Sequence[str] | str | None = None,
) -> Population:
    """Return firms that apply for credit, with what is true of them beside what is on file.

    Parameters
    ----------
    n : int
        How many. The first firms of a larger population are those of a smaller one.
    seed : int
        Any whole number; the same seed gives the same firms, whatever else is asked for.
    bias : FirmBias, optional
        The knobs, all zero by default.
    pack : str or Pack
        The numbers: a name that `creditaudit.populations.firm_pack_names()` lists.
    columns : sequence of str or "all", optional
        Columns of the vocabulary; only these and what they depend on are computed. By default all
        but the names and numbers of identity (``credit_code``, ``firm_name``,
        ``employer_number``), which "all" adds. Owners and representatives are people: firms have
        them in `make_society`.

    Returns
    -------
    Population of n firms
        ``frame`` holds the columns; money is in one currency without a name. ``roles`` name the
        decision ``firm_approved``, the outcome ``firm_default`` (missing for firms that were
        refused), the score ``tax_points`` and three groups: ``ownership``, ``size_class`` and
        ``firm_region``. ``truth`` has for each firm ``quality``, ``true_pd``, ``label_true`` and
        ``label_recorded``, debts in sight and hidden, the distress score ``z_private`` of what is
        true, the past lender's ``firm_points`` and ``approval_propensity``, and the blocks of the
        public credit score.

    Raises
    ------
    InputError
        If ``n`` or ``seed`` is no whole number in its range.
    MissingColumn
        If a column cannot be made.

    Notes
    -----
    ``creditaudit.populations.firm_graph()`` has the formula of every column. What holds of these
    firms holds relative to that graph, and says nothing about any country.

    References
    ----------
    Altman, E. I. (1968). Financial ratios, discriminant analysis and the prediction of corporate
    bankruptcy. Journal of Finance 23, 589-609. Altman, E. I. (1983). Corporate Financial Distress.
    Axtell, R. L. (2001). Zipf distribution of U.S. firm sizes. Science 293, 1818-1820.

    Examples
    --------
    >>> firms = make_firms(1000, seed=7, bias=FirmBias(ownership=30))
    >>> firms.synthetic
    True
    """
    if not isinstance(n, int | np.integer) or isinstance(n, bool) or n < 1:
        msg = f"n={n!r} must be a whole number, 1 or more."
        raise InputError(msg)
    plain = whole_seed(seed)
    world = firm_world(plain, bias, pack)
    return FirmOrigin(world, int(n), firm_columns(columns), plain).population()


def firm_world(seed: int, bias: FirmBias | None, pack: str | Pack) -> World:
    """Return everything that decides what firms are like, but how many there are."""
    given: object = bias
    if not isinstance(given, FirmBias | None):
        msg = f"bias={bias!r} must be a FirmBias: the knobs of people do not fit firms."
        raise InputError(msg)
    # A world hands its knobs on to the formulas and looks at nothing of them.
    knobs = cast(Bias, bias or FirmBias())
    return World(FIRMS, load_firm_pack(pack), knobs, firm_seed(seed))


def firm_graph() -> pd.DataFrame:
    """Return the causal graph of synthetic firms.

    Returns
    -------
    frame with one row a quantity, causes first
        ``node, parents, formula, unit, levels, decimals, sector, knobs``; ``sector`` is empty for
        quantities that no sector records, ``knobs`` names those that enter the formula.
    """
    frame, columns = FIRMS.frame(), load_vocabulary().columns
    frame["sector"] = [columns[one].sector if one in columns else "" for one in frame["node"]]
    frame["knobs"] = [", ".join(k for k in FIRM_RANGES if k in node.asks) for node in FIRMS]
    return frame


def firm_columns(columns: Sequence[str] | str | None, more: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the columns of firms that are meant, all of them known."""
    vocabulary = load_vocabulary()
    plain = (FIRM, *more, *(node.name for node in FIRMS if node.name in vocabulary))
    every = (*plain[:1], *FIRM_REGISTERED, *plain[1:])
    if columns is None:
        return plain
    if columns == "all":
        return every
    asked = tuple(dict.fromkeys([columns] if isinstance(columns, str) else columns))
    missing = [name for name in asked if name not in every]
    if missing or not asked:
        fix = 'Name columns of the vocabulary that are made for firms, or pass columns="all".'
        raise MissingColumn.of(missing, every, fix)
    return asked
