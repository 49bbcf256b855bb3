"""A score table on paper: as text, and as one HTML page."""

from html import escape
from typing import TYPE_CHECKING

from creditaudit.scorers.score_features import ScoredFeature

if TYPE_CHECKING:
    from creditaudit.scorers.score_tables import ScoreTable

_STYLE = (
    "body{font:15px/1.4 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em;"
    "color:#1a1a1a;background:#fff}table{border-collapse:collapse;width:100%;margin:0 0 1.2em;"
    "page-break-inside:avoid}caption{text-align:left;font-weight:600;padding:.3em .6em}"
    "th,td{padding:.2em .6em;border-bottom:1px solid #ccc;text-align:right}"
    "th:first-child,td:first-child{text-align:left}td.points{font-weight:600}"
)


def card_text(card: "ScoreTable") -> str:
    """Return the card as plain text, a line for each bin."""
    lines = ["Scorecard", *_head(card), ""]
    width = min(max((len(w) for f in card.features for w in f.bins.words), default=10), 48)
    for feature in card.features:
        head = _short(feature.label, width + 2)
        lines.append(f"{head:<{width + 2}}{'points':>8}{'people':>12}{'bad':>11}")
        for words, points, people, rate in _rows(card, feature):
            lines.append(f"  {_short(words, width):<{width}}{points:>8}{people:>12}{rate:>11}")
        lines.append("")
    return "\n".join([*lines, *(f"- {note}" for note in _notes(card))]).rstrip() + "\n"


def card_html(card: "ScoreTable") -> str:
    """Return the card as one HTML page without scripts or links."""
    tables = []
    for feature in card.features:
        head = "".join(f'<th scope="col">{word}</th>' for word in ("", "points", "people", "bad"))
        body = "".join(
            f'<tr><th scope="row">{escape(words)}</th><td class="points">{points}</td>'
            f"<td>{people}</td><td>{rate}</td></tr>"
            for words, points, people, rate in _rows(card, feature)
        )
        tables.append(
            f"<table><caption>{escape(feature.label)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )
    head = "".join(f"<p>{escape(line)}</p>" for line in _head(card))
    notes = "".join(f"<li>{escape(note)}</li>" for note in _notes(card))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Scorecard</title>'
        f"<style>{_STYLE}</style></head><body><h1>Scorecard</h1>{head}{''.join(tables)}"
        f"<ul>{notes}</ul></body></html>\n"
    )


def _head(card: "ScoreTable") -> list[str]:
    start = f"Everybody starts with {_number(card, card.start)}. " if card.start else ""
    low, high = card.span
    return [
        f"{start}Add the points of one line of each table; higher is safer.",
        f"{card.scale.words} Scores run from {_number(card, low)} to {_number(card, high)}.",
    ]


def _rows(card: "ScoreTable", feature: ScoredFeature) -> list[tuple[str, str, str, str]]:
    found = []
    for words, one, points in zip(
        feature.bins.words, feature.bins.bins, feature.points, strict=True
    ):
        rate = _per_cent(one.rate) if one.bad + one.good else "none seen"
        found.append((words, _number(card, points), f"{one.n:,.0f}", rate))
    return found


def _notes(card: "ScoreTable") -> list[str]:
    notes = list(card.notes)
    if card.integer and card.features:
        notes.append(
            "Points are rounded. Nobody's score is more than "
            f"{card.rounding:.1f} points from the unrounded one; probabilities and decisions "
            "come from the rounded score."
        )
    return notes


def _per_cent(rate: float) -> str:
    # Three digits where bad people are rare, one decimal where they are not.
    return f"{100 * rate:.1f} %" if rate >= 0.01 else f"{100 * rate:.3g} %"


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _number(card: "ScoreTable", value: float) -> str:
    return f"{value:,.0f}" if card.integer else f"{value:,.2f}"
