import json
import platform
from datetime import date

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit import Evidence, Plan, Roles, Tally
from creditaudit.errors import InputError, RefusedError
from made_tables import CROSSED, DAY, LENDER, ROLES, audited, crossed, decided, lent, of

FRAME = decided(a=(60, 40), b=(30, 70))


def run(frame=FRAME, roles=ROLES, **given):
    tally = Tally.from_frame(frame, roles)
    return ca.audit(Evidence(tally=tally), **{"title": "A lender", "report_date": DAY} | given)


def test_what_cannot_be_asked_is_listed_with_its_need_and_a_letter():
    report = run()
    asked = {one["audit"]: one for one in report.not_asked}
    assert not {"disparity", "blind_spots"} & set(asked)
    rates, crossing = asked["error_rates"], asked["intersections"]
    assert rates["question"] == "Who is wrongly refused?"
    assert rates["needs"] == "what happened later (who repaid)"
    assert 'Letter: "Please add' in rates["how"]
    assert crossing["needs"] == "two group columns crossed with each other"


def test_without_a_tally_every_question_is_listed():
    book = ca.Rulebook.load("cn_rongcheng_2016")
    report = ca.audit(Evidence(earlier_rulebook=book), title="Before", report_date=DAY)
    assert report.findings == ()
    known = [one.name for one in ca.audits.all_audits()]
    assert [one["audit"] for one in report.not_asked] == known
    plain = report.to_dict()
    assert plain["comparisons"] == 0
    assert plain["evidence"]["level"] == 0
    assert plain["evidence"]["people"] is plain["provenance"]["tally_hash"] is None
    assert "No question could be answered" in report.to_html()


def test_every_question_is_either_answered_or_listed():
    for frame, roles in (
        (FRAME, ROLES), (lent(a=(60, 10, 30), b=(30, 9, 61)), LENDER),
        (crossed({(r, s): (20, 10) for r in "ab" for s in "fm"}), CROSSED),
        (FRAME, Roles(decision="approved", favourable=1)), (FRAME, Roles(groups=["group"])),
        (FRAME, Roles()),
    ):  # fmt: skip
        report = run(frame, roles)
        answered = {finding.audit for finding in report.findings}
        listed = {one["audit"] for one in report.not_asked}
        assert not answered & listed
        assert answered | listed == {one.name for one in ca.audits.all_audits()}


@pytest.mark.parametrize("people", [0, 1, 4])
def test_a_whole_table_under_the_minimum_is_refused(people):
    with pytest.raises(RefusedError, match=f"holds {people} people; under 5 nothing is said"):
        run(FRAME.head(people))


def test_a_part_of_a_person_under_the_minimum_is_refused_and_not_rounded():
    counts = pd.DataFrame({"group": ["a"], "approved": [1], "n": [4.6]})
    evidence = Evidence(tally=Tally.from_counts(counts, ROLES))
    with pytest.raises(RefusedError, match=r"holds 4\.6 people"):
        ca.audit(evidence, title="x")


def test_five_people_are_enough_for_a_table():
    assert run(FRAME.head(5)).to_dict()["evidence"]["people"] == 5


@pytest.mark.parametrize("title", ["", "  ", None, 7])
def test_a_report_has_a_title(title):
    with pytest.raises(InputError, match="title="):
        run(title=title)


@pytest.mark.parametrize("day", ["soon", "2026-13-01", "20260101", "2026-W01-1"])
def test_a_report_date_is_a_day(day):
    with pytest.raises(InputError, match="report_date="):
        run(report_date=day)


def test_a_report_date_may_be_a_date_and_is_today_by_default():
    assert run(report_date=date(2026, 1, 31)).to_dict()["report_date"] == "2026-01-31"
    assert date.fromisoformat(run(report_date=None).to_dict()["report_date"])


def test_the_plan_takes_from_the_data_set_only_what_it_leaves_open():
    about = {"product": "mortgage", "jurisdictions": ("US",), "decision_date": "1990-12-31"}
    filled = audited(FRAME, about=about).to_dict()["plan"]
    assert (filled["product"], filled["jurisdictions"]) == ("mortgage", ["US"])
    kept = audited(FRAME, about=about, product="consumer_credit", decision_date="2020-01-01")
    plan = kept.to_dict()["plan"]
    assert (plan["product"], plan["decision_date"]) == ("consumer_credit", "2020-01-01")
    assert plan["jurisdictions"] == ["US"]


def test_one_dispute_or_jurisdiction_as_plain_text_is_one():
    plain = audited(FRAME, about={"disputes": "Contested.", "jurisdictions": "US"}).to_dict()
    assert plain["evidence"]["disputes"] == ["Contested."]
    assert plain["plan"]["jurisdictions"] == ["US"]


