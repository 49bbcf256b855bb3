"""`Feedback`: what months under a regime come to, never without the sweep."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.populations.packs import Pack
from creditaudit.sharing.feedback_measures import WORDS
from creditaudit.sharing.records import CHILD, SYMMETRIC
from creditaudit.sharing.regimes import SharingRegime
from creditaudit.sharing.retentions import Retention
from creditaudit.sharing.sweeps import FreeParameter, Swept
from creditaudit.values import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LESS = ", difference"
# Measures about some of the people: the share that these are.
ABOUT = {
    "lock_in": "listed_early", "months_listed": "ever_listed", "recovery_median": "ever_listed",
    "relisted": "ever_listed",
}  # fmt: skip
FIRST_FALLS = "first falls are the same under both rules: without ties, mistakes and deterrence " \
    "nothing reaches anybody before the first listing"  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Feedback:
    """What months under a regime come to, with the range over the free coefficients.

    Attributes
    ----------
    regime, against : SharingRegime
        The rule, and the one that differences are taken to; None without one.
    retention : Retention
        How long an entry lasts.
    agency : str
        Whose list was followed.
    months, reverse_at, seeds : int, int or None, tuple of int
    parameters : tuple of FreeParameter
        What was swept, and how far.
    """

    regime: SharingRegime
    against: SharingRegime | None
    retention: Retention
    agency: str
    months: int
    reverse_at: int | None
    seeds: tuple[int, ...]
    parameters: tuple[FreeParameter, ...]
    groups: tuple[tuple[dict[str, Any], str, int], ...]
    pack: Pack
    swept: dict[str, Swept] = field(repr=False)
    by_seed: pd.DataFrame = field(repr=False)
    places: tuple[dict[str, Floats], ...] = field(repr=False)
    first_falls: float | None = None

    def __getitem__(self, measure: str) -> Swept:
        """Return one number of all people with its sweep."""
        return self.of(measure)

    def of(self, measure: str, group: str = "all") -> Swept:
        """Return one number of a group with its sweep.

        Parameters
        ----------
        measure : str
            One of the column ``measure`` of `frame`.
        group : str
            The values of the group with commas; "all" for everybody.

        Raises
        ------
        InputError
        """
        key = f"{self._named(group)}|{measure}"
        if key not in self.swept:
            known = sorted({name.split("|")[1] for name in self.swept})
            msg = f"There is no {measure!r} of {group!r}. Measures: {', '.join(known)}."
            raise InputError(msg)
        return self.swept[key]

    @property
    def frame(self) -> pd.DataFrame:
        """Every number of every group.

        Returns
        -------
        frame
            The columns of ``by``, then ``measure, value, low, high, seed_low, seed_high, n, seeds,
            kind, note``. ``low, high`` are the range of the sweep, ``seed_low, seed_high`` that
            over seeds at the base; ``n`` is how many people a measure is about there.
        """
        rows = []
        for keys, name, n in self.groups:
            for key, one in self.swept.items():
                group, measure = key.split("|")
                if group not in (name, "all" if self._whole(keys) else name):
                    continue
                seen = self.by_seed[key]
                rows.append({
                    **keys, **one.row(), "measure": measure, "seed_low": seen.min(),
                    "seed_high": seen.max(),
                    "n": self._asked(group, measure, n), "seeds": len(self.seeds),
                    "note": _note(measure),
                })  # fmt: skip
        if self.first_falls is not None:
            keys, _, n = self.groups[0]
            rows.append({
                **keys, "measure": f"first_falls{LESS}", "value": self.first_falls,
                "low": self.first_falls, "high": self.first_falls, "kind": "theorem",
                "seed_low": self.first_falls, "seed_high": self.first_falls, "n": n,
                "seeds": len(self.seeds), "note": FIRST_FALLS,
            })  # fmt: skip
        order = [
            *self.groups[0][0], "measure", "value", "low", "high", "seed_low", "seed_high", "n",
            "seeds", "kind", "note",
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=order)

    def _asked(self, group: str, measure: str, n: int) -> float:
        """Return how many people a measure is about, as a mean over seeds at the base."""
        about = ABOUT.get(measure.removesuffix(LESS))
        if about is None:
            return float(n)
        return round(n * float(self.by_seed[f"{group}|{about}"].mean()), 1)

    @property
    def by_month(self) -> pd.DataFrame:
        """Month by month, of all people: month, measure, value, low, high, seeds, kind, note.

        ``low, high`` are the least and the greatest value over the places of the sweep.
        """
        frames = []
        for measure, base in self.places[0].items():
            every = np.vstack([place[measure] for place in self.places])
            frames.append(pd.DataFrame({
                "month": np.arange(1, self.months + 1), "measure": measure, "value": base,
                "low": every.min(axis=0), "high": every.max(axis=0), "seeds": len(self.seeds),
                "kind": "sweep", "note": "",
            }))  # fmt: skip
        return pd.concat(frames, ignore_index=True)

    @property
    def hysteresis(self) -> pd.DataFrame:
        """Listed under the rule until its repeal less listed without it, month by month.

        Raises
        ------
        InputError
            If the regime was not reversed.
        """
        if self.reverse_at is None:
            msg = "Nothing was reversed. Pass reverse_at= to feedback."
            raise InputError(msg)
        frame = self.by_month
        own = frame[frame["measure"] == f"listed{LESS}"].drop(columns="measure")
        return own.assign(after=own["month"] - self.reverse_at).reset_index(drop=True)

    @property
    def sensitivity(self) -> pd.DataFrame:
        """What each free parameter moves, the others at their base: of all people.

        Returns
        -------
        frame
            ``measure, parameter, at_low, at_high, swing``: the number at both ends, and how far
            apart they are; the widest first within a measure.
        """
        rows = []
        for key, one in self.swept.items():
            group, measure = key.split("|")
            if group != self._named("all"):
                continue
            for parameter in self.parameters:
                own = one.frame[one.frame["parameter"] == parameter.name].set_index("at")["value"]
                ends = [float(own.loc[end]) for end in (parameter.low, parameter.high)]
                swing = 0.0 if ends[0] == ends[1] else abs(ends[1] - ends[0])
                rows.append((measure, parameter.name, *ends, swing))
        columns = ["measure", "parameter", "at_low", "at_high", "swing"]
        frame = pd.DataFrame(rows, columns=columns)
        place = {name: k for k, name in enumerate(dict.fromkeys(frame["measure"]))}
        frame = frame.assign(place=frame["measure"].map(place))
        ordered = frame.sort_values(["place", "swing"], ascending=[True, False], kind="stable")
        return ordered.drop(columns="place").reset_index(drop=True)

    @property
    def free(self) -> pd.DataFrame:
        """The free parameters: parameter, base, low, high."""
        rows = [(one.name, one.base, one.low, one.high) for one in self.parameters]
        return pd.DataFrame(rows, columns=["parameter", "base", "low", "high"])

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know beside the numbers."""
        said = [
            "Synthetic people: what is found describes this rule, and no country.",
            f"None of {len(self.parameters)} coefficients is measured: the ranges say what can "
            "come out, and no number in them is likelier than another.",
        ]
        ties = [rule for one in (self.regime, self.against) if one is not None for rule in one.ties]
        if any(rule.relation == CHILD for rule in ties):
            said.append("Children are in no table: rules that reach them are not followed here.")
        if any(rule.relation not in SYMMETRIC and rule.relation != CHILD for rule in ties):
            said.append(
                "Ties between people and firms are not followed: a firm earns nothing here."
            )
        return tuple(said)

    def plot(self, ax: "Axes | None" = None) -> "Axes":
        """Draw who is on the list month by month, with the range of the sweep."""
        from creditaudit.sharing.feedback_chart import drawn

        return drawn(self, ax)

    def _named(self, group: str) -> str:
        whole = self.groups[0][1]
        return whole if group == "all" else group

    def _whole(self, keys: dict[str, Any]) -> bool:
        return keys == self.groups[0][0]

    def __repr__(self) -> str:
        reversed_at = "" if self.reverse_at is None else f", reversed after {self.reverse_at}"
        return (
            f"<Feedback of {self.regime.name}: {self.months} months{reversed_at}, retention "
            f"{self.retention.name}, {len(self.seeds)} seeds, {len(self.parameters)} free "
            "parameters swept>"
        )

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))


def _note(measure: str) -> str:
    name = measure.removesuffix(LESS)
    told = {
        "listed_at_repeal": "share of people on the list when the rule was repealed",
        "hysteresis": "share of people on the list in the last month, less that without the rule",
        "reversal_half_life": "months after the repeal until half of the difference is gone; inf "
        "where it is not within the months",
    }
    words = WORDS.get(name, told.get(name, ""))
    return f"difference to the other regime: {words}" if measure.endswith(LESS) else words
