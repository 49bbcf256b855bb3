"""Sizes, ties and names of a society beside published figures: ``python docs/pictures/society.py``.

Writes the numbers as society/society.csv and the pictures of docs/ideas/society_marginals.md.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import creditaudit as ca
from creditaudit.charts import INK, MUTED, ORANGE, RULE
from creditaudit.pages.inline_svg import svg
from creditaudit.populations.names import load_name_pool
from creditaudit.populations.societies.contacts import contact_law

FOLDER = Path(__file__).parent / "society"
PEOPLE, FIRMS, SEED = 100_000, 10_000, 7
PALE = "#a6cbe6"
MADE, TOLD = "the society", "published"
SIZES = tuple(range(1, 7))
STAFF = (5, 10, 20, 50, 100, 200, 500, 1000)
CALLS = tuple(range(1, 13))
CROWDS = (10_000, 20_000, 50_000, 100_000)
COLUMNS = ["quantity", "source", "at", "value", "n"]
Rows = list[tuple[Any, ...]]


def numbers() -> pd.DataFrame:
    """Return every number that is drawn: ``quantity, source, at, value, n``."""
    world = ca.make_society(PEOPLE, FIRMS, seed=SEED, months=0)
    rows = [*_homes(world), *_staff(world), *_calls(world), *_names(world)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _homes(world: ca.populations.Society) -> Rows:
    sizes = world.people.frame.groupby("household_id").size()
    targets = {t.measure: t.value for t in ca.populations.society_numbers().targets}
    rows: Rows = []
    for size in SIZES:
        rows.append(("household size", MADE, size, (sizes == size).mean(), len(sizes)))
        rows.append(("household size", TOLD, size, targets[f"household_of_{size}"], None))
    return rows


def _staff(world: ca.populations.Society) -> Rows:
    staff = world.firms.frame["employees"].to_numpy()
    large = staff[staff >= STAFF[0]]
    law = ca.populations.load_firm_pack("class_balanced").numbers.size_exponent
    rows: Rows = []
    for least in STAFF:
        rows.append(("employees", MADE, least, (large >= least).mean(), len(large)))
        rows.append(("employees", TOLD, least, float((least / STAFF[0]) ** -law), None))
    return rows


def _calls(world: ca.populations.Society) -> Rows:
    degree = np.bincount(world.of("contact")["src"], minlength=PEOPLE)
    degree = degree[degree > 0]
    law = contact_law(ca.populations.society_numbers().numbers)
    rows: Rows = []
    for many in CALLS:
        rows.append(("contacts", MADE, many, (degree == many).mean(), len(degree)))
        rows.append(("contacts", TOLD, many, law[many - 1], None))
    return rows


def _names(world: ca.populations.Society) -> Rows:
    names, pool = world.people.frame["person_name"], load_name_pool()
    rows: Rows = []
    for many in CROWDS:
        shared = names[:many].value_counts()
        namesakes = float((shared * (shared - 1)).sum() / many)
        rows.append(("namesakes", MADE, many, namesakes, many))
        rows.append(("namesakes", TOLD, many, (many - 1) * pool.collision, None))
    return rows


def pictures(table: pd.DataFrame) -> dict[str, str]:
    """Return each picture as SVG, by file name."""
    asked: Sequence[tuple[str, str, Callable[[pd.DataFrame], Figure]]] = (
        ("household size", "Share of households by how many live there", _bars),
        ("employees", "Share of firms with at least so many employees, of those with 5", _lines),
        ("contacts", "Share of people by how many they call and are called by", _lines),
        ("namesakes", "People of the same name, by how many people there are", _lines),
    )
    drawn = {}
    for quantity, title, draw in asked:
        rows = table[table["quantity"] == quantity]
        name = quantity.replace(" ", "_")
        drawn[f"{name}.svg"] = _as_file(draw(rows), title, in_words(rows))
    return drawn


def in_words(rows: pd.DataFrame) -> str:
    """Return what a picture shows, for those who do not see it."""
    told = []
    for source, part in rows.groupby("source", sort=False):
        said = [f"{one.at:g}: {one.value:.3g}" for one in part.itertuples()]
        told.append(f"{source}: {', '.join(said)}.")
    return " ".join(told)


def _bars(rows: pd.DataFrame) -> Figure:
    figure, axes = _plain("people in the household", "share of households")
    made, told = (rows[rows["source"] == source] for source in (MADE, TOLD))
    axes.bar(made["at"], made["value"], width=0.8, color=PALE, label=MADE)
    axes.plot(told["at"], told["value"], "o", color=ORANGE, markersize=5, label=TOLD)
    _legend(axes)
    return figure


def _lines(rows: pd.DataFrame) -> Figure:
    quantity = rows["quantity"].iloc[0]
    words = {
        "employees": ("employees, at least", "share of firms"),
        "contacts": ("contacts", "share of people"),
        "namesakes": ("people", "namesakes of a person, on average"),
    }[quantity]
    figure, axes = _plain(*words)
    made, told = (rows[rows["source"] == source] for source in (MADE, TOLD))
    axes.plot(told["at"], told["value"], "-", color=ORANGE, label=TOLD)
    axes.plot(made["at"], made["value"], "o", color=INK, markersize=4, label=MADE)
    if quantity != "namesakes":
        axes.set_yscale("log")
    if quantity == "employees":
        axes.set_xscale("log")
        axes.set_xticks(STAFF, [str(one) for one in STAFF])
        axes.minorticks_off()
    _legend(axes)
    return figure


def _plain(across: str, up: str) -> tuple[Figure, Any]:
    figure = Figure(figsize=(5.2, 2.8), layout="constrained")
    axes = figure.subplots()
    axes.set_xlabel(across, fontsize=7, color=MUTED)
    axes.set_ylabel(up, fontsize=7, color=MUTED)
    axes.tick_params(labelsize=7, colors=MUTED, length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    return figure, axes


def _legend(axes: Any) -> None:
    axes.legend(fontsize=7, frameon=False, labelcolor=MUTED)


def _as_file(figure: Figure, title: str, description: str) -> str:
    # In a file of its own a picture takes no font from the page.
    opening = '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" '
    return svg(figure, title, description).replace("<svg ", opening, 1) + "\n"


def main() -> None:
    """Write the numbers and the pictures."""
    FOLDER.mkdir(exist_ok=True)
    # Drawn from what is written, so that picture and table say the same.
    table = numbers().round({"value": 6})
    table.to_csv(FOLDER / "society.csv", index=False, lineterminator="\n")
    for name, text in pictures(table).items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
