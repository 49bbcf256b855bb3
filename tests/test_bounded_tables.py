import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from creditaudit import Roles, Tally, metrics
from creditaudit.errors import BoundedCounts, InputError, MissingColumn
from small_tables import ROLES, every_table, random_table, tally_of


@pytest.fixture
def printed():
    """Two groups; "<5" of black were approved, and "<5" of both were refused."""
    rows = [("white", "yes", 50, None, None), ("white", "no", None, 0, 4),
            ("black", "yes", None, 0, 4), ("black", "no", None, 0, 4)]  # fmt: skip
    return pd.DataFrame(rows, columns=["race", "decision", "n", "low", "high"])


def spans(tally, by="race"):
    """Return the fewest and the most people by the words of each cell."""
    frame = tally.labelled(by)
    if "low" not in frame:
        frame["low"] = frame["high"] = frame["n"]
    frame = frame.astype(object).where(frame.notna(), None)
    keys = [name for name in frame.columns if name not in ("n", "w", "w2", "low", "high")]
    return {tuple(row[keys]): (row["low"], row["high"]) for _, row in frame.iterrows()}


def totals(*rows):
    return pd.DataFrame(rows, columns=["race", "decision", "n"])


def test_counts_within_bounds_stay_so(printed):
    tally = tally_of(printed, None)
    assert spans(tally) == {
        ("white", "approved"): (50, 50), ("white", "refused"): (0, 4),
        ("black", "approved"): (0, 4), ("black", "refused"): (0, 4),
    }  # fmt: skip
    assert np.isnan(tally.frame["n"]).sum() == 3
    assert tally.n == 50
    assert repr(tally) == "<Tally of at least 50 people by race; from counts>"
    assert tally.origin == "counts"
    assert "3 of 4 counts are known within bounds only." in tally.notes


def test_totals_narrow_them_by_hand(printed):
    # 52 white people: 2 refused. 6 refused in all: 4 of them black. 9 black: 5 approved, over 4.
    known = totals(("white", None, 52), (None, "no", 6))
    tally = tally_of(printed, known)
    assert spans(tally) == {
        ("white", "approved"): (50, 50), ("white", "refused"): (2, 2),
        ("black", "approved"): (0, 4), ("black", "refused"): (4, 4),
    }  # fmt: skip
    assert "2 counts follow from the totals alone." in tally.notes
    all_known = tally_of(printed, totals(("white", None, 52), (None, "no", 6), (None, None, 59)))
    assert all_known.bounds is None
    assert all_known.n == 59
    with pytest.raises(InputError, match=r"make the total of race black, 9\. Look"):
        tally_of(printed, totals(("white", None, 52), (None, "no", 6), ("black", None, 9)))


def test_a_total_may_be_within_bounds_too(printed):
    known = pd.DataFrame({"race": ["black"], "n": [np.nan], "low": [7], "high": [12]})
    assert spans(tally_of(printed, known))["black", "refused"] == (3, 4)


def test_totals_that_only_whole_numbers_break_are_told():
    # Each pair of three cells makes one person, which halves would do.
    keys = [("a", "yes"), ("b", "yes"), ("b", "no")]
    table = pd.DataFrame(keys, columns=["race", "decision"])
    table["side"] = ["x", "x", "y"]
    table["other"] = ["p", "q", "p"]
    table[["n", "low", "high"]] = [np.nan, 0, 1]
    known = pd.DataFrame({"side": ["x", None, None], "race": [None, "b", None],
                          "other": [None, None, "p"], "n": [1, 1, 1]})  # fmt: skip
    with pytest.raises(InputError, match="no table makes all of them at once"):
        Tally.from_counts(table, ROLES, low="low", high="high", totals=known)
    halves = pd.concat([known, pd.DataFrame({"n": [1.5]})])
    tally = Tally.from_counts(table, ROLES, low="low", high="high", totals=halves)
    assert spans(tally)["a", "approved"] == pytest.approx((0.5, 0.5))


