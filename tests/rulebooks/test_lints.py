"""One seeded fault of every kind is found where it stands, and nothing on the clean twin."""

from pathlib import Path

import pytest
from made_books import book_text, rule

import creditaudit as ca
from creditaudit.errors import InputError
from creditaudit.finding import Finding
from creditaudit.rulebooks import Rulebook, lint_kinds, preset_ids
from creditaudit.rulebooks.lints import lints_of

HERE = Path(__file__).parent
FAULTY, CLEAN = (Rulebook.load(HERE / name) for name in ("faulty.toml", "clean.toml"))
LINES = (HERE / "faulty.toml").read_text("utf-8").splitlines()
FOUND = lints_of(FAULTY)
# Kind -> what it is about, and what stands on the line that is named.
SEEDED = {
    "contradictory": ("unperformed + performed", "[[rules]]"),
    "dead": ("impossible", 'when = "inquiries_6m > 5 and inquiries_6m < 3"'),
    "always": ("everybody", 'when = "cards >= 0"'),
    "shadowed": ("overdue", 'when = "overdue_amount > $small_debt"'),
    "duplicate": ("late + again", "[[rules]]"),
    "unreachable": ("AA", "[[bands]]"),
    "several_organs": ("contract_breach", 'act = "contract_breach"'),
    "counted_twice": ("utility_very_late + utility_late", 'when = "utility_late_payments >= 5"'),
    "basis_not_found": ("utility_late", "[[rules]]"),
    "basis_repealed": ("group", "[[rules]]"),
    "basis_lag": ("place", "[[rules]]"),
    "basis_not_searched": ("blockade", "[[rules]]"),
    "no_notice": ("notice", "[rights.notice]"),
    "no_reasons": ("reasons", "[rights.reasons]"),
    "no_appeal": ("appeal", "[rights.appeal]"),
    "no_repair": ("repair", "[rights.repair]"),
    "no_term": ("term", "[book]"),
    "open_ended": ("debtors", "retention = {"),
    "two_readings": ("vague", "points = [-50, -5]"),
    "first_breach_counted": ("everybody", 'first_breach = "counted"'),
    "first_breach_unstated": ("relative", "[[rules]]"),
    "touches_others": ("school", 'who = ["self", "child"]'),
    "turns_on_others": ("relative", 'when = "spouse_listed"'),
    "outside_domain": ("unperformed", 'list = "debtors"'),
    "lawful_costs": ("blockade", 'when = "petitions >= 2"'),
    "protected_field": ("group", 'when = "minority"'),
    "protected_spared": ("student", 'when = "minor"'),
    "proxy_field": ("place", "when = \"region in ['r07']\""),
}


def test_a_fault_of_every_kind_is_seeded():
    assert set(SEEDED) == set(lint_kinds())


@pytest.mark.parametrize("kind", lint_kinds())
def test_the_seeded_fault_is_found_on_its_line(kind):
    about, stands = SEEDED[kind]
    found = next(one for one in FOUND if one.kind == kind and one.about == about)
    assert LINES[FAULTY.line(*found.path) - 1].startswith(stands)


def test_nothing_is_reported_of_the_clean_twin():
    assert CLEAN.lint() == []


def test_nothing_else_is_reported_of_the_faulty_one():
    beside = [(one.kind, one.about) for one in FOUND if one.about != SEEDED[one.kind][0]]
    # The regulation that came late is no statute, and nobody looked for one.
    assert beside == [("basis_not_searched", "place")]


def test_every_finding_names_file_and_line_and_judges_nobody():
    for found in FAULTY.lint():
        assert "(faulty.toml, line " in found.claim
        assert found.status == "descriptive"
        assert found.estimate is None
        assert found.limits
        assert found.table["kind"].iloc[0] in lint_kinds()
        words = f"{found.claim} {found.method} {found.limits}".lower()
        assert not {"fair", "biased", "illegal", "violator"} & set(words.split())


def test_findings_come_the_gravest_first_with_ids_that_stay():
    found = FAULTY.lint()
    severities = [("low", "medium", "high").index(one.severity) for one in found]
    assert severities == sorted(severities, reverse=True)
    ids = [one.id for one in found]
    assert len(set(ids)) == len(ids)
    assert ids == [one.id for one in FAULTY.lint()]
    assert [Finding.from_dict(one.to_dict()).claim for one in found] == [o.claim for o in found]


def test_the_law_of_the_jurisdiction_is_named_where_it_speaks_to_the_kind():
    found = {one.table["kind"][0]: one for one in ca.Rulebook.load("cn_rongcheng_2016").lint()}
    assert "cn_legislation_law_2023" in found["basis_not_searched"].law
    assert "cn_pipl_24" in found["no_reasons"].law
    known = {entry.id for entry in ca.law.load_entries()}
    assert all(set(one.law) <= known for one in found.values())
    assert {law for one in FAULTY.lint() for law in one.law} == set()


def test_confidence_follows_from_how_the_part_is_known():
    text = book_text(
        rule("sure", "cards > 9", points=-1, mark="V"),
        rule("seen", "cards > 9", points=-2, mark="V/S"),
        rule("recalled", "cards > 9", points=-3, mark="V/M"),
    )
    found = Rulebook.from_toml(text).lint()
    unstated = {
        f.table["what"][0]: f for f in found if f.table["kind"][0] == "first_breach_unstated"
    }
    assert [unstated[name].confidence for name in ("sure", "seen", "recalled")] == [
        "high", "moderate", "low",
    ]  # fmt: skip


def test_a_day_leaves_out_what_is_not_in_force_on_it():
    book = Rulebook.from_toml(
        book_text(
            rule("early", "minor", points=-1, effective={"to": "2018"}),
            rule("late", "minority", points=-1, effective={"from": "2019"}),
        )
    )

    def fields(**given):
        return [one.about for one in lints_of(book, **given) if one.kind == "protected_field"]

    assert fields() == ["early", "late"]
    assert fields(as_of="2017-06-01") == ["early"]
    assert fields(as_of="2020-06-01") == ["late"]
    with pytest.raises(InputError, match="not in force on 2010-01-01"):
        book.lint(as_of="2010-01-01")


LOGIC = ("dead", "always", "shadowed", "duplicate", "contradictory", "unreachable")
# What is so in the text, or in what could be read of it, and the words in which its file says so.
KNOWN = {
    ("cn_rongcheng_2019", "AA"): "so nobody reaches AA or AAA here",
    ("cn_rongcheng_2019", "AAA"): "so nobody reaches AA or AAA here",
    ("cn_tax_rating_2025", "C"): "grades B and C by points cannot be seen in this file",
    ("cn_tax_rating_2014", "m_class"): "Before 2018 nothing enters that list",
    ("cn_spc_defaulters_2017", "not_officers"): "this one changes nobody",
}


@pytest.mark.parametrize("name", preset_ids())
def test_every_preset_can_be_linted_and_what_its_logic_leaves_out_is_said_in_its_file(name):
    book = ca.Rulebook.load(name)
    found = {one.about: one.kind for one in lints_of(book) if one.kind in LOGIC}
    wanted = {about: words for (own, about), words in KNOWN.items() if own == name}
    assert set(found) == set(wanted)
    assert set(found.values()) <= {"unreachable"}
    said = " ".join(" ".join((*book.header.notes, *(rule.note for rule in book.rules))).split())
    assert all(words in said for words in wanted.values())


def test_a_severity_is_dated_and_gives_its_reason():
    for kind in lint_kinds().values():
        assert kind.severity in ("low", "medium", "high")
        assert kind.why
        assert set(kind.law) <= {entry.id for entry in ca.law.load_entries()}
