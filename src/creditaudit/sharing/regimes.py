"""`SharingRegime`: which agency may import whose list or data, and what follows for whom."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from creditaudit.errors import InputError
from creditaudit.rulebooks.faults import Fault
from creditaudit.sharing.closures import Masks, import_closure
from creditaudit.sharing.made_regimes import (
    DEFAULT_AGENCIES,
    default_denials,
    full_imports,
    hub_imports,
    tie_of,
)
from creditaudit.sharing.records import (
    Denial,
    Hops,
    Import,
    RegimeContents,
    RegimeHeader,
    TieRule,
)
from creditaudit.sharing.regime_checks import regime_faults
from creditaudit.sharing.regime_files import (
    FORMAT,
    MAX_CHARACTERS,
    RegimeFault,
    place_words,
    preset_contents,
    read_regime,
    regime_text,
)

FRAME_COLUMNS = (
    "kind", "what", "p", "every_days", "free", "low", "high", "mark", "source", "basis", "note",
)  # fmt: skip
FREE_COLUMNS = ("parameter", "value", "low", "high", "unit", "mark", "note")
NO_DAY = date(1, 1, 1)


@dataclass(frozen=True)
class SharingRegime:
    """Who may import whose list or data, through which ties a measure travels, who is refused what.

    The regime is the treatment: the same people under two regimes differ by nothing else. Use
    `load` for a preset or a file, `silos`, `hub` and `full` for regimes made here.

    Parameters
    ----------
    name : str
    title : str
    agencies : tuple of str
        Ids of the vocabulary, at most 64; agency ``k`` is bit ``k`` of a mask.
    imports : tuple of Import
    ties : tuple of TieRule
    denials : tuple of Denial
    about, as_of, use, jurisdiction, mark, looked_at, notes, rulebooks, reviewer : optional
        What ``[regime]`` of a file says. ``use="study"`` where lists and social scores are meant.
    purposes : mapping of str to str
        Purposes beyond those of the vocabulary, with words.

    Raises
    ------
    RegimeFault
        With everything that is wrong.
    """

    name: str
    title: str
    agencies: tuple[str, ...]
    imports: tuple[Import, ...] = ()
    ties: tuple[TieRule, ...] = ()
    denials: tuple[Denial, ...] = ()
    about: str = "made here"
    as_of: date | None = None
    use: str = "study"
    jurisdiction: str | None = None
    mark: str = "F"
    looked_at: date = NO_DAY
    notes: tuple[str, ...] = ()
    rulebooks: tuple[str, ...] = ()
    reviewer: str = "none yet"
    purposes: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for name in ("agencies", "imports", "ties", "denials", "notes", "rulebooks"):
            given = getattr(self, name)
            # A single text would otherwise be read letter by letter.
            kept = (given,) if isinstance(given, str) else tuple(given)
            object.__setattr__(self, name, kept)
        faults = [
            Fault(0, place_words(path, self._plain_lines()), what)
            for path, what in regime_faults(
                self.agencies, self.imports, self.ties, self.denials, self.purposes
            )
        ]
        if faults:
            raise RegimeFault(self.name, faults)

    @classmethod
    def load(cls, regime: str | os.PathLike[str]) -> "SharingRegime":
        """Return a preset by its id, or the regime in a file.

        Parameters
        ----------
        regime : str or Path
            An id listed by `creditaudit.sharing.regimes_frame`, or a path that ends in ``.toml``.

        Raises
        ------
        RegimeFault
            With every fault of the file and its line.
        InputError
            If there is no such preset or file.
        """
        if isinstance(regime, str) and not regime.endswith(".toml") and os.sep not in regime:
            return cls._of(preset_contents(regime))
        path = Path(regime)
        try:
            with path.open("rb") as file:
                text = file.read(MAX_CHARACTERS + 1).decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            msg = f"Cannot read the regime {path.name!r}: {why}. Name a TOML file, or a preset."
            raise InputError(msg) from error
        return cls.from_toml(text, path.name)

    @classmethod
    def from_toml(cls, text: str, name: str = "regime") -> "SharingRegime":
        """Return the regime that a TOML text holds.

        Raises
        ------
        RegimeFault
        """
        return cls._of(read_regime(text, name))

    @classmethod
    def _of(cls, contents: RegimeContents) -> "SharingRegime":
        head = contents.regime
        return cls(
            name=head.id, title=head.title, agencies=head.agencies, imports=contents.imports,
            ties=contents.ties, denials=contents.denials, about=head.about, as_of=head.as_of,
            use=head.use, jurisdiction=head.jurisdiction, mark=head.mark,
            looked_at=head.looked_at, notes=head.notes, rulebooks=head.rulebooks,
            reviewer=head.reviewer, purposes=dict(contents.purposes),
        )  # fmt: skip

    @classmethod
    def silos(cls, agencies: Sequence[str] | None = None) -> "SharingRegime":
        """Return the regime in which nobody imports anything."""
        names = _named(agencies)
        return cls("silos", "Nobody shares", names, denials=default_denials(names))

    @classmethod
    def hub(
        cls, agency: str, agencies: Sequence[str] | None = None, *, every_days: float | None = None
    ) -> "SharingRegime":
        """Return the regime in which all import the list of one agency.

        Parameters
        ----------
        agency : str
        agencies : sequence of str, optional
        every_days : float, optional
            Days between refreshes of each copy; not stated by default.

        Raises
        ------
        InputError
            If the agency is none of ``agencies``, or the days are no number from 0.
        """
        names = _named(agencies)
        if agency not in names:
            close = get_close_matches(str(agency), names, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            msg = f"agency={agency!r} is none of the agencies {', '.join(names)}.{hint}"
            raise InputError(msg)
        _refreshed(every_days)
        lines = hub_imports(agency, names, every_days)
        title = f"All import the list of one agency: {agency}"
        return cls(f"hub_{agency}", title, names, lines, denials=default_denials(names))

    @classmethod
    def full(
        cls, agencies: Sequence[str] | None = None, *, every_days: float | None = None
    ) -> "SharingRegime":
        """Return the regime in which all import the lists of all."""
        names = _named(agencies)
        _refreshed(every_days)
        lines = full_imports(names, every_days)
        return cls("full", "All import from all", names, lines, denials=default_denials(names))

    def with_tie(
        self,
        relation: str,
        *,
        p: float,
        measure: str = "",
        hops: Hops | Literal["any"] = 1,
        carries: str = "measure",
        direction: str | None = None,
        agencies: Sequence[str] | None = None,
        low: float = 0.0,
        high: float = 1.0,
    ) -> "SharingRegime":
        """Return the regime with one more rule about ties; its share ``p`` is free.

        Parameters
        ----------
        relation : str
        p : float
            Share of ties that carry it.
        measure : str
            What reaches the tied; not needed with ``carries="listing"``.
        hops : int or None
            Ties it may cross; None, or "any" as in a file, for no limit.
        carries : {"measure", "listing"}
            A listing lists whoever is tied: a stress test, since no national text does.
        direction : {"forward", "backward", "both"}, optional
            Both ways by default; see `TieRule`.
        agencies : sequence of str, optional
            Whose lists count; see `TieRule`.
        low, high : float
            The range of ``p`` to sweep.

        Raises
        ------
        RegimeFault
            With everything that is wrong.
        """
        named = (agencies,) if isinstance(agencies, str) else agencies
        limit = None if hops == "any" else hops
        rule = tie_of(relation, p, measure, limit, carries, direction, named, low, high)
        title = f"{self.title}, and a rule on {relation} ties"
        return replace(self, name=f"{self.name}_{relation}", title=title, ties=(*self.ties, rule))

    def with_provenance(self, provenance: bool = True) -> "SharingRegime":
        """Return the regime in which every copy names its origin, or none does."""
        lines = tuple(replace(one, provenance=provenance) for one in self.imports)
        name = f"{self.name}_{'with' if provenance else 'no'}_provenance"
        title = f"{self.title}, {'every' if provenance else 'no'} copy names its origin"
        return replace(self, name=name, title=title, imports=lines)

    def scaled(self, k: float) -> "SharingRegime":
        """Return the regime with the share of every tie times ``k``, at most 1, and free.

        Raises
        ------
        InputError
            If ``k`` is negative.
        """
        if not isinstance(k, int | float) or isinstance(k, bool) or not k >= 0:
            msg = f"k={k!r} has to be a number, 0 or more."
            raise InputError(msg)
        ties = tuple(
            replace(one, p=min(1.0, one.p * k), free=True, low=0.0, high=1.0) for one in self.ties
        )
        name = f"{self.name}_x{k:g}".replace(".", "_").replace("-", "_").replace("+", "")
        return replace(self, name=name, title=f"{self.title}, ties times {k:g}", ties=ties)

    def with_values(self, values: Mapping[str, float]) -> "SharingRegime":
        """Return the regime with other values of free parameters.

        Parameters
        ----------
        values : mapping
            Names as in the column ``parameter`` of `free`.

        Raises
        ------
        InputError
            If a name is not that of a free parameter.
        RegimeFault
            If a value is out of its range.
        """
        known = set(self.free["parameter"])
        unknown = [name for name in values if name not in known]
        if unknown:
            msg = f"No free parameter {unknown} in {self.name}. Free: {sorted(known)}."
            raise InputError(msg)
        imports = tuple(
            replace(one, every_days=float(values[one.parameter]))
            if one.free and one.parameter in values else one for one in self.imports
        )  # fmt: skip
        ties = tuple(
            replace(one, p=float(values[one.parameter]))
            if one.free and one.parameter in values else one for one in self.ties
        )  # fmt: skip
        return replace(self, imports=imports, ties=ties)

    def closure(self) -> Masks:
        """Return which agencies list what each one lists: array of uint64, length n_agencies."""
        return import_closure(self.agencies, self.imports)

    @property
    def frame(self) -> pd.DataFrame:
        """One row a line: kind, what, its number and range, mark, source, basis, note."""
        kinds = (("import", self.imports), ("tie", self.ties), ("denial", self.denials))
        rows = [_row(kind, line) for kind, lines in kinds for line in lines]
        return pd.DataFrame(rows, columns=list(FRAME_COLUMNS))

    @property
    def free(self) -> pd.DataFrame:
        """The parameters that rest on no source, with their ranges: parameter, value, low, high."""
        rows = [
            [one.parameter, one.value, one.low, one.high, unit, one.mark, one.note]
            for lines, unit in ((self.imports, "days"), (self.ties, "share of ties"))
            for one in lines
            if one.free
        ]
        return pd.DataFrame(rows, columns=list(FREE_COLUMNS))

    @property
    def contents(self) -> RegimeContents:
        """Everything in the regime, as the records of its file."""
        head = RegimeHeader(
            id=self.name, title=self.title, about=self.about, agencies=self.agencies,
            use=_use(self.use), mark=self.mark, looked_at=self.looked_at, as_of=self.as_of,
            jurisdiction=self.jurisdiction, rulebooks=self.rulebooks, notes=self.notes,
            reviewer=self.reviewer,
        )  # fmt: skip
        return RegimeContents(
            format=FORMAT, regime=head, purposes=self.purposes, imports=self.imports,
            ties=self.ties, denials=self.denials,
        )  # fmt: skip

    def to_toml(self) -> str:
        """Return the regime as TOML; `from_toml` gives it back."""
        return regime_text(self.contents)

    @property
    def hash(self) -> str:
        """A hash of everything in the regime, as 32 hexadecimal digits."""
        return blake2b(self.to_toml().encode("utf-8"), digest_size=16).hexdigest()

    def __repr__(self) -> str:
        counts = f"{len(self.imports)} imports, {len(self.ties)} ties, {len(self.denials)} denials"
        return f"<SharingRegime {self.name}: {len(self.agencies)} agencies, {counts}>"

    def _repr_html_(self) -> str:
        return str(self.frame.to_html(index=False, na_rep=""))

    def _plain_lines(self) -> dict[str, Any]:
        return {
            "imports": [{"importer": one.importer} for one in self.imports],
            "ties": [{"relation": one.relation} for one in self.ties],
            "denials": [{"agency": one.agency} for one in self.denials],
        }


def _named(agencies: Sequence[str] | None) -> tuple[str, ...]:
    if agencies is None:
        return DEFAULT_AGENCIES
    return (agencies,) if isinstance(agencies, str) else tuple(agencies)


def _refreshed(every_days: object) -> None:
    if every_days is None or (
        isinstance(every_days, int | float) and not isinstance(every_days, bool) and every_days >= 0
    ):
        return
    msg = f"every_days={every_days!r} has to be a number of days from 0."
    raise InputError(msg)


def _row(kind: str, line: Import | TieRule | Denial) -> list[Any]:
    numbers = [getattr(line, name, None) for name in ("p", "every_days")]
    ends = [getattr(line, name, None) for name in ("low", "high")]
    source = " ".join(filter(None, (line.source_text, line.url)))
    return [
        kind, line.what, *map(_or_nan, numbers), getattr(line, "free", False),
        *map(_or_nan, ends), line.mark, source, line.basis, line.note,
    ]  # fmt: skip


def _use(word: str) -> Literal["study", "general"]:
    return "general" if word == "general" else "study"


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