def test_totals_hold_over_columns_that_the_tally_does_not_keep(printed):
    table = pd.concat([printed.assign(year=year) for year in (2023, 2024)])
    known = pd.DataFrame({"race": ["black"], "year": [2024], "n": [0]})
    tally = Tally.from_counts(table, ROLES, low="low", high="high", totals=known)
    assert spans(tally)["black", "approved"] == (0, 4)
    assert spans(tally)["white", "refused"] == (0, 8)


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "csv", "parquet", "text"])
def test_bounds_are_read_from_every_source(kind, printed, tmp_path):
    known = totals(("white", None, 52), (None, None, 57))
    made = []
    for name, table in (("cells", printed), ("sums", known)):
        path = tmp_path / name
        table.to_csv(f"{path}.csv", index=False)
        table.to_parquet(f"{path}.parquet")
        words = table.astype(object).where(table.notna(), None)
        words = words.apply(lambda one: one.map(lambda x: None if x is None else str(x)))
        made.append({
            "pandas": table, "text": words,
            "pyarrow": pa.Table.from_pandas(table, preserve_index=False),
            "csv": f"{path}.csv", "parquet": f"{path}.parquet",
        }[kind])  # fmt: skip
    found = tally_of(made[0], made[1])
    assert found.fingerprint() == tally_of(printed, known).fingerprint()


def test_the_order_of_rows_and_totals_does_not_matter():
    rng = np.random.default_rng(3)
    for _ in range(20):
        _, frame, known = random_table(
            rng, {"race": ["a", "b", "c"], "decision": ["yes", "no"]},
            totals=[("race",), ("decision",), ()],
        )  # fmt: skip
        mixed = frame.sample(frac=1, random_state=rng)
        other = None if known is None else known.sample(frac=1, random_state=rng)
        assert tally_of(frame, known).fingerprint() == tally_of(mixed, other).fingerprint()


def test_bounds_and_totals_are_part_of_the_fingerprint(printed):
    one = tally_of(printed, None)
    wider = printed.assign(high=printed["high"] + 1)
    tied = tally_of(printed, totals(("black", None, 5)))
    loose = printed.copy()
    loose.loc[2:, ["low", "high"]] = [1, 4]
    same_spans = tally_of(loose, None)
    assert spans(tied) == spans(same_spans)
    prints = {made.fingerprint() for made in (one, tally_of(wider, None), tied, same_spans)}
    assert len(prints) == 4


def test_a_missing_high_end_is_none_and_a_missing_low_one_is_nobody(printed):
    table = printed.astype({"high": float})
    table.loc[2, ["low", "high"]] = np.nan
    tally = tally_of(table, None)
    assert spans(tally)["black", "approved"] == (0, np.inf)
    (row,) = metrics.approval_rate(tally, "race").query("race == 'black'").itertuples()
    assert (row.bound_low, row.bound_high) == (0, 1)
    assert spans(tally_of(table, totals(("black", None, 7))))["black", "approved"] == (3, 7)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n": [50, None, 5, None]}, "outside its bounds"),
        ({"low": [None, 5, 0, 0]}, "outside its bounds"),
        ({"low": [None, -1, 0, 0]}, "negative"),
        ({"n": [50, "<5", None, None]}, "'<5', which is no number"),
        ({"high": [None, "many", 4, 4]}, "'many', which is no number"),
    ],
)
def test_what_cannot_be_a_count_is_told(change, said, printed):
    with pytest.raises(InputError, match=said):
        tally_of(printed.assign(**change), None)


