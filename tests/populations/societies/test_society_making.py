"""A society is the same for any number of workers, and its tables agree with each other."""

import numpy as np
import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn
from creditaudit.populations.societies.ties import RELATIONS
from creditaudit.vocabulary import load_vocabulary

PEOPLE, FIRMS = 80_000, 8_000


def counted(numbers, many=PEOPLE + FIRMS):
    return np.bincount(numbers, minlength=many)


def test_workers_change_nothing(world):
    assert ca.make_society(PEOPLE, FIRMS, seed=7, workers=3).fingerprint() == world.fingerprint()


def test_this_society_has_not_changed_since_it_was_first_made():
    # A change here changes everybody's society: raise the version and say so in the changelog.
    small = ca.make_society(2000, 200, seed=7, columns="all", firm_columns="all")
    assert small.fingerprint() == "93df03cf25e902f3a07ef6d670aa76ef"


def test_another_seed_gives_another_society():
    one, other = (ca.make_society(1000, 100, seed=seed, months=1) for seed in (7, 8))
    assert one.fingerprint() != other.fingerprint()


def test_people_and_firms_are_numbered_one_after_the_other(world):
    assert world.first_firm == PEOPLE
    assert world.people.frame["person_id"].tolist() == list(range(PEOPLE))
    assert world.firms.frame["firm_id"].tolist() == list(range(PEOPLE, PEOPLE + FIRMS))


def test_ties_are_numbers_and_no_objects(world):
    assert world.ties["src"].dtype == world.ties["dst"].dtype == np.int64
    assert world.ties["relation"].dtype == "category"
    assert list(world.ties["relation"].cat.categories) == list(RELATIONS)


def test_nobody_is_tied_to_themselves_and_no_tie_is_there_twice(world):
    assert (world.ties["src"] != world.ties["dst"]).all()
    assert not world.ties.duplicated().any()


@pytest.mark.parametrize("relation", ["household", "kin", "contact"])
def test_ties_that_hold_both_ways_are_there_from_both_sides(world, relation):
    ties = world.of(relation)
    there = set(zip(ties["src"], ties["dst"], strict=True))
    assert there == {(dst, src) for src, dst in there}
    assert ties[["src", "dst"]].to_numpy().max() < PEOPLE


@pytest.mark.parametrize("relation", ["employment", "ownership", "representation"])
def test_ties_to_firms_go_from_a_person_to_a_firm(world, relation):
    ties = world.of(relation)
    assert ties["src"].max() < PEOPLE <= ties["dst"].min()


def test_households_partition_people_and_agree_with_what_is_on_file(world):
    people = world.people.frame
    sizes = people.groupby("household_id").size()
    assert sizes.sum() == PEOPLE
    assert (people["household_id"].map(sizes) == people["household_size"]).all()
    assert (people.groupby("household_id")["region"].nunique() == 1).all()
    degree = counted(world.of("household")["src"], PEOPLE)
    assert (degree == people["household_size"] - 1).all()


def test_household_ties_join_exactly_those_who_live_together(world):
    home = world.people.frame["household_id"].to_numpy()
    ties = world.of("household")
    assert (home[ties["src"]] == home[ties["dst"]]).all()
    assert len(ties) == sum(
        s * (s - 1) for s in np.bincount(np.unique(home, return_inverse=True)[1])
    )


def test_kin_live_in_other_households(world):
    home = world.people.frame["household_id"].to_numpy()
    ties = world.of("kin")
    assert (home[ties["src"]] != home[ties["dst"]]).all()


