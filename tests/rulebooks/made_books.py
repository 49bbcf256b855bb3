"""Books made up for tests, and random conditions, rows and books."""

import tomllib
from datetime import date

import hypothesis.strategies as st

from creditaudit.rulebooks.binding import Scope
from creditaudit.rulebooks.kinds import DATE, NUMBER, YES_NO, Kind
from creditaudit.rulebooks.toml_texts import toml_text

KINDS = {
    "debt": Kind("money", "CNY"),
    "income": Kind("money", "CNY per month"),
    "late": Kind("count"),
    "share": Kind("share"),
    "age": Kind("duration", "years"),
    "minor": YES_NO,
    "listed_on": DATE,
    "rating": Kind("category", "", ("A", "B", "it's")),
    "name": Kind("text"),
    "person": Kind("id"),
}
SCOPE = Scope(KINDS, {"limit": Kind("money", "CNY"), "factor": NUMBER})
VALUES = {"limit": 1000.0, "factor": 0.5, "as_of": date(2020, 2, 29)}

HEAD = {
    "format": 1,
    "book": {
        "id": "xx_made",
        "title": "Made up",
        "about": "Made up for a test.",
        "jurisdiction": "XX",
        "issuer": "Nobody",
        "issuer_type": "state",
        "use": "general",
        "confidence": "F",
        "looked_at": date(2026, 11, 22),
        "in_force": date(2016, 1, 1),
        "currency": "CNY",
        "on_missing": "false",
    },
    "scale": {"base": 1000, "mark": "F"},
    "bands": [
        {"tier": "C", "mark": "F"},
        {"tier": "B", "from": 850, "mark": "F"},
        {"tier": "A", "from": 960, "mark": "F"},
    ],
    "decision": {"rests_on": "assumption", "text": "Tier C.", "refuse_tiers": ["C"]},
    "sources": [{"id": "own", "title": "Own", "kind": "own", "mark": "F", "read": "all of it"}],
}


def rule(name, when, **more):
    """Return a rule with a source and a mark."""
    return {"id": name, "title": name, "when": when, "source": "own", "mark": "F", **more}


def book_data(*rules, **sections):
    """Return a book as plain data; a section given replaces that of the made-up book."""
    return {**HEAD, **sections, "rules": list(rules)}


def book_text(*rules, **sections):
    """Return a book as TOML."""
    text = toml_text(book_data(*rules, **sections))
    tomllib.loads(text)
    return text


def with_header(**changes):
    """Return the header with changes; None leaves a key out."""
    merged = {**HEAD["book"], **changes}
    return {key: value for key, value in merged.items() if value is not None}


# Random conditions: text in the language, over the columns of KINDS.
_COMPARE = st.sampled_from(["<", "<=", "==", "!=", ">", ">="])
_COUNTS = st.integers(-2, 4).map(str)
_MONEY = st.sampled_from(["0", "'500 CNY'", "'1,000 CNY'", "$limit", "limit * 2", "-'500 CNY'"])
_DAYS = st.sampled_from(
    ["'2018-06-01'", "$as_of", "$as_of - '2 years'", "$as_of - '30 days'", "$as_of + '1 month'"]
)
_AMOUNTS = {
    "money": st.sampled_from(
        ["debt", "debt + limit", "'6 months' * income", "abs(debt - '700 CNY')", "-debt",
         "min(debt, '800 CNY')", "max(debt, '6 months' * income)", "factor * debt", "debt * 0.1"]
    ),
    "count": st.sampled_from(
        ["late", "late * 2", "late - 1", "min(late, 2)", "max(late, 1, 2)", "abs(late - 2)"]
    ),
    "days": st.just("listed_on"),
}  # fmt: skip


def _joined(*parts):
    return st.tuples(*parts).map(" ".join)


