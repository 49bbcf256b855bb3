"""Published tables with every oddity, made at random from a truth that is known."""

import csv
import io
import random
from dataclasses import dataclass, field

GROUPS = [
    ("Race", ["White", "Black", "Asian", "Hispanic", "Other"]),
    ("Region", ["North", "South-West", "Île-de-France", "Baden-Württemberg", "East (rural)"]),
    ("Age", ["18-24", "25-34", "35-49", "50-64", "65 and over"]),
    ("", ["Single", "Married", "Widowed", "Divorced"]),
    ("District", ["01", "02", "03", "04", "10"]),
]
DECISIONS = [
    ("Approved", "Refused"), ("Granted", "Denied"), ("Bewilligt", "Abgelehnt"),
    ("Accordé", "Refusé"), ("Approved", "Refused", "Withdrawn"),
    ("Originated", "Denied", "Incomplete"),
]  # fmt: skip
TOTALS = ["Total", "All", "Gesamt", "Insgesamt", "Ensemble", "TOTAL", "Grand total"]
EVERYONE = ["Applications", "Applicants", "Anträge", "Demandes", "Number of applications"]
# thousands, decimal
SPELLINGS = [
    ("", "."),
    ("", ","),
    (",", "."),
    (".", ","),
    ("\u00a0", ","),
    ("\u202f", ","),
    (" ", "."),
    ("'", "."),
]
NOTES = [
    "Note: withdrawn applications are left out.", "Source: annual report of the ministry, p. 12.",
    "Quelle: Jahresbericht 2023", "Percentages may not add up to 100 because of rounding.",
    "* as of 31 December", "Data for 2023.",
]  # fmt: skip


@dataclass
class Made:
    """A table as published: rows of texts, what is true of it, and which oddities it has."""

    rows: list[list[str]]
    truth: dict[frozenset[str], int]
    oddities: set[str] = field(default_factory=set)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    body: int = 0


def spell(number: int, style: tuple[str, str]) -> str:
    return f"{number:,}".replace(",", style[0])


def spell_share(part: int, whole: int, decimals: int, style: tuple[str, str], sign: str) -> str:
    share = round(100 * part / whole, decimals) if whole else 0
    return f"{share:.{decimals}f}".replace(".", style[1]) + sign


def make(seed: int) -> Made:
    """Return a random table; equal seeds give equal tables."""
    rng = random.Random(seed)
    kind = rng.choice(
        ["wide", "wide", "wide", "turned", "long", "spans", "two labels", "asked and approved",
         "per cent only", "sections", "stacked", "n (%)"]
    )  # fmt: skip
    made = BUILDERS[kind](rng)
    made.oddities.add(kind)
    _around(made, rng)
    return made


def _numbers(rng: random.Random, count: int) -> list[int]:
    top = rng.choice([9, 60, 900, 4_000, 90_000, 2_000_000])
    return [rng.randint(0 if rng.random() < 0.2 else 1, top) for _ in range(count)]


def _choose(rng: random.Random):
    name, groups = rng.choice(GROUPS)
    groups = rng.sample(groups, rng.randint(2, len(groups)))
    return name, groups, rng.choice(DECISIONS), rng.choice(SPELLINGS)


def _wide(rng: random.Random, *, brackets: bool = False) -> Made:
    name, groups, decisions, style = _choose(rng)
    made = Made([], {})
    counts = {g: _numbers(rng, len(decisions)) for g in groups}
    made.truth = {
        frozenset((g, d)): n for g in groups for d, n in zip(decisions, counts[g], strict=True)
    }
    row_total, column_total = rng.random() < 0.6, rng.random() < 0.6
    share = not brackets and rng.random() < 0.4
    sign, decimals = rng.choice(["%", " %", ""]), rng.choice([0, 1, 1, 2])
    everyone = rng.random() < 0.3
    label = rng.choice(EVERYONE if everyone else TOTALS)
    front = everyone and rng.random() < 0.5
    header = [name, *decisions]
    if column_total:
        header.insert(1 if front else len(header), label)
        made.oddities.add("total column")
    if share:
        header.append(rng.choice(["% approved", "Approval rate", "Share approved (%)"]))
        sign = sign if "%" not in header[-1] else rng.choice([sign, ""])
        made.oddities.add("per cent column")
    made.rows.append(header)
    lines = [(g, counts[g]) for g in groups]
    if row_total:
        lines.append((rng.choice(TOTALS), [sum(x) for x in zip(*counts.values(), strict=True)]))
        made.oddities.add("total row")
        if rng.random() < 0.2:
            lines.insert(0, lines.pop())
    hide = _hiding(rng, made)
    wrong = rng.choice(groups) if row_total and column_total and rng.random() < 0.2 else None
    for g, cells in lines:
        total = sum(cells)
        shown = [hide(n) if g in groups and g != wrong else None for n in cells]
        texts = [h if h is not None else spell(n, style) for h, n in zip(shown, cells, strict=True)]
        if brackets:
            texts = [
                f"{t} ({spell_share(n, total, max(decimals, 1), style, '%')})" if h is None else t
                for t, n, h in zip(texts, cells, shown, strict=True)
            ]
        if g == wrong:
            at = rng.randrange(len(cells))
            texts[at] = spell(_misread(rng, cells[at]), style)
            made.oddities.add("misread")
        if column_total:
            texts.insert(0 if front else len(texts), spell(total, style))
        if share:
            hidden = shown[0] is not None
            texts.append("" if hidden else spell_share(cells[0], total, decimals, style, sign))
        made.rows.append([g, *texts])
    return made


