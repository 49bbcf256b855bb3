"""Is there a way out of the list?"""

from creditaudit.audits.held_worlds import SYNTHETIC, held_regimes, held_society, people_words
from creditaudit.audits.questions import audit
from creditaudit.audits.worlds_kept import once
from creditaudit.errors import InputError
from creditaudit.evidence import Evidence
from creditaudit.finding import Finding, finding_id
from creditaudit.populations.societies.society import Society
from creditaudit.rulebooks import Rulebook
from creditaudit.sharing.feedback_results import Feedback
from creditaudit.sharing.feedbacks import DEFAULT_RETENTION, feedback, repealed
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.retentions import Retention, retention_of
from creditaudit.sharing.sweeps import Swept

NAME = "list_exit"
QUESTION = "Is there a way out of the list?"
MONTHS = 60
SEEDS = (0,)
KEEPERS = ("court", "credit_bureau")
METHOD = (
    "People lived with for 60 months, all under the same luck: a default can be listed, measures "
    "take income and press people to pay, income moves the odds of the next default, entries last "
    "as the text says. Lock-in: of those first listed in the first 24 months, who is on the list "
    "in 30 or more of 60. Ranges are those of a sweep: each free number at both ends of its range, "
    "and all of them together."
)
LIMITS = (
    SYNTHETIC,
    "No coefficient is measured: the range says what can come out, and no number in it is likelier "
    "than another.",
    "One list is followed, for unpaid debts. Prices and the supply of credit do not answer.",
    "What else ends an entry by the text (a settlement, a stay, a search without result) is left "
    "out.",
)
SHOWN = ["measure", "value", "low", "high", "kind", "note"]


@audit(
    question=QUESTION,
    needs=("society", "regimes"),
    estimand="share of those first listed in the first two years who are on the list in half of "
    "five years or more, over the ranges of the free coefficients",
    topic="retention",
)
def list_exit(evidence: Evidence) -> list[Finding]:
    """Return for each rule how long people stay on the list, and what creditors are paid.

    References
    ----------
    Musto, D. K. (2004). What happens when information leaves a market? Journal of Business 77,
    725-748.
    """
    world = held_society(evidence)
    return [_finding(world, name, one) for name, one in held_regimes(evidence).items()]


def _finding(world: Society, name: str, regime: SharingRegime) -> Finding:
    agency = next((one for one in KEEPERS if one in regime.agencies), None)
    if agency is None:
        return _untold(name, f"The regime has none of the lists followed here: {list(KEEPERS)}.")
    kept = retention_by(regime)
    beside = repealed(regime) if regime.imports or regime.ties else None
    try:
        found = once(
            world, (NAME, regime.hash, kept),
            lambda: feedback(
                world, regime, months=MONTHS, against=beside, retention=kept, agency=agency,
                seeds=SEEDS,
            ),
        )  # fmt: skip
    except InputError as error:
        return _untold(name, str(error))
    return _told(world, name, found)


def _told(world: Society, name: str, found: Feedback) -> Finding:
    lock, paid = found["lock_in"], found["creditors_paid"]
    beside = ""
    if found.against is not None:
        less, lost = found["lock_in, difference"], found["income_lost_per_person, difference"]
        more = found["paid_per_person, difference"]
        beside = (
            f" Against the same list unshared: {_points(less)} in lock-in; a person and year, "
            f"{_money(more)} paid to creditors and {_money(lost)} of income lost, in the currency "
            "of the society."
        )
    claim = (
        f"{name}, entries of {found.agency} kept {found.retention.words}: of 100 "
        f"{people_words(world)} first listed in two years, {_per_hundred(lock)} are on the list in "
        f"at least 30 of 60 months, and creditors are paid {_per_hundred(paid)} of every 100 that "
        f"fall due.{beside} Ranges over {len(found.parameters)} numbers that nobody has measured."
    )
    ends = lock.numbers()
    frame = found.frame
    return Finding(
        id=finding_id(NAME, name, found.retention.name), audit=NAME, question=QUESTION,
        claim=claim, status="descriptive", unit="per cent", n=float(world.people.n), group=name,
        confidence="low", table=frame[SHOWN].astype(object), method=METHOD, limits=LIMITS,
        estimate=100 * ends["estimate"], low=100 * ends["low"], high=100 * ends["high"],
    )  # fmt: skip


def _untold(name: str, why: str) -> Finding:
    return Finding(
        id=finding_id(NAME, name, "untold"), audit=NAME, question=QUESTION,
        claim=f"{name}: nothing can be told. {why}", status="cannot_tell", group=name,
    )  # fmt: skip


def retention_by(regime: SharingRegime) -> Retention:
    """Return how long entries last by the first rulebook of a regime that says so; else 2 years."""
    for name in regime.rulebooks:
        book = Rulebook.load(name)
        for row in book.contents.lists:
            try:
                return retention_of(book, list=row.id)
            except InputError:
                # Its terms differ by rule, or cannot be read here.
                continue
    return DEFAULT_RETENTION


def _per_hundred(one: Swept) -> str:
    return f"{100 * one.low:.0f} to {100 * one.high:.0f}"


def _points(one: Swept) -> str:
    return f"{100 * one.low:+.0f} to {100 * one.high:+.0f} percentage points"


def _money(one: Swept) -> str:
    return f"{one.low:+,.0f} to {one.high:+,.0f}"
