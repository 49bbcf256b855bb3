"""What pycanon says of small tables, written to tests/sharing/data/pycanon.json.

pycanon 1.3 asks for pandas 2, so it runs in a folder of its own and its numbers are kept:
``python -m venv apart && apart/bin/pip install pycanon==1.3.6 && apart/bin/python
benchmarks/pycanon_reference.py``. Nothing else of this project is needed there.
"""

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from pycanon import anonymity
from pycanon.anonymity.utils import aux_anonymity

TARGET = Path(__file__).parent.parent / "tests" / "sharing" / "data" / "pycanon.json"
SECRET = "secret"
# Rows, and how many values each column has.
SHAPES = ((40, (2, 3), 2), (150, (4, 4, 3), 3), (200, (2, 12), 5), (120, (6, 5, 4), 2),
          (90, (2, 2), 4))  # fmt: skip


def case(rows: int, levels: tuple[int, ...], values: int, seed: int) -> dict[str, object]:
    """Return one table with what pycanon says of it."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({
        f"q{place}": np.minimum(rng.geometric(0.4, rows), size)
        for place, size in enumerate(levels)
    })  # fmt: skip
    frame[SECRET] = np.minimum(rng.geometric(0.5, rows), values)
    known = [name for name in frame.columns if name != SECRET]
    classes = aux_anonymity.get_equiv_class(frame, known)
    return {
        "columns": list(frame.columns),
        "rows": frame.to_numpy().tolist(),
        "secret": SECRET,
        "k_anonymity": int(anonymity.k_anonymity(frame, known)),
        "l_diversity": int(anonymity.l_diversity(frame, known, [SECRET])),
        "unique": sum(len(one) for one in classes if len(one) == 1) / rows,
    }


def main() -> None:
    """Write the file."""
    cases = [case(*shape, seed) for seed, shape in enumerate(SHAPES)]
    made = f"pycanon {version('pycanon')}, pandas {pd.__version__}: {Path(__file__).name}"
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(json.dumps({"made": made, "cases": cases}) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
