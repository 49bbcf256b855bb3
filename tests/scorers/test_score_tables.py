"""One table, and everything that comes from it says the same."""

import json

import numpy as np
import pandas as pd
import pytest
from cards import ODD, applicants, fitted, new_people
from hypothesis import given, settings
from hypothesis import strategies as st

from creditaudit.errors import CorruptFile, InputError, MissingColumn
from creditaudit.scorers import ScorecardScorer, ScoreTable


@pytest.fixture(scope="module")
def card():
    return fitted()


@pytest.fixture(scope="module")
def people(card):
    return new_people(card, 3_000, seed=8)


def with_places(people):
    """Return a pyarrow table with the place of each row, since engines keep no order."""
    pa = pytest.importorskip("pyarrow")
    return pa.Table.from_pandas(people).append_column("row", pa.array(range(len(people))))


def test_the_score_is_the_sum_of_the_points_in_the_frame(card, people):
    table, frame = card.table, card.table.frame
    total = np.zeros(len(people), dtype=int)
    for feature in table.features:
        points = frame.loc[frame["feature"] == feature.feature, "points"].to_numpy()
        total += points[feature.bins.assign(people)]
    assert (table.points(people) == total).all()
    assert frame["points"].dtype == np.int64
    assert list(frame) == ["feature", "bin", "n", "bad_rate", "woe", "iv", "points", "reason"]
    assert (frame.groupby("feature")["n"].sum() == 4_000).all()


@pytest.mark.parametrize("integer", [True, False])
def test_every_kind_of_table_has_the_same_points(integer):
    card = fitted(integer=integer)
    people = new_people(card, 3_000, seed=8)
    expected = card.points(people)
    assert expected.dtype == (np.int64 if integer else np.float64)
    table = with_places(people)
    assert np.array_equal(card.points(table), expected)
    by_object = people.astype({ODD: object, "flag": object, "code": float})
    assert np.array_equal(card.points(by_object), expected)


def test_polars_has_the_same_points_in_memory_and_lazily(card, people):
    pl = pytest.importorskip("polars")
    expected, frame = card.points(people), pl.from_arrow(with_places(people))
    assert np.array_equal(card.points(frame), expected)
    lazy = card.points(frame.lazy().with_columns(pl.col(ODD).cast(pl.Categorical)))
    assert isinstance(lazy, pl.LazyFrame)
    found = lazy.sort("row").collect()
    assert found["points"].dtype.is_integer()
    assert found["points"].to_list() == expected.tolist()
    decided = card.decide(frame.lazy(), cutoff=540).sort("row").collect()["decision"]
    assert decided.to_list() == card.decide(people, cutoff=540).tolist()
    # NaN is missing there too, where it is not null.
    nan = frame.with_columns(pl.col("income").fill_null(float("nan")))
    assert card.points(nan.lazy()).sort("row").collect()["points"].to_list() == expected.tolist()


def test_duckdb_has_the_same_points_from_python_and_from_the_text(card, people):
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.register("given", with_places(people))
    connection.execute('create table "my people" as select * from given')
    expected = card.points(people)
    found = card.points(connection.table("my people")).order("row").fetchnumpy()
    assert found["points"].tolist() == expected.tolist()
    decided = card.decide(connection.table("my people"), cutoff=540).order("row").fetchnumpy()
    assert decided["decision"].tolist() == card.decide(people, cutoff=540).tolist()
    connection.execute("""update "my people" set income = 'nan' where income is null""")
    sql = card.to_sql(dialect="duckdb", table="main.my people", cutoff=540)
    found = connection.sql(sql).order("row").fetchnumpy()
    assert found["points"].tolist() == expected.tolist()
    assert found["p_bad"] == pytest.approx(card.predict_proba(people)[:, 1], abs=1e-14)
    assert found["decision"].tolist() == card.decide(people, cutoff=540).tolist()
    exact = fitted(integer=False)
    found = connection.sql(exact.to_sql(table="my people")).order("row").fetchnumpy()
    assert found["points"] == pytest.approx(exact.points(people), abs=1e-9)


@pytest.mark.slow
def test_a_million_people_have_the_same_integers_everywhere(card):
    duckdb, pl = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    people = new_people(card, 1_000_000, seed=9)
    expected, table = card.points(people), with_places(people)
    connection = duckdb.connect()
    connection.register("given", table)
    found = connection.sql(card.to_sql(table="given")).order("row").fetchnumpy()
    assert np.array_equal(found["points"], expected)
    lazy = card.points(pl.from_arrow(table).lazy()).sort("row").collect()
    assert np.array_equal(lazy["points"].to_numpy(), expected)


