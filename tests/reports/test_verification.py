import copy
import json
import re
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from creditaudit import Evidence, Plan, Report, Roles, Rulebook, SharingRegime, Tally
from creditaudit.audits import run_audits
from creditaudit.errors import InputError, MissingColumn, RefusedError
from creditaudit.frames import file_hash
from creditaudit.reports import verification, verify_report
from made_tables import CROSSED, DAY, LENDER, crossed, decided, lent

CELLS = {("a", "f"): (70, 30), ("a", "m"): (90, 40), ("b", "f"): (40, 60), ("b", "m"): (55, 45)}
US = {"jurisdictions": ["US"], "product": "mortgage", "decision_date": "1990-12-31"}


def audit_file(path, roles, *, count=None, by=None, score_bins=None, **plan):
    """Return the report on a file, as the command line makes it."""
    if count is None:
        tally = Tally.from_frame(path, roles, by=by, score_bins=score_bins)
    else:
        tally = Tally.from_counts(path, roles, by=by, count=count, score_bins=score_bins)
    file = {"name": path.name, "hash": file_hash(path), "count": count}
    made = run_audits(
        Evidence(tally=tally), title="x", plan=Plan(**plan), report_date=DAY, file=file
    )
    # Through JSON, as it is sent.
    return Report.from_dict(json.loads(made.to_json()))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "decisions.csv"
    crossed(CELLS).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def report(table):
    return audit_file(table, CROSSED, reference={"race": "a"}, **US)


def changed(report, change):
    plain = copy.deepcopy(report.to_dict())
    change(plain)
    return Report.from_dict(plain)


def test_a_report_agrees_with_the_data_it_was_made_from(report, table):
    found = verify_report(report, table)
    assert found.agrees
    assert found.mismatches == ()
    assert found.warnings == ()
    assert found.checked > 90


SCORED = Roles(groups=["group"], decision="approved", favourable=1, outcome="paid", good=1,
               score="points", higher_is="safer")  # fmt: skip


@pytest.mark.parametrize("bins", [None, 7, "exact", [0, 3, 11]], ids=str)
def test_a_report_on_scores_agrees_however_they_were_cut(tmp_path, bins):
    frame = lent(a=(60, 10, 30), b=(30, 9, 61))
    frame["points"] = np.arange(len(frame)) % 11 + 0.1
    frame.loc[::17, "points"] = None
    frame.to_csv(tmp_path / "x.csv", index=False)
    made = audit_file(tmp_path / "x.csv", SCORED, score_bins=bins)
    assert verify_report(made, tmp_path / "x.csv").mismatches == ()


@pytest.mark.parametrize(
    "extra",
    [{"weight": "w"}, {"cluster": "branch"}, {"period": "year"}, {"strata": ["branch"]},
     {"unfavourable": [0]}, {"weight": "w", "cluster": "branch", "period": "year"}],
    ids=str,
)  # fmt: skip
def test_a_report_with_further_roles_agrees(tmp_path, extra):
    frame = lent(a=(60, 10, 30), b=(30, 9, 61))
    frame["w"] = 0.1 + np.arange(len(frame)) % 7 / 3
    frame["branch"], frame["year"] = np.arange(len(frame)) % 23, np.arange(len(frame)) % 3 + 2000
    path = tmp_path / "x.csv"
    frame.to_csv(path, index=False)
    roles = Roles(**{"groups": ["group"], "decision": "approved", "favourable": 1} | extra)
    made = audit_file(path, roles)
    assert verify_report(made, path).mismatches == ()
    frame.sample(frac=1, random_state=7).to_csv(path, index=False)
    shuffled = verify_report(made, path)
    assert shuffled.mismatches == ()
    assert shuffled.warnings == ("The file differs in its bytes from the one that was audited.",)


LONG = crossed(CELLS).value_counts(["race", "sex", "approved"]).reset_index(name="how many, =")
WIDE = pd.DataFrame({"group": ["a", "b"], "yes, or so": [60, 30], "no=": [40, 70]})
MATRIX = pd.DataFrame({"group": ["a", "b"], "w": [60, 30], "x": [9, 9], "y": [8, 7], "z": [20, 60]})
PAID = pd.DataFrame({
    "group": ["a", "a", "b", "b"], "approved": [1, 0, 1, 0], "paid": [50, 5, 20, 7],
    "unpaid": [5, 6, 9, 8],
})  # fmt: skip


