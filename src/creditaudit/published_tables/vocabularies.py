"""Words of published tables, in a few languages: totals, shares, decisions, notes."""

import re

from creditaudit.published_tables.readings import tidy

_TOTAL = (
    "total|totals|sum|all|overall|grand total|subtotal|sub-total|everyone|gesamt|insgesamt|summe|"
    "zusammen|zwischensumme|ensemble|tous|toutes|sous-total|totale|totaal|suma|razem|ogółem|totais|"
    "todos|összesen|итого|всего|合计|总计|小计|合計"
)
# In a heading these name everyone who asked, of whom the decisions are parts.
_EVERYONE = (
    "applications|applicants|applied|number of applications|number of applicants|cases|received|n|"
    "number|count|people|persons|no\\.|number of people|all applications|all applicants|decisions|"
    "anträge|antraege|fälle|anzahl|personen|demandes|nombre|effectif|personnes|solicitudes|número|"
    "numero|casos|personas|aanvragen|aantal|wnioski|liczba"
)
_DECISION = (
    "approv|accept|grant|originat|offered|admitted|refus|den(y|ied|ial)|reject|declin|withdr|"
    "incomplete|"
    "not accepted|pending|favou?rable|unfavou?rable|positive|negative|"
    "bewillig|genehmig|angenommen|abgelehn|ablehnung|zurückgezogen|zusage|absage|"
    "accord|rejet|refusé|approuv|acept|aprob|rechaz|deneg|conced|toegekend|afgewezen|goedgekeurd|"
    "geweigerd|przyznan|odmow|approved|successful|unsuccessful"
)
_WHOLE = "yes|no|ja|nein|oui|non|sí|tak|nie"
_OUTCOME = (
    r"(?:paid|repaid|performing|good|bad|overdue)\b|default|charged off|ausfall|remboursé|impag"
)
_SHARE = re.compile(
    r"%|\b(per ?cent(age)?s?|pct\.?|rates?|shares?|proportions?|prozent|anteile?|quoten?|"
    r"pourcentages?|taux|part|"
    r"porcentajes?|tasas?|percentage|aandeel|odsetek|udział)\b|quote$|anteil$", re.I,
)  # fmt: skip
_STATISTIC = re.compile(
    r"\b(mean|average|avg|median|std|index|score|ratio|amount|value|income|minimum|maximum|rank|"
    r"mittelwert|durchschnitt\w*|moyenne|médiane|media|promedio|gemiddelde|change|difference|"
    r"diff)\b",
    re.I,
)
_PART = re.compile(
    r"^(of which|of whom|thereof|including|davon|darunter|dont|de los cuales|waarvan)\b", re.I
)
_SCALE = re.compile(
    r"\b(in thousands|thousands|'?000s?|in 000|in hundreds|millions?|in tausend|tausend|tsd|mio|"
    r"en milliers|"
    r"milliers|en miles|miles de|in duizend\w*)\b|\(000s?\)|'000", re.I,
)  # fmt: skip
_ROUNDED = re.compile(
    r"\b(round(ed|ing)|weighted|estimat\w+|gerundet|auf- oder abgerundet|hochgerechnet|"
    r"arrondi\w*|redonde\w+|"
    r"afgerond|perturbed|noise|random(ly)? adjust\w*)\b", re.I,
)  # fmt: skip
_UNIT = re.compile(
    r"%|\b(per ?cent(ages?)?|rates?|shares?|prozent|anteile?|quoten?|pourcentages?|taux|"
    r"porcentajes?|tasas?|"
    r"per (100|1[,. ]?000|100[,. ]?000)|pro 1[.,]?000|eur|euros?|usd|dollars?|gbp|amounts?|"
    r"volumes?|value of)\b"
    r"|[€£$]", re.I,
)  # fmt: skip
_NOTE = re.compile(
    r"^(notes?|source|sources|quelle|anmerkung\w*|hinweis|remarques?|lecture|fuente|nota|bron|"
    r"źródło|"
    r"uwaga|champ|stand|as of|data|table|legend)\b", re.I,
)  # fmt: skip
_KEY = re.compile(
    r"^(year|jahr|année|año|jaar|rok|period|quarter|month|code|id|county code|fips|postcode|zip|"
    r"branch|age|alter|âge|edad|score|band|no|nr|region code)\b", re.I,
)  # fmt: skip


