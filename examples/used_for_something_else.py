"""Uses that agreements lead to and none takes the data to: examples/used_for_something_else.py

The first regime is made here; two are read from texts. That a way is open does not say that anybody
took it, and nothing here ranks countries.
"""

import sys
from dataclasses import replace
from pathlib import Path

import creditaudit as ca
from creditaudit.sharing import Import

SALES = ("ecommerce_spend", "orders_12m")


def takes(importer: str, source: str, purpose: str, opens: str, columns: tuple[str, ...]) -> Import:
    return Import(
        importer=importer, source=source, purpose=purpose, collected_for=opens, carries=columns,
        mark="F", basis="made up for this example",
    )  # fmt: skip


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    make = ca.SharingRegime
    lines = (
        takes("bank", "ecommerce", "lending", "trade", SALES),
        takes("police", "bank", "public_order", "lending", SALES[:1]),
        takes("tax", "bank", "taxation", "lending", SALES[1:]),
    )
    own = replace(
        make.silos(["ecommerce", "bank", "police", "tax"]), name="sales",
        title="Sales that travel", imports=lines,
    )  # fmt: skip
    regimes = {"sales": own} | {
        name: make.load(name) for name in ("regime_us_fcra", "regime_de_schufa_2023")
    }
    for name, regime in regimes.items():
        flow = ca.sharing.purpose_flow(regime)
        print(f"\n{flow}")
        print(flow.drift[["way", "columns", "steps"]].to_string(index=False, max_colwidth=70))
        ends = [line.what for line in flow.closing()]
        print(f"A smallest set that ends all of it, {len(ends)}: {'; '.join(ends)}")
        flow.frame.to_csv(folder / f"{name}.csv", index=False)

    print("\nWhat the reports say:")
    for finding in ca.audits.purposes(ca.Evidence(regimes=regimes)):
        print(f"- {finding.claim}")
    print("\nAnd if such data are searched for something rare:")
    print(ca.sharing.predictive_value((0.6, 0.8), (0.9, 0.95), 0.001).words)
    print(f"\nEvery use with its way: {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "used-for-something-else"))