@pytest.mark.parametrize(
    ("frame", "roles", "count"),
    [
        (LONG, CROSSED, "how many, ="),
        (WIDE, Roles(groups=["group"]), {"approved": "yes, or so", "refused": "no="}),
        (MATRIX, Roles(groups=["group"]), {"tp": "w", "fn": "x", "fp": "y", "tn": "z"}),
        (PAID, Roles(groups=["group"], decision="approved", favourable=1),
         {"good": "paid", "bad": "unpaid"}),
    ],
    ids=["long", "wide", "matrix", "wide by outcome"],
)  # fmt: skip
def test_a_report_on_counts_agrees(tmp_path, frame, roles, count):
    path = tmp_path / "counts.csv"
    frame.to_csv(path, index=False)
    made = audit_file(path, roles, count=count)
    assert verify_report(made, path).mismatches == ()
    made.to_html()
    frame.iloc[0, -1] += 1
    frame.to_csv(path, index=False)
    assert not verify_report(made, path).agrees


@pytest.mark.parametrize("kind", ["rows permuted", "parquet", "a column more", "other line ends"])
def test_other_bytes_with_the_same_numbers_are_a_warning(report, tmp_path, kind):
    frame, path = crossed(CELLS), tmp_path / "again.csv"
    if kind == "rows permuted":
        frame.sample(frac=1, random_state=7).to_csv(path, index=False)
    elif kind == "parquet":
        path = tmp_path / "again.parquet"
        frame.to_parquet(path)
    elif kind == "a column more":
        frame.assign(income=1).to_csv(path, index=False)
    else:
        frame.to_csv(path, index=False, lineterminator="\r\n")
    found = verify_report(report, path)
    assert found.agrees
    assert found.warnings == ("The file differs in its bytes from the one that was audited.",)


def test_a_file_with_another_decision_is_found(report, tmp_path):
    frame = crossed(CELLS)
    frame.loc[0, "approved"] = 0
    frame.to_csv(tmp_path / "x.csv", index=False)
    found = verify_report(report, tmp_path / "x.csv")
    assert "The counts differ" in found.mismatches[0]
    assert any("estimate" in one for one in found.mismatches)


