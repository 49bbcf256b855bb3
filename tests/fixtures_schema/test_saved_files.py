"""Files that an earlier version saved are read, and one of an unknown schema says what it is.

The files beside this one are kept as they were written. A change of schema adds a file; it never
writes one of these anew.
"""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cell_words import people_in
from creditaudit import Report, Tally
from creditaudit.errors import CorruptFile

FILES = Path(__file__).parent


def test_a_tally_of_schema_1_is_read():
    tally = Tally.load(FILES / "tally-1.parquet")
    assert tally.fingerprint() == "450cf29b586be501f0187e725dff3ffe"
    assert tally.n == 8
    assert tally.origin == "rows"
    assert tally.groupings == (("race",), ("race", "sex"))
    assert tally.levels == {"race": ("white", "黑"), "sex": ("f", "m"), "year": (2023, 2024)}
    assert tally.bins.values.tolist() == list(range(300, 851, 50))
    assert tally.roles.to_dict() == {
        "groups": ["race", "sex"],
        "decision": "approved",
        "favourable": True,
        "outcome": "defaulted",
        "good": 0,
        "score": "points",
        "higher_is": "safer",
        "score_range": [300, 850],
        "weight": "w",
        "cluster": "branch",
        "period": "year",
    }
    assert people_in(tally, "race") == {
        (None, "[700, 750)", "good", "approved"): 1,
        ("white", "[600, 650)", "good", "approved"): 1,
        ("white", "[650, 700)", "bad", "approved"): 1,
        ("white", "[700, 750)", "good", "approved"): 1,
        ("white", "over 850", "good", "approved"): 1,
        ("黑", "under 300", None, "refused"): 1,
        ("黑", "missing", None, "refused"): 1,
        ("黑", "[500, 550)", None, "refused"): 1,
    }
    assert tally.labelled("race")["w2"].tolist() == [4, 1, 0.25, 1, 1, 9, 0.0625, 1]


def test_a_tally_of_schema_2_is_read_with_its_bounds():
    tally = Tally.load(FILES / "tally-2.parquet")
    assert tally.fingerprint() == "16e54e34827067c40816919093801535"
    assert tally.n == 60
    frame = tally.frame
    assert frame["low"].tolist() == [3, 0, 50, 3, 0]
    assert frame["high"].tolist() == [3, 4, 50, 7, 4]
    assert tally.bounds.counts.members.shape == (2, 3)


def test_a_tally_that_is_read_and_saved_again_is_the_same(tmp_path):
    tally = Tally.load(FILES / "tally-1.parquet")
    tally.save(tmp_path / "again.parquet")
    assert Tally.load(tmp_path / "again.parquet").fingerprint() == tally.fingerprint()
    assert (tally + tally).n == 16


def test_a_report_of_schema_1_is_read_and_drawn():
    report = Report.load(FILES / "audit-1.json")
    assert [(one.id, one.audit, one.status, one.n) for one in report.findings] == [
        ("Fa470d653", "disparity", "cannot_tell", 100),
        ("F70670154", "error_rates", "cannot_tell", 40),
        ("F0b9dc928", "error_rates", "descriptive", 200),
        ("Fdf7716dc", "blind_spots", "descriptive", 86),
    ]
    assert report.findings[0].estimate == pytest.approx(48 / 66)
    assert report.to_dict() == json.loads((FILES / "audit-1.json").read_text())
    page = report.to_html()
    for finding in report.findings:
        assert finding.id in page


def with_schema(folder, schema):
    """Return the tally of this folder under another schema."""
    table = pq.read_table(FILES / "tally-1.parquet")
    header = json.loads(table.schema.metadata[b"creditaudit"]) | {"schema": schema}
    changed = table.replace_schema_metadata({b"creditaudit": json.dumps(header).encode()})
    pq.write_table(changed, folder / "tally.parquet")
    return folder / "tally.parquet"


@pytest.mark.parametrize("schema", ["creditaudit.tally/3", "creditaudit.tally/1.1", "other", 1])
def test_a_tally_of_an_unknown_schema_names_it_and_the_one_that_is_read(schema, tmp_path):
    with pytest.raises(CorruptFile) as caught:
        Tally.load(with_schema(tmp_path, schema))
    assert str(caught.value) == (
        f"'tally.parquet' has schema {schema!r}; this version reads 'creditaudit.tally/1' and "
        "'creditaudit.tally/2'."
    )


@pytest.mark.parametrize("schema", ["creditaudit.report/2", "creditaudit.report/1.1", "other"])
def test_a_report_of_an_unknown_schema_names_it_and_the_one_that_is_read(schema, tmp_path):
    plain = json.loads((FILES / "audit-1.json").read_text()) | {"$schema": schema}
    (tmp_path / "audit.json").write_text(json.dumps(plain))
    with pytest.raises(CorruptFile, match=f"'audit.json'.*{schema!r}.*'creditaudit.report/1'"):
        Report.load(tmp_path / "audit.json")


def test_a_report_without_a_schema_is_told(tmp_path):
    plain = json.loads((FILES / "audit-1.json").read_text())
    del plain["$schema"]
    (tmp_path / "audit.json").write_text(json.dumps(plain))
    with pytest.raises(CorruptFile, match=r"no '\$schema'.*'creditaudit\.report/1'"):
        Report.load(tmp_path / "audit.json")


def test_a_field_that_this_version_does_not_know_is_an_error_and_not_lost(tmp_path):
    plain = json.loads((FILES / "audit-1.json").read_text()) | {"shade": 3}
    (tmp_path / "audit.json").write_text(json.dumps(plain))
    with pytest.raises(CorruptFile, match="shade"):
        Report.load(tmp_path / "audit.json")
