"""A society: people and firms whose ties, records and debts agree with each other."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from creditaudit.errors import InputError
from creditaudit.populations.biases import Bias
from creditaudit.populations.firms.knobs import FirmBias
from creditaudit.populations.firms.making import firm_columns as columns_of_firms
from creditaudit.populations.packs import Pack
from creditaudit.populations.randomness import whole_seed
from creditaudit.populations.societies.agencies import agencies_frame, society_catalog
from creditaudit.populations.societies.drafts import Draft, drafted
from creditaudit.populations.societies.entries import TODAY, events_frame
from creditaudit.populations.societies.logs import Logs, logged
from creditaudit.populations.societies.months import economy, lived_months
from creditaudit.populations.societies.residents import resident_columns
from creditaudit.populations.societies.society import Society
from creditaudit.populations.societies.ties import RELATIONS, ties_frame

OWNED = ("owner_id", "legal_representative_id")
LIMITS = (
    "A synthetic society. What is found holds relative to its graphs and numbers; it describes "
    "rules, not countries.",
    "Households are formed by age, sex and marital status; nobody's choice of a partner, a job or "
    "a firm is modelled.",
    "Defaults of the months are draws of their own, at the same risk as label_true.",
)


def make_society(
    people: int = 100_000,
    firms: int = 10_000,
    *,
    seed: int = 7,
    bias: Bias | None = None,
    firm_bias: FirmBias | None = None,
    pack: str | Pack = "class_balanced",
    firm_pack: str | Pack = "class_balanced",
    numbers: Mapping[str, float] | None = None,
    columns: Sequence[str] | str | None = None,
    firm_columns: Sequence[str] | str | None = None,
    relations: Iterable[str] | None = None,
    months: int = 12,
    jurisdiction: str = "CN",
    workers: int = 1,
) -> Society:
    """Return people and firms, the ties between them, and everything entered about them.

    Parameters
    ----------
    people, firms : int
        How many of each.
    seed : int
        Any whole number; the same seed gives the same society, whatever else is asked for.
    bias, firm_bias : Bias and FirmBias, optional
        The knobs of people and those of firms, all zero by default.
    pack, firm_pack : str or Pack
        The numbers of people and those of firms.
    numbers : mapping of str to float, optional
        Single numbers of `creditaudit.populations.society_numbers` set to another value, such as
        ``{"contact_homophily": 0.9}``. They count as free.
    columns, firm_columns : sequence of str or "all", optional
        Columns of the vocabulary. By default those of a lender with the ties of each person, and
        everything about firms but numbers of identity.
    relations : iterable of str, optional
        Kinds of ties that are put in the table; all by default. What is left out changes nothing
        else.
    months : int
        How many months from 1 January 2025 on are lived; 0 leaves the record up to that day.
    jurisdiction : str
        Whose texts the legal bases in the catalog are taken from.
    workers : int
        Threads. They change how long it takes and nothing else.

    Returns
    -------
    Society
        ``people`` and ``firms`` (Populations), ``ties``, ``events``, ``debts``, ``catalog``,
        ``agencies`` and ``macro``.

    Raises
    ------
    InputError
        If a number is out of its range, or a kind of tie, a pack or a number is unknown.
    MissingColumn
        If a column cannot be made.

    Notes
    -----
    What is on file agrees with the ties: ``household_size`` counts the people of a household,
    ``employees`` the people who work in a firm, ``contacts`` the contacts of people with a
    telephone, ``guarantees_given`` the debtors one vouches for. Every count of events, such as
    ``late_payments_24m`` or ``judgments_5y``, is the number of entries in the log before
    1 January 2025, mistaken ones among them; those after it are of the months that follow.

    Firms come before people. A firm's risk depends on the ability of its owner; whether it defaults
    then enters the risk of its owner (``owner_shock``) and the jobs of its employees: they lose
    them with chance ``job_loss_trouble`` (in the people's pack). Nothing goes back within the same
    year or month.

    References
    ----------
    Axtell (2001), Science 293, for sizes of firms. Simon (1955), Biometrika 42, for owners of
    several. Onnela and others (2007), PNAS 104, for numbers of contacts.

    Examples
    --------
    >>> world = make_society(2000, 200, seed=7)
    >>> world.first_firm
    2000
    """
    many = [_count(people, "people"), _count(firms, "firms"), _count(workers, "workers")]
    length = _count(months, "months", least=0)
    kinds = _relations(relations)
    plain = whole_seed(seed)
    of_people = resident_columns(columns)
    of_firms = columns_of_firms(firm_columns, OWNED)
    catalog_of = [*of_people, *of_firms]
    catalog = society_catalog(_catalogued(catalog_of), jurisdiction=jurisdiction)
    draft = drafted(
        many[0], many[1], seed=plain, bias=bias, firm_bias=firm_bias, pack=pack,
        firm_pack=firm_pack, changes=numbers, workers=many[2],
    )  # fmt: skip
    logs = logged(draft)
    macro = economy(plain, length, draft.numbers)
    lived = lived_months(logs.risks, macro, plain, draft.firm_world.seed, draft.numbers, many[2])
    last = (TODAY.astype("datetime64[M]") + np.timedelta64(length, "M")).astype("datetime64[D]")
    pairs = {**draft.pairs, "guarantee": logs.guarantees}
    return Society(
        people=draft.people_population(of_people),
        firms=draft.firm_population(of_firms),
        ties=ties_frame({kind: pairs[kind] for kind in RELATIONS if kind in kinds}),
        events=events_frame(
            [*logs.entries, *lived], many[0], last, seed=plain, numbers=draft.numbers
        ),
        debts=logs.debts,
        catalog=catalog,
        agencies=agencies_frame(),
        macro=macro,
        made=_made(draft, logs, kinds, length, numbers),
    )


def _made(
    draft: Draft, logs: Logs, kinds: Sequence[str], months: int,
    numbers: Mapping[str, float] | None,
) -> dict[str, Any]:  # fmt: skip
    pack = draft.society_pack
    free = pack.free(pack.parameters)
    return {
        "name": f"A synthetic society of {draft.n:,} people and {draft.n_firms:,} firms",
        "about": "People and firms made from causal graphs, with ties; they describe nobody.",
        "source": (f"creditaudit, packs {draft.world.pack.name} and {draft.firm_world.pack.name}"),
        "synthetic": True,
        "seed": draft.world.seed,
        "pack": draft.world.pack.name,
        "firm_pack": draft.firm_world.pack.name,
        "bias": draft.world.bias.to_dict(),
        "firm_bias": draft.firm_world.bias.to_dict(),
        "numbers": dict(numbers or {}),
        "relations": list(kinds),
        "months": months,
        "as_of": str(TODAY),
        "free_parameters": free,
        "free_ranges": pack.free_ranges(pack.parameters),
        "limits": list(LIMITS),
        "jurisdictions": (),
        "decision_date": None,
    }


def _catalogued(columns: Iterable[str]) -> list[str]:
    events = (
        "event_id", "entity", "entity_kind", "agency", "event", "date", "finding", "event_amount",
        "act_ended_on", "published_on", "expiry", "repair", "severity", "months_published",
        "conduct_corrected", "commitment_made", "obligations_met", "simple_procedure",
        "legal_document",
    )  # fmt: skip
    return [*columns, *events, "src", "dst", "relation"]


def _relations(asked: Iterable[str] | None) -> tuple[str, ...]:
    kinds = RELATIONS if asked is None else tuple(dict.fromkeys(asked))
    unknown = [kind for kind in kinds if kind not in RELATIONS]
    if unknown:
        msg = f"There are no ties of kind {unknown}. Kinds: {', '.join(RELATIONS)}."
        raise InputError(msg)
    return tuple(kind for kind in RELATIONS if kind in kinds)


def _count(given: Any, name: str, *, least: int = 1) -> int:
    whole = isinstance(given, int | np.integer) and not isinstance(given, bool)
    if not whole or given < least:
        msg = f"{name}={given!r} must be a whole number, {least} or more."
        raise InputError(msg)
    return int(given)
