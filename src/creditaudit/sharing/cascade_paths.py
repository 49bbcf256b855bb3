"""How something comes to one person: from a finding, agency by agency, tie by tie, in words."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from creditaudit.errors import InputError
from creditaudit.sharing.listings import listings_of
from creditaudit.sharing.spreading import Reach

if TYPE_CHECKING:
    from creditaudit.sharing.cascades import Cascade

Steps = list[tuple[int, int, int, int]]


@dataclass(frozen=True, eq=False)
class _Traced:
    """One draw with every arc that brought something."""

    one: "Cascade"
    own: Any
    reach: Reach
    closure: tuple[int, ...]

    def name(self, number: int) -> str:
        kind = "person" if number < self.one.world.first_firm else "firm"
        return f"{kind} {number}"

    def agency(self, bit: int) -> str:
        return self.one.regime.agencies[bit]

    def agencies(self, mask: int) -> str:
        return ", ".join(self.agency(bit) for bit in _bits(mask))

    def steps_to(self, node: int, layer: int, bit: int) -> Steps:
        """Return ``(source, flow, agency that travelled, agency there)`` from finding to node."""
        level = int(self._came(node, layer, bit))
        steps: Steps = []
        while level:
            source, flow, travelled = self._arc(node, layer, bit, level)
            steps.append((source, flow, travelled, bit))
            # A measure goes on from whoever it touched; a listing from whoever is listed.
            listed = self._came(source, 0, travelled) == level - 1
            node, bit, layer, level = source, travelled, 0 if listed else layer, level - 1
        steps.append((node, -1, self._finding(node, bit), bit))
        return steps[::-1]

    def _came(self, node: int, layer: int, bit: int) -> int:
        """Return the ties after which an agency lists a node, or a measure touches it; or -1."""
        if layer == 0 and any(self.closure[a] >> bit & 1 for a in _bits(int(self.own[node]))):
            return 0
        for level, flow, _, to, bits in self.reach.brought:
            if self.one.parts.flows[flow].layer == layer:
                some = to == node
                if some.any() and any(
                    self._reaches(int(mask), bit, layer) is not None for mask in bits[some]
                ):
                    return level
        return -1

    def _arc(self, node: int, layer: int, bit: int, level: int) -> tuple[int, int, int]:
        for then, flow, source, to, bits in self.reach.brought:
            if then != level or self.one.parts.flows[flow].layer != layer:
                continue
            for place in np.flatnonzero(to == node):
                travelled = self._reaches(int(bits[place]), bit, layer)
                if travelled is not None:
                    return int(source[place]), flow, travelled
        msg = f"Nothing was traced to {self.name(node)}."
        raise InputError(msg)

    def _reaches(self, mask: int, bit: int, layer: int) -> int | None:
        if mask >> bit & 1:
            return bit
        if layer:
            return None
        return next((a for a in _bits(mask) if self.closure[a] >> bit & 1), None)

    def _finding(self, node: int, bit: int) -> int:
        mask = int(self.own[node])
        if mask >> bit & 1:
            return bit
        return next(a for a in _bits(mask) if self.closure[a] >> bit & 1)


def path_words(one: "Cascade", person: int, seed: int) -> str:
    """Return the way in words; see `Cascade.path`.

    Raises
    ------
    InputError
        If there is nobody of that number.
    """
    n = one.world.people.n + one.world.firms.n
    if not 0 <= person < n:
        msg = f"There is nobody of number {person}. People and firms have 0 to {n - 1:,}."
        raise InputError(msg)
    reach = one.reach(seed, trace=True)
    own = listings_of(one.world, one.regime.agencies, on=one.on, entries=one.entries)
    traced = _Traced(one, own, reach, tuple(map(int, one.regime.closure())))
    masks = [int(mask) for mask in reach.masks[:, person]]
    if not any(masks):
        return f"Nothing reaches {traced.name(person)} under {one.regime.name} (seed {seed})."
    lines = []
    if int(own[person]):
        lines.append(_own_words(traced, person, masks[0]))
    else:
        layer = min(
            (k for k, mask in enumerate(masks) if mask), key=lambda k: int(reach.levels[k, person])
        )
        lines.append(_way_words(traced, person, layer, masks[layer]))
    if masks[0]:
        refused = [
            f"{rule.measure} ({rule.agency})" for rule in one.regime.denials
            if masks[0] >> one.regime.agencies.index(rule.agency) & 1
        ]  # fmt: skip
        lines.append(f"Refused there: {', '.join(refused) or 'nothing'}.")
    return " ".join(lines)


def _own_words(traced: _Traced, person: int, mask: int) -> str:
    own = int(traced.own[person])
    words = f"Finding against {traced.name(person)} by {traced.agencies(own)}."
    imported = mask & ~own
    return words + (
        f" Their lists are imported by {traced.agencies(imported)}." if imported else ""
    )


def _way_words(traced: _Traced, person: int, layer: int, mask: int) -> str:
    one = traced.one
    first = next(
        bit for bit in _bits(mask)
        if traced._came(person, layer, bit) == int(traced.reach.levels[layer, person])
    )  # fmt: skip
    steps = traced.steps_to(person, layer, first)
    start, _, finding, held = steps[0]
    words = [f"{traced.agency(finding)}: finding against {traced.name(start)}"]
    if held != finding:
        words.append(f"{traced.agency(held)} imports the list")
    for place, (_, flow, travelled, there) in enumerate(steps[1:], start=1):
        to = steps[place + 1][0] if place + 1 < len(steps) else person
        rule = one.regime.ties[one.parts.rules[flow]]
        if one.parts.flows[flow].layer == 0:
            came = f"{traced.name(to)}: listed by {traced.agency(travelled)} (stress test)"
        else:
            came = f"{traced.name(to)}: touched by {rule.measure}"
        words.append(f"tie of {rule.relation}")
        words.append(came)
        if one.parts.flows[flow].layer == 0 and there != travelled:
            words.append(f"{traced.agency(there)} imports the list")
    return " -> ".join(words) + "."


def _bits(mask: int) -> list[int]:
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]