def test_json_brings_back_the_same_card(card, people):
    again = ScoreTable.from_json(card.table.to_json())
    assert again.to_json() == card.table.to_json()
    assert np.array_equal(again.points(people), card.points(people))
    assert again.frame.equals(card.table.frame)
    assert again.to_sql(table="t") == card.to_sql(table="t")
    assert again.to_html() == card.table.to_html()
    assert json.loads(again.to_json())["$schema"] == "creditaudit.scorecard/1"


def spoiled(change):
    plain = json.loads(fitted(600).table.to_json())
    change(plain)
    return json.dumps(plain)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.update({"$schema": "other/2"}), "Expected a card of schema"),
        (lambda p: p.pop("scale"), "not whole: KeyError"),
        (lambda p: p["scale"].update(pdo=0), "not whole: InputError: pdo=0"),
        (lambda p: p["features"][0]["points"].pop(), "bins and .* points"),
        (lambda p: p["features"][0]["bins"][0].update(kind="code"), "kind 'code' is not known"),
        (lambda p: p["features"][0].update(kind="words"), "of kind 'words'"),
        (lambda p: p["features"][0]["bins"][0].update(high=-5e9), "do not cover every number"),
        (lambda p: p["features"][0]["bins"].pop() and p["features"][0]["points"].pop(), "missing"),
        (lambda p: p["features"][0]["bins"][0].update(woe="x"), "not whole: ValueError"),
    ],
)
def test_a_card_that_was_changed_by_hand_is_refused(change, message):
    with pytest.raises(CorruptFile, match=message):
        ScoreTable.from_json(spoiled(change))


@pytest.mark.parametrize("text", ["", "[]", "null", b"\x80\x04\x95", "{"])
def test_what_is_no_card_is_refused(text):
    with pytest.raises(CorruptFile, match="Write it again"):
        ScoreTable.from_json(text)


def test_shapley_values_add_up_and_are_those_of_the_definition(card, people):
    table, some = card.table, people.head(40)
    background = people.tail(200)
    found = table.shap(some, background=background)
    scores = card.points(some)
    assert found.values.sum(axis=1).to_numpy() + found.base == pytest.approx(scores, abs=1e-9)
    assert found.base == pytest.approx(card.points(background).mean())
    # A coalition of one feature against the background, rows put together by hand.
    mixed = background.copy()
    mixed["income"] = some["income"].iloc[3]
    gain = card.points(mixed).mean() - card.points(background).mean()
    assert found.values["income"].iloc[3] == pytest.approx(gain)
    logit = table.shap(some, background=background, scale="logit")
    assert logit.values.sum(axis=1).to_numpy() + logit.base == pytest.approx(
        card.decision_function(some)
    )
    own = table.shap(some)
    assert own.base == pytest.approx(card.points(applicants(4_000, 7)[0]).mean())
    with pytest.raises(InputError, match="scale='probability' must be"):
        table.shap(some, scale="probability")


def by_hand():
    table = pd.DataFrame({"late": [0, 0, 0, 0, 1, 1, 1, 2], "own": list("yynnynyn")})
    return ScorecardScorer(min_share=0, suppressors="keep").fit(
        table, [0, 0, 0, 1, 1, 0, 1, 1]
    ), table  # fmt: skip


def test_reasons_are_the_points_lost_in_order(card):
    small, table = by_hand()
    found = small.table.reasons(table, k=4)
    best = {f.feature: max(f.points) for f in small.table.features}
    points = small.transform(table)
    for person, own in enumerate(points):
        lost = {name: best[name] - p for name, p in zip(small.table.names, own, strict=True)}
        expected = sorted((-v, small.table.names.index(k), k) for k, v in lost.items() if v > 0)
        mine = found[found["person"] == person]
        assert mine["feature"].tolist() == [name for _, _, name in expected]
        assert mine["points_lost"].tolist() == [-v for v, _, _ in expected]
        assert mine["rank"].tolist() == list(range(1, len(mine) + 1))
    assert set(found["method"]) == {"below_max"}
    assert "late: 1 or more" in set(found["text"])


def test_reasons_against_all_applicants_are_minus_the_shapley_values(card, people):
    found = card.table.reasons(people.head(30), k=99, reference="all_applicants", background=people)
    values = -card.table.shap(people.head(30), background=people).values
    for _, row in found.iterrows():
        assert row["points_lost"] == pytest.approx(values.loc[row["person"], row["feature"]])
    assert len(found) == (values > 1e-12).to_numpy().sum()