def _misread(rng: random.Random, number: int) -> int:
    digits = list(str(number))
    at = rng.randrange(len(digits))
    digits[at] = str((int(digits[at]) + rng.randint(1, 9)) % 10)
    found = int("".join(digits))
    return found if found != number else number + 1


def _hiding(rng: random.Random, made: Made):
    how = rng.choice(
        [None, None, None, "<5", "< 5", "fewer than 5", "*", "-", "n/a", "x", "", "1-4", "..", "†"]
    )
    if how is None:
        return lambda n: None
    told = rng.random() < 0.5

    def hide(n: int) -> str | None:
        if n == 0 and how == "-":
            made.oddities.add("nil as -")
            if told and "- = nil" not in made.oddities:
                made.oddities.add("- = nil")
            return "-"
        if how != "-" and 1 <= n < 5:
            made.oddities.add(f"hidden as {how or 'empty'}")
            if told and how in ("*", "x", "†"):
                made.oddities.add(f"{how} = fewer than 5")
            return how
        return None

    return hide


def _turned(rng: random.Random) -> Made:
    name, groups, decisions, style = _choose(rng)
    counts = {d: _numbers(rng, len(groups)) for d in decisions}
    made = Made([[rng.choice(["", "Decision"]), *groups]], {})
    column_total, row_total = rng.random() < 0.7, rng.random() < 0.7
    if column_total:
        made.rows[0].append(rng.choice(TOTALS))
    for d in decisions:
        cells = counts[d]
        made.truth |= {frozenset((g, d)): n for g, n in zip(groups, cells, strict=True)}
        made.rows.append([d, *(spell(n, style) for n in cells)])
        if column_total:
            made.rows[-1].append(spell(sum(cells), style))
    if row_total:
        sums = [sum(x) for x in zip(*counts.values(), strict=True)]
        sums += [sum(sums)] if column_total else []
        made.rows.append([rng.choice(TOTALS), *(spell(n, style) for n in sums)])
    if name and rng.random() < 0.5:
        made.rows.insert(0, ["", name, *[""] * (len(made.rows[0]) - 2)])
        made.merges.append((0, 1, 0, len(groups)))
    return made


def _long(rng: random.Random) -> Made:
    name, groups, decisions, style = _choose(rng)
    made = Made([[name or "Group", "Decision", rng.choice(["n", "Number", "Cases", "Anzahl"])]], {})
    blank = rng.random() < 0.4
    whole = 0
    for g in groups:
        cells = _numbers(rng, len(decisions))
        whole += sum(cells)
        for i, (d, n) in enumerate(zip(decisions, cells, strict=True)):
            made.truth[frozenset((g, d))] = n
            made.rows.append(["" if blank and i else g, d, spell(n, style)])
        if rng.random() < 0.2:
            made.rows.append(["" if blank else g, "Total", spell(sum(cells), style)])
    if rng.random() < 0.4:
        made.rows.append(["Total", "", spell(whole, style)])
    return made


