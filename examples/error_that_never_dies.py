"""When is the last copy of a corrected error gone: python examples/error_that_never_dies.py

The agencies are words and the regimes are made here; no country is described.
"""

import sys
from pathlib import Path

import numpy as np

import creditaudit as ca

AGENCIES = ["court", "bank", "tax", "ecommerce", "telecom", "police"]


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    make = ca.SharingRegime
    regimes = {
        "nobody shares": make.silos(AGENCIES),
        "all from the court": make.hub("court", AGENCIES, every_days=30),
        "all from all": make.full(AGENCIES, every_days=30),
        "all from all, origins named": make.full(AGENCIES, every_days=30).with_provenance(),
    }
    for name, regime in regimes.items():
        lives = ca.sharing.retraction(regime, "court")
        if lives.never:
            told = f"never at {', '.join(lives.never)}, kept alive by {' and '.join(lives.cycle)}"
        elif lives.holders:
            half = lives.swept()["all", "day by which half the copies are gone"]
            told = f"half gone by day {half:.0f}"
        else:
            told = "no copies"
        print(f"{name}: {told}")

    print("\nWhat the reports say:")
    report = ca.audit(ca.Evidence(regimes=regimes), title="Copies of an error")
    for finding in report.findings:
        print(f"- {finding.claim}")
    report.save(folder / "report.html")

    days = np.arange(0, 301, 10)
    curve = ca.sharing.retraction(regimes["all from the court"], "court").decay(days)
    curve.to_csv(folder / "copies_alive.csv", index=False)
    print(f"\nShare of copies alive by day: {folder / 'copies_alive.csv'}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "copies-example"))
