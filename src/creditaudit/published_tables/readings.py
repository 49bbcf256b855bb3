"""What the text of one cell says, under one way to write numbers."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from creditaudit.published_tables.sheet_cells import Cell

Kind = Literal["empty", "word", "number", "range", "symbol", "percent", "money", "unclear"]

SPACES = "\u00a0\u2007\u2009\u202f\u2002\u2003\u200a\u3000\t\n"
DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_CLEAN = str.maketrans({**dict.fromkeys(SPACES, " "), **dict.fromkeys(DASHES, "-"), "\u2019": "'",
                        "\u02bc": "'", "\u200b": None, "\ufeff": None, "\u00ad": None})  # fmt: skip
# Small raised digits are marks of a note, never part of a number.
RAISED = "\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079\u1d43\u1d47\u1d9c"
SYMBOLS = {
    "*", "**", "***", "-", "--", "---", ".", "..", "...", "\u2026", ":", "x", "X", "c", "C",
    "s", "S",
    "n/a", "N/A", "na", "NA", "n.a.", "N.A.", "n.a", "nd", "n.d.", "ND", "k.A.", "k. A.", "s.d.",
    "#", "##", "?", "/", "[c]", "[x]", "[z]", "[u]", "[low]", "(x)", "(D)", "D", "S*", "\u2020",
    "\u2021",
    "NULL", "null", "NaN", "nan", "None", "suppressed", "withheld", "confidential", "missing", "z",
}  # fmt: skip
_MONEY = re.compile(r"[€£$¥₹]|\b(EUR|USD|GBP|CHF)\b")
_MARK = re.compile(
    rf"(?P<rest>.*[\d%)])\s*(?P<mark>[{RAISED}]+|[*†‡§#]+|\[[0-9a-z]{{1,2}}\]|\([a-z]\)|\s?[a-dfgpr])$"
)
_BOTH = re.compile(r"(?P<n>[^()]+?)\s*\(\s*(?P<p>[^()%]+?)\s*(?P<sign>%?)\s*\)$")
_UNDER = re.compile(
    r"(?P<sign>< ?=|<|≤|=<|under|below|fewer than|less than|weniger als|unter|moins de|menos de|"
    r"up to|at most|bis zu) ?(?P<n>\d{1,3})$", re.I,
)  # fmt: skip
_FROM_TO = re.compile(r"(?P<low>\d{1,3}) ?(-|to|bis|à|a) ?(?P<high>\d{1,3})$", re.I)


@dataclass(frozen=True)
class Convention:
    """One way to write numbers: what stands between thousands, and before decimals."""

    name: str
    thousands: str
    decimal: str
    indian: bool = False

    def number(self, text: str) -> Decimal | None:
        """Return the number a text spells, or None."""
        if not text.isascii():
            return None
        whole, mark, part = text.partition(self.decimal)
        if mark and not (part.isdigit() and part):
            return None
        gap = re.escape(self.thousands)
        grouped = (
            rf"\d{{1,2}}({gap}\d\d)+{gap}\d{{3}}" if self.indian else rf"\d{{1,3}}({gap}\d{{3}})+"
        )
        if not re.fullmatch(rf"\d+|{grouped}", whole):
            return None
        if re.match(rf"0({gap}|\d)", whole):
            return None  # a code such as 007, or 0.123 read as grouped
        return Decimal(whole.replace(self.thousands, "") + ("." + part if mark else ""))


CONVENTIONS = (
    Convention("1,234.5", ",", "."),
    Convention("1.234,5", ".", ","),
    Convention("1 234.5", " ", "."),
    Convention("1 234,5", " ", ","),
    Convention("1'234.5", "'", "."),
    Convention("1'234,5", "'", ","),
    Convention("1,23,456.7", ",", ".", indian=True),
)
PLAIN = Convention("stored", "\0", ".")


@dataclass(frozen=True)
class Reading:
    """What one cell says.

    Attributes
    ----------
    kind : str
        "number": ``value``; "range": at least ``low`` and at most ``high``; "symbol": ``text``
        stands for a number that is not told; "percent": ``value`` with ``decimals``; "unclear":
        has digits and is none of these.
    share : Decimal or None
        The per cent in brackets beside a number.
    mark : str
        Mark of a note.
    """

    kind: Kind
    text: str = ""
    value: Decimal | None = None
    low: int = 0
    high: int = 0
    decimals: int = 0
    share: Decimal | None = None
    share_decimals: int = 0
    mark: str = ""

    @property
    def numeric(self) -> bool:
        """Whether the cell stands where a number stands."""
        return self.kind not in ("empty", "word")


def tidy(text: str) -> str:
    """Return a text with one kind of blank, dash and apostrophe, and no blanks around it."""
    return re.sub(" +", " ", text.translate(_CLEAN)).strip()


def read_cell(cell: Cell, convention: Convention) -> Reading:
    """Return what a cell says when numbers are written in one way."""
    text = tidy(cell.text)
    if not text:
        return Reading("empty")
    if cell.typed:
        convention = PLAIN
    if text in SYMBOLS:
        return Reading("symbol", text)
    if _MONEY.search(text):
        digits = any(map(str.isdigit, text)) and not re.search(r"[A-Za-z]{4,}", text)
        return Reading("money" if digits else "word", text)
    found = _plain(text, convention)
    if found is not None:
        return found
    marked = _MARK.match(text)
    if marked:
        found = _plain(marked["rest"].strip(), convention)
        if found is not None:
            return Reading(**{**found.__dict__, "text": text, "mark": marked["mark"].strip()})
    return Reading("unclear" if _has_number(text) else "word", text)


def _plain(text: str, convention: Convention) -> Reading | None:
    if under := _UNDER.match(text):
        closed = under["sign"] not in ("<",) and not re.search(
            "under|below|than|weniger|unter|moins|menos", under["sign"], re.I
        )
        return Reading("range", text, low=0, high=int(under["n"]) - (not closed))
    if (bounds := _FROM_TO.match(text)) and int(bounds["low"]) < int(bounds["high"]):
        return Reading("range", text, low=int(bounds["low"]), high=int(bounds["high"]))
    if text.endswith("%"):
        value = convention.number(text[:-1].strip())
        return None if value is None else Reading("percent", text, value, decimals=_decimals(value))
    value = convention.number(text)
    if value is not None:
        return Reading("number", text, value, decimals=_decimals(value))
    if both := _BOTH.match(text):
        count, share = convention.number(both["n"].strip()), convention.number(both["p"])
        if count is not None and share is not None and share <= 100:
            # Without a sign, 45 (12) may as well be a count and the mark of a note.
            if not both["sign"] and not _decimals(share):
                return Reading("unclear", text)
            return Reading(
                "number", text, count, decimals=_decimals(count), share=share,
                share_decimals=_decimals(share),
            )  # fmt: skip
    return None


def _decimals(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def _has_number(text: str) -> bool:
    return bool(re.fullmatch(r"[^A-Za-z]*\d[^A-Za-z]*([A-Za-z]{1,3}\.?)?", text))


def without_marks(text: str, notes: frozenset[str]) -> str:
    """Return a label without the marks of notes that stand under the table."""
    text = tidy(text)
    text = re.sub(rf"[{RAISED}†‡§]+$", "", text).strip()
    text = re.sub(r"(?<=\w)\*+$", "", text).strip()
    found = re.search(r"\s*(\[[0-9a-z]{1,2}\]|\([0-9a-z]\))$", text)
    if found and found[1].strip("[]()") in notes:
        text = text[: found.start()].strip()
    return text.rstrip(":").strip() or text


def is_fraction(value: Decimal) -> bool:
    """Whether a number is not whole."""
    return value != value.to_integral_value()


def marks_of_notes(lines: Iterator[str]) -> frozenset[str]:
    """Return the marks with which the notes under a table begin."""
    found = set()
    for line in lines:
        text = unicodedata.normalize("NFC", tidy(line))
        match = re.match(
            rf"([{RAISED}]+|[*†‡§#]+|\[[0-9a-z]{{1,2}}\]|\([0-9a-z]\)|[0-9a-z](?=[.):= ] ?\S))",
            text,
        )
        if match:
            found.add(match[1].strip("[]()"))
    return frozenset(found)
