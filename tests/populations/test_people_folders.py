"""A folder of people is the same however it was made, and never half of it."""

import json
import multiprocessing
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import creditaudit as ca
from creditaudit.errors import CorruptFile, InputError, MissingColumn
from creditaudit.populations.people_folders import write_people

BLOCK = 65_536
COLUMNS = ["person_id", "sex", "income", "approved", "default"]
PEOPLE = 4 * BLOCK + 1_000
# Kills itself when two files are there.
SCRIPT = """
import os, signal, sys
from creditaudit.populations.people_folders import write_people

seen = []

def told(people):
    seen.append(people)
    if len(seen) == 2:
        os.kill(os.getpid(), signal.SIGKILL)

if __name__ == "__main__":
    write_people(
        sys.argv[1], {n}, seed=7, columns={columns}, blocks=1, workers={workers}, told=told
    )
"""


def made(folder, n=PEOPLE, **more):
    return write_people(folder, n, **{"seed": 7, "columns": COLUMNS, "blocks": 1, **more})


def files(folder, kind="people.parquet"):
    return sorted(path.name for path in (folder / kind).iterdir())


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return folder, made(folder)


def test_the_files_hold_the_people_that_memory_holds(tmp_path):
    people = ca.make_borrowers(70_000, seed=7, bias=ca.Bias(label=0.1))
    found = write_people(tmp_path, 70_000, seed=7, bias=ca.Bias(label=0.1))
    assert found["fingerprint"]["people"] == people.fingerprint()
    truth = pq.read_table(tmp_path / "truth.parquet").to_pandas()
    assert truth["person_id"].tolist() == list(range(70_000))
    assert truth.drop(columns="person_id").equals(people.truth)
    assert found["bias"] == {"label": 0.1}


def test_files_of_blocks_are_named_by_their_first_block(whole):
    folder, found = whole
    assert files(folder) == files(folder, "truth.parquet")
    assert files(folder) == [f"block-{block:08d}.parquet" for block in range(5)]
    assert [one["rows"] for one in found["files"]] == [BLOCK, BLOCK, BLOCK, BLOCK, 1_000] * 2
    rows = pq.read_table(folder / "people.parquet")
    assert rows["person_id"].to_pylist() == list(range(PEOPLE))
    assert rows.column_names == COLUMNS


@pytest.mark.parametrize("workers", [2, 7])
def test_one_fingerprint_whatever_the_number_of_workers(whole, tmp_path, workers):
    assert made(tmp_path, workers=workers)["files"] == whole[1]["files"]
    assert (tmp_path / "_SUCCESS").exists()


def test_the_manifest_is_what_the_call_returns_and_names_what_is_free(whole):
    folder, found = whole
    assert json.loads((folder / "manifest.json").read_text("utf-8")) == found
    assert found["synthetic"] is True
    assert found["complete"] is True
    assert "points_cutoff" in found["free_parameters"]
    assert set(found["versions"]) == {"python", "numpy", "pyarrow", "scipy"}
    assert "column,sector" in (folder / "catalog.csv").read_text("utf-8")


def test_the_truth_is_in_no_file_of_people(whole):
    names = pq.read_schema(whole[0] / "people.parquet" / "block-00000000.parquet").names
    assert not set(names) & {"ability", "true_pd", "label_true", "exposed"}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_in_the_middle_goes_on_to_the_same_people(whole, tmp_path, workers):
    script = tmp_path / "run.py"
    script.write_text(SCRIPT.format(n=PEOPLE, columns=COLUMNS, workers=workers))
    folder = tmp_path / "world"
    given = {"PYTHONPATH": str(Path(ca.__file__).parents[1])}
    ended = subprocess.run([sys.executable, str(script), str(folder)], env=given, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert not (folder / "_SUCCESS").exists()
    people = folder / "people.parquet"
    kept = {path: path.stat().st_mtime_ns for path in people.glob("block-*")}
    assert len(kept) == 2 or (workers > 1 and len(kept) > 2)
    told = []
    assert made(folder, told=told.append)["files"] == whole[1]["files"]
    assert sum(told) == PEOPLE
    assert files(folder) == files(whole[0])
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_file_cut_short_or_of_other_people_is_made_again(whole, tmp_path):
    made(tmp_path)
    one, other = (tmp_path / "people.parquet" / f"block-0000000{b}.parquet" for b in (1, 2))
    one.write_bytes(one.read_bytes()[:-5])
    other.unlink()
    (tmp_path / "people.parquet" / ".block-00000002.parquet.x1y2").write_bytes(b"a beginning")
    made(tmp_path / "elsewhere", seed=8)
    third = Path("people.parquet", "block-00000003.parquet")
    (tmp_path / third).write_bytes((tmp_path / "elsewhere" / third).read_bytes())
    assert made(tmp_path)["files"] == whole[1]["files"]
    assert files(tmp_path) == files(whole[0])


@pytest.mark.parametrize(
    "other",
    [{"seed": 8}, {"n": 70_000}, {"columns": ["sex"]}, {"pack": "boston1990_marginals"},
     {"bias": ca.Bias(selection=1)}, {"blocks": 2}],
    ids=lambda one: next(iter(one)),
)  # fmt: skip
def test_a_folder_of_other_settings_is_refused_and_left_alone(whole, other):
    folder, found = whole
    word = {"n": "people"}.get(next(iter(other)), next(iter(other)))
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(InputError, match=f"other settings: .*{word}"):
        made(folder, **other)
    assert (folder / "manifest.json").read_bytes() == before
    assert made(folder) == found


def test_force_makes_everything_anew_and_spares_what_is_not_its_own(tmp_path):
    made(tmp_path, 2 * BLOCK)
    (tmp_path / "notes.txt").write_text("mine")
    found = made(tmp_path, 1_000, seed=8, force=True)
    assert found["people"] == 1_000
    assert files(tmp_path) == ["block-00000000.parquet"]
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_what_is_there_without_a_manifest_is_not_overwritten(tmp_path):
    (tmp_path / "people.parquet").mkdir()
    (tmp_path / "people.parquet" / "mine.parquet").write_bytes(b"")
    with pytest.raises(InputError, match=r"no manifest.json that says what they are"):
        made(tmp_path)
    (tmp_path / "manifest.json").write_text("[1")
    with pytest.raises(CorruptFile, match="damaged"):
        made(tmp_path)


def test_a_setting_out_of_its_range_writes_nothing(tmp_path):
    folder = tmp_path / "world"
    for wrong in ({"n": 0}, {"workers": 0}, {"blocks": True}, {"pack": "no_such_place"}):
        with pytest.raises(InputError):
            made(folder, **wrong)
    with pytest.raises(MissingColumn):
        made(folder, columns=["incom"])
    assert not folder.exists()


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Cannot make the folder"):
        made(tmp_path / "file" / "world")


def test_workers_that_are_stopped_end_the_run_with_what_to_do(whole, tmp_path):
    def stop(people):
        for process in multiprocessing.active_children():
            process.kill()

    with pytest.raises(InputError, match="The same call goes on from there"):
        made(tmp_path, 20 * BLOCK, workers=2, told=stop)
    assert not (tmp_path / "_SUCCESS").exists()
    assert not multiprocessing.active_children()
