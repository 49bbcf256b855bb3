"""The small society and the firms in the folder are what is made now."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from synthetic_data import society

from creditaudit.populations import load_society

ROOT = Path(society.__file__).parent


def test_everything_is_as_it_would_be_made_now():
    assert society.faults() == []


def test_what_is_changed_is_told(tmp_path, monkeypatch):
    shutil.copytree(ROOT, tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(society, "HERE", tmp_path / "copy")
    (tmp_path / "copy" / society.SOCIETY / "DATASHEET.md").write_text("less")
    path = tmp_path / "copy" / f"{society.FIRMS}.parquet"
    pd.read_parquet(path).iloc[1:].to_parquet(path)
    changed = ["firms_2k.parquet", "society_2k/DATASHEET.md"]
    card = "society.croissant.json"
    # The values, the hashes, and the card that names the hashes.
    assert [line.split()[0] for line in society.faults()] == [*changed, *changed, card]
    assert society.main(["--check"]) == 1


def test_every_file_of_the_folder_has_its_hash():
    lines = (ROOT / "SHA256SUMS").read_text("utf-8").splitlines()
    listed = {line.split("  ")[1] for line in lines}
    there = {path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()}
    written = {one for one in there if not one.endswith((".py", ".pyc", "_SUCCESS", "README.md"))}
    assert listed == written - {"SHA256SUMS"}


def test_the_card_names_every_file_and_every_column_and_what_it_is():
    card = json.loads((ROOT / "society.croissant.json").read_text("utf-8"))
    sums = dict(line.split("  ")[::-1] for line in (ROOT / "SHA256SUMS").read_text().splitlines())
    files = {one["contentUrl"]: one["sha256"] for one in card["distribution"]}
    assert sorted(files) == society.files()
    assert files == {path: sums[path] for path in files}
    for records in card["recordSet"]:
        (path,) = {field["source"]["fileObject"]["@id"] for field in records["field"]}
        columns = [field["source"]["extract"]["column"] for field in records["field"]]
        assert columns == pq.read_schema(ROOT / path).names
        assert all(field["description"] for field in records["field"])
        assert ("not to be trained on" in records["description"]) == ("truth/" in path)


def test_the_favour_of_the_variant_moves_one_block_and_what_follows_from_it():
    plain = pd.read_parquet(ROOT / "firms_2k.parquet")
    tied = pd.read_parquet(ROOT / "variants/firms_2k_ownership30.parquet")
    moved = {"public_credit_rating", "social_responsibility_points"}
    assert set(tied) == {"firm_id", "ownership", *moved}
    gain = tied["social_responsibility_points"] - plain["social_responsibility_points"]
    favoured = plain["ownership"] == "politically_tied"
    assert gain[favoured].mean() == pytest.approx(30, abs=0.2)
    assert (gain[~favoured].dropna() == 0).all()


def test_the_society_says_whom_it_describes_and_keeps_the_truth_apart():
    world = load_society(ROOT / society.SOCIETY)
    assert world.synthetic
    assert (world.people.n, world.firms.n) == (2000, 200)
    assert "true_pd" not in world.people.frame
    sheet = (ROOT / society.SOCIETY / "DATASHEET.md").read_text("utf-8")
    assert "it describes nobody. No microdata were used" in sheet
    assert all(len(line) <= 120 for line in sheet.splitlines())