def is_total(label: str) -> bool:
    """Whether a label says that a row or column adds up others."""
    text = tidy(label).casefold().rstrip(":").strip()
    return bool(
        re.fullmatch(_TOTAL, text)
        or re.match(r"(grand |sub-?)?total\b|gesamt\b|insgesamt\b|sous-total\b|summe\b", text)
        or re.search(r"\b(sub-?total|total|insgesamt|gesamt)$", text)
        or re.fullmatch(
            r"all (people|persons|applicants|applications|groups|cases|races|ages)", text
        )
    )


def is_grand(label: str) -> bool:
    """Whether a label of a total says that it is of everything."""
    return bool(re.match(r"grand total|overall|all\b|insgesamt|ensemble", tidy(label).casefold()))


def is_everyone(label: str) -> bool:
    """Whether a heading names all who asked, so that decisions are parts of it."""
    return bool(re.fullmatch(_EVERYONE, tidy(label).casefold().rstrip(":")))


def is_decision(label: str) -> bool:
    """Whether a label names a decision."""
    text = tidy(label).casefold()
    begins = re.match(rf"(not |nicht |non |no |in)?({_DECISION})", text)
    return bool(begins or re.fullmatch(_WHOLE, text))


def names_decision(label: str) -> bool:
    """Whether a decision is named anywhere in a heading, such as "% approved"."""
    return bool(re.search(rf"\b({_DECISION})", tidy(label).casefold()))


def is_outcome(label: str) -> bool:
    """Whether a label names what happened later."""
    return bool(re.match(rf"(not |non-?)?({_OUTCOME})", tidy(label).casefold()))


def is_share(label: str) -> bool:
    """Whether a label speaks of per cent or a rate."""
    return bool(_SHARE.search(tidy(label)))


def is_statistic(label: str) -> bool:
    """Whether a label names a number that does not count people."""
    return bool(_STATISTIC.search(tidy(label)))


def is_part(label: str) -> bool:
    """Whether a label says that its people are counted in the row before."""
    return bool(_PART.search(tidy(label)))


def is_sex(label: str) -> bool:
    """Whether a label names women or men."""
    return bool(re.fullmatch(
        r"(fe)?males?|(wo)?m[ea]n|frauen|männer|weiblich|männlich|femmes?|hommes?|mujeres|hombres|"
        r"vrouwen|mannen|kobiety|mężczyźni", tidy(label).casefold()
    ))  # fmt: skip


def is_left_over(label: str) -> bool:
    """Whether a label names those who are in no other row."""
    return bool(re.match(
        r"(unknown|not (stated|known|given)|other|missing|non-?binary|divers|joint|prefer|x\b|"
        r"unbekannt|keine angabe|ohne angabe|inconnu|autre|desconocid|firm|compan)",
        tidy(label).casefold(),
    ))  # fmt: skip


def is_note(text: str) -> bool:
    """Whether a line opens as a note does."""
    return bool(_NOTE.match(tidy(text)))


def is_key(label: str) -> bool:
    """Whether a heading names a column of years, codes or bands and not of people."""
    return bool(_KEY.match(tidy(label)))


def unit_words(text: str) -> str | None:
    """Return words by which numbers are not people but per cents, rates or money."""
    found = _UNIT.search(tidy(text))
    return found[0] if found else None


def scale_words(text: str) -> str | None:
    """Return words by which numbers are not people but thousands of them."""
    found = _SCALE.search(tidy(text))
    return found[0] if found else None


def rounding_words(text: str) -> str | None:
    """Return words by which numbers were rounded, weighted or moved."""
    found = _ROUNDED.search(tidy(text))
    return found[0] if found else None


def without_share(label: str) -> str:
    """Return a heading without its words for per cent."""
    bare = re.sub(r"\((?:in )?(?:%|per ?cent|prozent)\)|%", " ", tidy(label))
    bare = re.sub(r"s?(quoten?|anteile?)$", " ", bare)  # Bewilligungsquote
    bare = _SHARE.sub(" ", bare)
    bare = re.sub(r"^\s*(of|der|des|de|d')\s+|\s+(of|in)\s*$", " ", bare)
    return " ".join(bare.split()).strip(" ,:-")
