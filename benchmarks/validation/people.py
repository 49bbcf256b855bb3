"""Synthetic people under knobs of known size: one large crowd for the truth, many samples of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

import creditaudit as ca

COLUMNS = (
    "sex", "minority", "registration", "region", "on_file", "reported_income", "utilisation",
    "late_payments_24m", "lender_points", "approved", "interest_rate", "default",
)  # fmt: skip
# What is known of synthetic people only; audits are given it under these names and no other.
TRUE = ("label_true", "label_recorded", "approval_propensity")
SAMPLE_SEED, CROWD_SEED = 7, 8
CROWD = 1_000_000

SETTINGS: dict[str, dict[str, float]] = {
    "nothing": {},
    "opportunity .3": {"opportunity": 0.3},
    "opportunity 1": {"opportunity": 1.0},
    "direct .2": {"direct": 0.2},
    "direct .8": {"direct": 0.8},
    "label .03": {"label": 0.03},
    "label .2": {"label": 0.2},
    "proxy .3": {"proxy": 0.3},
    "proxy .9": {"proxy": 0.9},
    "measurement .1": {"measurement": 0.1},
    "measurement .5": {"measurement": 0.5},
    "selection .3": {"selection": 0.3},
    "selection 1": {"selection": 1.0},
    "missingness .1": {"missingness": 0.1},
    "missingness .5": {"missingness": 0.5},
    "linkage .1": {"linkage": 0.1},
    "linkage .5": {"linkage": 0.5},
    "representation .2": {"representation": 0.2},
    "representation .7": {"representation": 0.7},
}
FIRM_COLUMNS = (
    "ownership", "size_class", "firm_region", "firm_approved", "firm_default",
    "annual_report_missing", "abnormal_list", "tax_points", "social_insurance_arrears",
    "complaints_12m", "firm_late_wages", "penalties", "heavy_penalties",
    "firm_judgment_unperformed", "firm_listed_court", "serious_list",
    "social_responsibility_points",
)  # fmt: skip
FIRM_TRUE = ("label_true", "label_recorded", "approval_propensity", "firm_points")
FIRM_SETTINGS: dict[str, dict[str, Any]] = {
    "firms": {},
    "firms, selection .3": {"selection": 0.3},
    "firms, selection 1": {"selection": 1.0},
    "firms, label .2": {"label": 0.2},
    "firms, ownership 5": {"ownership": 5},
    "firms, ownership 30": {"ownership": 30},
    "firms, selection 1 of micro": {"selection": 1.0, "group": "micro"},
}
EVERY_SETTING = (*SETTINGS, *FIRM_SETTINGS)


@dataclass(frozen=True, eq=False)
class People:
    """A frame with what a lender has and what is true, and the sample it is.

    Attributes
    ----------
    frame : DataFrame
        `COLUMNS`, `TRUE`, and what the lender decided before the knobs were turned: ``before``
        with its chance ``propensity_before``. Of firms `FIRM_COLUMNS` and `FIRM_TRUE`.
    crowd : DataFrame or None
        For a sample, the people it stands for: for what an auditor takes from elsewhere, such as
        a census.
    """

    frame: pd.DataFrame
    crowd: pd.DataFrame | None = None


def made(setting: str, n: int, seed: int) -> pd.DataFrame:
    """Return synthetic people of a setting, or firms, with what is true of them beside."""
    if setting in FIRM_SETTINGS:
        firm_bias = ca.FirmBias(**FIRM_SETTINGS[setting])
        firms = ca.make_firms(n, seed=seed, bias=firm_bias, columns=FIRM_COLUMNS)
        assert firms.truth is not None
        return pd.concat([firms.frame, firms.truth[list(FIRM_TRUE)]], axis=1)
    people = ca.make_borrowers(n, seed=seed, bias=ca.Bias(**SETTINGS[setting]), columns=COLUMNS)
    earlier = ca.make_borrowers(n, seed=seed, columns=["approved"])
    assert people.truth is not None
    assert earlier.truth is not None
    before = {
        "before": earlier.frame["approved"],
        "propensity_before": earlier.truth["approval_propensity"],
    }
    return pd.concat([people.frame, people.truth[list(TRUE)]], axis=1).assign(**before)


@cache
def crowd(setting: str, n: int = CROWD) -> People:
    """Return the people that samples of a setting stand for: other people of the same kind."""
    return People(made(setting, n, CROWD_SEED))


def samples(setting: str, size: int, number: int, behind: People) -> Iterator[People]:
    """Yield samples that have nobody in common."""
    everyone = made(setting, size * number, SAMPLE_SEED)
    for place in range(number):
        rows = everyone.iloc[place * size : (place + 1) * size].reset_index(drop=True)
        yield People(rows, behind.frame)
