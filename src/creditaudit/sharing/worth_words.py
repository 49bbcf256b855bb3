"""What the numbers of each sector come to, in words."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from creditaudit.sharing.coalition_games import EXPOSURE
from creditaudit.sharing.coalition_measures import METRICS
from creditaudit.sharing.paired_ranges import Ranged

if TYPE_CHECKING:
    from creditaudit.sharing.sector_worths import InformationValue

ADDS, TAKES, LITTLE, UNTOLD = "adds", "takes", "little", "cannot tell"
WIDENS, NARROWS, LEAVES = "against the group", "towards the group", "within the margin"


def named_sectors(worth: "InformationValue", level: float) -> pd.DataFrame:
    """Return one row a sector: what it adds, which way it moves the gap, whether it is redundant.

    Columns ``sector, worth, gap, redundant, says``. What is added to accuracy is "adds" (the whole
    range above 0, and the value at or above the margin), "takes" (the same below 0), "little" (the
    whole range under the margin) or "cannot tell". The gap moves "against the group", "towards the
    group" (the whole range on one side of 0, and the value at or beyond the margin), stays "within
    the margin" (the whole range does), or "cannot tell". Redundant: first in, the whole range is
    above the margin; last in, it is under it.
    """
    added, gap = worth.numbers("shapley"), worth.metrics.index(worth.gap)
    first = worth.numbers("alone")
    last, m = worth.numbers("last_in"), worth.metrics.index(worth.accuracy)
    sign = METRICS[worth.accuracy].sign
    rows = []
    for i, sector in enumerate(worth.sectors):
        low, high = sorted(sign * x for x in _ends(added.at((i, m)), level))
        value = sign * float(added.value[i, m])
        kind = _kind(value, low, high, worth.margin)
        moved = float(added.value[i, gap])
        way = _way(moved, *_ends(added.at((i, gap)), level), worth.gap_margin)
        early = min(sign * x for x in _ends(first.at((i, m)), level))
        late = max(sign * x for x in _ends(last.at((i, m)), level))
        redundant = early > worth.margin > late
        rows.append((sector, kind, way, redundant, _says(worth, i, kind, way, moved, redundant)))
    return pd.DataFrame(rows, columns=pd.Index(["sector", "worth", "gap", "redundant", "says"]))


def said(worth: "InformationValue", level: float) -> str:
    """Return what was found in a few sentences, exposure and gap among them."""
    own, a, g = worth.shapley, worth.accuracy, worth.gap
    top, moved = (METRICS[a].sign * own[a]).idxmax(), own[g].idxmax()
    gain = METRICS[a].sign * own.loc[top, a]
    text = (
        f"{summed_up(worth)} On average over all orders {top} adds most to {a} "
        f"({f'{gain:+.3f}'.replace('-', '−')})"
    )
    if own.loc[moved, g] > 0:
        text += f", and {moved} most to the gap ({_points(own.loc[moved, g])} percentage points)"
    named = named_sectors(worth, level)
    costly = named[named["worth"].isin([LITTLE, TAKES]) & (named["gap"] == WIDENS)]["sector"]
    if len(costly):
        adds, moves = ("adds", "moves") if len(costly) == 1 else ("add", "move")
        text += (
            f". {_listed(costly)} {adds} less than {worth.margin:g} of {a} and {moves} approvals "
            "against the group"
        )
    redundant = named[named["redundant"]]["sector"]
    if len(redundant):
        text += f". Redundant beside the others: {_listed(redundant)}"
    return f"{text}."


def summed_up(worth: "InformationValue") -> str:
    """Return what all sectors together do to accuracy, the gap and exposure."""
    grand, empty, a, g = worth.grand, worth.empty, worth.accuracy, worth.gap
    whose = "Synthetic people" if worth.people.synthetic else "These people"
    return (
        f"{whose}, this model: with {_all_of(worth)}, {a} goes from {empty[a]:.3f} to "
        f"{grand[a]:.3f}, the {_plain(g)} between {worth.reference} and {worth.group} from "
        f"{_points(empty[g])} to {_points(grand[g])} percentage points, and the share of people "
        f"alone with their values from {empty[EXPOSURE]:.0%} to {grand[EXPOSURE]:.0%}."
    )


def _ends(one: Ranged, level: float) -> tuple[float, float]:
    low, high = one.range(level)
    return float(low), float(high)


def _kind(value: float, low: float, high: float, margin: float) -> str:
    if low > 0 and value >= margin:
        return ADDS
    if high < 0 and value <= -margin:
        return TAKES
    return LITTLE if high < margin else UNTOLD


def _way(value: float, low: float, high: float, margin: float) -> str:
    if low > 0 and value >= margin:
        return WIDENS
    if high < 0 and value <= -margin:
        return NARROWS
    return LEAVES if -margin < low and high < margin else UNTOLD


def _says(
    worth: "InformationValue", i: int, kind: str, way: str, moved: float, redundant: bool
) -> str:  # fmt: skip
    value = METRICS[worth.accuracy].sign * float(worth.shapley[worth.accuracy].iloc[i])
    first = {
        ADDS: f"adds {value:.3f} of {worth.accuracy}",
        TAKES: f"takes {-value:.3f} of {worth.accuracy} away",
        LITTLE: f"adds less than {worth.margin:g} of {worth.accuracy}",
        UNTOLD: f"what it adds to {worth.accuracy} cannot be told from {worth.margin:g} or less",
    }[kind]
    gap = _plain(worth.gap)
    second = {
        WIDENS: f"moves the {gap} by {_points(moved)} percentage points against {worth.group}",
        NARROWS: f"moves the {gap} by {_points(moved)} percentage points towards {worth.group}",
        LEAVES: f"moves the {gap} by less than {100 * worth.gap_margin:g} percentage "
        "point" + ("" if worth.gap_margin == 0.01 else "s"),
        UNTOLD: f"whether it moves the {gap} cannot be told",
    }[way]
    exposed = worth.shapley[EXPOSURE].iloc[i]
    third = f"makes {exposed:.1%} of people alone with their values, on average over orders"
    tail = "; redundant: beside the others it adds less than the margin" if redundant else ""
    return f"{first}; {second}; {third}{tail}"


def _all_of(worth: "InformationValue") -> str:
    return f"the data of {_listed(worth.sectors)}" + (
        f" beside {_listed(worth.base)}" if worth.base else ""
    )


def _listed(names: Iterable[object]) -> str:
    words = [str(one) for one in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _points(share: float) -> str:
    return f"{100 * share:+.1f}".replace("-", "−")
