"""Five years under a regime, contrasts, designs and causes: how long they take.

A script of its own: ``python -m benchmarks.lived_regimes``. The months stand beside the same lived
person by person in plain Python, on fewer people, and have to come out the same.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression

import creditaudit as ca
from benchmarks.clock import Reading, measure
from benchmarks.lived_one_by_one import one_by_one
from benchmarks.run import RESULTS, setting_of
from creditaudit.sharing.coefficients import feedback_numbers
from creditaudit.sharing.debtors import Debtors, debtors_of
from creditaudit.sharing.feedback_months import lived
from creditaudit.sharing.list_reach import reach_of
from creditaudit.sharing.retentions import Retention

PEOPLE, FEW, SMALL, MONTHS = 100_000, 200, 20_000, 60
BAR = 1.0


def main() -> int:
    """Print and write the table; 1 if a number differs or the bar does not hold."""
    world = ca.make_society(people=PEOPLE, firms=PEOPLE // 10, seed=7)
    full, silos = ca.SharingRegime.full(), ca.SharingRegime.silos()
    tied = full.with_tie("household", measure="post", p=0.3, low=0.1, high=0.6)
    debtors, numbers = debtors_of(world), feedback_numbers().numbers
    kept, reach = Retention(name="two years", longest=24), reach_of(world, full, "court")
    faults, lines = [], []
    ours, _ = measure(lambda: lived(debtors, [(1, reach)], kept, numbers, 7, MONTHS))
    lines.append(_line(f"{MONTHS} months of {PEOPLE:,} people, one regime", ours))
    some = Debtors(
        debtors.income[:FEW], debtors.debt[:FEW], debtors.to_people[:FEW], debtors.log_odds[:FEW], 1
    )
    theirs, peer = measure(lambda: one_by_one(some, reach.total, True, kept, numbers, 7, MONTHS))
    own = lived(some, [(1, reach)], kept, numbers, 7, MONTHS)
    lines.append(_line(f"the same of {FEW}, person by person", theirs))
    if not np.array_equal(own.listed.T, peer["listed"]) or not np.allclose(own.paid, peer["paid"]):
        faults.append("the months differ from those of one person after another")
    if ours.cpu > BAR:
        faults.append(f"a regime takes more than {BAR:g} CPU s")
    times = theirs.cpu / FEW * PEOPLE / ours.cpu
    together, _ = measure(
        lambda: ca.sharing.contrast(world, {"silos": silos, "full": full, "tied": tied}, 20).frame
    )
    lines.append(_line(f"three regimes of {PEOPLE:,} people contrasted, 20 seeds, swept", together))
    small = ca.make_society(people=SMALL, firms=SMALL // 10, seed=7)
    swept, _ = measure(lambda: ca.sharing.feedback(small, full, against=silos, seeds=[0]))
    lines.append(_line(f"feedback of {SMALL:,} people against another regime, swept", swept))
    owed, _ = measure(lambda: ca.sharing.justice(small, full, seeds=[0]))
    lines.append(_line(f"causes of {SMALL:,} people, 32 combinations, one seed", owed))
    model = LogisticRegression(max_iter=300)
    alike, _ = measure(lambda: ca.sharing.homogenisation(small, scorer=model, seeds=[0]))
    lines.append(_line(f"eight designs of {SMALL:,} people, 13 logistic fits, one seed", alike))
    table = "\n".join(
        f"| {' | '.join(line)} |" for line in (("what", "CPU s", "added MB"), ["---"] * 3, *lines)
    )
    told = "All agree, and the bar holds." if not faults else "; ".join(faults)
    where = setting_of(PEOPLE, full=False)
    page = (
        "# Regimes lived\n\n"
        f"Measured on {where['date']} with `python -m benchmarks.lived_regimes`: {where['cores']} "
        f"cores, load {where['load_at_start']} at the start. Python {where['python']}.\n\n"
        f"{table}\n\n{told} Bar: {BAR:g} CPU s for the months. Person by person, as many people "
        f"would take {times:,.0f} times as long.\n"
    )
    print(page)
    (RESULTS / "lived_regimes.md").write_text(page, encoding="utf-8")
    return int(bool(faults))


def _line(what: str, reading: Reading) -> tuple[str, str, str]:
    memory = "not told" if reading.added_mb is None else f"{reading.added_mb:,.0f}"
    return what, f"{reading.cpu:.2f}", memory


if __name__ == "__main__":
    raise SystemExit(main())