def test_no_household_lies_across_the_end_of_a_block(world):
    people = world.people.frame
    block = people["person_id"] // 65_536
    assert (block.groupby(people["household_id"]).nunique() == 1).all()
    assert (people["household_id"] // 65_536 == block).all()


def test_every_firm_has_one_owner_and_one_representative(world):
    firms = world.firms.frame
    for relation, column in (
        ("ownership", "owner_id"),
        ("representation", "legal_representative_id"),
    ):
        ties = world.of(relation).sort_values("dst")
        assert ties["dst"].tolist() == firms["firm_id"].tolist()
        assert ties["src"].tolist() == firms[column].tolist()


def test_people_know_how_many_firms_they_own_and_represent(world):
    people = world.people.frame
    assert (people["firms_owned"] == counted(world.of("ownership")["src"], PEOPLE)).all()
    assert (people["firms_represented"] == counted(world.of("representation")["src"], PEOPLE)).all()
    listed = world.firms.frame.loc[world.firms.frame["firm_listed_court"] == 1]
    expected = counted(listed["legal_representative_id"], PEOPLE)
    assert (people["officer_of_listed"] == expected).all()
    assert expected.sum() > 20


def test_employment_agrees_on_both_sides(world):
    people, firms = world.people.frame, world.firms.frame
    ties = world.of("employment")
    employed = people["employment"] == "employed"
    assert ties["src"].tolist() == people.index[employed].tolist()
    assert ties["dst"].tolist() == people["employer_id"][employed].tolist()
    assert people["employer_id"][~employed].isna().all()
    staff = counted(ties["dst"])[PEOPLE:]
    assert (staff == firms["employees"]).all()
    industry = firms.set_index("firm_id")["industry"].reindex(ties["dst"]).astype(str)
    assert (industry.to_numpy() == people["sector_of_work"][employed].astype(str)).all()


def test_late_wages_are_those_of_the_employer(world):
    people, firms = world.people.frame, world.firms.frame.set_index("firm_id")
    employed = people["employer_id"].notna()
    late = firms["firm_late_wages"].reindex(people["employer_id"][employed])
    assert (late.to_numpy() == people["late_wages"][employed].to_numpy()).all()


def test_contacts_and_guarantees_are_as_many_as_on_file(world):
    people, firms = world.people.frame, world.firms.frame
    degree = counted(world.of("contact")["src"], PEOPLE)
    phone = people["contacts"].notna().to_numpy()
    assert (degree[phone] == people["contacts"][phone]).all()
    assert (degree[~phone] == 0).all()
    given = counted(world.of("guarantee")["src"])
    assert (given[:PEOPLE] == people["guarantees_given"]).all()
    assert (given[PEOPLE:] == firms["firm_guarantees_given"]).all()


def test_owners_vouch_for_their_own_firm_first(world):
    people, ties = world.people.frame, world.of("guarantee")
    gives = (people["guarantees_given"] > 0) & (people["firms_owned"] > 0)
    own = world.of("ownership").groupby("src")["dst"].min()
    pairs = set(zip(ties["src"], ties["dst"], strict=True))
    assert all((who, own[who]) in pairs for who in people.index[gives])


def test_spouses_know_of_each_other(world):
    people = world.people.frame
    married = people["spouse_listed"].notna()
    assert (people["marital_status"][married] == "married").all()
    assert 0.8 < married[people["marital_status"] == "married"].mean() < 0.98
    assert married.sum() % 2 == 0
    listed = people["listed_court"][married].sum()
    assert people["spouse_listed"].sum() == listed


@pytest.fixture(scope="module")
def whole():
    return ca.make_society(1500, 150, seed=7, months=1)


@pytest.mark.parametrize("left_out", RELATIONS)
def test_leaving_out_a_kind_of_tie_changes_no_other(whole, left_out):
    kept = [kind for kind in RELATIONS if kind != left_out]
    part = ca.make_society(1500, 150, seed=7, months=1, relations=kept)
    rest = whole.ties[whole.ties["relation"] != left_out].reset_index(drop=True)
    pd.testing.assert_frame_equal(part.ties, rest)
    assert part.people.fingerprint() == whole.people.fingerprint()
    assert part.events.equals(whole.events)


def test_a_default_reaches_employees_in_the_stated_strength(world):
    people = world.people.frame
    employed = (people["employment"] == "employed").to_numpy()
    firm = (people["employer_id"][employed].astype(int) - PEOPLE).to_numpy()
    trouble = world.firms.truth["label_true"].to_numpy()[firm] == 1
    lost = people["job_loss"][employed].to_numpy()
    for where, chance in ((trouble, 0.5), (~trouble, 0.03)):
        error = np.sqrt(chance * (1 - chance) / where.sum())
        assert lost[where].mean() == pytest.approx(chance, abs=4 * error)


def test_another_strength_is_another_chance():
    from creditaudit.populations import load_pack

    pack = load_pack("class_balanced", job_loss_trouble=0.9)
    world = ca.make_society(60_000, 6000, seed=7, pack=pack, months=0)
    people = world.people.frame
    employed = (people["employment"] == "employed").to_numpy()
    firm = (people["employer_id"][employed].astype(int) - 60_000).to_numpy()
    trouble = world.firms.truth["label_true"].to_numpy()[firm] == 1
    assert people["job_loss"][employed].to_numpy()[trouble].mean() == pytest.approx(0.9, abs=0.02)


def test_a_default_raises_the_risk_of_the_owner_by_the_stated_shock():
    calm = ca.make_society(5000, 900, seed=7, months=0, numbers={"owner_shock": 0})
    shaken = ca.make_society(5000, 900, seed=7, months=0, numbers={"owner_shock": 1.5})
    more = shaken.people.truth["true_log_odds"] - calm.people.truth["true_log_odds"]
    failed = calm.firms.truth["label_true"].to_numpy() == 1
    owners = np.unique(calm.firms.frame["owner_id"][failed])
    expected = np.zeros(5000)
    expected[owners] = 1.5
    assert np.allclose(more, expected, atol=1e-5)
    assert calm.firms.fingerprint() == shaken.firms.fingerprint()


def test_the_ability_of_an_owner_is_that_of_the_person(world):
    owner = world.firms.frame["owner_id"].to_numpy()
    ability = world.people.truth["ability"].to_numpy()[owner]
    assert np.array_equal(world.firms.truth["owner_ability"], ability)
    order = world.firms.truth["true_log_odds"].corr(pd.Series(ability))
    assert order < -0.1


def test_d_ratings_reach_other_firms_of_the_same_people(world):
    firms = world.firms.frame
    spread = firms["rated_d_firms"] > 0
    assert spread.sum() > 5
    assert (firms["tax_rating"][spread] == "D").all()
    own = (firms["tax_points"] < 40) | (firms["tax_evasion_found"] == 1)
    bad = set(firms.loc[own, "owner_id"]) | set(firms.loc[own, "legal_representative_id"])
    for _, firm in firms[spread].iterrows():
        assert {firm["owner_id"], firm["legal_representative_id"]} & bad


def test_a_society_can_be_of_any_size():
    tiny = ca.make_society(3, 2, seed=7)
    assert tiny.people.n == 3
    assert sorted(tiny.of("ownership")["dst"]) == [3, 4]
    alone = ca.make_society(1, 1, seed=7, months=2)
    assert len(alone.of("household")) == len(alone.of("contact")) == 0


def test_both_parents_have_the_same_child_and_one_of_them_pays():
    world = ca.make_society(20_000, 1000, seed=7, columns="all", months=0)
    people = world.people.frame
    parents = people[people["child_school_fee"].notna()]
    assert 0.1 < len(parents) / len(people) < 0.4
    mates = world.of("household").merge(
        world.of("household"), left_on=["src", "dst"], right_on=["dst", "src"]
    )
    assert len(mates) == len(world.of("household"))
    couples = parents[parents["spouse_listed"].notna()]
    two = couples.groupby("household_id").filter(lambda rows: len(rows) == 2)
    same = two.groupby("household_id")
    assert (same["child_school_fee"].nunique() == 1).all()
    payers = same["child_fee_payer"].agg(lambda pair: "+".join(sorted(pair.astype(str))))
    assert set(payers) == {"self+spouse", "other+other"}
    high = parents["child_high_fee_school"] == 1
    assert (parents["child_school_fee"][high] >= 5 * parents["public_school_fee"][high]).all()
    assert 0.01 < high.mean() < 0.3


def test_the_score_of_contacts_is_their_mean():
    world = ca.make_society(3000, 100, seed=7, columns="all", months=0)
    people, ties = world.people.frame, world.of("contact")
    scores = people["platform_score"].astype(float)
    mean = scores.iloc[ties["dst"]].groupby(ties["src"].to_numpy()).mean().round()
    told = people["contacts_score"].astype(float)
    known = told.notna()
    assert np.allclose(told[known], mean[told.index[known]], atol=0.51)
    assert mean.notna().sum() == known.sum()


def test_rulebooks_on_people_firms_and_entries_run_on_a_society():
    world = ca.make_society(4000, 400, seed=7, columns="all", firm_columns="all")
    tables = {"person": world.people.frame, "firm": world.firms.frame, "event": world.events}
    ran = 0
    for name in ca.rulebooks.preset_ids():
        book = ca.Rulebook.load(name)
        vocabulary = load_vocabulary()
        own = [column for column in book.columns if column not in vocabulary]
        if own or book.header.shape_only or "consent_given" in book.columns:
            continue  # a book's own columns are facts that no society holds
        of = {vocabulary[column].of for column in book.columns}
        for subject in of:
            reading = "strict" if book.open_readings else None
            scorer = ca.RulebookScorer(book, reading=reading, subject=subject)
            assert len(scorer.score(tables[subject].head(300))) == 300
            ran += 1
    assert ran >= 10


def test_ties_are_held_when_people_are_replayed(world):
    small = ca.make_society(3000, 300, seed=7, months=0)
    other = small.people.replay(minority=1)
    assert (other.frame["minority"] == 1).all()
    for column in ("household_id", "employer_id", "region", "contacts", "firms_owned"):
        assert other.frame[column].equals(small.people.frame[column])


def test_knobs_of_people_and_of_firms_reach_the_society():
    world = ca.make_society(
        4000, 400, seed=7, months=0, bias=ca.Bias(label=1), firm_bias=ca.FirmBias(ownership=40)
    )
    exposed = world.people.truth["exposed"] == 1
    assert world.people.truth["label_recorded"][exposed].all()
    points = world.firms.frame.groupby("ownership")["social_responsibility_points"].mean()
    assert points["politically_tied"] > points["private"] + 25


def test_a_society_shows_itself(world):
    assert repr(world).startswith("<Society: 80,000 people, 8,000 firms, ")
    assert "describes nobody" in world._repr_html_()
    assert world.synthetic
    assert "household_homophily" in world.made["free_parameters"]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"people": 0}, "people=0 must be a whole number"),
        ({"months": -1}, "months=-1"),
        ({"relations": ["friends"]}, r"no ties of kind \['friends'\]. Kinds: household"),
        ({"numbers": {"luck": 1}}, "no parameter"),
        ({"jurisdiction": "XX"}, "no legal bases of 'XX'"),
    ],
)
def test_what_cannot_be_made_is_an_error_that_says_why(given, fault):
    with pytest.raises(InputError, match=fault):
        ca.make_society(**{"people": 10, "firms": 2, **given})


def test_an_unknown_column_or_kind_is_answered_with_those_there_are(world):
    with pytest.raises(MissingColumn, match="household_id"):
        ca.make_society(10, 2, columns=["household"])
    with pytest.raises(InputError, match="no ties of kind 'friend'"):
        world.of("friend")
