"""Without woodelf, numba and lightgbm everything works; people and features at the edge."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from explained_people import applicants
from threadpoolctl import threadpool_limits

import creditaudit as ca
from creditaudit.explain import Actions, attributions, preclusion, reasons, recourse

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
for name in ("woodelf", "numba", "lightgbm", "treelite", "z3"):
    sys.modules[name] = None
sys.path.insert(0, "tests/explain")
import numpy as np
import pandas as pd
from explained_people import applicants
import creditaudit as ca
from creditaudit.errors import MissingExtra

frame, bad = applicants(400)
frame = frame[["income", "late", "region", "debt"]]
card = ca.ScorecardScorer(max_bins=4).fit(frame, bad)
trees = ca.BoostingScorer(max_iter=4, categorical=["region"], random_state=0).fit(frame, bad)
for scorer in (card, trees):
    line = float(np.quantile(scorer.points(frame), 0.3))
    few = frame.head(20)
    found = ca.explain.attributions(scorer, few, background=frame)
    ca.explain.reasons(scorer, few, background=frame, cutoff=line)
    ca.explain.recourse(scorer, few, background=frame, cutoff=line)
    ca.explain.preclusion(scorer, few, background=frame, cutoff=line)
    print(found.backend)
book = ca.RulebookScorer("cn_spc_defaulters_2017", reading="mild")
people = pd.DataFrame([{name: 0.0 for name in book.columns}])
people[["effective_judgment", "judgment_unperformed", "obstruction_found"]] = 1.0
print(ca.explain.recourse(book, people).loc[0, "status"])
try:
    ca.explain.attributions(trees.model_, trees.encoded(few), background=trees.encoded(frame),
                            backend="woodelf")
except MissingExtra as error:
    print(error)
"""


def test_without_the_extras_everything_works_and_what_would_help_is_named():
    given = [sys.executable, "-W", "error", "-c", textwrap.dedent(SCRIPT)]
    one_thread = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        given, cwd=ROOT, capture_output=True, text=True, check=False, env=one_thread
    )
    assert done.returncode == 0, done.stderr
    card, trees, book, extra = done.stdout.strip().splitlines()
    assert (card, trees, book) == ("closed form", "patterns", "found")
    assert "creditaudit[trees]" in extra


@pytest.fixture(scope="module")
def scorers():
    frame, bad = applicants(600)
    frame = frame[["income", "late", "region", "debt"]].astype({"region": object})
    frame["region"] = [f"r{one:.0f}" if one == one else None for one in frame["region"]]
    with threadpool_limits(1):
        card = ca.ScorecardScorer(max_bins=4).fit(frame, bad)
        trees = ca.BoostingScorer(max_iter=6, categorical=["region"]).fit(frame, bad)
    return frame, {"card": card, "trees": trees}


@pytest.mark.parametrize("kind", ["card", "trees"])
def test_a_category_that_was_never_seen_is_explained_and_has_reasons_and_ways(scorers, kind):
    frame, made = scorers
    scorer = made[kind]
    strange = frame.head(12).assign(region="atlantis")
    found = attributions(scorer, strange, background=frame, scale="points")
    assert found.gap < 1e-9
    line = float(scorer.points(strange).max()) + 5
    told = reasons(scorer, strange, background=frame, cutoff=line, reference="all_applicants")
    assert set(told["person"]) <= set(strange.index)
    ways = recourse(scorer, strange, background=frame, cutoff=line)
    assert set(ways["status"]) <= {"found", "none", "undecided"}
    if kind == "trees":
        missing = attributions(
            scorer, strange.assign(region=None), background=frame, scale="points"
        )  # fmt: skip
        assert np.allclose(found.values, missing.values)


@pytest.mark.parametrize("kind", ["card", "trees"])
def test_where_nothing_can_change_nobody_refused_has_a_way_and_that_is_certain(scorers, kind):
    frame, made = scorers
    scorer, few = made[kind], frame.head(60)
    points = np.asarray(scorer.points(few))
    line = float(np.median(points))
    fixed = Actions(immutable=list(frame.columns))
    ways = recourse(scorer, few, background=frame, cutoff=line, actions=fixed)
    assert (ways["status"].to_numpy() == np.where(points < line, "none", "found")).all()
    share = preclusion(scorer, few, background=frame, cutoff=line, actions=fixed)
    assert share.set_index("measure").loc["none", "value"] == 1


@pytest.mark.parametrize("kind", ["card", "trees"])
def test_people_above_the_cut_off_have_no_reasons_and_a_way_of_no_cost(scorers, kind):
    frame, made = scorers
    scorer, few = made[kind], frame.head(20)
    line = float(np.min(scorer.points(few)))
    assert reasons(
        scorer, few, background=frame, cutoff=line, reference="all_applicants"
    ).empty  # fmt: skip
    ways = recourse(scorer, few, background=frame, cutoff=line)
    assert (ways["status"] == "found").all()
    assert (ways["cost"] == 0).all()


def test_a_feature_that_is_constant_costs_nobody_and_helps_nobody():
    frame, bad = applicants(500)
    frame = frame[["income", "late"]].assign(same=1.0)
    with threadpool_limits(1):
        trees = ca.BoostingScorer(max_iter=5).fit(frame, bad)
    line = float(np.quantile(trees.points(frame), 0.4))
    found = attributions(trees, frame.head(30), background=frame, scale="points")
    assert (found.values["same"] == 0).all()
    told = reasons(trees, frame, background=frame, cutoff=line)
    assert "same" not in set(told["feature"])
    ways = recourse(trees, frame.head(40), background=frame, cutoff=line)
    assert not any("same" in one for one in ways["changes"])


def test_three_people_to_compare_with_are_enough_for_reasons_and_are_stated():
    frame, bad = applicants(500)
    frame = frame[["income", "late", "debt"]]
    with threadpool_limits(1):
        trees = ca.BoostingScorer(max_iter=5).fit(frame, bad)
    line = float(np.quantile(trees.points(frame), 0.4))
    three = frame[np.asarray(trees.points(frame)) >= line].head(3)
    told = reasons(trees, frame, background=three, cutoff=line, width=1_000)
    assert told["method"].str.contains("against 3 applicants").all()
    assert isinstance(told, pd.DataFrame)
