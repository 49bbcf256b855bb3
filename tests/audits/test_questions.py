from types import SimpleNamespace

import pytest

from creditaudit.audits import all_audits, audit, questions
from creditaudit.errors import InputError
from creditaudit.finding import Finding
from creditaudit.law import TOPICS
from creditaudit.report import Report
from made_tables import audited, decided


@pytest.fixture
def registry(monkeypatch):
    """Undo what a test registers."""
    monkeypatch.setattr(questions, "REGISTERED", dict(questions.REGISTERED))
    return questions.REGISTERED


def made(name="weather", module="foreign.weather", **given):
    """Register an audit as another package would."""

    def answer(evidence):
        return [
            Finding(id="F12345678", audit=name, question="Did it rain?", claim="It rained.",
                    status="descriptive", n=1, tested=(0.04,), p_value=0.04)
        ]  # fmt: skip

    answer.__name__, answer.__module__ = name, module
    plain = {"question": "Did it rain?", "needs": ("tally",), "estimand": "days of rain"}
    return audit(**plain | given)(answer)


def point(monkeypatch, load, name="weather"):
    found = SimpleNamespace(name=name, value="foreign:weather", load=load)

    def entry_points(*, group):
        assert group == "creditaudit.audits"
        return [found]

    monkeypatch.setattr(questions, "entry_points", entry_points)


def test_every_audit_says_what_it_asks_needs_and_estimates():
    own = all_audits()
    named = [one.name for one in own]
    assert named[0] == "disparity"
    assert named[-1] == "blind_spots"
    assert {"error_rates", "intersections", "cutoff_policy", "criteria_conflict"} <= set(named)
    for one in own:
        assert one.question.endswith("?")
        assert one.estimand
        assert one.needs
        # Findings on the text of rules cite the law of their own kind.
        assert one.topic in TOPICS or one.name in ("rights", "rules_in_text", "rule_proofs")
        assert one.answer.__doc__


def test_an_audit_of_another_package_is_asked_after_our_own(registry, monkeypatch):
    point(monkeypatch, made)
    report = audited(decided(a=(60, 40), b=(30, 70)))
    assert report.findings[-1].audit == "weather"
    # Its comparison belongs to the family of the whole report.
    assert report.to_dict()["comparisons"] == 2
    disparity = report.findings[0]
    assert disparity.low_family < disparity.low
    assert Report.from_dict(report.to_dict()).to_dict() == report.to_dict()


def test_an_audit_of_another_package_that_lacks_something_is_listed(registry, monkeypatch):
    point(monkeypatch, lambda: made(needs=("tally", "scorer", "society")))
    report = audited(decided(a=(60, 40), b=(30, 70)))
    asked = {one["audit"]: one for one in report.not_asked}["weather"]
    assert asked["needs"] == (
        "the model, or the right to query it; the ties and events along which data travel"
    )
    assert "Letter:" in asked["how"]


def test_an_audit_that_cannot_be_loaded_names_its_package(registry, monkeypatch):
    def broken():
        msg = "no module named 'clouds'"
        raise ImportError(msg)

    point(monkeypatch, broken)
    with pytest.raises(InputError, match=r"'weather' \(foreign:weather\).*clouds.*remove"):
        all_audits()


def test_an_audit_may_not_take_the_place_of_another(registry):
    with pytest.raises(InputError, match="Rename the function"):
        made(name="disparity")
    made()
    made()  # loaded a second time
    with pytest.raises(
        InputError, match=r"foreign\.other has the name of the one of foreign\.weather"
    ):
        made(module="foreign.other")


@pytest.mark.parametrize("given", [{"needs": ("tally", "clouds")}, {"topic": "rain"}], ids=str)
def test_an_unknown_need_or_topic_is_told_when_registered(registry, given):
    with pytest.raises(InputError, match="Known: "):
        made(**given)
    assert "weather" not in registry


def test_there_is_a_letter_for_everything_an_audit_can_need():
    from creditaudit.audits.run import _letters

    letters = _letters()
    assert set(letters) == set(questions.NEEDS)
    assert all({"needs", "how"} == set(one) for one in letters.values())
