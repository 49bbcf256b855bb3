"""`information_value`: what each sector's data are worth, and at whose cost."""

from collections.abc import Mapping, Sequence
from typing import Any

from creditaudit.errors import InputError
from creditaudit.sharing.coalition_games import EXACT, fits, games_of
from creditaudit.sharing.coalition_measures import Terms, check_metrics
from creditaudit.sharing.sector_worths import InformationValue
from creditaudit.sharing.valued_people import ValuedPeople, Wanted, people_to_value

MOST_SECTORS = 12
METRICS = ("auc", "brier", "profit", "approval_gap", "wrongful_refusal_gap")
LIMITS = (
    "What data are worth to this kind of model, fitted on these people; another kind may use them "
    "better. Nothing is said of other uses of the same data.",
    "A Shapley value averages over every order in which sectors could join. No order is the one "
    "that happened, and shares of it are nobody's due.",
    "That a sector moves approvals against a group does not say why it tells the group, nor that "
    "it may not be used.",
    "The share of people alone with their values is among the people of this table, on the inputs "
    "only; it falls with more people and rises with more columns.",
)


def information_value(
    world: Any, scorer: Any, *,
    sectors: Sequence[str] | Mapping[str, Any] | None = None, base: Sequence[str] = (),
    metrics: Sequence[str] = METRICS, group: str | None = None, reference: Any = None,
    incumbent: Sequence[str] | None = None, outcome: str | None = None,
    judged_by: str | None = None, share: float | None = None, gain: float = 1.0, loss: float = 4.0,
    margin: float = 0.01, gap_margin: float = 0.02, tested: float = 0.3, draws: int = 200,
    refits: int = 3, most_people: int = 20_000, key: str | None = None, seed: int = 0,
    workers: int = 1,
) -> InformationValue:  # fmt: skip
    """Return what the data of each sector add to a model, and what they cost people.

    The model is fitted again on the columns of every coalition of sectors, and all fits are put to
    the same other people.

    Parameters
    ----------
    world : Society, Population or DataFrame
        One row a person. Columns have their sector from the catalog; those of a plain table from
        the vocabulary, or as ``sectors`` says.
    scorer : classifier
        Any of scikit-learn's shape, with ``fit`` and ``predict_proba``; a fitted one is copied and
        fitted anew. Words and missing values are made numbers for those that take none.
    sectors : sequence of str or mapping, optional
        The sectors to value; or column -> sector, or sector -> columns. All but the base by
        default. Up to eight every coalition is fitted; from nine to twelve one model that was
        fitted with data hidden stands in, and its error is found and told.
    base : sequence of str
        Sectors whose columns every coalition has.
    metrics : sequence of str
        Any of ``auc``, ``brier``, ``log_loss``, ``profit`` and the gaps ``approval_gap``,
        ``wrongful_refusal_gap``, ``calibration_gap``. Exposure is always added, and
        ``approval_gap`` where no gap is named.
    group, reference : optional
        The column of the groups, and the one that all others are set against; by default the first
        group of the roles, and the level of most people.
    incumbent : sequence of str, optional
        Sectors that whoever decides has already; by default the base, or the bank where there is
        no base.
    outcome, judged_by : str, optional
        The columns that models are fitted to and measured against: 1 bad, 0 good, missing where not
        known. For synthetic people what was recorded and what is true of everyone; otherwise the
        outcome of the roles for both.
    share : float, optional
        Of people approved by every model; the share on record, or one half.
    gain, loss : float
        What a good payer approved brings and a bad one costs.
    margin, gap_margin : float
        What counts as little of the first metric, and of the gap.
    tested : float
        Share of people measured on; the others are fitted on. Drawn by person, not by row.
    draws : int
        Sets of people drawn from those tested, for the ranges; 20 or more.
    refits : int
        Into how many parts the people fitted on are dealt, each with fits of its own, to find how
        much fits on other people would differ. With 0 ranges hold for these fits alone.
    most_people : int
        Of more, so many are drawn.
    key : str, optional
        The column that says who a row is; ``person_id`` where there is one.
    seed : int
    workers : int
        Processes. The result is the same for any number.

    Returns
    -------
    InformationValue

    Raises
    ------
    InputError
        If sectors have no inputs, people are too few, or the scorer cannot be fitted again.

    Notes
    -----
    phi_a = sum over coalitions C without a, of c sectors, of
    c! (S - c - 1)! / S! [v(C + a) - v(C)], exactly, so that the values of a metric add up to
    v(all) - v(none). Columns that are protected, name somebody, or are known only after the
    decision are never inputs. Without columns everyone has
    the same risk.

    References
    ----------
    Shapley, L. S. (1953). A value for n-person games. Contributions to the Theory of Games 2,
    307-317. Williamson, B. D. and Feng, J. (2020). Efficient nonparametric statistical inference on
    population feature importance using Shapley values. ICML 2020.
    """
    asked = check_metrics(metrics)
    _check(draws, refits, workers, tested, most_people, margin, gap_margin, gain, loss)
    people = people_to_value(world, Wanted(
        sectors=sectors, base=base, group=group, outcome=outcome, judged_by=judged_by, key=key,
        share=share, tested=tested, most_people=most_people, refits=refits, seed=seed,
    ))  # fmt: skip
    players = people.columns.sectors
    if len(players) > MOST_SECTORS:
        msg = (
            f"{len(players)} sectors have 2**{len(players)} coalitions. Join some, or put some in "
            f"base=, to at most {MOST_SECTORS}."
        )
        raise InputError(msg)
    side = people.side(group, reference)
    held = _incumbent(people, incumbent)
    terms = Terms(gain=gain, loss=loss, share=people.share, draws=draws, seed=_small(seed))
    made = fits(scorer, people, seed=_small(seed), workers=workers)
    return InformationValue(
        people, side, asked, held, terms, made, games_of(made, people, side, asked, terms), margin,
        gap_margin, _method(people, scorer, terms), LIMITS,
    )  # fmt: skip


