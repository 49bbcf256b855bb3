"""Values of a report's JSON in words: numbers, roles, columns, marks."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from creditaudit.charts import count, ratio_words, shorten
from creditaudit.law.entries import MARKS

ACCESS = (
    "published rules only",
    "counts",
    "decisions with groups, person by person",
    "decisions and inputs, person by person",
    "the model, or the right to query it",
    "training data, flows between agencies, and logs",
)
ORIGINS = {
    "rows": "one row a person",
    "counts": "a table of counts",
    "published": "a published tally",
}
STATUS_SHAPES = {"beyond": "◆", "not_beyond": "◇", "cannot_tell": "?", "descriptive": "–"}
RATINGS = {"low": 1, "medium": 2, "moderate": 2, "high": 3, "severe": 3}
COLUMNS = {
    "n": "People",
    "approved": "Approved",
    "refused": "Refused",
    "value": "Rate",
    "ratio": "Ratio",
    "p_value": "p",
    "p_adjusted": "Adjusted p",
    "share": "Share",
    "what": "What",
    "who": "Who",
    "note": "Note",
}
RATIO_RANGE = ("ratio_low", "ratio_high")
RANGES = {
    ("low", "high"): "95\u00a0% range",
    ("bound_low", "bound_high"): "Worst-case bounds",
    RATIO_RANGE: "Range, all comparisons",
}
RATES = ("value", "share")
PERCENT = re.compile(r"(?<=\d) %")
# Not the no-break space.
SPACE = re.compile(r"[ \t\r\n\f\v]+")
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z0-9])")
# Characters that would turn the text around them; a label keeps its own direction in <bdi>.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def printable(value: Any) -> Any:
    """Return the JSON value with characters that a page cannot hold replaced, at every depth."""
    if isinstance(value, str):
        # A number and its percent sign stay on one line.
        return PERCENT.sub("\u00a0%", "".join(map(_printable, value)))
    if isinstance(value, Mapping):
        return {printable(name): printable(inner) for name, inner in value.items()}
    return [printable(inner) for inner in value] if isinstance(value, list | tuple) else value


def capped(value: Any, most: int) -> Any:
    """Return the JSON value with every text cut to a number of characters, and saying so."""
    if isinstance(value, str):
        return (
            value if len(value) <= most else f"{value[:most]} … (cut here; the JSON has all of it)"
        )
    if isinstance(value, Mapping):
        return {name: capped(inner, most) for name, inner in value.items()}
    return [capped(inner, most) for inner in value] if isinstance(value, list) else value


def clip(text: str, width: int) -> str:
    """Return one line of at most this display width, cut between words where there are any."""
    line = SPACE.sub(" ", text).strip()
    cut = shorten(line, width)
    if cut == line:
        return line
    words = shorten(line, width - 1)[:-1].rpartition(" ")[0].rstrip(" ,;:(")
    return f"{words} …" if len(words) > 0.6 * len(cut) else cut


def opening(text: str, width: int) -> str:
    """Return the whole sentences that a text opens with, as far as they fit; or a part of one."""
    kept = ""
    for sentence in SENTENCE.split(SPACE.sub(" ", text).strip()):
        longer = f"{kept} {sentence}".strip()
        if shorten(longer, width) != longer:
            break
        kept = longer
    return kept or clip(text, width)


def headed(text: str, width: int) -> dict[str, str]:
    """Return a text as a heading of whole sentences and the rest; all of it where none fits."""
    line = SPACE.sub(" ", text).strip()
    head = opening(line, width)
    head = head if line.startswith(head) else line
    return {"head": head, "rest": line[len(head) :].strip()}


def day(iso: str) -> str:
    """Return "23 November 2026" for an ISO date."""
    at = date.fromisoformat(iso)
    return f"{at.day} {at:%B} {at.year}"


def size(finding: Mapping[str, Any], low: str = "low", high: str = "high") -> str:
    """Return the estimate of a finding with one of its ranges, in its unit."""
    ends = finding["estimate"], finding[low], finding[high]
    if ends == (None, None, None):
        return "–" if finding["status"] == "descriptive" else "undefined"
    if finding["unit"] == "share":
        return _with_range(*(None if x is None else f"{100 * x:.1f}" for x in ends)) + "\u00a0%"
    if finding["unit"] in ("ratio", ""):
        return ratio_words(*ends)
    # Four digits of an amount over 1,000 would be written with an exponent.
    return _with_range(
        *(None if x is None else f"{x:,.0f}" if abs(x) >= 1000 else f"{x:,.4g}" for x in ends)
    )


def family_range(finding: Mapping[str, Any]) -> str:
    """Return the range that holds for all comparisons, or nothing when there is none."""
    low, high = finding["low_family"], finding["high_family"]
    if low is None and high is None:
        return ""
    return _range(low, high, rate=finding["unit"] == "share")


def rating(word: str) -> int:
    """Return 0 (not rated) to 3 (high)."""
    return RATINGS.get(word.lower(), 0)


def rating_marks(word: str, full: str, hollow: str) -> str:
    """Return three shapes for a rating, none when it is not rated."""
    rank = rating(word)
    return full * rank + hollow * (3 - rank) if rank else ""


def mark_words(mark: str) -> str:
    """Return how a law entry is known; unknown marks are printed as they are."""
    return "; ".join(MARKS.get(part.strip(" []"), part) for part in mark.split("/"))


def key_columns(columns: Sequence[str]) -> list[str]:
    """Return the columns that name a row: those before the count of people."""
    return list(columns[: columns.index("n")]) if "n" in columns else list(columns[:1])


def told_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], audit: str
) -> tuple[list[tuple[str, bool]], list[list[str]]]:
    """Return headings, each with whether its column holds numbers, and cells as text.

    The two ends of a range become one column. A group column keeps its own name, whatever it is
    called.
    """
    keys = 0 if audit == "blind_spots" else len(key_columns(columns))
    heads: list[tuple[str, bool]] = []
    told: list[list[str]] = []
    at = 0
    while at < len(columns):
        values = [row[at] for row in rows]
        name, pair = columns[at], tuple(columns[at : at + 2])
        if at >= keys and pair in RANGES:
            ends = zip(values, (row[at + 1] for row in rows), strict=True)
            told.append([_range(*end, rate=pair != RATIO_RANGE) for end in ends])
            heads.append((RANGES[pair], True))
            at += 2
            continue
        head = COLUMNS.get(name, name.replace("_", " ")) if at >= keys else name
        shape = _shape(name, values) if at >= keys else _plain
        empty = "(missing)" if at < len(key_columns(columns)) else "–"
        told.append([_cell(value, shape, empty) for value in values])
        heads.append((head, all(isinstance(value, int | float | None) for value in values)))
        at += 1
    return heads, [list(row) for row in zip(*told, strict=True)]


def p_words(p: float | None) -> str:
    """Return a p-value to three decimals."""
    return "–" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def roles_in_words(roles: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return terms and sentences on which column plays which part."""
    words = []
    for role, term in (("groups", "Groups compared"), ("strata", "Compared within")):
        if roles.get(role):
            words.append((term, ", ".join(map(str, roles[role]))))
    if roles.get("decision") is not None:
        refused = roles.get("unfavourable")
        rest = "every other value is a refusal"
        if refused is not None:
            values = refused if isinstance(refused, list | tuple) else [refused]
            rest = f"{_either(values)} means refused; any other value is no decision"
        text = f"column {roles['decision']}: {roles.get('favourable')} means approved; {rest}"
        words.append(("Decision", text))
    if roles.get("outcome") is not None:
        good = f"column {roles['outcome']}: {roles.get('good')} means paid as agreed"
        words.append(("Outcome", good))
    if roles.get("score") is not None:
        text = f"column {roles['score']}: higher is {roles.get('higher_is')}"
        if roles.get("score_range"):
            low, high = roles["score_range"]
            text += f"; from {low:g} to {high:g}"
        words.append(("Score", text))
    for role, term, what in (
        ("weight", "Survey weight", "how many people a row stands for"),
        ("cluster", "Sampled in clusters", "ranges allow for it"),
        ("period", "Period", "when the decision fell"),
    ):
        if roles.get(role) is not None:
            words.append((term, f"column {roles[role]}: {what}"))
    return words


