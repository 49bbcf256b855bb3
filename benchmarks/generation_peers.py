"""Other generators, each asked for a table of 25 columns like ours, as cheaply as it can."""

import random
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.contestants import Answers, Contestant, Job
from benchmarks.generation_columns import COLUMNS, LEVELS, fields, parents

FITTED, SEED = 10_000, 7


def dowhy() -> Contestant:
    """Our graph over the 25 columns, all as numbers: linear mechanisms with additive noise."""
    return Contestant(_fit_dowhy, _to_parquet(_draw_dowhy), _rows)


def dowhy_automatic() -> Contestant:
    """Our graph with levels as levels, and the mechanisms that dowhy chooses."""
    return Contestant(_fit_dowhy, _to_parquet(_draw_dowhy), _rows)


def sdv() -> Contestant:
    """Gaussian copula fitted to our people, to Parquet."""
    return Contestant(_fit_sdv, _to_parquet(_draw_sdv), _rows)


def sdv_in_memory() -> Contestant:
    """Gaussian copula fitted to our people, as the dataframe that it gives."""
    return Contestant(_fit_sdv, lambda given: len(_draw_sdv(given)), _rows)


def faker() -> Contestant:
    """Field by field, each drawn alone: nothing depends on anything."""
    return Contestant(_prepare_faker, _to_parquet(_draw_fields), _rows)


def mimesis() -> Contestant:
    """Field by field, each drawn alone: nothing depends on anything."""
    return Contestant(_prepare_mimesis, _to_parquet(_draw_fields), _rows)


Given = tuple[Any, int, Path]


def _people(n: int) -> Any:
    from creditaudit.populations import make_borrowers

    return make_borrowers(n, seed=SEED, columns=COLUMNS).frame


def _fit_dowhy(path: Path, job: Job) -> Given:
    return _dowhy_model(automatic=job.contestant == "dowhy_automatic"), job.rows, _out(path, job)


@cache
def _dowhy_model(*, automatic: bool) -> Any:
    import networkx as nx
    from dowhy import gcm

    gcm.config.disable_progress_bars()
    # Choosing mechanisms takes a minute with 5,000 rows, and fails where a level is too rare.
    frame = _people(5_000 if automatic else FITTED)
    for name in COLUMNS:
        if name not in LEVELS:
            frame[name] = frame[name].astype("float64").fillna(0)
        elif automatic:
            frame[name] = frame[name].astype(object).fillna("none").astype(str)
        else:
            frame[name] = frame[name].cat.codes.astype("float64")
    graph = nx.DiGraph()
    graph.add_nodes_from(COLUMNS)
    graph.add_edges_from((cause, name) for name in COLUMNS for cause in parents(name))
    model = gcm.StructuralCausalModel(graph)
    if automatic:
        gcm.auto.assign_causal_mechanisms(model, frame)
    else:
        for name in COLUMNS:
            linear = gcm.AdditiveNoiseModel(gcm.ml.create_linear_regressor())
            root = graph.in_degree(name) == 0
            model.set_causal_mechanism(name, gcm.EmpiricalDistribution() if root else linear)
    gcm.fit(model, frame)
    return model


def _draw_dowhy(given: Given) -> Any:
    from dowhy import gcm

    return gcm.draw_samples(given[0], given[1])


def _fit_sdv(path: Path, job: Job) -> Given:
    return _sdv_model(), job.rows, _out(path, job)


@cache
def _sdv_model() -> Any:
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    frame = _people(FITTED)
    for name in COLUMNS:
        frame[name] = frame[name].astype(object if name in LEVELS else "float64")
    metadata = Metadata.detect_from_dataframes({"people": frame})
    for name in COLUMNS:
        kind = "categorical" if name in LEVELS else "numerical"
        metadata.update_column(name, table_name="people", sdtype=kind)
    model = GaussianCopulaSynthesizer(metadata)
    model.fit({"people": frame})
    return model


def _draw_sdv(given: Given) -> Any:
    drawn = given[0].sample(num_rows=given[1])
    return drawn["people"] if isinstance(drawn, dict) else drawn


def _prepare_faker(path: Path, job: Job) -> Given:
    from faker import Faker

    fake = Faker()
    Faker.seed(SEED)
    drawn: list[Callable[[], Any]] = []
    for _, kind in fields():
        if isinstance(kind, tuple):
            drawn.append(lambda levels=kind: fake.random_element(levels))
        elif kind is int:
            drawn.append(lambda: fake.random_int(0, 400))
        else:
            drawn.append(lambda: fake.pyfloat(min_value=0, max_value=20_000))
    return drawn, job.rows, _out(path, job)


def _prepare_mimesis(path: Path, job: Job) -> Given:
    from mimesis import Generic

    made = Generic(seed=SEED)
    drawn: list[Callable[[], Any]] = []
    for _, kind in fields():
        if isinstance(kind, tuple):
            drawn.append(lambda levels=kind: made.random.choice(levels))
        elif kind is int:
            drawn.append(lambda: made.numeric.integer_number(0, 400))
        else:
            drawn.append(lambda: made.numeric.float_number(0.0, 20_000.0))
    return drawn, job.rows, _out(path, job)


def _draw_fields(given: Given) -> Any:
    import pandas as pd

    random.seed(SEED)
    drawn: Sequence[Callable[[], Any]] = given[0]
    rows: Iterator[list[Any]] = ([one() for one in drawn] for _ in range(given[1]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _to_parquet(draw: Callable[[Given], Any]) -> Callable[[Given], int]:
    def run(given: Given) -> int:
        frame = draw(given)
        texts = [name for name in frame if frame[name].dtype == object]
        frame.to_parquet(
            given[2], engine="pyarrow", compression="zstd", compression_level=1, index=False,
            use_dictionary=texts,
        )  # fmt: skip
        return len(frame)

    return run


def _out(path: Path, job: Job) -> Path:
    return path.with_name(f"{job.contestant}.parquet")


def _rows(made: int) -> Answers:
    return {"rows": float(made)}
