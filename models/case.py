"""`Case`: an instance with everything that follows from it before any decision is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from outlay.instances.instance import Instance
from outlay.instances.table import Table
from outlay.models.arrays.columns import Block, ColumnBook
from outlay.models.arrays.discount import discount_factors
from outlay.models.arrays.ending import look
from outlay.models.arrays.ragged import spans
from outlay.models.metrics import Terms, metric_terms, weighted_sum
from outlay.models.options.carried import CarryOver, carry_overs
from outlay.models.options.changes import Changes, changes_of
from outlay.models.options.fitting import unfitting
from outlay.models.options.generation import generate_options
from outlay.models.options.needs import Need, read_needs
from outlay.models.options.options import Dropped, Options
from outlay.models.options.savings import SavedLending, Savings, read_lending, read_savings
from outlay.models.options.so_far import SoFar, so_far
from outlay.models.options.started import Started, event_dates, started_columns
from outlay.models.options.usage import Usage, compute_usage, resource_tree
from outlay.models.projects.alternatives import Alternatives, periods_up
from outlay.models.projects.cancelling import NO_CANCELLING, Cancelling, read_cancelling
from outlay.models.projects.cashflows import CashModel
from outlay.models.projects.funding import Funding
from outlay.models.projects.lender import LenderTest, lender_test
from outlay.models.projects.saved import SavedLoans, saving_rows

#: What is computed before the options, and does not depend on them.
_BEFORE_OPTIONS = ("alternatives", "cash", "present_values", "lender", "saved_loans", "needs")


@dataclass(frozen=True)
class Case:
    """Options, money, use and columns of an instance; computed when first asked for.

    Attributes
    ----------
    instance
        The instance.
    cancelling
        Whether it is one of several scenarios, in which what was selected may be cancelled.
    """

    instance: Instance
    cancelling: bool = False

    @cached_property
    def alternatives(self) -> Alternatives:
        """Alternatives as arrays."""
        return Alternatives(self.instance)

    @cached_property
    def cash(self) -> CashModel | None:
        """The money of what starts in the first period, or None where no loan is modelled."""
        return None if self.instance.settings.finance is None else CashModel(self.alternatives)

    @cached_property
    def present_values(self) -> tuple[np.ndarray, np.ndarray] | None:
        """(us_npv, japan_npv) by alternative and start, or None where no loan is modelled."""
        return None if self.cash is None else self.cash.present_values(self.instance.periods)

    @cached_property
    def lender(self) -> LenderTest | None:
        """The lender test of every alternative, or None where no loan is modelled."""
        if self.cash is None or self.present_values is None:
            return None
        return lender_test(self.cash, self.present_values[1])

    @cached_property
    def saved_loans(self) -> SavedLoans | None:
        """The loans less joint savings; None where there are no savings or no loans."""
        savings = saving_rows(self.instance)
        return SavedLoans(self.cash, self.instance.is_on("lender")) if savings and self.cash is not None else None

    @cached_property
    def options(self) -> Options:
        """The options."""
        look()
        lender = self.lender if self.instance.is_on("lender") else None
        if lender is not None and self.saved_loans is not None:
            lender = lender.sparing(self.saved_loans.accepted)
        return generate_options(self.alternatives, lender, self.needs, every_selection=self.cancelling)

    def restricted(self, options: Options, cancelling: np.ndarray) -> Case:
        """Return the case with some of its options and of its possible cancellations (a mask) only."""
        case = Case(self.instance, self.cancelling)
        shared = {name: vars(self)[name] for name in _BEFORE_OPTIONS if name in vars(self)}
        vars(case).update(shared, options=options, cancelling_rules=self.cancelling_rules.only(cancelling))
        return case

    @cached_property
    def usage(self) -> Usage:
        """What the options use and supply."""
        return compute_usage(self.options)

    @cached_property
    def unfitting(self) -> tuple[np.ndarray, tuple[Dropped, ...]]:
        """Which options can never fit by themselves, and why."""
        return unfitting(self.options, self.usage, self.levels)

    @cached_property
    def resource_tree(self) -> list[list[int]]:
        """For each resource, its number and those of its descendants."""
        return resource_tree(self.instance)

    def metric(self, name: str) -> Terms:
        """Return the coefficients of a metric by option."""
        if name not in self._metrics:
            self._metrics[name] = metric_terms(self, name)
        return self._metrics[name]

    def changes(self, metric: str) -> Changes:
        """Return a metric of what a plan changes of the one that stands."""
        return changes_of(self.options, metric)

    @cached_property
    def _metrics(self) -> dict[str, Terms]:
        return {}

    # -- limits --------------------------------------------------------------------------------------------------

    def dated(self, table: str, column: str) -> dict[str, np.ndarray]:
        """Return each resource's dated column as levels by period: 0 before its first row, NaN where blank.

        Later dates win within a period. Shape (periods,) each.
        """
        rows = self.instance[table]
        levels: dict[str, np.ndarray] = {}
        for name, month, amount in zip(
            rows.texts("resource"), rows.texts("from"), rows.floats(column).tolist(), strict=True
        ):
            level = levels.setdefault(name, np.zeros(self.instance.periods))
            level[self.instance.period_from(month) :] = amount
        return levels

    @cached_property
    def levels(self) -> dict[str, np.ndarray]:
        """Availability of each resource or fund that has rows; NaN = no limit."""
        return self.dated("availability", "amount")

    # -- columns -------------------------------------------------------------------------------------------------

    @cached_property
    def book(self) -> ColumnBook:
        """All columns of the model."""
        book, instance, options = ColumnBook(), self.instance, self.options
        look()
        periods = range(instance.periods)
        book.add("fund", range(len(options)), 1.0, binary=True)
        book.add("scale", np.nonzero(options.divisible)[0].tolist(), 1.0)
        programs, links = instance["programs"], instance["links"]
        book.add(
            "buy",
            [(p, t) for p in programs.texts("program") for t in periods],
            self._per_period(programs, "max_per_period"),
        )
        book.add("flow", [(k, t) for k in links.texts("link") for t in periods], self._per_period(links, "capacity"))
        ceilings = self.dated("imports", "max_per_period")
        tops = np.concatenate([np.zeros(0), *ceilings.values()])
        book.add("import_", [(r, t) for r in ceilings for t in periods], tops)
        book.add("pay", self._payments())
        keys, upper = self._shortfalls()
        book.add("shortfall", keys, upper)
        book.add("both", self.synergies, 1.0)
        book.add("saved", self.savings.keys, 1.0)
        book.add("lent", self.lending.keys, 1.0)
        book.add("carried", *self._carried())
        book.add("started", self.started.keys, 1.0)
        book.add("so_far", self.so_far.keys)
        book.add("always", [0] if len(instance["approved"]) else [], 1.0, lower=1.0)
        book.add("cancelled", self.cancelling_rules.keys, 1.0, binary=True)
        return book

    def _per_period(self, table: Table, column: str) -> np.ndarray:
        ceilings = table.floats(column)
        return np.repeat(np.where(np.isnan(ceilings), np.inf, ceilings), self.instance.periods)

    def block(self, name: str) -> Block:
        """Return a block of columns by name."""
        return self.book.blocks[name]

    @cached_property
    def scale_column(self) -> np.ndarray:
        """Column that carries each option's scale: `scale` if divisible, else `fund`. Shape (options,)."""
        columns = self.block("fund").columns.copy()
        block = self.block("scale")
        columns[np.array(block.keys, dtype=int)] = block.columns
        return columns

    @cached_property
    def funded_in_full(self) -> sparse.csc_array:
        """Columns that funding an option in full sets to 1: `fund`, `scale`, `started`; shape (columns, options).

        Ones, of a byte each, written in place: of options that stand in hundreds of started-by columns there are many.
        """
        scale, options = self.block("scale"), self.options
        first, at = self.block("started").first, self.started.first
        parts = [(np.arange(len(options)), self.block("fund").columns, np.ones(len(options), dtype=int))]
        parts.append((np.array(scale.keys, dtype=int), scale.columns, np.ones(len(scale), dtype=int)))
        for key, dates in self.started.dates.items():
            look()
            place = np.searchsorted(dates, event_dates(options, *key))
            parts.append((options.of(key[0]), first + at[key] + place, len(dates) - place))
        size = np.zeros(len(options), dtype=int)
        for own, _, length in parts:
            size[own] += length
        begins = np.concatenate([[0], np.cumsum(size)])
        indices, next_ = np.empty(begins[-1], dtype=np.int32), begins[:-1].copy()
        for own, column, length in parts:
            look()
            owner, columns = spans(column, length)
            indices[next_[own][owner] + columns - column[owner]] = columns
            next_[own] += length
        ones = np.ones(len(indices), dtype=np.int8)
        return sparse.csc_array((ones, indices, begins), shape=(self.book.size, len(options)))

    @cached_property
    def column_groups(self) -> np.ndarray:
        """Group of each column: options of one alternative and start, `fund` and `scale` apart; -1 elsewhere.

        Columns of a group differ in selection period and permit track only, so most rows treat them alike.
        """
        groups = np.full(self.book.size, -1)
        first = min(0, int(self.options.start.min(initial=0)))
        length = self.instance.periods - first
        same = self.options.alternative * length + self.options.start - first
        groups[self.block("fund").columns] = same
        block = self.block("scale")
        apart = (len(self.alternatives.project) + 1) * length
        groups[block.columns] = apart + same[np.array(block.keys, dtype=int)]
        return groups

    @cached_property
    def synergies(self) -> list[int]:
        """Rows of ``dependencies`` that are synergies, but for joint savings."""
        kinds, saving = self.instance["dependencies"].raw("kind"), saving_rows(self.instance)
        return [row for row, kind in enumerate(kinds) if kind == "synergy" and row not in saving]

    @cached_property
    def savings(self) -> Savings:
        """The joint savings."""
        return read_savings(self.options)

    @cached_property
    def lending(self) -> SavedLending:
        """The loans of options that save."""
        return read_lending(self.savings, self.saved_loans)

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """The dependencies; none where their family is off."""
        return read_needs(self.instance) if self.instance.is_on("dependencies") else ()

    @cached_property
    def started(self) -> Started:
        """The started-by columns."""
        look()
        return started_columns(self.options, self.needs)

    @cached_property
    def cancelling_rules(self) -> Cancelling:
        """What may be cancelled."""
        return read_cancelling(self.alternatives) if self.cancelling else NO_CANCELLING

    @cached_property
    def so_far(self) -> SoFar:
        """The rows to date that add to each other."""
        return so_far(self)

    @cached_property
    def funds_on(self) -> bool:
        """Whether commitments must be covered by funds."""
        return bool(len(self.instance["funds"])) and self.instance.is_on("funds")

    @cached_property
    def funding(self) -> Funding:
        """Who may pay for what."""
        return Funding(self.instance)

    def _payments(self) -> list[tuple[str, int]]:
        if not self.funds_on:
            return []
        names = self.instance["funds"].texts("fund")
        paying = {project: self.funding.eligible(project) for project in range(len(self.alternatives.projects))}
        projects = self.options.project.tolist()
        costly = np.nonzero(self.options.commitment > 0)[0].tolist()
        return [(names[fund], option) for option in costly for fund in paying[projects[option]]]

    def _shortfalls(self) -> tuple[list[tuple[str, int]], np.ndarray]:
        rows = self.instance["resources"]
        keys: list[tuple[str, int]] = []
        upper: list[float] = []
        for name, penalty, tolerance in zip(
            rows.texts("resource"), rows.raw("penalty"), rows.floats("tolerance").tolist(), strict=True
        ):
            if penalty is None or not self.instance.is_on(self.instance.family_of(name)):
                continue
            level = self.levels.get(name, np.zeros(self.instance.periods))
            for period in self.row_periods(name).tolist():
                keys.append((name, period))
                upper.append(np.inf if np.isnan(tolerance) else tolerance * float(level[period]))
        return keys, np.array(upper, dtype=float)

    @cached_property
    def carry_overs(self) -> dict[str, CarryOver]:
        """The rule of each resource whose rows stand and that carries over."""
        rules = carry_overs(self.instance)
        return {name: rule for name, rule in rules.items() if self.instance.is_on(self.instance.family_of(name))}

    def _carried(self) -> tuple[list[tuple[str, int]], np.ndarray]:
        """Return the blocks that pass something on, all but the last of each resource, and the most of each."""
        keys, upper = list[tuple[str, int]](), [np.zeros(0)]
        for name, rule in self.carry_overs.items():
            periods = self.row_periods(name)[:-1]
            keys.extend((name, period) for period in periods.tolist())
            upper.append(rule.ceilings(self.levels.get(name, np.zeros(self.instance.periods))[periods]))
        return keys, np.concatenate(upper)

    def row_periods(self, resource: str) -> np.ndarray:
        """Return the periods under which a resource's rows stand: where it has a limit; year blocks by their first."""
        level = self.levels.get(resource, np.zeros(self.instance.periods))
        limited = ~np.isnan(level)
        if self.basis(resource) == "per_year":
            limited &= np.arange(self.instance.periods) % (self.instance.periods_per_year or 1) == 0
        return np.nonzero(limited)[0]

    def basis(self, resource: str) -> str:
        """Return a resource's basis."""
        rows = self.instance["resources"]
        return rows.texts("basis")[rows.index[(resource,)]]

    # -- cost ----------------------------------------------------------------------------------------------------

    @cached_property
    def cost(self) -> np.ndarray:
        """The metric `cost` as a coefficient a column: discounted, when bought, moved, imported or short."""
        instance = self.instance
        cost = np.zeros(self.book.size)
        factor = discount_factors(
            instance.discount_rate("cost"),
            instance.months_of_value(0) + np.arange(instance.periods) * instance.months_per_period,
        )
        prices = {
            "buy": dict(
                zip(instance["programs"].texts("program"), instance["programs"].floats("cost_per_unit"), strict=True)
            ),
            "flow": dict(zip(instance["links"].texts("link"), instance["links"].floats("cost_per_unit"), strict=True)),
            "shortfall": dict(
                zip(instance["resources"].texts("resource"), instance["resources"].floats("penalty"), strict=True)
            ),
        }
        for name, price in prices.items():
            block = self.block(name)
            cost[block.columns] = [price[key] * factor[t] for key, t in block.keys]
        premiums = self.dated("imports", "premium_per_unit")
        block = self.block("import_")
        cost[block.columns] = [premiums[key][t] * factor[t] for key, t in block.keys]
        cost[self.block("cancelled").columns] = self.cancelling_rules.fee * factor[self.cancelling_rules.selection]
        return cost

    def weights(self, level: int) -> np.ndarray:
        """Return the objective of a level as a coefficient a column; maximised."""
        weights = self.instance.objective_levels[level].weights
        return self.weighted({name: float(weight) for name, weight in weights.items()})

    def weighted(self, weights: Mapping[str, float]) -> np.ndarray:
        """Return a weighted sum of metrics as a coefficient a column."""
        return weighted_sum(self, weights)

    @cached_property
    def synergy_bonus(self) -> list[tuple[str, float]]:
        """(metric, bonus) of each synergy."""
        rows = self.instance["dependencies"]
        metrics, bonus = rows.texts("metric"), rows.floats("bonus")
        return [(metrics[row], float(bonus[row])) for row in self.synergies]

    def periods_up(self, months: object) -> int:
        """Return a length in months as periods, rounded up."""
        return periods_up(months, self.instance.months_per_period)
