import json
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditaudit import Roles, Tally, frames
from creditaudit.bins import ScoreBins
from creditaudit.errors import CorruptFile, InputError


@pytest.fixture
def tally(people, all_roles):
    return Tally.from_frame(people, all_roles, score_bins=[300, 500, 650, 850])


@pytest.fixture
def saved(tally, tmp_path):
    tally.save(tmp_path / "t.parquet")
    return tmp_path / "t.parquet"


def assert_equal(one, other):
    assert one.roles == other.roles
    assert one.levels == other.levels
    assert {name: list(map(type, x)) for name, x in one.levels.items()} == {
        name: list(map(type, x)) for name, x in other.levels.items()
    }
    assert one.bins == other.bins
    assert (one.origin, one.notes, one.groupings) == (other.origin, other.notes, other.groupings)
    for by in one.groupings:
        assert one.cells[by].columns == other.cells[by].columns
        assert np.array_equal(one.cells[by].codes, other.cells[by].codes)
        assert np.array_equal(one.cells[by].sums, other.cells[by].sums)
    assert one.fingerprint() == other.fingerprint()


@pytest.mark.parametrize(
    "values",
    [
        [True, False, None, True],
        [1, 2, None, 2**53 + 1],
        [0.5, 2, None, -1e-9],
        ["weiß", "黑", None, 'a"b\\c\n'],
        ["\ud800 half a letter", "😀", None, "\0"],
        [2**70, 1, None, 2],
    ],
    ids=["bool", "int", "float", "text", "odd text", "beyond 64 bits"],
)
@pytest.mark.parametrize("score_bins", ["exact", [0, 0.1, 1 / 3]], ids=str)
def test_a_tally_comes_back_as_it_was_saved(values, score_bins, tmp_path):
    frame = pd.DataFrame(
        {
            "group": pd.Series(values, dtype=object),
            "decision": ["yes", "no", "later", None],
            "points": [0.1, 1 / 3, np.inf, None],
            "w": [0.1, 0.2, 0.3, 0],
        }
    )
    roles = Roles(
        groups=["group"],
        decision="decision",
        favourable="yes",
        score="points",
        higher_is="riskier",
        weight="w",
    )
    tally = Tally.from_frame(frame, roles, score_bins=score_bins)
    assert len(tally.notes) == 2
    tally.save(tmp_path / "t.parquet")
    assert_equal(Tally.load(str(tmp_path / "t.parquet")), tally)


def test_a_tally_with_period_cluster_and_several_groupings_comes_back(people, roles, tmp_path):
    roles = replace(roles, period="month", cluster="branch", strata=["town"])
    people = people.assign(month=[1, 2] * 4, branch=range(8), town=list("aabbccdd"))
    tally = Tally.from_frame(people, roles, by=[None, "race", ("race", "sex", "town")])
    tally.save(tmp_path / "t.parquet")
    assert_equal(Tally.load(tmp_path / "t.parquet"), tally)


def test_a_tally_of_counts_and_one_of_nobody_come_back(people, all_roles, tmp_path):
    table = pd.DataFrame({"race": ["a", "b"], "n": [0.5, 0]})
    counted = Tally.from_counts(table, Roles(groups=["race"]))
    nobody = Tally.from_frame(people.head(0), all_roles)
    for tally in (counted, nobody):
        tally.save(tmp_path / "t.parquet")
        assert_equal(Tally.load(tmp_path / "t.parquet"), tally)


def test_a_loaded_tally_can_be_added_to(saved, tally):
    assert (Tally.load(saved) + tally).n == 16


def test_two_saves_give_the_same_bytes(saved, tally, tmp_path):
    tally.save(tmp_path / "again.parquet")
    assert (tmp_path / "again.parquet").read_bytes() == saved.read_bytes()


def test_the_file_holds_no_path_and_no_column_that_is_gone(people, all_roles, tmp_path):
    people.to_csv(tmp_path / "secret-name.csv", index=False)
    tally = Tally.from_frame(tmp_path / "secret-name.csv", all_roles, by=["race", ("race", "sex")])
    tally.project("race").save(tmp_path / "t.parquet")
    header = pq.read_schema(tmp_path / "t.parquet").metadata[b"creditaudit"].decode()
    assert "secret-name" not in header
    assert set(json.loads(header)["levels"]) == {"race"}


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError, match=r"File 't.parquet' not found") as caught:
        Tally.load(tmp_path / "t.parquet")
    assert not isinstance(caught.value, CorruptFile)


def test_a_file_cut_short_anywhere_is_told(saved):
    content = saved.read_bytes()
    for length in range(0, len(content), 97):
        saved.write_bytes(content[:length])
        with pytest.raises(CorruptFile, match=r"'t.parquet' cannot be read as a tally"):
            Tally.load(saved)


def test_a_damaged_file_is_told_or_harmless(saved, tally):
    content = saved.read_bytes()
    told = 0
    for place in range(0, len(content), 13):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        saved.write_bytes(damaged)
        try:
            loaded = Tally.load(saved)
        except CorruptFile:
            told += 1
        else:
            assert loaded.fingerprint() == tally.fingerprint()
    assert told > len(content) / 13 / 2


