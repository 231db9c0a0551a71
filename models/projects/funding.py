"""Who may pay for a project, and how much: eligible funds, their shares, amounts and matches."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from outlay.instances.instance import Instance
from outlay.models.arrays.cells import decimals


@dataclass(frozen=True)
class Funding:
    """The rules of ``funds`` and ``fund_amounts``, by row of ``funds`` and row of ``projects``."""

    instance: Instance

    @cached_property
    def amounts(self) -> dict[tuple[int, int], tuple[Fraction | None, Fraction | None]]:
        """(max, min) of each (fund, project) that has a row in ``fund_amounts``; None: no bound."""
        rows = self.instance["fund_amounts"]
        fund_of = {name: row for row, name in enumerate(self.instance["funds"].texts("fund"))}
        project_of = {name: row for row, name in enumerate(self.instance["projects"].texts("id"))}
        return {
            (fund_of[fund], project_of[project]): (_fraction(most), _fraction(least))
            for fund, project, most, least in zip(
                rows.texts("fund"), rows.texts("project"), decimals(rows, "max"), decimals(rows, "min"), strict=True
            )
        }

    def eligible(self, project: int) -> list[int]:
        """Return the funds that may pay for a project: by sector, by region, and by list where they ask for one."""
        projects, funds = self.instance["projects"], self.instance["funds"]
        sector, region = projects.texts("sector")[project], projects.texts("region")[project]
        columns = (funds.column(name) for name in ("eligible_sectors", "eligible_regions", "listed_only"))
        return [
            row
            for row, (sectors, regions, listed_only) in enumerate(zip(*columns, strict=True))
            if (not sectors or sector in sectors)
            and (not regions or region in regions)
            and (not listed_only or (row, project) in self.amounts)
        ]

    def problem(self, project: int, commitment: Fraction, lowest: Fraction) -> str | None:
        """Return why the funds can never add up to a commitment, or None if they may.

        A greatest amount bears the largest share of the lowest commitment (at the least scale, less all savings), a
        least amount the smallest of the whole.
        """
        eligible = self.eligible(project)
        if not eligible:
            listed = any(self.instance["funds"].column("listed_only"))
            return f"no fund is eligible for its sector and region{' or lists it' if listed else ''}"
        most, least = Fraction(0), Fraction(0)
        for fund in eligible:
            highest, least_amount = self.amounts.get((fund, project), (None, None))
            share = min(self.max_shares[fund], self.match_shares[fund])
            most += share if highest is None or not lowest else min(share, highest / lowest)
            least += max(self.min_shares[fund], (least_amount or Fraction(0)) / commitment)
        if most < 1:
            return f"its eligible funds may pay at most {float(most):.0%} of it"
        return f"its eligible funds must pay at least {float(least):.0%} of it" if least > 1 else None

    @cached_property
    def min_shares(self) -> list[Fraction]:
        """Least share of each fund."""
        return [Fraction(share or 0) for share in decimals(self.instance["funds"], "min_share")]

    @cached_property
    def max_shares(self) -> list[Fraction]:
        """Greatest share of each fund."""
        return [Fraction(share or 0) for share in decimals(self.instance["funds"], "max_share")]

    @cached_property
    def match_shares(self) -> list[Fraction]:
        """Greatest share of the whole that a match leaves: g / (1 + g) where it pays at most g of what others pay."""
        matches = [_fraction(match) for match in decimals(self.instance["funds"], "match_share")]
        return [Fraction(1) if match is None else match / (1 + match) for match in matches]


def _fraction(cell: Decimal | None) -> Fraction | None:
    return None if cell is None else Fraction(cell)