def score_words(report: Mapping[str, Any]) -> str | None:
    """Return how scores were cut into bins and into decisions, if they were."""
    bins, cutoff = report["score_bins"], report["cutoff"]
    parts = []
    if isinstance(bins, int):
        parts.append(f"{bins} bins")
    elif bins == "exact":
        parts.append("every value its own bin")
    elif bins:
        parts.append(f"{max(len(bins) - 1, 1)} bins from {bins[0]:g} to {bins[-1]:g}")
    if cutoff is not None:
        parts.append(f"cut-off {cutoff:g}")
    return "; ".join(parts) or None


def _printable(char: str) -> str:
    if char in "\n\t":
        return char
    if char in TURNING:
        return ""
    return "\ufffd" if unicodedata.category(char) in ("Cc", "Cs") else char


def _with_range(value: str | None, low: str | None, high: str | None) -> str:
    shown = "undefined" if value is None else value
    if low is None and high is None:
        return shown
    return f"{shown} ({low or 'no limit'} to {high or 'no limit'})"


def _shape(name: str, values: Sequence[Any]) -> Callable[[float], str]:
    numbers = [x for x in values if isinstance(x, int | float) and not isinstance(x, bool)]
    if name in RATES and all(0 <= x <= 1 for x in numbers):
        return _percent
    if name in ("p_value", "p_adjusted"):
        return p_words
    return _ratio if name == "ratio" else _plain


def _range(low: float | None, high: float | None, *, rate: bool) -> str:
    if low is None and high is None:
        return "–"
    if rate and all(x is None or 0 <= x <= 1 for x in (low, high)):
        ends = [None if x is None else f"{100 * x:.1f}" for x in (low, high)]
        return f"{ends[0] or 'no limit'} to {ends[1] or 'no limit'}\u00a0%"
    ends = [None if x is None else _ratio(x) for x in (low, high)]
    return f"{ends[0] or 'no limit'} to {ends[1] or 'no limit'}"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}\u00a0%"


def _ratio(value: float) -> str:
    return ratio_words(value, None, None)


def _plain(value: float) -> str:
    whole = float(value).is_integer() or abs(value) >= 100
    return count(value) if whole else f"{value:.4g}"


def _cell(value: Any, shape: Callable[[float], str], empty: str) -> str:
    if value is None:
        return empty
    if isinstance(value, bool):
        return "yes" if value else "no"
    return shape(value) if isinstance(value, int | float) else str(value)


def _either(values: Sequence[Any]) -> str:
    return " or ".join(map(str, values))
