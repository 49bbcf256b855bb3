"""How far a figure moves as the numbers that were chosen and not measured go over their ranges."""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from creditaudit.errors import InputError
from creditaudit.populations.base import Population
from creditaudit.populations.biases import Bias
from creditaudit.populations.borrowers import make_borrowers
from creditaudit.populations.packs import Pack, load_pack


def vary_free_numbers(
    figure: Callable[[Population], float],
    n: int,
    *,
    seed: int,
    numbers: Iterable[str] | None = None,
    bias: Bias | None = None,
    pack: str | Pack = "class_balanced",
    columns: Sequence[str] | str | None = None,
) -> pd.DataFrame:
    """Return a figure about synthetic people at both ends of the range of each free number.

    Parameters
    ----------
    figure : callable
        From a population to one number, such as a gap in approvals.
    n, seed, bias, pack, columns
        As for `make_borrowers`. The same people are made each time, with the same noise.
    numbers : iterable of str, optional
        Which free numbers; by default all that these people rest on, which are many: name columns
        to make fewer depend on fewer.

    Returns
    -------
    frame with one row a number, the one that moves the figure most first
        ``parameter, value, low, high`` of the number; ``figure`` as it is, ``at_low`` and
        ``at_high`` with this number alone at the ends of its range. Lists of shares have no ends
        and are left out.

    Raises
    ------
    InputError
        If a number is not free, or there is none.

    Notes
    -----
    One number at a time: what two of them do together is not in it.

    Examples
    --------
    >>> moved = vary_free_numbers(
    ...     lambda people: people.truth["true_pd"].mean(), 1000, seed=7, numbers=["pd_ability"],
    ...     columns=["sex"],
    ... )
    >>> bool((moved["at_low"] < moved["at_high"]).all())
    True
    """
    given = load_pack(pack)

    def found(**changed: float) -> float:
        told = load_pack(given, **changed)
        people = make_borrowers(n, seed=seed, bias=bias, pack=told, columns=columns)
        return float(figure(people))

    people = make_borrowers(n, seed=seed, bias=bias, pack=given, columns=columns)
    ranges = {name: one for name, one in people.made["free_ranges"].items() if one[1] is not None}
    asked = list(ranges) if numbers is None else list(dict.fromkeys(numbers))
    unknown = [name for name in asked if name not in ranges]
    if unknown or not asked:
        msg = (
            f"No free number with a range is called {unknown} among those that these people rest "
            f"on: {', '.join(ranges)}."
        )
        raise InputError(msg)
    base = float(figure(people))
    rows = []
    for name in asked:
        value, low, high = ranges[name]
        rows.append((name, value, low, high, base, found(**{name: low}), found(**{name: high})))
    columns_ = ["parameter", "value", "low", "high", "figure", "at_low", "at_high"]
    frame = pd.DataFrame(rows, columns=columns_)
    moves = (frame[["at_low", "at_high"]].sub(frame["figure"], axis=0)).abs().max(axis=1)
    return frame.loc[moves.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