def test_reasons_near_the_cutoff_need_applicants_there(card, people):
    near = card.table.reasons(
        people.head(9), reference="near_cutoff", background=people, cutoff=540
    )
    assert set(near["method"]) == {"near_cutoff"}
    assert near.groupby("person").size().max() <= 4
    with pytest.raises(InputError, match=r"pass background= .* and cutoff="):
        card.table.reasons(people, reference="near_cutoff")
    with pytest.raises(InputError, match="No applicant in background"):
        card.table.reasons(people, reference="near_cutoff", background=people, cutoff=9_999)
    with pytest.raises(InputError, match="below_max"):
        card.table.reasons(people, reference="worst")


def test_the_printed_card_has_every_line_and_no_markup_from_names(card):
    text, page = card.table.to_text(), card.table.to_html()
    for feature in card.table.features:
        for words, points in zip(feature.bins.words, feature.points, strict=True):
            assert words in text
            assert f"{points:,.0f}" in text
    assert "600 points mean odds of 50 good to 1 bad; 20 more points double the odds." in text
    assert "points from the unrounded one" in text
    assert page.count("<table>") == len(card.table.features)
    hostile = card.table.labelled({"income": "<script>alert(1)</script>"})
    assert "<script" not in hostile.to_html()
    assert "http" not in page
    assert hostile.reasons(applicants(3, 1)[0]).astype(str)["text"].str.contains("<script>").any()


def test_labels_of_features_that_are_not_there_are_an_error(card):
    with pytest.raises(MissingColumn, match="'incme' not found"):
        card.table.labelled({"incme": "Income"})


def test_a_missing_column_is_named_wherever_it_is_missing(card, people):
    short = people.drop(columns="code")
    with pytest.raises(MissingColumn, match="'code' not found"):
        card.points(short)
    pl = pytest.importorskip("polars")
    with pytest.raises(MissingColumn, match="'code' not found"):
        card.points(pl.from_pandas(short).lazy())
    with pytest.raises(InputError, match="has a column 'points' already"):
        card.points(pl.from_pandas(people).lazy().with_columns(points=0))


def test_text_where_numbers_were_is_an_error(card, people):
    wrong = people.assign(income="much")
    with pytest.raises(InputError, match="'income' must hold numbers"):
        card.points(wrong)
    with pytest.raises(InputError, match="'code' held numbers"):
        card.points(people.assign(code="x"))


def test_another_dialect_is_an_error(card):
    with pytest.raises(InputError, match="'duckdb', 'postgres', 'spark'"):
        card.to_sql(dialect="oracle", table="t")


def test_the_text_for_postgres_quotes_names_and_casts(card):
    sql = card.to_sql(dialect="postgres", table="s.t")
    assert 'FROM "s"."t" AS src' in sql
    assert 'src."odd ""name"" with `ticks`, it\'s \\ x.y"' in sql
    assert "CAST('NaN' AS double precision)" in sql
    assert "'a''b'" in sql


@settings(max_examples=12)
@given(st.integers(0, 10_000))
def test_points_sql_and_json_agree_on_random_data_with_nulls(seed):
    duckdb = pytest.importorskip("duckdb")
    rng = np.random.default_rng(seed)
    n = 300
    frame = pd.DataFrame(
        {
            "number": rng.choice([np.nan, 0, 0.1, 0.30000000000000004, -1e-300, 1e300], n),
            "text": rng.choice(np.array(["x", "y'", "", None, "1"], dtype=object), n),
            "truth": pd.Series(rng.choice([0, 1], n)).astype("boolean").mask(rng.random(n) < 0.2),
        }
    )  # fmt: skip
    bad = rng.random(n) < 0.3
    bad[:2] = True, False
    scorer = ScorecardScorer(min_share=0, suppressors="keep", integer=bool(seed % 2))
    card = scorer.fit(frame, bad)
    expected = card.points(frame)
    again = ScorecardScorer.from_json(card.to_json())
    assert np.array_equal(again.points(frame), expected)
    connection = duckdb.connect()
    connection.register("people", with_places(frame))
    found = connection.sql(card.to_sql(table="people")).order("row").fetchnumpy()
    assert found["points"] == pytest.approx(expected, abs=1e-9)
    assert card.table.rounding >= np.abs(expected - card.table.exact_points(frame)).max() - 1e-9
