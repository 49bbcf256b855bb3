import pytest
from sklearn.linear_model import LogisticRegression

import creditaudit as ca
from alternative_people import INPUTS, planted
from creditaudit.audits import less_discriminatory
from made_tables import DAY, VERDICTS

ROLES = ca.Roles(groups=["group"], outcome="bad", good=0)


@pytest.fixture(scope="module")
def held():
    frame = planted()
    return ca.Evidence(
        tally=ca.Tally.from_frame(frame, ROLES), frame=frame,
        scorer=LogisticRegression().fit(frame[INPUTS], frame["bad"]),
        plan=ca.Plan(reference={"group": "a"}),
    )  # fmt: skip


def test_an_alternative_with_a_smaller_gap_is_named(held):
    (found,) = less_discriminatory(held)
    assert found.status == "beyond"
    assert found.low > 0
    assert found.group == "group b"
    assert found.reference == "group a"
    assert "was chosen" in found.claim
    assert not VERDICTS.search(found.claim)
    assert set(found.table["uses_group"]) == {"no", "yes"}
    assert len(found.tested) == 1


def test_the_second_pass_of_a_report_widens_the_range_and_searches_no_more(held):
    from dataclasses import replace

    from creditaudit.evidence import Family

    (alone,) = less_discriminatory(held)
    (within,) = less_discriminatory(replace(held, family=Family((*alone.tested, 0.2, 0.3))))
    assert within.estimate == alone.estimate
    assert within.low_family < alone.low_family == alone.low


def test_a_model_that_cannot_be_fitted_again_is_said_to_be_so(held):
    from dataclasses import replace

    (found,) = less_discriminatory(replace(held, scorer=ca.scorers.wrap(held.scorer)))
    assert found.status == "cannot_tell"
    assert "cannot be fitted again" in found.claim


def test_too_few_people_give_no_answer_and_say_why():
    frame = planted().iloc[:40]
    evidence = ca.Evidence(
        tally=ca.Tally.from_frame(frame, ROLES), frame=frame,
        scorer=LogisticRegression().fit(frame[INPUTS], frame["bad"]),
    )  # fmt: skip
    (found,) = less_discriminatory(evidence)
    assert found.status == "cannot_tell"
    assert "merge groups" in found.claim


def test_it_is_asked_for_where_the_model_is_not_held():
    tally = ca.Tally.from_frame(planted(), ROLES)
    report = ca.audit(ca.Evidence(tally=tally), title="Counts", report_date=DAY)
    assert "less_discriminatory" in {one["audit"] for one in report.not_asked}
