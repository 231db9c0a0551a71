"""What an option brings and takes: metrics, use, supply, and the lender's view of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from outlay.instances.instance import Instance
from tests.brute_force.money import Loan, Returns, free_cash_by_yield, growth, waterfall
from tests.brute_force.options import Alternative, Option, bare_options, shape_amounts
from tests.brute_force.reading import exact, records, with_ancestors, worth

_TOLERANCE = Fraction(1, 10**9)


def options(instance: Instance) -> list[Option]:
    """Return every option that can be right, with its effects filled in."""
    returns: dict[tuple[Alternative, Fraction, Fraction], Returns] = {}
    ancestors = with_ancestors(instance)
    result = []
    for option in bare_options(instance):
        fill_metrics(option)
        for chosen in sets_of_savings(option) if instance.settings.finance else ():
            saved = -sum((exact(row["bonus"]) for row in chosen), Fraction(0))
            key = option.of, option.price, saved
            if key not in returns:
                returns[key] = returns_of(*key)
            values = values_of(option, returns[key], saved)
            option.lent[chosen_key(chosen)] = (values, lender_accepts(option, returns[key], values))
        if instance.settings.finance:
            fill_returns(option, option.lent[()][0])
        accepted = not option.lent or any(accepted for _, accepted in option.lent.values())
        if accepted and funds_can_pay(option):
            fill_use(option, ancestors)
            result.append(option)
    return result


# -- money ---------------------------------------------------------------------------------------------------------


def own_free_cash(alternative: Alternative) -> tuple[Fraction, ...] | None:
    """Return F_y from the alternative's own rows, or None where it has none; building is taken to start in 0."""
    rows = [row for row in alternative.rows("cashflows") if row["metric"] is None]
    if not rows:
        return None
    cash = [Fraction(0)] * int(alternative.cells["life_years"])
    probe = Option(alternative, fast=False, review=0, selection=0, start=0)
    for row in rows:
        first, last = probe.window(row)
        for period in range(max(first, probe.ready), last + 1):
            year = (period - probe.ready) * alternative.instance.months_per_period // 12
            if year < len(cash):
                cash[year] += exact(row["amount"])
    return tuple(cash)


def terms_of(alternative: Alternative) -> dict[str, object]:
    """Return the row of loan terms that an alternative borrows on."""
    name = alternative.cells["terms"] or alternative.instance.settings.finance.terms
    return next(row for row in records(alternative.instance, "terms") if row["terms"] == name)


def sets_of_savings(option: Option) -> list[tuple[dict[str, object], ...]]:
    """Return every set of rows of dependencies that may lower the option's commitment, the empty one first."""
    sides = {option.project, f"{option.project}@{option.alternative}"}
    own = [
        row
        for row in records(option.of.instance, "dependencies")
        if row["kind"] == "synergy" and row["metric"] == "commitment" and row["project"] in sides
    ]
    return [chosen for count in range(len(own) + 1) for chosen in combinations(own, count)]


def chosen_key(chosen: Sequence[dict[str, object]]) -> tuple[str, ...]:
    """Return a name of a set of savings: all rows of one project differ in some cell or are alike."""
    return tuple(sorted(repr(sorted(row.items(), key=str)) for row in chosen))


def returns_of(alternative: Alternative, price: Fraction, saved: Fraction) -> Returns:
    """Return the waterfall's result at scale 1; it depends on the start by what is really spent, in its prices."""
    finance, cells, terms = alternative.instance.settings.finance, alternative.cells, terms_of(alternative)
    commitment, b, m = alternative.commitment, alternative.building, alternative.instance.months_per_period
    drawn = sum(w * growth(terms["rate"], (b - k) * m) for k, w in enumerate(alternative.draw_weights))
    full, spent, every = commitment * price, (commitment - saved) * price, cells["reinvest_every_years"]
    free_cash = own_free_cash(alternative) or free_cash_by_yield(
        full_year=exact(cells["cash_yield"]) * commitment,
        ramp=exact(cells["ramp_years"]),
        life=int(cells["life_years"]),
        every=None if every is None else int(every),
        reinvestment=exact(cells["reinvest_share"]) * commitment,
    )
    return waterfall(
        Loan(
            commitment=full,
            opening_balance=max(Fraction(0), spent * drawn - exact(cells["credit_share"]) * full),
            free_cash=free_cash,
            rate=exact(terms["rate"]),
            tenor=int(terms["tenor_years"]),
            share_before=exact(finance.japan_share_before),
            share_after=exact(finance.japan_share_after),
            literal=finance.waterfall == "literal",
        )
    )