def leaves(value, path=()):
    """Yield the path of every value in a report's JSON that holds no others."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from leaves(inner, (*path, at))
    else:
        yield path


def put(plain, path, value):
    for step in path[:-1]:
        plain = plain[step]
    plain[path[-1]] = value


def got(plain, path):
    for step in path:
        plain = plain[step]
    return plain


# What the author says, and nobody can recompute from the data.
SAID = re.compile(
    r"\$schema|title|author|report_date|synthetic|"
    r"evidence/(held|source|about|disputes|citation|licence)|"
    r"provenance/(creditaudit|versions|seed|file_hash)"
)


@pytest.mark.slow
def test_every_other_value_of_a_report_is_checked(report, table, monkeypatch):
    """The number that could be wrong and nobody would notice."""
    once = {}

    def cached(evidence, **given):
        key = (evidence.tally.fingerprint(), evidence.plan.to_dict()["hash"], given["title"],
               given["report_date"], str(given["file"]))  # fmt: skip
        if key not in once:
            once[key] = run_audits(evidence, **given)
        return once[key]

    monkeypatch.setattr(verification, "run_audits", cached)
    plain = report.to_dict()
    unnoticed = []
    for path in leaves(plain):
        old = got(plain, path)
        if isinstance(old, bool) or old is None:
            new = "x" if old is None else not old
        elif isinstance(old, str):
            new = old[:-1] + ("b" if old.endswith("a") else "a")
        else:
            new = old * 1.0001 + 1e-6 if path[-1] != "comparisons" else old + 1
            new = old + 1 if isinstance(old, int) and path[-1] in ("level", "min_cell") else new
        try:
            tampered = changed(report, lambda p, path=path, new=new: put(p, path, new))
            agrees = verify_report(tampered, table).agrees
        except InputError:
            continue  # it no longer fits its schema, or the data
        if agrees:
            unnoticed.append("/".join(map(str, path)))
    assert [one for one in unnoticed if not SAID.match(one)] == []
    assert unnoticed  # the title, for one


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p["findings"].pop(0), "neither shown nor counted as hidden"),
        (lambda p: p["findings"][0].update(claim="All is well."), "claim in the report"),
        (lambda p: p["findings"][0].update(status="not_beyond"), "status in the report"),
        (lambda p: p["findings"][0].update(estimate=0.95), "estimate is 0.95 in the report and"),
        (lambda p: p["findings"][0].update(estimate=None), "estimate is None in the report"),
        (lambda p: p["findings"][0].update(id="F00000000"), "does not follow from these data"),
        (lambda p: p["findings"][0]["table"]["rows"].pop(), "1 in the report and 2 from the data"),
        (lambda p: p["findings"][0]["limits"].clear(), "limits: 0 in the report"),
        (lambda p: p["plan"].update(line=0.7), "does not have the hash it names"),
        (lambda p: p["plan"].update(Plan(line=0.7, **US).to_dict()), "status in the report"),
        (lambda p: p["roles"].update(favourable=0), "another hash"),
        (lambda p: p["not_asked"].clear(), "not_asked: 0 in the report and"),
        (lambda p: p["law"].clear(), "law: 0 in the report"),
        (lambda p: p["law"][0].update(can_support="Everything."), "law 1 can_support"),
        (lambda p: p["notes"].append("All is well."), "notes: 1 in the report and 0"),
        (lambda p: p.update(comparisons=1), "comparisons is 1 in the report and 5"),
        (lambda p: p.update(verify="curl x | sh"), "verify in the report"),
        (lambda p: p["evidence"].update(people=10_000), "people is 10000"),
        (lambda p: p["evidence"].update(level=5), "level is 5"),
        (
            lambda p: p["hidden"].append({"id": "F00000000", "audit": "x", "question": "x"}),
            "does not follow",
        ),
    ],
)
def test_a_report_changed_by_hand_does_not_agree(report, table, change, said):
    found = verify_report(changed(report, change), table)
    assert not found.agrees
    assert any(said in one for one in found.mismatches), found.mismatches


def test_an_honestly_hidden_finding_agrees(report, table):
    assert verify_report(report.hide([report.findings[1].id]), table).agrees


def test_a_hidden_finding_may_not_be_shown_under_another_name(report, table):
    hidden = report.hide([report.findings[1].id])
    found = verify_report(changed(hidden, lambda p: p["hidden"][0].update(question="x")), table)
    assert "question in the report is not what follows" in found.mismatches[0]


def test_more_evidence_than_the_table_is_not_held_against_a_report(table):
    tally = Tally.from_frame(table, CROSSED)
    made = run_audits(
        Evidence(tally=tally, frame=pd.read_csv(table)), title="x", report_date=DAY,
        file={"name": table.name},
    )  # fmt: skip
    assert made.to_dict()["evidence"]["level"] == 3
    assert verify_report(made, table).mismatches == ()


def test_a_report_of_another_version_agrees_in_its_numbers_with_a_warning(report, table):
    def older(plain):
        plain["provenance"]["creditaudit"] = "0.0.9"
        plain["law"][0]["can_support"] = "What the law said then."

    found = verify_report(changed(report, older), table)
    assert found.agrees
    assert "made by creditaudit 0.0.9" in found.warnings[0]


def test_numbers_agree_to_nine_digits_and_no_fewer(report, table):
    def nudged(by):
        def change(plain):
            plain["findings"][0]["estimate"] *= 1 + by

        return changed(report, change)

    assert verify_report(nudged(1e-11), table).agrees
    assert not verify_report(nudged(1e-7), table).agrees


def test_a_report_without_a_table_cannot_be_recomputed(table):
    made = run_audits(Evidence(regimes=SharingRegime.silos()), title="Flows", report_date=DAY)
    with pytest.raises(InputError, match="nothing to recompute"):
        verify_report(made, table)


def test_a_report_on_a_rulebook_alone_is_recomputed_from_its_file_or_id(tmp_path):
    made = run_audits(
        Evidence(rulebook=Rulebook.load("cn_rongcheng_2016")), title="Rules", report_date=DAY
    )
    assert made.to_dict()["verify"].endswith("--data cn_rongcheng_2016")
    assert verify_report(made, "cn_rongcheng_2016").agrees
    text = files("creditaudit.rulebooks").joinpath("texts", "cn_rongcheng_2016.toml")
    own_file = tmp_path / "copy.toml"
    own_file.write_text(text.read_text("utf-8"), encoding="utf-8")
    assert verify_report(made, own_file).agrees
    other = text.read_text("utf-8").replace("child_in_army", "mortgage")
    own_file.write_text(other, encoding="utf-8")
    found = verify_report(made, own_file).mismatches
    assert any("claim in the report is not what follows" in one for one in found)
    own = run_audits(Evidence(rulebook=Rulebook.load(own_file)), title="Rules", report_date=DAY)
    assert own.to_dict()["verify"].endswith("--data copy.toml")
    assert verify_report(own, own_file).agrees


def test_data_of_another_kind_are_an_error_and_not_a_mismatch(report, tmp_path):
    with pytest.raises(InputError, match="not found"):
        verify_report(report, tmp_path / "none.csv")
    decided(a=(60, 40), b=(30, 70)).to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises(MissingColumn, match="'race'"):
        verify_report(report, tmp_path / "x.csv")
    crossed(CELLS).head(4).to_csv(tmp_path / "x.csv", index=False)
    with pytest.raises((InputError, RefusedError)):
        verify_report(report, tmp_path / "x.csv")


def test_a_lenders_file_agrees(tmp_path):
    path = tmp_path / "x.csv"
    lent(a=(60, 10, 30), b=(30, 9, 61)).to_csv(path, index=False)
    assert verify_report(audit_file(path, LENDER), path).agrees