@pytest.mark.parametrize(
    "content", [b"", b"race,n\na,1\n", pickle.dumps({"n": 1}), b"\0" * 4096, b'{"n": 1}']
)
def test_a_file_of_another_kind_is_told(content, tmp_path):
    (tmp_path / "t.parquet").write_bytes(content)
    with pytest.raises(CorruptFile, match=r"'t.parquet' cannot be read as a tally"):
        Tally.load(tmp_path / "t.parquet")


def test_a_folder_is_told(tmp_path):
    with pytest.raises(CorruptFile):
        Tally.load(tmp_path)


def test_another_parquet_file_is_told(people, tmp_path):
    people.to_parquet(tmp_path / "p.parquet")
    with pytest.raises(CorruptFile, match=r"is not a tally that Tally\.save wrote"):
        Tally.load(tmp_path / "p.parquet")


def rewritten(path, change):
    """Write a tally's file again with its header and columns changed."""
    table = pq.ParquetFile(path).read()
    header = json.loads(table.schema.metadata[b"creditaudit"])
    columns = {name: table[name].to_pylist() for name in table.column_names}
    header = change(header, columns) or header
    table = pa.table(columns)
    if header is not None:
        content = header if isinstance(header, bytes) else json.dumps(header).encode()
        table = table.replace_schema_metadata({b"creditaudit": content})
    pq.write_table(table, path)


def deep(header, columns):
    return b"[" * 100_000


CHANGES = {
    "nothing but a list": lambda h, c: [1],
    "no JSON": lambda h, c: b"{",
    "deep JSON": deep,
    "another schema": lambda h, c: h.update(schema="creditaudit.tally/2"),
    "no schema": lambda h, c: {"roles": {}},
    "no fingerprint": lambda h, c: {k: v for k, v in h.items() if k != "fingerprint"},
    "unknown role": lambda h, c: h["roles"].update(password="x"),
    "impossible role": lambda h, c: h["roles"].update(higher_is="better"),
    "role of another type": lambda h, c: h["roles"].update(groups=5),
    "levels as a list": lambda h, c: h.update(levels=["race"]),
    "one level fewer": lambda h, c: h["levels"]["race"].pop(),
    "levels exchanged": lambda h, c: h["levels"]["race"].reverse(),
    "other bins": lambda h, c: h["bins"]["values"].pop(),
    "bins of text": lambda h, c: h["bins"].update(values="edges"),
    "one grouping fewer": lambda h, c: h["groupings"].pop(),
    "no groupings": lambda h, c: h.update(groupings=[]),
    "unknown grouping": lambda h, c: h["groupings"].append({"by": ["a"], "columns": ["a"] * 9}),
    "published as rows": lambda h, c: h.update(origin="published"),
    "one person more": lambda h, c: c["n"].__setitem__(0, 99.0),
    "people as text": lambda h, c: c.update(n=["x"] * len(c["n"])),
    "people missing": lambda h, c: c["n"].__setitem__(0, None),
    "another code": lambda h, c: c["code_0"].__setitem__(0, 10**6),
    "no weights": lambda h, c: c.pop("w"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_that_was_changed_is_told(change, saved):
    def only(header, columns):
        made = change(header, columns)
        return made if isinstance(made, bytes | list | dict) else None

    rewritten(saved, only)
    with pytest.raises(CorruptFile, match=r"'t\.parquet'"):
        Tally.load(saved)


def test_a_file_written_again_unchanged_is_read(saved, tally):
    rewritten(saved, lambda header, columns: None)
    assert_equal(Tally.load(saved), tally)


def test_nothing_is_unpickled(saved, tally, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(f"pickle.{name}", refuse)
    assert_equal(Tally.load(saved), tally)


def test_a_missing_folder_is_told(tally, tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        tally.save(tmp_path / "nowhere" / "t.parquet")


def test_a_folder_that_cannot_be_written_is_told(tally, tmp_path, monkeypatch):
    def refuse(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(frames.writing.tempfile, "mkstemp", refuse)
    with pytest.raises(InputError, match=r"Cannot write 't.parquet': Permission denied"):
        tally.save(tmp_path / "t.parquet")


@pytest.mark.parametrize("error", [KeyboardInterrupt, pa.ArrowInvalid, RuntimeError])
def test_a_save_that_is_broken_off_leaves_the_old_file(error, saved, tally, monkeypatch):
    old = saved.read_bytes()

    def write(table, target, **_):
        target.write_bytes(b"PAR1 half")
        raise error

    monkeypatch.setattr(pq, "write_table", write)
    with pytest.raises(error):
        (tally + tally).save(saved)
    assert saved.read_bytes() == old
    assert [path.name for path in saved.parent.iterdir()] == ["t.parquet"]


def test_exact_bins_with_infinite_scores_come_back(people, all_roles, tmp_path):
    people["points"] = people["points"].astype(float).replace(700, np.inf)
    tally = Tally.from_frame(people, all_roles, score_bins="exact")
    tally.save(tmp_path / "t.parquet")
    assert Tally.load(tmp_path / "t.parquet").bins == ScoreBins(tally.bins.values, exact=True)