def lender_accepts(option: Option, returns: Returns, values: dict[str, Fraction]) -> bool:
    """Return whether the option passes the lender's test (each part within 1e-9)."""
    instance = option.of.instance
    if option.of.committed or option.of.begun or not instance.is_on("lender"):
        return True
    terms, commitment = terms_of(option.of), option.of.commitment * option.price
    tests_cover = instance.settings.finance.waterfall != "literal" and returns.dscr is not None
    if tests_cover and returns.dscr < exact(terms["min_dscr"]) - _TOLERANCE:
        return False
    within = terms["recover_within_years"]
    if within is not None and (returns.recovered is None or returns.recovered > within):
        return False
    if exact(option.of.cells["japan_content_share"]) < exact(terms["min_japan_content_share"]) - _TOLERANCE:
        return False
    least = terms["min_japan_npv"]
    if "min_japan_npv" in instance["terms"].cells and least is None:
        return True
    return values["japan_npv"] >= exact(least) - _TOLERANCE * commitment


# -- funds ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fund:
    """One payer, with its row."""

    name: str
    row: dict[str, object]

    def eligible(self, option: Option) -> bool:
        """Return whether it may pay for the option's project."""
        project = option.of.project
        if self.row["listed_only"] and self.amounts(option) is None:
            return False
        return all(
            not self.row[column] or project[attribute] in self.row[column]
            for column, attribute in (("eligible_sectors", "sector"), ("eligible_regions", "region"))
        )

    def amounts(self, option: Option) -> dict[str, object] | None:
        """Return the row of this fund and the option's project in `fund_amounts`, if there is one."""
        rows = records(option.of.instance, "fund_amounts")
        return next((r for r in rows if (r["fund"], r["project"]) == (self.name, option.project)), None)

    def most_share(self, option: Option) -> Fraction:
        """Return the greatest share of the commitment that it can ever bear: at the least scale."""
        shares = [exact(self.row["max_share"])]
        row, match = self.amounts(option), self.row["match_share"]
        if match is not None:
            shares.append(exact(match) / (1 + exact(match)))
        if row is not None and row["max"] is not None:
            saved = saved_at_most(option)
            lowest = (option.commitment - saved) * option.of.scales[0] + option.base
            shares += [exact(row["max"]) / lowest] if lowest else []
        return min(shares)

    def least_share(self, option: Option) -> Fraction:
        """Return the least share of the commitment that it can ever bear: at full scale."""
        row, most = self.amounts(option), option.asks(option.of.scales[1])
        return max(exact(self.row["min_share"]), Fraction(0) if row is None else exact(row["min"]) / most)


def saved_at_most(option: Option) -> Fraction:
    """Return the most that joint savings can take off the option's commitment."""
    sides = {option.project, f"{option.project}@{option.alternative}"}
    rows = [r for r in records(option.of.instance, "dependencies") if r["kind"] == "synergy" and r["project"] in sides]
    return -sum((exact(r["bonus"]) * option.price for r in rows if r["metric"] == "commitment"), Fraction(0))


def funds_of(instance: Instance) -> list[Fund]:
    """Return the funds, or none where the family is off."""
    return [Fund(r["fund"], r) for r in records(instance, "funds")] if instance.is_on("funds") else []


def funds_can_pay(option: Option) -> bool:
    """Return whether the eligible funds' shares can add up to the commitment."""
    funds = funds_of(option.of.instance)
    if not funds or not option.asks(option.of.scales[1]):
        return True
    payers = [fund for fund in funds if fund.eligible(option)]
    most = sum(fund.most_share(option) for fund in payers)
    return most >= 1 and sum(fund.least_share(option) for fund in payers) <= 1


# -- metrics and use -----------------------------------------------------------------------------------------------


