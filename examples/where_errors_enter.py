"""Which stage of the data's life changes most decisions: python examples/where_errors_enter.py

The people are synthetic and describe nobody; the errors are put in, with sizes that are known.
"""

import sys
from pathlib import Path

import creditaudit as ca
from creditaudit.scenarios import LenderRule, error_amplification

INPUTS = (
    "reported_income", "late_payments_24m", "judgments_5y", "utilisation", "inquiries_6m",
    "months_on_book",
)  # fmt: skip


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    columns = [*INPUTS, "minority", "approved", "default", "lender_points"]
    people = ca.make_borrowers(10_000, seed=7, columns=columns)

    print("A card that is fitted anew, with the largest size of each error; shares of people:")
    fitted = error_amplification(people, inputs=INPUTS, seeds=range(5))
    worst = fitted.table.drop_duplicates("error", keep="last")
    print(worst.round(3).to_string(index=False))

    print("\nThe past lender's own rule, when a tenth of the links of the minority are wrong:")
    struck = (people.frame["minority"] == 1).to_numpy()
    linked = error_amplification(
        people, scorer=LenderRule(people), refit=False, inputs=INPUTS, by="minority",
        where=struck, errors={"linkage": [0.1]},
    )  # fmt: skip
    print(linked.table.round(3).to_string(index=False))

    for limit in fitted.limits:
        print(f"\n{limit}")
    fitted.frame.to_csv(folder / "errors.csv", index=False)
    print(f"\nEvery number: {folder / 'errors.csv'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "errors-example"))