def _small(seed: int) -> int:
    """Return a seed that every generator takes: no negative ones, none beyond 32 bits."""
    return int(seed) % 2**32


def _incumbent(people: ValuedPeople, asked: Sequence[str] | None) -> tuple[str, ...]:
    own = people.columns
    if asked is None:
        return own.base_sectors or tuple(one for one in own.sectors if one == "bank")
    known = (*own.sectors, *own.base_sectors)
    if isinstance(asked, str) or any(one not in known for one in asked):
        msg = f"incumbent={asked!r} must be a list of sectors among {', '.join(known)}."
        raise InputError(msg)
    return tuple(asked)


def _method(people: ValuedPeople, scorer: Any, terms: Terms) -> str:
    own = people.columns
    number = len(own.sectors)
    how = (
        f"{type(scorer).__name__} fitted on each of {2**number} coalitions of {number} sectors"
        if number <= EXACT
        else f"{type(scorer).__name__} fitted once with data of {number} sectors hidden, in place "
        f"of {2**number} coalitions, mended by fits on {2 * number + 2} of them"
    )
    parts = (
        f" Errors of fitting by fits on {len(people.parts)} parts of the people fitted on."
        if people.parts
        else " Ranges hold for these fits, and not for others fitted on new people."
    )
    return (
        f"{how}: on {len(people.fitted):,} people, to {people.fitted_to}; measured on "
        f"{len(people.tested):,} others against {people.judged_by}. Each approves "
        f"{people.share:.1%}. Ranges by {terms.draws} sets of people drawn from those measured on, "
        f"paired.{parts}"
    )


def _check(
    draws: int, refits: int, workers: int, tested: float, most_people: int, margin: float,
    gap_margin: float, gain: float, loss: float,
) -> None:  # fmt: skip
    faults = [
        f"{name}={given!r} must be {wanted}."
        for name, given, ok, wanted in (
            ("draws", draws, draws >= 20, "20 or more"),
            ("refits", refits, refits == 0 or refits >= 2, "0, or 2 or more"),
            ("workers", workers, workers >= 1, "1 or more"),
            ("tested", tested, 0 < tested < 1, "between 0 and 1"),
            ("most_people", most_people, most_people >= 1, "1 or more"),
            ("margin", margin, margin >= 0, "0 or more"),
            ("gap_margin", gap_margin, gap_margin >= 0, "0 or more"),
            ("gain", gain, gain > 0, "positive"),
            ("loss", loss, loss >= 0, "0 or more"),
        )
        if not ok
    ]
    if faults:
        raise InputError(" ".join(faults))