def fill_metrics(option: Option) -> None:
    """Fill in every metric of the option except `use:` ones, at scale 1."""
    instance, cells, commitment = option.of.instance, option.of.cells, option.commitment
    m, settings = instance.months_per_period, instance.settings
    metrics, fixed = option.metrics, option.fixed_metrics
    fixed["count"] = Fraction(1)
    late = worth(instance, "value", option.ready * m) if settings.value_discount else 1
    slope, besides = option.of.line("value")
    metrics["value"] += slope * late
    fixed["value"] += besides * late
    for amounts, money in ((metrics, commitment), (fixed, option.base)):
        amounts["commitment"] += money
        amounts["strategic"] += exact(option.of.project["strategic_score"]) * money
        amounts["japan_content"] += exact(cells["japan_content_share"]) * money
    credit, other = exact(cells["credit_share"]) * commitment, exact(cells["credit_share"]) * option.base
    if option.of.begun and option.ready < 0:
        credit = other = Fraction(0)  # received before the calendar
    metrics["credit"] += credit * worth(instance, "us_npv", option.ready * m)
    fixed["credit"] += other * worth(instance, "us_npv", option.ready * m)
    for name, declared in settings.metrics.items():
        if declared.scaled:
            slope, besides = option.of.line(name)
            metrics[name] += slope
            fixed[name] += besides
        else:
            fixed[name] += exact(cells[name])
    for row in option.of.rows("cashflows"):
        if row["metric"] is not None:
            name = row["metric"]
            scaled = name not in settings.metrics or settings.metrics[name].scaled
            first, last = option.window(row)
            first = max(first, 0) if option.of.begun else first
            total = sum((worth(instance, name, m * t) for t in range(first, last + 1)), Fraction(0))
            (metrics if scaled else option.fixed_metrics)[name] += exact(row["amount"]) * total


def values_of(option: Option, returns: Returns, saved: Fraction) -> dict[str, Fraction]:
    """Return the present values of both sides, of a step at its end, less what is saved at the date of prices."""
    instance, m = option.of.instance, option.of.instance.months_per_period
    ready, totals, spent = option.ready * m, dict.fromkeys(("us_npv", "japan_npv"), Fraction(0)), option.of.commitment
    for year, (to_us, to_japan) in enumerate(zip(returns.us, returns.japan, strict=True), start=1):
        if option.of.begun and ready + 12 * year <= 0:
            continue
        totals["us_npv"] += to_us * worth(instance, "us_npv", ready + 12 * year)
        totals["japan_npv"] += to_japan * worth(instance, "japan_npv", ready + 12 * year)
    if not option.of.begun or option.ready >= 0:
        credit = exact(option.of.cells["credit_share"]) * spent * option.price
        totals["japan_npv"] += credit * worth(instance, "japan_npv", ready)
    for k, weight in enumerate(option.of.draw_weights):
        if option.of.begun and option.start + k < 0:
            continue
        totals["japan_npv"] -= (
            (spent - saved) * option.price * weight * worth(instance, "japan_npv", (option.start + k) * m)
        )
    return totals


def fill_returns(option: Option, totals: dict[str, Fraction]) -> None:
    """Fill in the present values of both sides, along the curve of a step."""
    spent = option.of.commitment
    slope, besides = (share / spent for share in option.of.line("commitment")) if spent else (Fraction(1), Fraction(0))
    for name, total in totals.items():
        option.metrics[name] += total * slope
        option.fixed_metrics[name] += total * besides


def fill_use(option: Option, ancestors: dict[str, tuple[str, ...]]) -> None:
    """Fill in use and supply inside the horizon, engine-filled ones too, and the metrics `use:RESOURCE`."""
    inside = range(option.of.instance.periods)
    for row in option.of.rows("requirements"):
        first, last = option.window(row)
        amounts = shape_amounts(row["shape"], exact(row["amount"]), max(0, last - first + 1))
        book = option.uses if row["role"] == "uses" else option.supplies
        for period, amount in enumerate(amounts, start=first):
            if period in inside:
                book[row["resource"], period] += amount
    if option.selection >= 0:
        option.uses["commitments", option.selection] += option.commitment
        option.fixed_uses["commitments", option.selection] += option.base
    for k, weight in enumerate(option.of.draw_weights):
        if option.start + k in inside:
            option.uses["draws", option.start + k] += option.commitment * weight
            option.fixed_uses["draws", option.start + k] += option.base * weight
    fill_fixed_use(option)
    for book, metrics in ((option.uses, option.metrics), (option.fixed_uses, option.fixed_metrics)):
        for (resource, _), amount in book.items():
            for counted in ancestors.get(resource, ()):
                metrics["use:" + counted] += amount


def fill_fixed_use(option: Option) -> None:
    """Fill in what is used whatever the scale: the committee's pace and the agency's reviews."""
    if not option.of.committed and not option.of.begun:
        option.fixed_uses["selections", option.selection] += exact(option.of.project["selection_load"])
    for row in records(option.of.instance, "permits"):
        if row["permit"] == option.of.cells["permit"] and row["agency"] is not None:
            for period in range(option.start - option.review, option.start):
                option.fixed_uses[row["agency"], period] += 1
