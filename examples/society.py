"""Make a society, see who is around a listed person, and how far a name alone tells them apart.

Run it from anywhere: python examples/society.py [FOLDER]
The society is made up and describes nobody.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import creditaudit as ca

PEOPLE, FIRMS = 20_000, 2_000


def around(world: ca.populations.Society, marked: np.ndarray) -> pd.DataFrame:
    """Return who is tied to marked people and is not marked, by kind of tie."""
    rows = []
    for relation in ("household", "kin", "contact"):
        ties = world.of(relation)
        near = np.unique(ties["dst"][marked[ties["src"]]])
        rows.append((relation, len(ties) / PEOPLE, int((~marked[near]).sum())))
    return pd.DataFrame(rows, columns=["tie", "ties a person", "tied to a listed person"])


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    world = ca.make_society(PEOPLE, FIRMS, seed=7)
    people = world.people.frame
    listed = (people["listed_court"] == 1).to_numpy()
    print(f"{listed.sum()} of {PEOPLE:,} people are listed by the court.\n")

    near = around(world, listed)
    print(near.round(1).to_string(index=False))

    names = people["person_name"]
    same = names.isin(set(names[listed])) & ~listed
    with_birth = names + people["birth_date"].astype(str)
    both = with_birth.isin(set(with_birth[listed])) & ~listed
    print(f"\nNot listed, with the name of someone listed: {same.sum()}.")
    print(f"With the same birth date too: {both.sum()}.")

    wrong = world.events[world.events["finding"] == "mistaken"]
    print(f"Entries that are mistaken: {len(wrong):,} of {len(world.events):,}.")
    near.to_csv(folder / "around_listed_people.csv", index=False)
    ca.populations.check_society(world).to_csv(folder / "against_sources.csv", index=False)
    print(f"\nThe same tables, and the society against its sources: {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "society"))
