"""Which sector's data tell which secret: a matrix of AUCs in, axes out."""

from typing import TYPE_CHECKING

import numpy as np

from creditaudit.charts import INK, MUTED, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from creditaudit.sharing.leakages import Leakage


def drawn(leakage: "Leakage", ax: "Axes | None") -> "Axes":
    """Return axes with one field a sector and secret: darker tells more, every number written."""
    matrix = leakage.matrix
    values = matrix.to_numpy(dtype=float)
    if ax is None:
        from matplotlib.figure import Figure

        size = (1.8 + 0.95 * values.shape[1], 1.3 + 0.42 * values.shape[0])
        ax = Figure(figsize=size, layout="constrained").add_subplot()
    ax.imshow(np.nan_to_num(values, nan=0.5), cmap="Blues", vmin=0.5, vmax=1.0, aspect="auto")
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            value = values[row, column]
            words = "own" if np.isnan(value) else f"{value:.2f}"
            color = "white" if value > 0.82 else MUTED if np.isnan(value) else INK
            ax.text(column, row, words, ha="center", va="center", color=color, fontsize=9)
    ax.set_xticks(
        range(values.shape[1]), [shorten(str(name), 16) for name in matrix.columns],
        fontsize=8, rotation=20, ha="right",
    )  # fmt: skip
    ax.set_yticks(range(values.shape[0]), [shorten(str(name), 16) for name in matrix.index])
    about = "synthetic people; " if leakage.synthetic else ""
    ax.set_xlabel(f"{about}AUC on people left out;\n0.50 tells nothing", color=MUTED, fontsize=9)
    for side in ax.spines.values():
        side.set_visible(False)
    return ax
