"""The page of a published tally shows the bounds that its rates have."""

import numpy as np
import pandas as pd
import pytest

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import InputError
from creditaudit.pages import explorer_page
from creditaudit.reports.exploring import explorer_counts
from made_tables import rows

EDGES = [1, 2, 3, 4, 5]
TABLES = {
    "as it was": dict.fromkeys((1, 2, 3, 4), 9),
    "inner bins merged": {1: 9, 2: 3, 3: 3, 4: 9},
    "merged under": {0: 3, 1: 3, 2: 9, 3: 9, 4: 9},
    "merged over": {1: 9, 2: 9, 3: 9, 4: 3, 6: 3},
    "merged at both ends": {0: 2, 1: 9, 2: 9, 3: 9, 4: 9, 6: 2},
    "without a score": {None: 3, 1: 9, 2: 9, 3: 9, 4: 9},
    "without a score, merged": {None: 2, 0: 1, 1: 1, 2: 9, 3: 9, 4: 9},
    "all but those over": {0: 3, 1: 3, 2: 3, 3: 3, 4: 3, 6: 9},
    "everything": {0: 3, 1: 1, 3: 1, 4: 1, 6: 3},
    "under and over": {0: 3, 1: 3, 2: 3, 4: 3, 6: 3},
}


@pytest.mark.parametrize("score_bins", [EDGES, "exact"], ids=str)
@pytest.mark.parametrize("higher_is", ["safer", "riskier"])
@pytest.mark.parametrize("counts", TABLES.values(), ids=TABLES)
def test_the_page_shows_the_bounds_of_the_rates(counts, higher_is, score_bins):
    roles = Roles(groups=["race"], score="points", higher_is=higher_is)
    frame = rows(*((n, {"race": race, "points": x}) for race in "ab" for x, n in counts.items()))
    told = Tally.from_frame(frame, roles, score_bins=score_bins).publish()
    if told.bins.values[0] > 1e300 and score_bins == "exact":
        with pytest.raises(InputError, match="All scores were merged into one bin"):
            explorer_counts(told, title="t")
        return
    page = explorer_counts(told, title="t", report_date="2026-11-23")
    explorer_page.render_explorer(page)
    groups = explorer_page._counts(page)
    edges = page["edges"] if page["exact"] else page["edges"][:-1]
    for at, edge in enumerate(edges):
        decided = told.at_cutoff(edge)
        found = metrics.CATALOGUE["approval_rate"].estimate(decided, "race", level=0).frame
        for row, group in zip(found.itertuples(), groups, strict=True):
            ends = np.array(explorer_page._approvals(page, group, at), dtype=float)
            low, high = ends[:, 0] / ends[:, 1]
            assert (low, high) == pytest.approx((row.low, row.high))


def test_an_unpublished_tally_has_no_page():
    roles = Roles(groups=["race"], score="points", higher_is="safer")
    tally = Tally.from_frame(pd.DataFrame({"race": ["a"], "points": [1.0]}), roles)
    with pytest.raises(InputError, match="takes published counts only"):
        explorer_counts(tally, title="t")
