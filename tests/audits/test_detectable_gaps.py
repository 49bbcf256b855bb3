"""What could these data have shown? The numbers of the guide, and that they hold."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit import intervals
from creditaudit.audits.wording import status_of
from creditaudit.metrics.planning import line_ratios, sample_size, score_power
from made_tables import DAY, VERDICTS, claims, crossed, decided, of

PLAN = ca.Plan(reference={"region": "west"})


def audited(counts, plan=PLAN):
    frame = pd.DataFrame(
        [(name, *both) for name, both in counts.items()], columns=["region", "yes", "no"]
    )
    tally = ca.Tally.from_counts(
        frame, ca.Roles(groups=["region"]), count={"approved": "yes", "refused": "no"}
    )
    return ca.audit(ca.Evidence(tally=tally), title="217 people", plan=plan, report_date=DAY)


@pytest.fixture(scope="module")
def report():
    return audited({"west": (1236, 309), "east": (152, 65)})


def test_the_guides_217_people(report):
    (finding,) = of(report, "power")
    row = finding.table.iloc[0]
    assert (row["n"], row["n_reference"]) == (217, 1545)
    assert row["seen_below"] == pytest.approx(0.894, abs=5e-4)
    assert row["chance_at_line"] > 0.99
    assert row["needed_for_line"] == sample_size(0.8, share=217 / 1762)["n"][0]
    assert finding.status == "descriptive"
    assert finding.claim.startswith(
        "With 217 people of region east and 1,545 of the reference group, region west (80.0 % "
        "approved), these data show 89 or fewer, or 110 or more approvals for every 100 in the "
        "reference group in 8 of 10 cases, allowing for every comparison made; a ratio nearer to "
        "100 may well not be told from none."
    )


def test_it_adds_no_comparison_and_its_level_is_that_of_the_report():
    counts = {"west": (1236, 309), "east": (152, 65), "north": (60, 20), "south": (400, 90)}
    found = audited(counts)
    (finding,) = of(found, "power")
    assert finding.tested == ()
    assert found.to_dict()["comparisons"] == 3
    level = 1 - 0.05 / 3
    for row in finding.table.itertuples():
        below = intervals.detectable_rate(
            np.array(0.8), np.array(row.n), np.array(1545), level=level, lower=True
        )
        assert row.seen_below == pytest.approx(below / 0.8)
        assert score_power(below, row.n, 0.8, 1545, level) == pytest.approx(0.8, abs=0.02)
    assert finding.table["n"].is_monotonic_increasing
    assert "Of the others: region east (217 people) show" in finding.claim


@pytest.mark.parametrize("n", [40, 217, 3000])
@pytest.mark.parametrize("rate", [0.3, 0.8, 0.97])
def test_ratios_at_the_ends_have_the_status_that_is_said(n, rate):
    level, line = 1 - 0.05 / 4, 0.8
    below, low, high = (float(x) for x in line_ratios(rate, n, 1545, line, level))

    def status(ratio):
        ends = intervals.miettinen_nurminen(
            np.array(ratio * rate), np.array(n), np.array(rate), np.array(1545), "ratio", level
        )
        return status_of(*ends, line)

    step = 1e-4
    assert status(below - step) == "beyond"
    assert status(below + step) == "cannot_tell"
    if np.isfinite(low):
        assert status(low + step) == "not_beyond"
        assert status(low - step) == "cannot_tell"
        assert status(high - step) == "not_beyond"
        if (high + step) * rate <= 1:
            assert status(high + step) != "not_beyond"
    else:
        assert n < 3000
        assert "not_beyond" not in {status(x) for x in np.linspace(0.01, min(1 / rate, 1.5), 200)}


def test_the_finding_says_what_status_the_disparity_could_have():
    for approved in range(90, 217, 7):
        found = audited({"west": (1236, 309), "east": (approved, 217 - approved)})
        (gap,), (could,) = of(found, "disparity"), of(found, "power")
        row = could.table.iloc[0]
        inside = row["not_beyond_from"] <= gap.estimate <= row["not_beyond_to"]
        expected = "not_beyond" if inside else "cannot_tell"
        assert gap.status == ("beyond" if gap.estimate < row["beyond_under"] else expected)


def test_few_people_would_rarely_show_a_gap():
    (finding,) = of(audited({"west": (3, 3), "east": (3, 2)}), "power")
    assert "would rarely show any gap" in finding.claim
    assert "none not beyond it" in finding.claim


def test_samples_with_the_disparity_named_show_it_in_eight_of_ten():
    (finding,) = of(audited({"west": (1236, 309), "east": (152, 65)}), "power")
    ratio = finding.table["seen_below"][0]
    rng = np.random.default_rng(5)
    west, east = rng.binomial(1545, 0.8, 4000) / 1545, rng.binomial(217, 0.8 * ratio, 4000) / 217
    p = intervals.score_p_value(east, np.full(4000, 217.0), west, np.full(4000, 1545.0))
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.03)


def test_weights_and_clusters_show_less():
    rng = np.random.default_rng(2)
    frame = decided(a=(600, 400), b=(150, 100)).assign(w=lambda f: rng.lognormal(size=len(f)))
    frame["branch"] = rng.integers(0, 12, len(frame))
    seen = []
    for more in ({}, {"weight": "w"}, {"cluster": "branch"}):
        roles = ca.Roles(groups=["group"], decision="approved", favourable=1, **more)
        evidence = ca.Evidence(tally=ca.Tally.from_frame(frame, roles))
        found = ca.audit(evidence, title="x", plan=ca.Plan(reference={"group": "a"}))
        seen.append(of(found, "power")[0].table.iloc[0])
    plain, weighted, _ = seen
    assert weighted["seen_below"] < plain["seen_below"]
    assert weighted["needed_for_line"] > 1.5 * plain["needed_for_line"]


def test_crossed_groups_have_a_finding_of_their_own():
    frame = crossed({(r, s): (30 + len(r), 10) for r in ("a", "bb") for s in "fm"})
    roles = ca.Roles(groups=["race", "sex"], decision="approved", favourable=1)
    report = ca.audit(ca.Evidence(tally=ca.Tally.from_frame(frame, roles)), title="x")
    assert [len(f.table) for f in of(report, "power")] == [1, 1, 3]
    assert not VERDICTS.search(claims(report))


def test_a_reference_of_whom_nobody_was_approved_shows_no_ratio():
    (finding,) = of(audited({"west": (0, 400), "east": (5, 40)}), "power")
    assert "is 0: no ratio can be seen" in finding.claim
    (finding,) = of(audited({"west": (300, 100)}), "power")
    assert "could show no disparity" in finding.claim
    (finding,) = of(audited({"west": (400, 0), "east": (40, 5)}), "power")
    assert "nan" not in finding.claim


def test_where_a_group_is_too_small_to_show_it_is_not_named():
    (finding,) = of(audited({"west": (300, 100), "east": (30, 10), "tiny": (2, 1)}), "power")
    assert "tiny" not in finding.claim + finding.table.to_string()


def test_a_number_of_people_within_bounds_is_taken_at_its_least():
    from creditaudit.published_tables import read_published

    text = "Region\tApproved\tRefused\nnorth\t812\t188\nsouth\t455\t245\nwest\t12\t<5\n"
    table = read_published(text)
    (decision,) = set(table.table.columns) - {"Region", "n", "low", "high"}
    tally = table.to_tally(ca.Roles(groups=["Region"], decision=decision, favourable="Approved"))
    (finding,) = of(ca.audit(ca.Evidence(tally=tally), title="Printed"), "power")
    assert finding.claim.startswith("With 12 people of Region west")
    assert any("the least is taken" in limit for limit in finding.limits)
