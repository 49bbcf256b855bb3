"""Processes that are killed, disks that are full, folders that are closed, questions too large."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from creditaudit import Report, Roles, Tally
from made_tables import audited, decided

ROOT = Path(__file__).parents[2]
SMALL, LARGE = 3, 40_000
# What a process of its own starts with: a small and a large tally and report.
START = f"""
import os, signal, sys
sys.path[:0] = [{str(ROOT / "src")!r}, {str(ROOT / "tests")!r}]
import numpy as np, pandas as pd, pyarrow.parquet as pq
from dataclasses import replace
from creditaudit import Report, Roles, Tally
from creditaudit.errors import InputError
from made_tables import audited, decided
def tally_of(number):
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({{"id": np.arange(number), "w": rng.random(number)}})
    return Tally.from_frame(frame, Roles(groups=["id"], weight="w"))
def report_of(number):
    report = audited(decided(a=(5, 5), b=(3, 7)))
    return replace(report, title="A lender" + "x" * number)
made = {{"tally.parquet": tally_of, "audit.json": report_of, "report.html": report_of}}
"""
NAMES = ("tally.parquet", "audit.json", "report.html")


def python(body, *given, **how):
    """Run some Python in a process of its own."""
    command = [sys.executable, "-c", START + dedent(body), *map(str, given)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **how
    )


def ended(process, code=0):
    """Return what a process printed, once it has ended with a code."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == code, err
    return out


def tally_of(number):
    rng = np.random.default_rng(7)
    table = pa.table({"id": np.arange(number), "w": rng.random(number)})
    return Tally.from_frame(table, Roles(groups=["id"], weight="w"))


def old_file(folder, name):
    """Write the small file and return its bytes."""
    if name == "tally.parquet":
        tally_of(SMALL).save(folder / name)
    else:
        audited(decided(a=(5, 5), b=(3, 7))).save(folder / name)
    return (folder / name).read_bytes()


def seen(folder):
    """Return the files a person sees: those whose names start with a dot are not finished."""
    return [path.name for path in folder.iterdir() if not path.name.startswith(".")]