def test_arguments_that_do_not_go_together_are_told(printed):
    with pytest.raises(InputError, match="pass both, or neither"):
        Tally.from_counts(printed, ROLES, low="low")
    with pytest.raises(InputError, match="are for a long table"):
        Tally.from_counts(
            printed, Roles(groups=["race"]), count={"approved": "n", "refused": "low"},
            low="low", high="high",
        )  # fmt: skip
    with pytest.raises(MissingColumn, match="least"):
        Tally.from_counts(printed, ROLES, low="least", high="high")
    for role, said in (("weight", "no weight"), ("cluster", "jackknife")):
        roles = Roles(groups=["race"], decision="decision", favourable="yes", **{role: "branch"})
        with pytest.raises(InputError, match=said):
            Tally.from_counts(printed.assign(branch=1), roles, low="low", high="high")
    with pytest.raises(InputError, match="1 missing"):
        Tally.from_counts(printed.iloc[:2], ROLES)


def test_totals_that_name_nothing_in_the_table_are_told(printed):
    with pytest.raises(MissingColumn, match="Columns of totals= must be columns of the table"):
        tally_of(printed, pd.DataFrame({"Race": ["black"], "n": [5]}))
    with pytest.raises(
        InputError, match=r"race='blak', which no row has\. Rows have 'white', 'bla"
    ):
        tally_of(printed, totals(("blak", None, 5)))
    with pytest.raises(InputError, match="total of no row of the table: race white, decision no"):
        tally_of(printed.drop(index=1), totals(("white", "no", 3)))


def test_totals_are_checked_where_every_count_is_told(printed):
    table = printed.assign(n=[50, 2, 1, 4]).drop(columns=["low", "high"])
    right = Tally.from_counts(table, ROLES, totals=totals(("black", None, 5)))
    assert right.fingerprint() == Tally.from_counts(table, ROLES).fingerprint()
    with pytest.raises(InputError, match="make the total of race black, 6"):
        Tally.from_counts(table, ROLES, totals=totals(("black", None, 6)))


def test_cells_lie_between_the_bounds_of_every_table_written_out():
    rng = np.random.default_rng(11)
    for _ in range(25):
        _, frame, known = random_table(
            rng, {"race": ["a", "b"], "decision": ["yes", "no", "gone"]},
            totals=[("race",), ("decision",), ()],
        )  # fmt: skip
        every = every_table(frame, known)
        found = spans(tally_of(frame, known))
        words = {"yes": "approved", "no": "refused", "gone": None}
        for at, (race, decision) in enumerate(zip(frame["race"], frame["decision"], strict=True)):
            expected = every[:, at].min(), every[:, at].max()
            assert found[race, words[decision]] == expected


def test_margins_alone_give_the_bounds_of_frechet():
    people, approved = {"white": 70, "black": 12, "asian": 5}, 56
    rows = [(race, None, n) for race, n in people.items()]
    known = totals(*rows, (None, "yes", approved))
    tally = Tally.from_margins(known, ROLES)
    everyone = sum(people.values())
    for race, n in people.items():
        assert spans(tally)[race, "approved"] == (max(0, n + approved - everyone), min(n, approved))
    assert tally.n == everyone
    got = metrics.approval_rate(tally, "race").set_index("race")
    assert got.loc["white", "bound_low"] == (70 + 56 - 87) / 70
    assert got.loc["white", "bound_high"] == 56 / 70
    assert metrics.approval_rate(tally)["value"].item() == 56 / 87


def test_margins_need_both_sides_of_a_decision():
    known = totals(("white", None, 70), (None, "yes", 56))
    alone = Roles(groups=["race"], decision="decision", favourable="yes")
    with pytest.raises(InputError, match=r"one value of 'decision' only.*unfavourable= in Roles"):
        Tally.from_margins(known, alone)
    told = pd.concat([known, totals((None, "no", 14))])
    assert spans(Tally.from_margins(told, alone))["white", "refused"] == (14, 14)
    with pytest.raises(MissingColumn, match="decision"):
        Tally.from_margins(known[["race", "n"]], ROLES)


