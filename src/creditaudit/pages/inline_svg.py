"""A figure as a small inline SVG that a screen reader can name.

Matplotlib writes for a file of its own; a page needs less: no prologue, no metadata, no fonts, and
ids that do not clash with those of the next chart.
"""

import io
import re
import warnings
from hashlib import blake2b
from html import escape
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
SETTINGS: Any = {"svg.fonttype": "none", "svg.hashsalt": "creditaudit", "text.usetex": False}
# The page's own font is used, so that text in charts and around them is the same.
DROPPED_STYLES = ("font-family", "font", "stroke-linejoin", "stroke-miterlimit", "opacity")

DEFAULTS = (("fill", "none"), ("text-anchor", "start"), ("stroke-linecap", "square"))


def svg(figure: "Figure", title: str, description: str, *, prefix: str | None = None) -> str:
    """Return the figure as one ``<svg>`` element, the same bytes for the same figure.

    Parameters
    ----------
    figure : Figure
        Drawn without pyplot or with it.
    title, description : str
        The text alternative: what the chart is of, and its numbers in words.
    prefix : str, optional
        Start of every id in the element; a hash of the title, description and drawing when not
        given. Give one where the same chart appears twice.

    Returns
    -------
    str
        Text stays text; it takes the font of the page.
    """
    root = ElementTree.fromstring(_drawn(figure))
    body = "".join(_compact(child) for child in root)
    if prefix is None:
        prefix = (
            "g" + blake2b(f"{title}\n{description}\n{body}".encode(), digest_size=4).hexdigest()
        )
    body = re.sub(r'(\bid="|href="#|url\(#)', lambda match: match[0] + prefix + "-", body)
    box = _rounded(root.get("viewBox", ""))
    return (
        f'<svg viewBox="{box}" width="100%" fill="none" role="img" '
        f'aria-labelledby="{prefix}-t {prefix}-d"><title id="{prefix}-t">{escape(title)}</title>'
        f'<desc id="{prefix}-d">{escape(description)}</desc>{body}</svg>'
    )


def _drawn(figure: "Figure") -> bytes:
    import matplotlib as mpl

    file = io.BytesIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context(SETTINGS), warnings.catch_warnings():
        # The browser draws the text with its own fonts; ours only measures it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(file, format="svg", metadata=nothing)
    return file.getvalue()


def _compact(node: ElementTree.Element) -> str:
    tag = node.tag.removeprefix(SVG)
    if tag in ("metadata", "style", "title"):
        return ""
    inner = escape((node.text or "").strip(), quote=False) if tag == "text" else ""
    inner += "".join(_compact(child) for child in node)
    kept = _attributes(tag, node)
    if tag in ("g", "defs") and not inner:
        return ""
    if tag == "g" and not kept:
        return inner
    return f"<{tag}{kept}/>" if not inner else f"<{tag}{kept}>{inner}</{tag}>"


def _attributes(tag: str, node: ElementTree.Element) -> str:
    kept = []
    for name, value in node.attrib.items():
        short = name.removeprefix(XLINK)
        if short == "id" and tag == "g":
            continue
        if short == "style":
            value = _style(value)
        elif short == "transform":
            value = re.sub(r"\s*rotate\(-?0(?:\.0+)?(?: [^)]*)?\)", "", value).strip()
        if short not in ("id", "href"):
            value = _rounded(value)
        if short == "d":
            value = re.sub(r" ?([A-Za-z]) ?", r"\1", " ".join(value.split()))
        if value:
            kept.append(f' {short}="{escape(" ".join(value.split()))}"')
    return "".join(kept)


def _style(value: str) -> str:
    pairs = (part.split(":", 1) for part in value.split(";") if ":" in part)
    kept = {name.strip(): word.strip() for name, word in pairs}
    if "font" in kept:
        size = re.search(r"[\d.]+px", kept["font"])
        kept["font-size"] = size[0] if size else "10px"
    return ";".join(
        f"{name}:{word}"
        for name, word in kept.items()
        if name not in DROPPED_STYLES and (name, word) not in DEFAULTS
    )


def _rounded(value: str) -> str:
    return NUMBER.sub(lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), value)
