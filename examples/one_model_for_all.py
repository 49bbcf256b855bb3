"""Who is refused by all when lists, models or data are shared: python examples/one_model_for_all.py

The people are synthetic: what is found describes designs, and no country.
"""

from sklearn.linear_model import LogisticRegression

import creditaudit as ca


def main() -> None:
    world = ca.make_society(people=4_000, firms=400, seed=7)
    found = ca.sharing.homogenisation(world, scorer=LogisticRegression(max_iter=300), seeds=2)
    print(found)
    for name, (used, low, high) in found.choices.items():
        print(f"{name} rests on no source: {used:g}, swept from {low:g} to {high:g}")

    # The first row is the level to read the others against: nothing is shared there.
    frame = found.frame[found.frame["measure"].isin(["refused_by_all", "excess"])]
    shown = ["list", "model", "data", "measure", "value", "low", "high", "kind"]
    print(frame[shown].round(3).to_string(index=False))

    print("\nWhat each of the three adds:")
    shares = found.shares[found.shares["measure"] == "excess"]
    print(shares[["shared", "value", "low", "high"]].round(3).to_string(index=False))

    print("\nThe case for one better model, and whom it refuses everywhere:")
    case = found.better_model.set_index("measure")
    rows = ["auc", "good_refused", "good_refused_by_all", "bad_approved_by_any"]
    print(case.loc[rows, ["separate", "shared", "value", "low", "high"]].round(3).to_string())


if __name__ == "__main__":
    main()