def _spans(rng: random.Random) -> Made:
    name, groups, decisions, style = _choose(rng)
    spans = ["Men", "Women"]
    inner, outer = rng.random() < 0.3, rng.random() < 0.5
    top, leaves = [""], [name]
    made = Made([], {})
    for s in spans:
        start = len(top)
        width = len(decisions) + inner
        top += [s, *[""] * (width - 1)]
        leaves += [*decisions, *(["Total"] if inner else [])]
        made.merges.append((0, start, 0, start + width - 1))
    if outer:
        below = rng.random() < 0.5
        top += ["" if below else "Total"]
        leaves += ["Total" if below else ""]
    made.rows = [top, leaves]
    for g in groups:
        texts, whole = [], 0
        for s in spans:
            cells = _numbers(rng, len(decisions))
            made.truth |= {frozenset((g, s, d)): n for d, n in zip(decisions, cells, strict=True)}
            texts += [spell(n, style) for n in cells]
            texts += [spell(sum(cells), style)] if inner else []
            whole += sum(cells)
        made.rows.append([g, *texts, *([spell(whole, style)] if outer else [])])
    return made


def _two_labels(rng: random.Random) -> Made:
    name, groups, decisions, style = _choose(rng)
    made = Made([[name or "Group", "Sex", *decisions]], {})
    blank, sub = rng.random() < 0.6, rng.random() < 0.4
    sums = [0] * len(decisions)
    for g in groups:
        own = [0] * len(decisions)
        start = len(made.rows)
        for i, s in enumerate(["Men", "Women"]):
            cells = _numbers(rng, len(decisions))
            own = [a + b for a, b in zip(own, cells, strict=True)]
            made.truth |= {frozenset((g, s, d)): n for d, n in zip(decisions, cells, strict=True)}
            made.rows.append(["" if blank and i else g, s, *(spell(n, style) for n in cells)])
        if sub:
            made.rows.append(["" if blank else g, "Total", *(spell(n, style) for n in own)])
        if blank:
            made.merges.append((start, 0, len(made.rows) - 1, 0))
        sums = [a + b for a, b in zip(sums, own, strict=True)]
    if rng.random() < 0.4:
        made.rows.append(["Total", "", *(spell(n, style) for n in sums)])
    return made


def _asked(rng: random.Random) -> Made:
    name, groups, decisions, style = _choose(rng)
    made = Made([[name, rng.choice(EVERYONE), decisions[0]]], {})
    share = rng.random() < 0.5
    if share:
        made.rows[0].append(f"% {decisions[0].lower()}")
    sums = [0, 0]
    for g in groups:
        approved, refused = _numbers(rng, 2)
        asked = approved + refused
        made.truth[frozenset((g, decisions[0]))] = approved
        made.truth[frozenset((g, f"not {decisions[0]}"))] = refused
        texts = [spell(asked, style), spell(approved, style)]
        texts += [spell_share(approved, asked, 1, style, "")] if share else []
        made.rows.append([g, *texts])
        sums = [sums[0] + asked, sums[1] + approved]
    if rng.random() < 0.5:
        texts = [spell(n, style) for n in sums]
        texts += [spell_share(sums[1], sums[0], 1, style, "")] if share else []
        made.rows.append(["Total", *texts])
    return made


def _per_cent(rng: random.Random) -> Made:
    name, groups, _, style = _choose(rng)
    head, word = rng.choice(
        [("% approved", "approved"), ("Approved (%)", "Approved"), ("Approval rate", "Approval"),
         ("Bewilligungsquote", "Bewilligung"), ("Refusal rate (%)", "Refusal")]
    )  # fmt: skip
    made = Made([[name, rng.choice(EVERYONE + TOTALS), head]], {})
    decimals, sign = rng.choice([0, 1, 2]), rng.choice(["%", " %", ""])
    for g in groups:
        approved, refused = _numbers(rng, 2)
        made.truth[frozenset((g, word))] = approved
        made.truth[frozenset((g, f"not {word}"))] = refused
        asked = approved + refused
        made.rows.append(
            [g, spell(asked, style), spell_share(approved, asked, decimals, style, sign)]
        )
    return made


def _sections(rng: random.Random) -> Made:
    name, groups, decisions, style = _choose(rng)
    made = Made([[name, *decisions]], {})
    sums = [0] * len(decisions)
    sub = rng.random() < 0.4
    for s in ("County A", "County B", "County C")[: rng.randint(2, 3)]:
        made.rows.append([s, *[""] * len(decisions)])
        own = [0] * len(decisions)
        for g in groups:
            cells = _numbers(rng, len(decisions))
            own = [a + b for a, b in zip(own, cells, strict=True)]
            made.truth |= {frozenset((g, s, d)): n for d, n in zip(decisions, cells, strict=True)}
            made.rows.append([f"  {g}", *(spell(n, style) for n in cells)])
        if sub:
            made.rows.append(["Total", *(spell(n, style) for n in own)])
        sums = [a + b for a, b in zip(sums, own, strict=True)]
    if rng.random() < 0.5:
        made.rows.append(["Grand total", *(spell(n, style) for n in sums)])
    return made