def test_the_plan_in_the_report_has_the_hash_fixed_beforehand():
    plan = Plan(reference={"group": "a"}, line=0.75)
    report = run(plan=plan)
    assert report.to_dict()["plan"]["hash"] == plan.to_dict()["hash"]


def test_the_line_of_the_plan_is_the_line_of_the_findings():
    frame = decided(a=(700, 300), b=(500, 500))
    for line, status in ((0.8, "beyond"), (0.7, "cannot_tell"), (0.6, "not_beyond")):
        (finding,) = of(audited(frame, line=line, reference={"group": "a"}), "disparity")
        assert finding.status == status
        assert f"the line at {100 * line:g}" in finding.claim
        assert ("us_four_fifths" in finding.law) == (line == 0.8)


def test_hidden_findings_are_counted_and_their_ids_checked():
    gone = run().findings[0].id
    report = run(hide=[gone])
    assert [one["id"] for one in report.hidden] == [gone]
    assert gone not in {finding.id for finding in report.findings}
    with pytest.raises(InputError, match="No finding"):
        run(hide=["F00000000"])


def test_provenance_names_versions_hashes_and_no_place():
    given = {"name": "my file.csv", "hash": "ab" * 32, "count": None}
    plain = run(seed=7, file=given).to_dict()
    provenance = plain["provenance"]
    assert provenance["creditaudit"] == ca.__version__
    assert provenance["versions"]["python"] == platform.python_version()
    assert provenance["versions"]["numpy"] == np.__version__
    assert provenance["seed"] == 7
    assert provenance["tally_hash"] == Tally.from_frame(FRAME, ROLES).fingerprint()
    assert (provenance["file_name"], provenance["file_hash"]) == ("my file.csv", "ab" * 32)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("a.csv", "a.csv"),
        ("my file.csv", "'my file.csv'"),
        ("x; rm -rf ~.csv", "'x; rm -rf ~.csv'"),
    ],
)
def test_the_command_to_verify_can_be_pasted_into_a_shell(name, word):
    assert run(file={"name": name}).to_dict()["verify"] == (
        f"creditaudit verify audit.json --data {word}"
    )


@pytest.mark.parametrize(
    ("bins", "written"), [("exact", "exact"), (2, [1.0, 50.5, 100.0]), ([0, 50, 100], [0, 50, 100])]
)
def test_the_way_scores_were_cut_is_in_the_report(bins, written):
    frame = FRAME.assign(points=np.arange(len(FRAME)) % 100 + 1.0)
    roles = Roles(groups=["group"], decision="approved", favourable=1, score="points",
                  higher_is="safer")  # fmt: skip
    plain = audited(frame, roles, score_bins=bins).to_dict()
    assert plain["score_bins"] == written
    json.dumps(plain, allow_nan=False)


def test_the_sentence_on_the_family_fits_the_number_of_comparisons():
    assert "no range or p-value had to be corrected" in run().to_dict()["family"]
    many = audited(decided(a=(60, 40), b=(30, 70), c=(50, 50))).to_dict()
    assert "all 2 comparisons" in many["family"]


def test_synthetic_people_are_said_to_be_synthetic():
    assert audited(FRAME, about={"synthetic": True}).to_dict()["synthetic"] is True
    assert "Synthetic people." in audited(FRAME, about={"synthetic": True}).to_html()
    assert run().to_dict()["synthetic"] is False


def test_the_same_evidence_gives_the_same_report():
    assert run().to_json() == run().to_json()
    shuffled = FRAME.sample(frac=1, random_state=7)
    assert run(shuffled).to_json() == run().to_json()


def test_nothing_handed_in_is_changed():
    frame, plan = FRAME.copy(), Plan(reference={"group": "a"})
    tally = Tally.from_frame(frame, ROLES)
    before = (tally.fingerprint(), plan.to_dict())
    evidence = Evidence(tally=tally, frame=frame, plan=plan)
    ca.audit(evidence, title="x")
    assert frame.equals(FRAME)
    assert (tally.fingerprint(), plan.to_dict()) == before
    assert evidence.plan is plan


def test_counts_give_the_numbers_of_the_rows_they_count():
    counts = FRAME.value_counts(["group", "approved"]).reset_index(name="n")
    wide = pd.DataFrame({"group": ["a", "b"], "yes": [60, 30], "no": [40, 70]})
    from_rows = run()
    for tally in (
        Tally.from_counts(counts, ROLES),
        Tally.from_counts(
            wide, Roles(groups=["group"]), count={"approved": "yes", "refused": "no"}
        ),
    ):
        report = ca.audit(Evidence(tally=tally), title="x", report_date=DAY)
        one, other = report.findings[0].to_dict(), from_rows.findings[0].to_dict()
        for name in ("estimate", "low", "high", "low_family", "p_value", "claim", "status", "id"):
            assert one[name] == other[name]
        assert report.to_dict()["evidence"]["level"] == 1
