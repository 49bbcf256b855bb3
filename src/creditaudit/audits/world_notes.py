"""What a report says of the society and the regimes behind it, so that it can be made again."""

from typing import Any

from creditaudit.audits.held_worlds import held_regimes, held_society
from creditaudit.evidence import Evidence

OF_A_REGIME = (
    "What is found holds for these rules as written in the report, applied to these people; how "
    "often a rule is applied in life is not in it unless a source is named.",
)


def world_part(evidence: Evidence) -> dict[str, Any]:
    """Return what stands for source and description where a society or regimes are held.

    Raises
    ------
    InputError
        If the society or a regime is something else.
    """
    part: dict[str, Any] = {}
    if evidence.society is not None:
        world = held_society(evidence)
        part = dict(world.made) | {"people": world.people.n, "seed": world.made.get("seed")}
    if evidence.regimes is not None:
        named = held_regimes(evidence)
        part.setdefault("name", "; ".join(one.title for one in named.values()))
        part["limits"] = [*part.get("limits", ()), *OF_A_REGIME]
    return part


def notes_on_world(evidence: Evidence) -> list[str]:
    """Return a sentence on the society and one on each regime."""
    told = []
    if evidence.society is not None:
        world = held_society(evidence)
        told.append(
            f"Society of {world.people.n:,} people and {world.firms.n:,} firms"
            f"{', synthetic' if world.synthetic else ''}; fingerprint {world.fingerprint()}."
        )
    for name, regime in held_regimes(evidence).items():
        use = "for study" if regime.use == "study" else "for general use"
        told.append(
            f"Regime {name}: {regime.title}; {use}; {len(regime.free)} free parameters; hash "
            f"{regime.hash}."
        )
        told += regime.notes
    return told


def regimes_part(evidence: Evidence) -> list[dict[str, str]]:
    """Return each regime whole, as its file would hold it."""
    return [
        {"name": name, "title": one.title, "hash": one.hash, "text": one.to_toml()}
        for name, one in held_regimes(evidence).items()
    ]