def _stacked(rng: random.Random) -> Made:
    """Make the same people by race and by sex: no reading without an answer can be right."""
    _, groups, decisions, style = _choose(rng)
    counts = {g: _numbers(rng, len(decisions)) for g in groups}
    sums = [sum(x) for x in zip(*counts.values(), strict=True)]
    men = [rng.randint(0, n) for n in sums]
    women = [a - b for a, b in zip(sums, men, strict=True)]
    made = Made([["", *decisions]], {})
    head = rng.random() < 0.5
    if rng.random() < 0.5:
        made.rows.append(["All applicants", *(spell(n, style) for n in sums)])
    if head:
        made.rows.append(["Group", *[""] * len(decisions)])
    made.rows += [[g, *(spell(n, style) for n in counts[g])] for g in groups]
    if head:
        made.rows.append(["Sex", *[""] * len(decisions)])
    made.rows += [
        ["Men", *(spell(n, style) for n in men)],
        ["Women", *(spell(n, style) for n in women)],
    ]
    return made


BUILDERS = {
    "wide": _wide, "turned": _turned, "long": _long, "spans": _spans, "two labels": _two_labels,
    "asked and approved": _asked, "per cent only": _per_cent, "sections": _sections,
    "stacked": _stacked, "n (%)": lambda rng: _wide(rng, brackets=True),
}  # fmt: skip


def _around(made: Made, rng: random.Random) -> None:
    """Add titles, blank lines, notes and their marks around and within the table."""
    width = max(map(len, made.rows))
    made.rows = [[*row, *[""] * (width - len(row))] for row in made.rows]
    below: list[str] = []
    for oddity in sorted(made.oddities):
        mark, equals, meaning = oddity.partition(" = ")
        if equals:
            below.append(f"{mark} = {meaning}")
    if rng.random() < 0.3:
        at = rng.randrange(1, len(made.rows))
        if made.rows[at][0].strip() and made.rows[at][1]:
            made.rows[at][0] += "¹"
            below.append("¹ Including people of unknown residence.")
            made.oddities.add("mark on a label")
    if rng.random() < 0.15:
        at = rng.randrange(1, len(made.rows))
        if made.rows[at][-1][-1:].isdigit():
            mark = rng.choice(["²", "†", "*", " (a)", "a"])
            made.rows[at][-1] += mark
            if rng.random() < 0.5:
                below.append(f"{mark.strip()} Revised." if "(" not in mark else "(a) Revised.")
            made.oddities.add("mark on a number")
    below += rng.sample(NOTES, rng.randint(0, 2))
    if rng.random() < 0.25:
        at = rng.randrange(2, len(made.rows) + 1)
        made.rows.insert(at, [""] * width)
        made.merges = [m for m in made.merges if m[0] < at and m[2] < at]
        made.oddities.add("blank line")
    top = []
    if rng.random() < 0.6:
        top = [["Table 3: Decisions on credit applications in 2023", *[""] * (width - 1)]]
        top += [[""] * width] if rng.random() < 0.5 else []
    if rng.random() < 0.07:
        top.append(
            [rng.choice(["Numbers in thousands", "Figures are rounded"]), *[""] * (width - 1)]
        )
        made.oddities.add("scaled or rounded")
    made.merges = [(a + len(top), b, c + len(top), d) for a, b, c, d in made.merges]
    made.body = len(top)
    made.rows = top + made.rows
    if below:
        made.rows += [[""] * width] if rng.random() < 0.6 else []
        made.rows += [[line, *[""] * (width - 1)] for line in below]


def as_text(made: Made, seed: int) -> tuple[str, str]:
    """Return the table as it would be pasted or saved, and how."""
    rng = random.Random(seed + 10_000)
    how = rng.choice(["tab", "tab", "comma", "semicolon", "markdown", "spaces"])
    if how == "markdown":
        lines = ["| " + " | ".join(row) + " |" for row in made.rows]
        lines.insert(made.body + 1, "|" + "---|" * len(made.rows[0]))
        return "\n".join(lines), how
    if how == "spaces":
        widths = [max(len(row[i]) for row in made.rows) + 3 for i in range(len(made.rows[0]))]
        lines = [
            "".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip()
            for row in made.rows
        ]
        return "\n".join(lines), how
    out = io.StringIO()
    delimiter = {"tab": "\t", "comma": ",", "semicolon": ";"}[how]
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(made.rows)
    return out.getvalue(), how
