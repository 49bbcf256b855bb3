"""How a book becomes a program: on a day, under a reading, for rows of one kind."""

from collections.abc import Mapping, Sequence
from datetime import date

from creditaudit.errors import InputError
from creditaudit.rulebooks.kinds import NUMBER, YES_NO, Kind
from creditaudit.rulebooks.programs import (
    DECISION,
    POINTS,
    PREFIX,
    RANK,
    TIER,
    Program,
    RuleStep,
    value_name,
)
from creditaudit.rulebooks.records import Contents
from creditaudit.rulebooks.rule_conditions import RuleConditions
from creditaudit.rulebooks.rule_records import Rule
from creditaudit.rulebooks.trees import (
    And,
    Arithmetic,
    Case,
    Compare,
    Constant,
    Extreme,
    IsMissing,
    Node,
    Not,
    Or,
    Ref,
    Settled,
    parameters_of,
    rebuilt,
    refs_of,
    resolved,
)
from creditaudit.rulebooks.versions import is_in_force, parameter_values

TEXT = Kind("text")


def build_program(
    contents: Contents,
    conditions: Mapping[str, RuleConditions],
    day: date,
    reading: str | None,
    subject: str,
) -> Program:
    """Return what a book computes on a day, under a reading, for persons, firms or events.

    Raises
    ------
    InputError
        If a rule in force needs a parameter that has no value on that day.
    """
    return _Builder(contents, conditions, day, reading, subject).program()