@pytest.mark.parametrize(
    "moment",
    [
        "half written",
        pytest.param("written", marks=pytest.mark.slow),
        pytest.param("about to be named", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_a_process_killed_while_it_saves_leaves_the_old_file_whole(name, moment, tmp_path):
    old = old_file(tmp_path, name)
    body = """
        folder, name, moment = sys.argv[1:]
        def die(*_, **__):
            os.kill(os.getpid(), signal.SIGKILL)
        def die_half_way(handle):
            os.truncate(handle, os.fstat(handle).st_size // 2)
            die()
        if moment == "half written":
            os.fsync = die_half_way
        elif moment == "written":
            os.fsync = die
        else:
            os.replace = die
        made[name](40_000).save(os.path.join(folder, name))
    """
    ended(python(body, tmp_path, name, moment), -signal.SIGKILL)
    assert (tmp_path / name).read_bytes() == old
    assert seen(tmp_path) == [name]
    old_file(tmp_path, name)  # what was left behind is in nobody's way


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_process_killed_at_any_time_leaves_one_of_the_two_files_whole(name, tmp_path):
    body = """
        path, name = sys.argv[1:]
        pair = [made[name](n) for n in (3, 40_000)]
        pair[0].save(path)
        print("ready", flush=True)
        while True:
            for one in reversed(pair):
                one.save(path)
    """
    rng = np.random.default_rng(7)
    sizes = set()
    for _ in range(3):
        process = python(body, tmp_path / name, name)
        assert process.stdout.readline() == "ready\n"
        time.sleep(rng.uniform(0, 0.3))
        process.kill()
        ended(process, -signal.SIGKILL)
        assert seen(tmp_path) == [name]
        sizes.add(is_whole(tmp_path / name))
    assert sizes <= {SMALL, LARGE}


def is_whole(path):
    """Return how large the saved thing is, if it is whole."""
    if path.suffix == ".parquet":
        return Tally.load(path).n
    if path.suffix == ".json":
        return len(Report.load(path).title.removeprefix("A lender")) or SMALL
    text = path.read_text()
    assert text.rstrip().endswith("</html>")
    return LARGE if "x" * 100 in text else SMALL  # a page shortens a long title


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_two_who_save_at_once_leave_one_whole_file(name, tmp_path):
    body = """
        path, name, number = sys.argv[1:]
        one = made[name](int(number))
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(30):
            one.save(path)
    """
    path = tmp_path / name
    sizes = (SMALL, LARGE)
    writers = [python(body, path, name, n, stdin=subprocess.PIPE) for n in sizes]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    while any(writer.poll() is None for writer in writers):
        if path.exists():
            assert is_whole(path) in sizes
    for writer in writers:
        ended(writer)
    assert is_whole(path) in sizes
    assert [found.name for found in tmp_path.iterdir()] == [name]


@pytest.fixture
def tiny_disk(tmp_path):
    """A disk of 64 kB, which only root can make."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "creditaudit-test", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_full_disk_is_told_and_leaves_the_old_file(name, tiny_disk):
    old = old_file(tiny_disk, name)
    free = os.statvfs(tiny_disk).f_bavail * os.statvfs(tiny_disk).f_frsize
    (tiny_disk / "others").write_bytes(bytes(free - 8192))
    body = """
        folder, name = sys.argv[1:]
        try:
            made[name](40_000).save(os.path.join(folder, name))
        except InputError as error:
            print(error)
    """
    told = ended(python(body, tiny_disk, name))
    assert told == (
        f"Cannot write '{name}': No space left on device. The old file, if any, is unchanged.\n"
    )
    assert (tiny_disk / name).read_bytes() == old
    assert {path.name for path in tiny_disk.iterdir()} == {name, "others"}


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_that_is_closed_is_told_and_keeps_the_old_file(name, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir()
    old = old_file(closed, name)
    for folder in (closed, *closed.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/") and os.geteuid() == 0:
            folder.chmod(folder.stat().st_mode | 0o055)
    closed.chmod(0o555)
    body = """
        folder, name = sys.argv[1:]
        one = made[name](3)
        one.save(os.path.join(os.path.dirname(folder), name))  # what is imported late is imported
        if os.geteuid() == 0:
            os.setgid(65534)
            os.setuid(65534)  # root may write anywhere
        try:
            one.save(os.path.join(folder, name))
        except InputError as error:
            print(error)
    """
    told = ended(python(body, closed, name))
    closed.chmod(0o755)
    assert told == (
        f"Cannot write '{name}': Permission denied. Choose a folder you may write to.\n"
    )
    assert (closed / name).read_bytes() == old


MEMORY = """
    import re
    def held(what):
        status = open("/proc/self/status").read()
        return int(re.search(rf"^{what}:\\s+(\\d+) kB", status, re.M)[1]) // 1024
    path, engine, *by = sys.argv[1:]
    if engine in ("polars", "duckdb"):
        __import__(engine)
    small = Roles(groups=["race"], decision="ok", favourable=1)
    Tally.from_frame(path, small, engine=engine)
    open("/proc/self/clear_refs", "w").write("5")
    before = held("VmRSS")
    roles = Roles(groups=by, decision="ok", favourable=1)
    try:
        Tally.from_frame(path, roles, by=[tuple(by)], engine=engine)
    except InputError as error:
        print(error)
    print(held("VmHWM") - before)
"""


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Three million people, each with a number of their own."""
    path = tmp_path_factory.mktemp("many") / "people.parquet"
    rows = np.arange(3_000_000)
    table = pa.table(
        {
            "person": rows + 10**9,
            "town": (rows % 3000).astype(np.int32),
            "day": (rows // 3000 % 1000).astype(np.int32),
            "race": pa.DictionaryArray.from_arrays((rows % 3).astype(np.int8), ["a", "b", "c"]),
            "ok": (rows % 2).astype(np.int8),
        }
    )
    pq.write_table(table, path, row_group_size=1 << 17)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["arrow", "polars", "duckdb"])
@pytest.mark.parametrize("by", [["person"], ["town", "day"]], ids="x".join)
def test_more_than_two_million_cells_are_refused_with_what_to_do(engine, by, many):
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("this system does not tell how much memory a process holds")
    told, added = ended(python(MEMORY, many, engine, *by)).splitlines()
    assert re.match(
        r"The groupings asked for make 2,\d{3},\d{3} cells or more; the limit is 2,000,000\. "
        r"Column '(person|town|day)' alone has [\d,]+ values\. Ask for fewer columns in one "
        r"grouping, merge its values first, or use fewer score bins\.$",
        told,
    )
    assert int(added) < 1000, "megabytes"


@pytest.mark.parametrize("engine", ["arrow", "polars", "duckdb"])
def test_more_than_two_million_different_scores_are_refused_with_what_to_do(engine, many):
    roles = Roles(score="person", higher_is="safer")
    with pytest.raises(
        ValueError, match=r"'person' has more than 2,000,000 different scores.*Pass"
    ):
        Tally.from_frame(many, roles, score_bins="exact", engine=engine)
