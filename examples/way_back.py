"""Is there a way back, on a list and on a card? python examples/way_back.py

People are made up. Those on a list of judgment defaulters are told which change or which day ends
the entry, by the text of 2017 under its strict reading. Then a card is audited: are the reasons
that were told those that were used, and do people of two groups pay the same for a way back?
"""

import numpy as np
import pandas as pd

import creditaudit as ca

CUTOFF = 600


def on_the_list() -> None:
    book = ca.RulebookScorer("cn_spc_defaulters_2017", as_of="2020-01-01", reading="strict")
    people = pd.DataFrame([dict.fromkeys(book.columns, 0.0)] * 3, index=["Ada", "Ben", "Cleo"])
    people["credit_purpose"] = "consumption"
    people[["effective_judgment", "judgment_unperformed"]] = 1.0
    people.loc["Ada", "obstruction_found"] = 1.0
    people.loc["Ben", ["obstruction_found", "violence_or_threat"]] = 1.0
    people["entered"] = pd.to_datetime(["2018-05-01", "2019-05-01", None])
    # A settlement is in their hands; what others find, ask for or decide is not.
    others = ["creditor_request", "empty_asset_searches", "enforcement_stayed", "enforcement_ended"]
    can = ca.explain.Actions(immutable=[*book.columns, *others])
    waiting = ca.explain.Waiting(starts={"entry": "entered"})
    ways = ca.explain.recourse(book, people, actions=can, waiting=waiting, options=2)
    for way in ways.itertuples():
        wait = "" if np.isnan(way.wait_high) else f"{way.wait_low:.0f} to {way.wait_high:.0f} days"
        print(f"{way.person}, {way.option}: {way.status} {wait} {way.changes} ({way.proof})")
    ends = ca.explain.endings(book, people, waiting=waiting)
    print(ends.loc[ends["person"] == "Ben", ["rule", "means", "wait_high"]].to_string(index=False))


def on_a_card() -> None:
    rng = np.random.default_rng(7)
    n = 3_000
    side = rng.choice(["east", "west"], n)
    people = pd.DataFrame({
        "late": rng.poisson(0.8, n), "income": np.round(rng.lognormal(3.2, 0.4, n)),
        "debt": np.round(rng.gamma(2, 8, n) + 4 * (side == "east")),
    })  # fmt: skip
    risk = 0.9 * people["late"] + 0.05 * people["debt"] - 0.05 * people["income"] - 1.2
    bad = (rng.random(n) < 1 / (1 + np.exp(-risk))).astype(int)
    card = ca.ScorecardScorer(max_bins=5, base_odds=2).fit(people, bad)
    told = ca.explain.reasons(card, people, background=people, cutoff=CUTOFF)
    told = told[told["feature"] != "debt"].rename(columns={"feature": "reason"})
    decided = people.assign(approved=(card.points(people) >= CUTOFF).astype(int), side=side)
    roles = ca.Roles(groups=["side"], decision="approved", favourable=1)
    actions = ca.explain.Actions(
        immutable=["debt"], direction={"late": "down", "income": "up"},
        step={"late": 1, "income": 1},
    )  # fmt: skip
    evidence = ca.Evidence(
        tally=ca.Tally.from_frame(decided, roles), frame=decided, scorer=card, cutoff=CUTOFF,
        actions=actions, given_reasons=told, about={"synthetic": True},
        plan=ca.Plan(reference={"side": "west"}),
    )  # fmt: skip
    report = ca.audit(evidence, title="Reasons and ways back of made-up people")
    wanted = ("preclusion", "recourse_by_group", "reasons_given", "monotone_steps")
    for finding in report.findings:
        if finding.audit in wanted:
            print(f"\n{finding.question}\n{finding.claim}")


if __name__ == "__main__":
    on_the_list()
    on_a_card()
