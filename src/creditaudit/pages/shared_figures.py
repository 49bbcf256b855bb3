"""Which charts an audit of shared data has on the page."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from creditaudit.pages.figures import Drawn
from creditaudit.pages.joined_figures import joined_drawn, mistaken_drawn, sectors_drawn
from creditaudit.pages.regime_figures import (
    causes_drawn,
    reached_drawn,
    refusals_drawn,
    staying_drawn,
)

Draw = Callable[..., Drawn | None]
DRAWN: dict[str, tuple[Draw, ...]] = {
    "shared_lists": (refusals_drawn, reached_drawn),
    "exclusion_causes": (causes_drawn,),
    "list_exit": (staying_drawn,),
    "mistaken_identity": (mistaken_drawn,),
    "singling_out": (joined_drawn,),
    "sector_values": (sectors_drawn,),
}


def shared_charts(audit: str, findings: Sequence[Mapping[str, Any]], people: str) -> list[Draw]:
    """Return what draws the charts of one audit of shared data, in order; none for other audits.

    Parameters
    ----------
    audit : str
        The audit's name.
    findings : sequence of Mapping
        Its findings, from the JSON of a report.
    people : str
        Who they are about, such as "synthetic people".

    Returns
    -------
    list of callable
        Each takes ``prefix`` and returns a chart with a table of its numbers, or None where the
        findings have no such numbers, in whatever way they lack them.
    """
    return [partial(draw, findings, people) for draw in DRAWN.get(audit, ())]
