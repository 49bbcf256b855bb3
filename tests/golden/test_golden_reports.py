"""Whole reports, word for word and number for number.

After a change that is meant, write them anew and read the difference before you commit it:

    CREDITAUDIT_GOLDEN=write python -m pytest tests/golden
"""

import json
import math
import os
from pathlib import Path

import pandas as pd
import pytest

import creditaudit as ca
from creditaudit.pages.schemas import validate_report
from made_tables import DAY, lent

HERE = Path(__file__).parent
WRITE = os.environ.get("CREDITAUDIT_GOLDEN") == "write"
TOLERANCE = 1e-9


def real(load):
    people = load()
    tally = ca.Tally.from_frame(people.frame, people.roles)
    return ca.audit(
        ca.Evidence(tally=tally, about=people.made),
        title=people.made["name"],
        plan=ca.Plan(reference={"race": "white"}),
        report_date=DAY,
    )


def lender():
    """Refused people have no outcomes; some people have no group, and one group is too small."""
    frame = lent(north=(300, 60, 140), south=(120, 30, 100), island=(2, 1, 1))
    frame["sex"] = ["f", "m", "m"] * (len(frame) // 3) + ["f"] * (len(frame) % 3)
    frame["points"] = 500.0 + (frame.index * 37) % 200
    frame.loc[frame.index % 50 == 0, "sex"] = None
    roles = ca.Roles(
        groups=["group", "sex"], decision="approved", favourable=1, outcome="paid", good=1,
        score="points", higher_is="safer", score_range=(300, 850),
    )  # fmt: skip
    tally = ca.Tally.from_frame(frame, roles, score_bins=11)
    plan = ca.Plan(reference={"group": "north"}, jurisdictions=["US"], product="consumer_credit",
                   decision_date="2025-06-30")  # fmt: skip
    return ca.audit(ca.Evidence(tally=tally), title="A lender", plan=plan, report_date=DAY)


def counts():
    """A published table: approvals and refusals by region, nothing else."""
    table = pd.DataFrame({
        "region": ["north", "south", "east", "west"], "granted": [812, 455, 96, 4],
        "declined": [188, 245, 64, 5],
    })  # fmt: skip
    count = {"approved": "granted", "refused": "declined"}
    tally = ca.Tally.from_counts(table, ca.Roles(groups=["region"]), count=count)
    file = {"name": "table.csv", "hash": None, "count": count}
    return ca.audit(ca.Evidence(tally=tally), title="Counts only", file=file, report_date=DAY)


def rulebook():
    """A rulebook alone: nothing is counted, and lines of the file are named."""
    book = ca.Rulebook.load("cn_rongcheng_2016")
    return ca.audit(ca.Evidence(rulebook=book), title=book.title, report_date=DAY)


GOLDEN = {
    "hmda": lambda: real(ca.load_hmda_boston),
    "loanapp": lambda: real(ca.load_loanapp),
    "lender": lender,
    "counts": counts,
    "rulebook": rulebook,
}


def without_versions(plain):
    plain = json.loads(json.dumps(plain))
    del plain["provenance"]["versions"], plain["provenance"]["creditaudit"]
    return plain


def differences(golden, made, place="$"):
    """Return each place in which two JSON values differ, numbers by more than the tolerance."""
    if isinstance(golden, dict) and isinstance(made, dict):
        names = dict.fromkeys([*golden, *made])
        pairs = [
            (f"{place}.{n}", golden.get(n, "not there"), made.get(n, "not there")) for n in names
        ]
    elif isinstance(golden, list) and isinstance(made, list) and len(golden) == len(made):
        pairs = [
            (f"{place}[{at}]", *pair) for at, pair in enumerate(zip(golden, made, strict=True))
        ]
    else:
        numbers = all(type(one) in (int, float) for one in (golden, made))
        same = (
            math.isclose(golden, made, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
            if numbers
            else type(golden) is type(made) and golden == made
        )
        return [] if same else [f"{place}: {golden!r} became {made!r}"]
    return [fault for at, one, other in pairs for fault in differences(one, other, at)]


@pytest.mark.parametrize("name", GOLDEN)
def test_the_report_is_the_one_that_was_read_and_kept(name):
    path, made = HERE / f"{name}.json", without_versions(GOLDEN[name]().to_dict())
    if WRITE:
        text = json.dumps(made, ensure_ascii=False, indent=1, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")
    golden = json.loads(path.read_text(encoding="utf-8"))
    faults = differences(golden, made)
    assert not faults, "\n".join(faults[:20])


@pytest.mark.parametrize("name", GOLDEN)
def test_a_kept_report_still_follows_its_schema(name):
    plain = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    plain["provenance"] |= {"versions": {}, "creditaudit": "0"}
    validate_report(plain)
    assert ca.Report.from_dict(plain).to_html()


def test_no_kept_report_is_without_its_test():
    assert {path.stem for path in HERE.glob("*.json")} == set(GOLDEN)
