"""The rows of funds and of limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from outlay.instances.instance import Instance
from tests.brute_force.effects import Fund, funds_of
from tests.brute_force.metrics import Metrics
from tests.brute_force.options import Option
from tests.brute_force.reading import Record, availability, exact, last_selection, records, spans, year_blocks
from tests.brute_force.system import Expression, System


def add_funds(instance: Instance, system: System) -> None:
    """Add who pays for what, within every fund's shares and ceilings."""
    funds = funds_of(instance)
    pays: dict[str, list[tuple[int, int]]] = {fund.name: [] for fund in funds}
    committed = Expression()
    for o, option in enumerate(system.options):
        cost, paid = Expression(), Expression()
        system.take_commitment(cost, o)
        committed.add(cost)
        for fund in funds:
            if fund.eligible(option):
                most = exact(fund.row["max_share"])
                column = system.column(("pay", fund.name, o), 0, most * option.asks(option.of.scales[1]), owner=o)
                pays[fund.name].append((o, column))
                paid.columns[column] += 1
                pay = Expression(columns=defaultdict(Fraction, {column: Fraction(1)}))
                system.at_most(("max share", fund.name, o), Expression().add(pay).add(cost, -most), 0, owner=o)
                least = exact(fund.row["min_share"])
                system.at_least(("min share", fund.name, o), Expression().add(pay).add(cost, -least), 0, owner=o)
                _add_amounts(system, fund, o, pay, cost)
        if funds:
            paid.add(cost, -1)
            system.at_most(("paid", o), paid, 0, owner=o)
            system.at_least(("paid", o), paid, 0, owner=o)
    for fund in funds:
        _add_ceilings(instance, system, fund.name, fund.row, pays[fund.name])
        _add_portfolio_shares(system, fund.name, fund.row, pays[fund.name], committed)


def _add_amounts(system: System, fund: Fund, o: int, pay: Expression, cost: Expression) -> None:
    """Add what a fund may and must pay for one project, and what it matches."""
    row, match = fund.amounts(system.options[o]), fund.row["match_share"]
    if row is not None and row["max"] is not None:
        system.at_most(("max amount", fund.name, o), Expression().add(pay), exact(row["max"]), owner=o)
    if row is not None and system.options[o].asks(system.options[o].of.scales[1]):
        system.at_least(("min amount", fund.name, o), Expression().add(pay), exact(row["min"]), owner=o)
    if match is not None:
        others = Expression().add(cost).add(pay, -1)
        system.at_most(("match", fund.name, o), Expression().add(pay).add(others, -exact(match)), 0, owner=o)


def _add_ceilings(instance: Instance, system: System, name: str, row: Record, pays: list[tuple[int, int]]) -> None:
    def sum_of(weights: Iterator[tuple[int, Fraction]]) -> Expression:
        return Expression(columns=defaultdict(Fraction, dict(weights)))

    if row["total"] is not None:
        now = ((c, Fraction(1)) for o, c in pays if system.options[o].selection >= 0)
        system.at_most(("total", name), sum_of(now), exact(row["total"]))
    if any(dated["resource"] == name for dated in records(instance, "availability")):
        for t, level in enumerate(availability(instance, name)):
            if level is not None:
                so_far = sum_of((c, Fraction(1)) for o, c in pays if 0 <= system.options[o].selection <= t)
                system.at_most(("ceiling", name, t), so_far, level)
    if row["per_year"] is not None:
        for block in year_blocks(instance):
            drawn = sum_of((c, _drawn(system.options[o], block)) for o, c in pays)
            system.at_most(("year", name, block[0]), drawn, exact(row["per_year"]))


def _drawn(option: Option, block: range) -> Fraction:
    """Return the share of the commitment that is drawn in a block."""
    return sum((w for k, w in enumerate(option.of.draw_weights) if option.start + k in block), Fraction(0))


def _add_portfolio_shares(
    system: System, name: str, row: Record, pays: list[tuple[int, int]], committed: Expression
) -> None:
    paid = Expression(columns=defaultdict(Fraction, {column: Fraction(1) for _, column in pays}))
    if row["portfolio_min_share"] is not None:
        least = Expression().add(paid).add(committed, -exact(row["portfolio_min_share"]))
        system.at_least(("portfolio min", name), least, 0)
    if row["portfolio_max_share"] is not None:
        most = Expression().add(paid).add(committed, -exact(row["portfolio_max_share"]))
        system.at_most(("portfolio max", name), most, 0)


def add_limits(instance: Instance, system: System, metrics: Metrics) -> None:
    """Add the table of limits."""
    for number, row in enumerate(records(instance, "limits") if instance.is_on("limits") else []):
        one_group = row["group"] is not None or row["by"] == "all"
        for group in [row["group"]] if one_group else metrics.groups(row["by"]):
            for span in [None] if row["every"] == "total" else spans(instance, row["every"]):
                amount, reference = _sides(metrics, row, group, span)
                _add_growth(instance, system, metrics, row, (number, group, span))
                share = row["basis"] == "share"
                key = ("limit", number, group, span and span[0])
                if row["max"] is not None:
                    form = Expression().add(amount).add(reference, -exact(row["max"]))
                    system.at_most((*key, "max"), form, 0 if share else exact(row["max"]))
                always = span is None or row["metric"] == "draws" or row["metric"].startswith("in_use:")
                if row["min"] is not None and (always or span[0] <= last_selection(instance)):
                    form = Expression().add(amount).add(reference, -exact(row["min"]))
                    system.at_least((*key, "min"), form, 0 if share else exact(row["min"]))


def _add_growth(
    instance: Instance, system: System, metrics: Metrics, row: Record, key: tuple[int, str | None, range | None]
) -> None:
    """Add that a period or year has so much more than the one before, at most."""
    number, group, span = key
    grows = row["max_growth_share"] is not None or row["max_growth"] is not None
    if not grows or span is None or (span[0] == 0 and row["growth_from"] is None):
        return
    factor, most = 1 + exact(row["max_growth_share"]), exact(row["max_growth"])
    form = Expression().add(metrics.expression(row["metric"], row["by"], group, span))
    if span[0] == 0:
        most += factor * exact(row["growth_from"])
    else:
        earlier = next(other for other in spans(instance, row["every"]) if other.stop == span.start)
        form.add(metrics.expression(row["metric"], row["by"], group, earlier), -factor)
    system.at_most(("limit", number, group, span[0], "growth"), form, most)


def _sides(metrics: Metrics, row: Record, group: str | None, span: range | None) -> tuple[Expression, Expression]:
    """Return what is limited, and what it is a share of (nothing for an absolute limit)."""
    amount = metrics.expression(row["metric"], row["by"], group, span)
    if row["basis"] != "share":
        return amount, Expression()
    if row["of"] is not None:
        return amount, metrics.expression(row["of"], row["by"], group, span)
    return amount, metrics.expression(row["metric"], None, None, span)
