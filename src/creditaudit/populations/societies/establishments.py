"""The causal graph of firms in a society: staff, owners and spread ratings are given."""

from collections.abc import Mapping

from creditaudit.populations.firms import FIRMS
from creditaudit.populations.graphs import Array, Graph
from creditaudit.populations.societies.residents import given_node, mistake_node, with_mistakes

# Counts that can hold one mistaken entry, and the number that says how often.
FIRM_MISTAKEN: Mapping[str, str] = {
    "firm_late_payments_24m": "mistaken_bank",
    "firm_judgments_5y": "mistaken_court",
    "penalties": "mistaken_other",
}


def establishment_graph(known: Mapping[str, Array]) -> Graph:
    """Return the graph of firms whose ties are known.

    Parameters
    ----------
    known : mapping of str to array of length n_firms
        ``employees`` and ``owner_ability``; ``rated_d_firms`` once it is known, too.
    """
    words = {
        "employees": ("how many people work there", "people"),
        "owner_ability": ("ability of the owner", "standard deviations"),
        "rated_d_firms": (
            "other firms of the same owner or representative that are rated D by themselves",
            "firms",
        ),
    }
    given = {name: given_node(name, values, *words[name]) for name, values in known.items()}
    changed = {
        name: with_mistakes(FIRMS.nodes[name], number) for name, number in FIRM_MISTAKEN.items()
    }
    mistakes = [mistake_node(name, number) for name, number in FIRM_MISTAKEN.items()]
    kept = [given.get(node.name, changed.get(node.name, node)) for node in FIRMS]
    return Graph([*mistakes, *kept])