LEAVES = st.one_of(
    _joined(_AMOUNTS["money"], _COMPARE, _MONEY),
    _joined(_AMOUNTS["count"], _COMPARE, _COUNTS),
    _joined(_COUNTS, st.sampled_from(["<", "<="]), _AMOUNTS["count"], st.just("<="), _COUNTS),
    _joined(_AMOUNTS["days"], _COMPARE, _DAYS),
    _joined(st.just("share"), _COMPARE, st.sampled_from(["0.3", "'30 %'", "factor"])),
    _joined(st.just("age"), _COMPARE, st.sampled_from(["'18 years'", "'216 months'", "0"])),
    st.sampled_from(
        ["minor", "not minor", "rating in ['A', 'B']", "rating not in ['A']", "rating == 'B'",
         'rating != "it\'s"', "debt is missing", "minor is not missing", "late in [0, 2]",
         "name == 'x'", "person is missing"]
    ),
)  # fmt: skip
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.lists(inner, min_size=2, max_size=3).map(lambda x: "(" + " and ".join(x) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda x: "(" + " or ".join(x) + ")"),
    ),
    max_leaves=6,
)
_CELLS = {
    "debt": st.sampled_from([0.0, 500.0, 700.0, 1000.0, 1500.0, 2000.5]),
    "income": st.sampled_from([0.0, 83.5, 166.7, 400.0]),
    "late": st.integers(0, 4),
    "share": st.sampled_from([0.0, 0.3, 0.30000000000000004, 0.5, 1.0]),
    "age": st.sampled_from([0.0, 17.0, 18.0, 40.0]),
    "minor": st.booleans(),
    "listed_on": st.sampled_from(
        [
            date(2018, 6, 1),
            date(2018, 2, 28),
            date(2020, 1, 30),
            date(2020, 2, 29),
            date(2024, 1, 1),
        ]
    ),
    "rating": st.sampled_from(["A", "B", "it's", ""]),
    "name": st.sampled_from(["x", "y", "\\'; drop table t", ""]),
    "person": st.sampled_from(["1", "2"]),
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | cell for name, cell in _CELLS.items()}),
    min_size=1,
    max_size=12,
)

# Random books over columns of the vocabulary, with every kind of effect.
_PEOPLE_CELLS = {
    "cards": st.integers(0, 3),
    "accounts": st.integers(0, 3),
    "overdue_amount": st.sampled_from([0.0, 99.9, 100.0, 100.1, 5e5]),
    "utilisation": st.sampled_from([0.0, 0.1, 0.3, 0.7]),
    "minor": st.booleans(),
    "mortgage": st.booleans(),
    "employment": st.sampled_from(["employed", "self_employed", "unemployed", ""]),
    "listed_on": st.dates(date(2017, 1, 1), date(2022, 1, 1)),
    "age": st.integers(18, 90).map(float),
}
_PEOPLE_CONDITIONS = st.sampled_from(
    ["cards > 1", "accounts + cards >= 3", "overdue_amount > '100 CNY'", "not minor",
     "utilisation >= 0.3 and not mortgage", "employment in ['employed', 'unemployed']",
     "listed_on >= $as_of - '2 years'", "age < '25 years' or minor", "minor is missing",
     "max(cards, accounts) == 3", "0.1 * overdue_amount <= '10 CNY'", "0 < cards < 3"]
)  # fmt: skip
_ON_MISSING = st.sampled_from(["unknown", "false", "true"])


@st.composite
def books(draw):
    """Return a random book with every kind of effect."""
    number = draw(st.integers(1, 6))
    rules = []
    for place in range(number):
        name = f"r{place}"
        effects = draw(
            st.sampled_from(["points", "per", "group", "tier", "list", "gate", "override"])
        )
        one = rule(name, draw(_PEOPLE_CONDITIONS), on_missing=draw(_ON_MISSING))
        points = draw(st.sampled_from([-50, -10.25, -0.1, -7]))
        if effects == "per":
            one |= {"points": points, "per": draw(st.sampled_from(["cards", "accounts * 0.5"]))}
            one |= draw(st.sampled_from([{}, {"cap": -60}]))
        elif effects == "group":
            one |= {"points": points, "group": "g"}
        elif effects == "tier":
            one |= {"tier_cap": draw(st.sampled_from(["B", "C"]))}
        elif effects == "list":
            one |= {"list": "court"}
        elif effects == "gate":
            one |= {"gate": "refuse"}
        elif effects == "override" and rules:
            one |= {"overrides": [draw(st.sampled_from([other["id"] for other in rules]))]}
        else:
            one |= {"points": points}
        rules.append(one)
    scale = {"base": 1000, "mark": "F", **draw(st.sampled_from([{}, {"min": 940, "max": 1001}]))}
    return book_text(
        *rules,
        scale=scale,
        groups={"g": {"take": draw(st.sampled_from(["max", "sum", "first"]))}},
        lists=[{"id": "court", "title": "x", "source": "own", "mark": "F"}],
        decision={"rests_on": "text", "text": "x", "refuse_below": 980, "refuse_tiers": ["C"],
                  "refuse_listed": ["court"]},
    )  # fmt: skip


PEOPLE_ROWS = st.lists(
    st.fixed_dictionaries({name: st.none() | cell for name, cell in _PEOPLE_CELLS.items()}),
    min_size=1,
    max_size=10,
)
