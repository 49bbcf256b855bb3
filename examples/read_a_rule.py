"""Four registers of debtors in four countries: what each text shows, and what it gives people.

Run it from anywhere: python examples/read_a_rule.py [FOLDER]
Texts alone: no person and no data behind it.
"""

import sys
from pathlib import Path

import creditaudit as ca

BOOKS = ("cn_spc_defaulters_2017", "de_debtor_register", "uk_judgments_register", "hu_tax_debtors")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    table = ca.rulebooks.rights(BOOKS)
    table.to_csv(folder / "rights.csv", index=False)
    states = table.pivot(index="right", columns="book", values="state")
    print(states.to_string())

    for name in BOOKS:
        book = ca.Rulebook.load(name)
        grave = [finding for finding in book.lint() if finding.severity == "high"]
        print(f"\n{book.title}: {len(grave)} grave findings in the text")
        for finding in grave[:3]:
            print(f"  {finding.claim}")
        report = ca.audit(ca.Evidence(rulebook=book), title=book.title)
        report.save(folder / f"{name}.html")
    print(f"\nOpen {folder / 'rights.csv'} and the reports beside it")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("registers"))
