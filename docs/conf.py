"""How the pages are built: `make docs`. No network is needed."""

from html import escape

import creditaudit
from creditaudit.law import load_entries

project = "creditaudit"
author = "The creditaudit maintainers"
copyright = "The creditaudit maintainers, Apache-2.0"
version = release = creditaudit.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
default_role = "literal"
nitpicky = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
autodoc_typehints = "none"
autodoc_member_order = "bysource"
add_module_names = False

html_theme = "pydata_sphinx_theme"
html_title = "creditaudit"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}


def law_table() -> str:
    """Every law entry as a table of HTML; the files are the only source."""
    head = ("Id", "Text", "Applies", "State", "Last checked", "Known by")
    rows = []
    for entry in load_entries():
        span = f"{entry.applies_from or 'not recorded'} to {entry.applies_until or 'open'}"
        cells = (
            f"{escape(entry.title)}<br>{escape(entry.citation)}",
            span,
            entry.status.replace("_", " "),
            str(entry.as_of),
            entry.mark,
        )
        data = "".join(f"<td>{cell}</td>" for cell in cells)
        rows.append(f'<tr><th scope="row"><code>{entry.id}</code></th>{data}</tr>')
    heads = "".join(f'<th scope="col">{word}</th>' for word in head)
    body = "".join(rows)
    return f'<table class="table"><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>'


def fill_in(app, name, source) -> None:
    source[0] = source[0].replace("<!-- law table -->", law_table())


def setup(app) -> None:
    app.connect("source-read", fill_in)


# Docstrings say "frame", "table" and "n" of several classes; none of them is meant as a link.
suppress_warnings = ["ref.python"]