def test_margins_of_pairs_of_columns_bound_their_crossing():
    roles = Roles(groups=["race", "sex"], decision="decision", favourable="yes", unfavourable="no")
    known = pd.DataFrame(
        [("a", "f", None, 6), ("a", "m", None, 4), ("b", "f", None, 3), ("b", "m", None, 7),
         (None, "f", "yes", 8), (None, "m", "yes", 1)], columns=["race", "sex", "decision", "n"],
    )  # fmt: skip
    tally = Tally.from_margins(known, roles, by=[("race", "sex")])
    assert spans(tally, ("race", "sex"))["a", "f", "approved"] == (5, 6)
    assert spans(tally, ("race", "sex"))["b", "m", "approved"] == (0, 1)


def test_too_many_crossings_of_margins_are_refused():
    known = pd.DataFrame({"race": [f"r{i}" for i in range(60_000)], "n": 1})
    known = pd.concat([known, pd.DataFrame({"decision": ["yes"], "n": [9]})])
    with pytest.raises(InputError, match="cross to 120,000 counts"):
        Tally.from_margins(known, ROLES)


def test_a_tally_within_bounds_survives_a_file(printed, tmp_path):
    tally = tally_of(printed, totals(("black", None, 5)))
    tally.save(tmp_path / "t.parquet")
    again = Tally.load(tmp_path / "t.parquet")
    assert again.fingerprint() == tally.fingerprint()
    assert spans(again) == spans(tally)
    pd.testing.assert_frame_equal(
        metrics.approval_rate(again, "race"), metrics.approval_rate(tally, "race")
    )


def test_tallies_of_different_people_add_with_their_bounds(printed):
    one = tally_of(printed, totals(("black", None, 5)))
    other = tally_of(printed.replace("white", "asian"), totals(("black", None, 6)))
    both = one + other
    assert spans(both)["black", "approved"] == (1 + 2, 4 + 4)
    assert spans(both)["asian", "refused"] == (0, 4)
    # 11 black people in all: the totals of both still hold.
    (row,) = metrics.approval_rate(both, "race").query("race == 'black'").itertuples()
    assert (row.n, row.bound_low, row.bound_high) == (11, 3 / 11, 8 / 11)
    assert both.fingerprint() == (other + one).fingerprint()
    exact = Tally.from_counts(printed.assign(n=[1, 2, 3, 4]), ROLES)
    assert spans(one + exact)["black", "approved"] == (4, 7)
    assert (one + exact).fingerprint() == (exact + one).fingerprint()


def test_groupings_and_cut_offs_keep_the_bounds():
    roles = Roles(groups=["race"], strata=["county"], score="points", higher_is="safer")
    rows = [(r, c, p) for r in ("a", "b") for c in ("x", "y") for p in (1, 2)]
    table = pd.DataFrame(rows, columns=["race", "county", "points"])
    table[["n", "low", "high"]] = [[10, None, None], [np.nan, 1, 3]] * 4
    tally = Tally.from_counts(table, roles, by=["race", ("race", "county")], low="low", high="high",
                              score_bins="exact")  # fmt: skip
    decided = tally.project("race").at_cutoff(2)
    assert spans(decided)["a", "2", "approved"] == (2, 6)
    (row, _) = metrics.approval_rate(decided, "race").itertuples()
    assert (row.bound_low, row.bound_high, row.n) == (2 / 22, 6 / 26, 22)


def test_what_needs_every_count_refuses_with_a_way_on(printed):
    tally = tally_of(printed, None)
    with pytest.raises(BoundedCounts, match=r"known within bounds only.*at the low ends"):
        tally.select(("race",), ())
    with pytest.raises(BoundedCounts):
        tally.publish()
    with pytest.raises(BoundedCounts):
        metrics.theil(tally_of(printed.assign(outcome="good"), None, Roles(
            groups=["race"], decision="decision", favourable="yes", outcome="outcome", good="good",
        )), by="race")  # fmt: skip
    # A sum that the totals make certain is no such count.
    certain = tally_of(printed, totals(("white", None, 52), ("black", None, 5)))
    assert certain.select(("race",), ()).sums[:, 0].tolist() == [5, 52]
