import pytest

import creditaudit as ca
from creditaudit.sharing.records import Denial

R = ca.SharingRegime
PRESETS = ca.sharing.regime_ids()


@pytest.fixture(scope="module")
def books():
    return set(ca.rulebooks.preset_ids())


@pytest.mark.parametrize("name", PRESETS)
def test_every_line_has_a_source_with_its_mark_or_is_marked_free(name):
    regime = R.load(name)
    for line in (*regime.imports, *regime.ties, *regime.denials):
        assert line.mark == "F" or line.source_text, line.what
        number = None if isinstance(line, Denial) else line.value
        if number is not None and line.mark == "F":
            assert line.free, line.what
        if getattr(line, "free", False):
            assert line.low < line.high, line.what


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_names_its_file_its_rulebooks_and_survives_a_round_trip(name, books):
    regime = R.load(name)
    assert regime.name == name
    assert set(regime.rulebooks) <= books
    assert R.from_toml(regime.to_toml()) == regime


@pytest.mark.parametrize("name", PRESETS)
def test_a_refresh_that_no_text_states_is_never_given_as_a_fact(name):
    """No text read says how often a list is taken, so every such number is free."""
    for line in R.load(name).imports:
        assert line.every_days in (None, 0) or line.free


def bits(regime, agency):
    mask = int(regime.closure()[regime.agencies.index(agency)])
    return {name for k, name in enumerate(regime.agencies) if mask >> k & 1}


def test_the_memorandum_is_a_hub_the_court_lists_and_the_others_follow():
    regime = R.load("regime_cn_joint_2016")
    assert bits(regime, "court") == set(regime.agencies)
    for name in set(regime.agencies) - {"court"}:
        assert bits(regime, name) == {name}
    assert {line.source for line in regime.imports} == {"court"}


def test_presets_of_silos_and_hub_are_those_made_in_python():
    assert R.load("regime_silos").closure().tolist() == R.silos().closure().tolist()
    assert R.load("regime_court_hub").closure().tolist() == R.hub("court").closure().tolist()
    assert R.load("regime_silos").agencies == R.silos().agencies
    denials = [(one.agency, one.measure) for one in R.load("regime_silos").denials]
    assert denials == [(one.agency, one.measure) for one in R.silos().denials]


def test_a_bureau_passes_on_what_was_furnished_and_furnishers_do_not():
    regime = R.load("regime_us_fcra")
    others = {"bank", "credit_bureau", "telecom", "utilities"}
    assert bits(regime, "bank") == bits(regime, "telecom") == others
    assert bits(regime, "court") == {"court"}
    german = R.load("regime_de_schufa_2023")
    assert bits(german, "court") == set(german.agencies)
    assert bits(german, "bank") == set(german.agencies) - {"court"}


def test_the_national_text_touches_children_and_lists_no_relative():
    names = [name for name in PRESETS if name.startswith("regime_cn_")]
    assert len(names) == 3
    for name in names:
        for tie in R.load(name).ties:
            assert tie.carries == "measure"
            assert tie.hops == 1
            assert tie.agencies == ("court",)


def test_the_family_clause_asks_whose_property_pays():
    regime = R.load("regime_cn_joint_2016_family")
    (clause,) = [tie for tie in regime.ties if tie.relation == "child"]
    assert clause.measure == "high_fee_school"
    condition = ca.sharing.regime_checks.parse_when(clause.when)
    row = {"child_fee_payer": "self", "child_high_fee_school": True}
    assert condition.value(row) is True
    assert condition.value(row | {"child_fee_payer": "spouse"}) is False
    assert condition.value(row | {"child_high_fee_school": False}) is False
    assert not clause.free


def test_local_over_reach_goes_further_and_its_shares_are_free():
    written = R.load("regime_cn_joint_2016_family")
    local = R.load("regime_cn_joint_2016_overreach")
    more = [tie for tie in local.ties if tie.what not in {one.what for one in written.ties}]
    assert len(more) == 2
    assert all(tie.free and (tie.low, tie.high) == (0, 1) for tie in more)
    assert not any("payer" in tie.when for tie in more)


def test_the_shelf_shows_every_preset_and_what_is_free_in_it():
    shelf = ca.sharing.regimes_frame().set_index("id")
    assert list(shelf.index) == list(PRESETS)
    assert shelf.loc["regime_silos", "free"] == 0
    assert shelf.loc["regime_cn_joint_2016_overreach", "free"] == 10
    assert set(shelf["use"]) == {"study", "general"}
