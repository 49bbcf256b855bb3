"""The small data sets are what is made now, differ in what they say, and keep the truth apart."""

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from synthetic_data import make
from synthetic_data.tables import BASE, PACK, PEOPLE, SEED, VARIANT_COLUMNS, VARIANTS

from creditaudit.populations import causal_graph, load_pack, make_borrowers
from creditaudit.populations.persons import PEOPLE as GRAPH

ROOT = Path(make.__file__).parent
TABLES = [f"{BASE}.parquet", *(f"variants/{name}.parquet" for name in VARIANTS)]
CARD = json.loads((ROOT / "card.croissant.json").read_text("utf-8"))


def read(path):
    return pq.read_table(ROOT / path).to_pandas()


def test_everything_is_as_it_would_be_made_now():
    assert make.faults() == []


def test_a_value_or_a_word_that_was_changed_is_found(tmp_path, monkeypatch):
    for path in [*TABLES, *(f"truth/{one}" for one in TABLES)]:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes((ROOT / path).read_bytes())
    for name in ("fingerprints.json", "free_parameters.csv", "DATASHEET.md", "SHA256SUMS"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    for name in ("card.croissant.json", "truth/summary.csv"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    table = pq.read_table(ROOT / TABLES[1])
    pq.write_table(table.slice(1), tmp_path / TABLES[1])
    (tmp_path / "DATASHEET.md").write_text("less")
    monkeypatch.setattr(make, "HERE", tmp_path)
    found = make.faults()
    assert [line.split()[0] for line in found] == [
        TABLES[1], "DATASHEET.md", "DATASHEET.md", TABLES[1],
    ]  # fmt: skip
    assert make.main(["--check"]) == 1


def test_all_of_it_is_small():
    files = [path for path in ROOT.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 5_000_000


@pytest.mark.parametrize("path", TABLES)
def test_the_truth_is_in_a_file_of_its_own(path):
    people, truth = read(path), read(f"truth/{path}")
    assert truth["person_id"].tolist() == people["person_id"].tolist() == list(range(PEOPLE))
    hidden = {"ability", "opportunity", "true_pd", "true_log_odds", "label_true", "exposed"}
    assert not hidden & set(people)
    assert "exposed" in truth


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_differs_in_what_follows_from_its_knob_and_in_nothing_else(name):
    ((knob, _),) = VARIANTS[name].bias.knobs.items()
    base, people = read(f"{BASE}.parquet"), read(f"variants/{name}.parquet")
    truth, known = read(f"truth/variants/{name}.parquet"), read(f"truth/{BASE}.parquet")
    entered = GRAPH.descendants(GRAPH.entered_by(knob))
    moved = {column for column in people if not people[column].equals(base[column])}
    assert moved
    assert moved <= entered
    moved = {column for column in truth if not truth[column].equals(known[column])}
    assert moved <= entered | {"true_id", "weight"}
    assert set(truth) == moved | {"person_id", "exposed"}


def test_variants_have_columns_from_every_step_of_the_way():
    assert len(VARIANT_COLUMNS) == 26
    sectors = set(causal_graph().set_index("node")["sector"].reindex(VARIANT_COLUMNS).dropna())
    assert {"census", "employer", "bank", "court", "tax", "utilities"} <= sectors


def test_every_knob_has_a_variant():
    knobs = [knob for one in VARIANTS.values() for knob in one.bias.knobs]
    assert sorted(knobs) == sorted(
        ["opportunity", "direct", "label", "proxy", "measurement", "selection", "missingness",
         "linkage", "representation"]
    )  # fmt: skip


def test_what_a_variant_implies_is_what_its_people_say():
    made = make_borrowers(
        PEOPLE, seed=SEED, bias=VARIANTS["label10"].bias, pack=PACK, columns=["sex"]
    )
    told = pd.read_csv(ROOT / "truth" / "summary.csv", keep_default_na=False)
    told = told[told["table"] == "label10"].reset_index(drop=True)
    now = made.truth_summary()
    assert told["value"].astype(float).tolist() == pytest.approx(now["value"].tolist(), abs=6e-5)
    exact = told[told["note"] == "exact"]
    assert exact["value"].astype(float).tolist() == [0.1]


def test_every_free_number_is_listed_with_its_range():
    told = pd.read_csv(ROOT / "free_parameters.csv")
    free = make_borrowers(1, seed=SEED, pack=PACK).made["free_parameters"]
    assert sorted(told["parameter"]) == sorted(free)
    single = [
        name for name in free if not isinstance(load_pack(PACK).parameters[name].value, tuple)
    ]
    assert told.set_index("parameter").loc[single, ["low", "high"]].notna().all().all()


def test_the_readme_says_whom_it_describes_and_what_was_used():
    page = (ROOT / "README.md").read_text("utf-8")
    assert "They are synthetic and describe nobody. No microdata were used" in page
    assert "free_parameters.csv" in page


def test_the_card_has_what_croissant_asks_for():
    wanted = {"@context", "@type", "name", "conformsTo", "description", "license", "creator",
              "datePublished", "version", "citeAs", "distribution", "recordSet"}  # fmt: skip
    assert wanted <= set(CARD)
    assert "http://mlcommons.org/croissant/1.0" in CARD["conformsTo"]
    assert {"rai:dataBiases", "rai:dataLimitations", "rai:personalSensitiveInformation"} <= set(
        CARD
    )
    ids = [one["@id"] for one in [*CARD["distribution"], *CARD["recordSet"]]]
    assert len(ids) == len(set(ids)) == 4 * len(TABLES)


def test_the_card_names_every_file_with_its_hash_and_every_column_of_it():
    sums = dict(
        reversed(line.split("  ")) for line in (ROOT / "SHA256SUMS").read_text("utf-8").splitlines()
    )
    files = {one["contentUrl"]: one["sha256"] for one in CARD["distribution"]}
    assert files == {path: sums[path] for path in files}
    assert sorted(files) == sorted([*TABLES, *(f"truth/{one}" for one in TABLES)])
    for records in CARD["recordSet"]:
        sources = [field["source"] for field in records["field"]]
        (path,) = {source["fileObject"]["@id"] for source in sources}
        columns = [source["extract"]["column"] for source in sources]
        assert columns == pq.read_schema(ROOT / path).names
        assert all(field["description"] for field in records["field"])
        assert records["key"]["@id"] in {field["@id"] for field in records["field"]}
