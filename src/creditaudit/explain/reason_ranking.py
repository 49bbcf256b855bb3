"""The main reasons of each person: largest loss first, one of a family, ties in a fixed order."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from creditaudit.values import Floats

# Losses that differ by less are equal; what is no larger is no loss.
_NOTHING = 1e-9


def ranked(
    lost: Floats,
    names: Sequence[str],
    k: int,
    families: Mapping[str, str],
    inquiries: Sequence[str],
) -> list[npt.NDArray[np.int64]]:
    """Return for each person the places of their reasons, the main one first.

    Parameters
    ----------
    lost : array of shape (n_rows, p)
    names : sequence of str
        Features, in the order that decides ties.
    k : int
        Reasons at most; one more if the number of enquiries cost points and is not among them.
    families : mapping of str to str
        Feature to family. Only the member that cost most speaks for its family.
    inquiries : sequence of str
        Features that count enquiries; they are a family.
    """
    counted = np.round(lost / _NOTHING) * _NOTHING
    asked = [place for place, name in enumerate(names) if name in inquiries]
    for members in _members(names, families, inquiries):
        part = counted[:, members]
        speaks = part.argmax(axis=1)
        counted[:, members] = np.where(np.arange(len(members)) == speaks[:, None], part, -np.inf)
    order = np.argsort(-counted, axis=1, kind="stable")
    found = []
    for row, places in zip(counted, order, strict=True):
        costly = places[row[places] > _NOTHING]
        chosen = costly[:k]
        left_out = [place for place in costly[k:] if place in asked]
        found.append(np.append(chosen, left_out[:1]).astype(np.int64))
    return found


def _members(
    names: Sequence[str], families: Mapping[str, str], inquiries: Sequence[str]
) -> list[list[int]]:
    found: dict[tuple[str, str], list[int]] = {}
    for place, name in enumerate(names):
        if name in inquiries:
            found.setdefault(("inquiries", ""), []).append(place)
        elif name in families:
            found.setdefault(("family", families[name]), []).append(place)
    return [members for members in found.values() if len(members) > 1]
