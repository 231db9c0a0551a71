"""Two portfolios as they were exported: a neighbourhood's budget of proposals and a city's five-year plan."""

from __future__ import annotations

from pathlib import Path
from random import Random

CATEGORIES = ("Jeugdactiviteiten", "Groen & water", "Sport", "Kunst en cultuur", "Verkeer", "Ontmoeting")
DEPARTMENTS = ("Public Works", "Transportation", "Parks & Recreation", "Libraries", "Fire", "Water")
FUNDS = ("General Obligation", "City Operating", "State Grant")


def neighbourhood_budget(path: Path, *, projects: int = 52) -> Path:
    """Write proposals with votes and costs, semicolons and decimal commas, as a Dutch spreadsheet saves them."""
    dice = Random("neighbourhood")
    lines = ["Wijkbudget Oost 2026 - ingediende voorstellen;;;;", ";;;;", "Nr;Voorstel;Categorie;Kosten;Stemmen"]
    for number in range(1, projects + 1):
        if number % 17 == 0:
            lines.append(";;;;")
        category = dice.choice(CATEGORIES)
        cost = dice.randint(3, 110) * 250
        lines.append(
            f"{number};Voorstel {number} ({category.lower()});{category};€ {_dutch(cost)};{dice.randint(12, 240)}"
        )
    lines += [";;;;", "Totaal;;;€ 1.234.567,00;"]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    return path


def _dutch(amount: int) -> str:
    return f"{amount:,}".replace(",", ".") + ",00"


def capital_plan(path: Path, *, projects: int = 265) -> Path:
    """Write a city's plan: title, blank rows, department headings, ``$1,234``, dates in four ways, a column a year."""
    dice = Random("capital plan")
    years = range(2019, 2024)
    head = ["Project Number", "Project Title", "Department", "Council District", "Start", "Priority Score"]
    head += [*(f"FY{year}" for year in years), "Total", "Funding Source", "Comments"]
    width = len(head)
    rows = [["City of Example"], ["Capital Improvement Plan FY2019 - FY2023 (adopted)"], [], head]
    for number in range(projects):
        if dice.random() < 0.05:
            rows.append(dice.choice([[], ["", "Subtotal", "", "", "", "", "$12,345,678"]]))
        first = dice.choice(years)
        last = min(years[-1], first + dice.choice([0, 0, 1, 1, 2]))
        money = {year: dice.randint(2, 900) * 5_000 for year in range(first, last + 1)}
        start = dice.choice([f"7/1/{first - 1}", f"{first - 1}-07-01", f"FY{first}", "TBD"])
        amounts = [f"${money[year]:,}" if year in money else dice.choice(["", "-", "$0"]) for year in years]
        rows.append([
            f"CPW{24000 + 7 * number}", f"Works {number}, \"phase {dice.randint(1, 3)}\"", dice.choice(DEPARTMENTS),
            str(dice.randint(1, 9)), start, str(dice.randint(5, 100)), *amounts, f"${sum(money.values()):,}",
            dice.choice(FUNDS), dice.choice(["", "see memo", "carried over; revised"]),
        ])  # fmt: skip
    rows.append(["Grand Total", "", "", "", "", "", *["$99,999,999"] * 5])
    lines = [",".join(_quoted(cell) for cell in [*row, *[""] * (width - len(row))]) for row in rows]
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ',";') else cell


#: A German programme: two header rows, merged cells in Bereich, sums in the middle and at the end, one name twice.
_PROGRAMME = (
    ("Investitionsprogramm 2026 - 2030 (Entwurf)", *[""] * 11),
    ("",) * 12,
    ("", "", "", "", "Mittelbedarf in Tsd. €", *[""] * 7),
    ("Nr", "Maßnahme", "Bereich", "Beginn", "FY2026", "FY2027", "FY2028", "Summe", "Nutzen", "Förderquote", "Pflicht",
     "Bemerkung"),
    ("1", "Brücke Süd", "Straßen", "Jul-26", "€\xa01.200", "800", "-", "€\xa02.000", "340", "50 %", "ja", ""),
    ("2", "Kanal; Abschnitt „West“", "", "Jan-27", "", "1.500", "1.500", "3.000", "410", "12,5 %", "nein", "Anlage"),
    ("3", "Rathausdach", "Hochbau", "01.07.2026", "600", "(50)", "", "550", "120", "0 %", "x", ""),
    ("", "Zwischensumme", "", "", "1.800", "2.250", "1.500", "5.550", "", "", "", ""),
    ("4", "Schule Nord", "", "2027", "", "2.400", "900", "3.300", "500", "30 %", "FALSE", ""),
    ("5", "Rathausdach", "", "Jul-28", "", "", "700", "700", "90", "", "", "doppelter Name"),
    ("",) * 12,
    ("6", "Radweg", "Straßen", "FY2027", "", "300", "", "300", "75", "80 %", "TRUE", ""),
    ("Gesamt", "", "", "", "1.800", "4.950", "3.100", "9.850", "", "", "", ""),
)  # fmt: skip


def investment_programme(path: Path, *, encoding: str = "cp1252", correction: str = "(50)") -> Path:
    """Write the programme with semicolons and Windows line ends; `correction` is the money of project 3 in FY2027."""
    lines = [";".join(_quoted(correction if cell == "(50)" else cell) for cell in row) for row in _PROGRAMME]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path