class _Builder:
    def __init__(
        self,
        contents: Contents,
        conditions: Mapping[str, RuleConditions],
        day: date,
        reading: str | None,
        subject: str,
    ) -> None:
        self.contents = contents
        self.conditions = conditions
        self.day = day
        self.reading = reading
        self.values = parameter_values(contents, day, reading)
        self.rules = [
            rule
            for rule in contents.rules
            if is_in_force(rule, day) and conditions[rule.id].subject == subject
        ]
        self.place = {rule.id: number for number, rule in enumerate(self.rules)}
        self.columns: dict[str, Kind] = {}
        self.steps: dict[str, Node] = {}
        self.raw: dict[str, Node] = {}
        self.per: dict[str, Node] = {}
        # Rules that are never unknown: what they count need not be kept open.
        self.sure: set[str] = set()

    def program(self) -> Program:
        for rule in self.rules:
            self.add_condition(rule)
        for rule in self.in_order():
            self.add_firing(rule)
        totals = [self.total_of(rules) for rules in self.grouped()]
        self.add_points(totals)
        self.add_tier()
        listed = self.add_lists()
        self.add_decision(listed)
        steps = tuple(
            RuleStep(
                rule,
                self.raw[rule.id],
                self.name("holds", rule),
                self.fires(rule.id),
                self.name("points", rule) if rule.points is not None else None,
            )
            for rule in self.rules
        )
        return Program(self.columns, self.steps, steps, listed, self.day, self.reading)

    def name(self, what: str, rule: Rule) -> str:
        return f"{PREFIX}{what}_{self.place[rule.id]}"

    def keep(self, name: str, node: Node) -> Node:
        self.steps[name] = node
        return Ref(name, YES_NO)

    def settled(self, node: Node, rule: Rule) -> Node:
        missing = sorted(set(parameters_of(node)) - set(self.values))
        if missing:
            msg = (
                f"Rule {rule.id!r} needs the parameter {missing[0]!r}, which has no value on "
                f"{self.day}. Choose a later as_of, or give the parameter an earlier value."
            )
            raise InputError(msg)
        self.columns |= refs_of(node)

        def renamed(here: Node) -> Node:
            return Ref(value_name(here.name), here.kind) if isinstance(here, Ref) else here

        return rebuilt(resolved(node, self.values), renamed)

    def add_condition(self, rule: Rule) -> None:
        both = self.conditions[rule.id]
        raw = self.settled(both.when(self.reading).tree, rule)
        default = rule.on_missing or self.contents.book.on_missing
        per = both.per(self.reading)
        if per is not None:
            amount = self.settled(per.tree, rule)
            self.per[rule.id] = amount
            # An act of which nobody knows how often it was done is as unknown as one unknown.
            raw = Case(((Not(IsMissing(amount)), raw),))
        self.raw[rule.id] = raw
        if default != "unknown":
            self.sure.add(rule.id)
            raw = Settled(raw, default == "true")
        self.keep(self.name("holds", rule), raw)

    def over(self, rule: Rule) -> list[Rule]:
        return [other for other in self.rules if rule.id in other.overrides]

    def in_order(self) -> list[Rule]:
        """Return the rules so that each comes after those that override it."""
        ordered: dict[str, Rule] = {}

        def place(rule: Rule) -> None:
            if rule.id not in ordered:
                for other in self.over(rule):
                    place(other)
                ordered[rule.id] = rule

        for rule in self.rules:
            place(rule)
        return list(ordered.values())

    def fires(self, name: str) -> str:
        rule = self.rules[self.place[name]]
        return self.name("fires" if self.over(rule) else "holds", rule)

    def add_firing(self, rule: Rule) -> None:
        over = self.over(rule)
        if not over:
            return
        exceptions = tuple(Not(Ref(self.fires(other.id), YES_NO)) for other in over)
        holds = Ref(self.name("holds", rule), YES_NO)
        self.keep(self.name("fires", rule), And((holds, *exceptions)))
        if any(other.id not in self.sure for other in over):
            self.sure.discard(rule.id)

    def grouped(self) -> list[list[Rule]]:
        """Return rules with points, those of one group together."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules:
            if rule.points is not None:
                found.setdefault(rule.group or f" {rule.id}", []).append(rule)
        return list(found.values())

    def points_of(self, rule: Rule) -> float:
        assert rule.points is not None
        return float(str(rule.points.of(self.reading)))

    def total_of(self, rules: Sequence[Rule]) -> Node:
        """Return what the rules of one group add."""
        group = self.contents.groups.get(rules[0].group or "")
        take = "sum" if group is None else group.take
        if take == "max":
            rules = sorted(rules, key=lambda rule: -abs(self.points_of(rule)))
        before: list[Rule] = []
        for rule in rules:
            counts: Node = Ref(self.fires(rule.id), YES_NO)
            sure = rule.id in self.sure
            if take != "sum" and before:
                earlier = tuple(Not(Ref(self.fires(other.id), YES_NO)) for other in before)
                counts = self.keep(self.name("counts", rule), And((counts, *earlier)))
                sure = sure and all(other.id in self.sure for other in before)
            before.append(rule)
            self.steps[self.name("points", rule)] = self.contribution(rule, counts, sure=sure)
        total = _sum([Ref(self.name("points", rule), NUMBER) for rule in rules])
        if group is None or group.cap is None:
            return total
        return _bounded(total, group.cap)

    def contribution(self, rule: Rule, counts: Node, *, sure: bool) -> Node:
        points, zero = Constant(self.points_of(rule), NUMBER), Constant(0.0, NUMBER)
        amount = self.per.get(rule.id)
        value: Node = points
        if amount is not None:
            value = Arithmetic("*", points, amount, NUMBER)
            if rule.cap is not None:
                value = _bounded(value, rule.cap)
            default = rule.on_missing or self.contents.book.on_missing
            if default == "true":
                value = Case(((IsMissing(amount), points),), value)
        if sure:
            return Case(((counts, value),), zero)
        return Case(((counts, value), (Not(counts), zero)))

    def add_points(self, totals: Sequence[Node]) -> None:
        scale = self.contents.scale
        base = Constant(scale.base if scale else 0.0, NUMBER)
        total = _sum([base, *totals])
        if scale and scale.min is not None:
            total = Extreme("max", (total, Constant(scale.min, NUMBER)))
        if scale and scale.max is not None:
            total = Extreme("min", (total, Constant(scale.max, NUMBER)))
        self.steps[POINTS] = total

    def add_tier(self) -> None:
        bands = sorted(self.contents.bands, key=lambda band: band.from_ or float("-inf"))
        bands.sort(key=lambda band: band.from_ is not None)
        if not bands:
            self.steps[TIER] = Constant(None, TEXT)
            return
        points = Ref(POINTS, NUMBER)
        starts = [Constant(band.from_, NUMBER) for band in bands]
        cases: list[tuple[Node, Node]] = [
            (Compare(">=", points, start), Constant(float(rank), NUMBER))
            for rank, start in reversed(list(enumerate(starts)))
            if rank
        ]
        lowest = Constant(0.0, NUMBER)
        if len(bands) > 1:
            cases.append((Compare("<", points, starts[1]), lowest))
        else:
            cases.append((Not(IsMissing(points)), lowest))
        rank_of = {band.tier: rank for rank, band in enumerate(bands)}
        name = f"{RANK}_0"
        self.steps[name] = Case(tuple(cases))
        for number, rule in enumerate((r for r in self.rules if r.tier_cap is not None), start=1):
            name = self.add_cap(rule, float(rank_of[str(rule.tier_cap)]), name, number)
        self.steps[RANK] = Ref(name, NUMBER)
        self.steps[TIER] = Case(
            tuple(
                (
                    Compare("==", Ref(RANK, NUMBER), Constant(float(rank), NUMBER)),
                    Constant(tier, TEXT),
                )
                for tier, rank in rank_of.items()
            )
        )

    def add_cap(self, rule: Rule, cap: float, before: str, number: int) -> str:
        rank, fires = Ref(before, NUMBER), Ref(self.fires(rule.id), YES_NO)
        limit = Constant(cap, NUMBER)
        name = f"{RANK}_{number}"
        # A rank under the cap is known whether or not the rule fires, and the lowest tier is known
        # where the rule fires whether or not the points are.
        higher = Compare(">", rank, limit)
        cases: list[tuple[Node, Node]] = [(fires, limit)] if cap == 0 else []
        cases += [(Not(higher), rank), (And((fires, higher)), limit), (Not(fires), rank)]
        self.steps[name] = Case(tuple(cases))
        return name

    def add_lists(self) -> dict[str, str]:
        listed = {}
        for number, row in enumerate(self.contents.lists):
            entries = [rule for rule in self.rules if rule.list == row.id]
            if entries:
                name = f"{PREFIX}listed_{number}"
                firing = tuple(Ref(self.fires(rule.id), YES_NO) for rule in entries)
                self.steps[name] = firing[0] if len(firing) == 1 else Or(firing)
                listed[row.id] = name
        return listed

    def add_decision(self, listed: Mapping[str, str]) -> None:
        decision = self.contents.decision
        gates: list[Node] = [Ref(self.fires(r.id), YES_NO) for r in self.rules if r.gate]
        if decision is not None:
            gates += [Ref(listed[i], YES_NO) for i in decision.refuse_listed if i in listed]
            for tier in decision.refuse_tiers:
                gates.append(Compare("==", Ref(TIER, TEXT), Constant(tier, TEXT)))
            if decision.refuse_below is not None:
                limit = Constant(decision.refuse_below, NUMBER)
                gates.append(Compare("<", Ref(POINTS, NUMBER), limit))
        refused, approved = Constant("refused", TEXT), Constant("approved", TEXT)
        if not gates:
            self.steps[DECISION] = approved if decision is not None else Constant(None, TEXT)
            return
        refuse = gates[0] if len(gates) == 1 else Or(tuple(gates))
        self.steps[DECISION] = Case(((refuse, refused), (Not(refuse), approved)))


def _sum(items: Sequence[Node]) -> Node:
    """Return a sum in pairs of pairs: the same order of additions on every engine, and flat."""
    if len(items) == 1:
        return items[0]
    middle = (len(items) + 1) // 2
    return Arithmetic("+", _sum(items[:middle]), _sum(items[middle:]), NUMBER)


def _bounded(value: Node, cap: float) -> Node:
    return Extreme("max" if cap < 0 else "min", (value, Constant(cap, NUMBER)))
