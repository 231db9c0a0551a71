"""What is legal in an instance but looks forgotten."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from outlay.cli.views import words
from outlay.instances.dictionary.names import ENGINE_RESOURCES
from outlay.instances.instance import Instance
from outlay.instances.values.text import shown
from outlay.models.case import Case
from outlay.models.projects.funding import Funding
from outlay.models.ranges import wide_rows
from outlay.optimizer.answer.reason import unavailable_words
from outlay.optimizer.answer.reasons import unavailable

#: So many names are listed in a warning.
MOST_NAMES = 12


def warnings(case: Case) -> list[str]:
    """Return what is legal but looks forgotten."""
    instance = case.instance
    return [
        *_about_resources(instance),
        *_about_names(instance),
        *_about_look_alikes(instance),
        *_about_money(instance),
        *_about_projects(case),
        *_about_limits(instance),
        *_about_worth(case),
        *_about_blanks(instance),
        *_about_the_end(case),
        *_about_ranges(case),
    ]


def _about_ranges(case: Case) -> Iterator[str]:
    for found in wide_rows(case):
        more = f" (and {found.rows - 1:,} rows like it)" if found.rows > 1 else ""
        least, largest = words.number(found.least, 3), words.number(found.largest, 3)
        yield (
            f"{found.what}{more}: amounts from {least} to {largest} stand side by side; the small ones are lost beside "
            "the large ones, so leave them out or correct them"
        )


def _about_resources(instance: Instance) -> Iterator[str]:
    resources = instance["resources"]
    dated = {*instance["availability"].texts("resource")}
    given = {
        *instance["imports"].texts("resource"),
        *instance["programs"].texts("resource"),
        *instance["links"].texts("to_resource"),
    }
    supplied = {
        resource
        for resource, role in zip(*(instance["requirements"].texts(name) for name in ("resource", "role")), strict=True)
        if role == "supplies"
    }
    used = {
        *instance["requirements"].texts("resource"),
        *instance["permits"].texts("agency"),
        *instance["programs"].texts("resource"),
        *instance["links"].texts("from_resource"),
        *instance["links"].texts("to_resource"),
        *instance["links"].texts("capacity_resource"),
        *resources.texts("parent"),
        *ENGINE_RESOURCES,
    }
    for name, kind in zip(*(resources.texts(column) for column in ("resource", "kind")), strict=True):
        if name not in dated:
            others = " beside what projects, imports, programs or links bring" if name in given | supplied else ""
            yield f"resource {name} has no row in availability, so 0 of it is available{others}"
        if name not in used:
            what = "no permit names this agency" if kind == "permit" else "nothing uses it"
            yield f"resource {name}: {what}"


def _about_names(instance: Instance) -> Iterator[str]:
    alternatives = instance.alternatives
    finance = instance.settings.finance
    default = finance.terms if finance is not None else None
    for table, key, used in (
        ("permits", "permit", {*alternatives.texts("permit")}),
        ("terms", "terms", {*alternatives.texts("terms"), default}),
    ):
        for name in instance[table].texts(key):
            if name not in used:
                yield f"{table}: no alternative names {name}"
    if finance is None and len(instance["terms"]):
        yield "terms: no loan is modelled, because instance.toml has no [finance]"
    payable = {fund for project in range(len(instance["projects"])) for fund in Funding(instance).eligible(project)}
    for row, fund in enumerate(instance["funds"].texts("fund")):
        if row not in payable:
            yield f"funds: no project is eligible for {fund}"


def _about_look_alikes(instance: Instance) -> Iterator[str]:
    """Yield ids and groups that a reader takes for one: a limit on the sector `roads` holds no `Roads`."""
    projects = instance["projects"]
    for what, names in (
        ("project", projects.texts("id")),
        ("resource", instance["resources"].texts("resource")),
        ("fund", instance["funds"].texts("fund")),
        *((group, projects.texts(group)) for group in ("sector", "region", "company")),
        ("tag", [tag for cell in projects.raw("tags") if isinstance(cell, tuple) for tag in cell]),
    ):
        for alike in _alike(names):
            yield f"{what}: {' and '.join(shown(name) for name in alike)} look alike and are told apart"


def _alike(names: Iterable[str]) -> list[list[str]]:
    """Return the names that differ only in case, in invisible characters or in how a letter is encoded."""
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        plain = unicodedata.normalize("NFKC", name).casefold()
        found["".join(sign for sign in plain if unicodedata.category(sign) != "Cf")].add(name)
    return [sorted(alike) for _, alike in sorted(found.items()) if len(alike) > 1]


def _about_money(instance: Instance) -> Iterator[str]:
    credits = any(cell for cell in instance.alternatives.column("credit_share"))
    weighed = {name for level in instance.objective_levels for name, weight in level.weights.items() if weight}
    if credits and "credit" not in weighed:
        yield "alternatives get public credits, but the objective does not weigh `credit`: public money counts as free"
    if not any(cell for cell in instance.alternatives.column("value")) and weighed <= {"value", "cost"}:
        yield "the objective weighs `value`, but no alternative has any"


def _about_projects(case: Case) -> Iterator[str]:
    status = dict(zip(case.alternatives.projects, case.alternatives.status, strict=True))
    for project, reason in unavailable(case).items():
        if status[project] != "excluded":
            yield f"project {project} has no possible option, whatever is decided: {unavailable_words(reason)}"


def _about_limits(instance: Instance) -> Iterator[str]:
    dated = any(amount is not None for amount in instance["availability"].raw("amount"))
    funds = instance["funds"]
    paying = any(cell is not None for name in ("total", "per_year") for cell in funds.raw(name))
    short = any(
        name not in set(instance["availability"].texts("resource")) for name in instance["resources"].texts("resource")
    )
    if not (dated or paying or short or len(instance["limits"])):
        yield (
            "nothing limits anything: availability, funds and limits hold no amount, so every candidate that adds "
            "something is funded"
        )


def _about_worth(case: Case) -> Iterator[str]:
    """Yield candidates that cannot matter to the objective, metrics that are weighed and nobody has, idle rates."""
    instance = case.instance
    levels = [case.weights(level) for level in range(len(instance.objective_levels))]
    fund, scale = case.block("fund").columns, case.scale_column
    touched = np.zeros(len(case.options), dtype=bool)
    for weights in levels:
        touched |= (weights[fund] != 0) | (weights[scale] != 0)
    helping = _helping(instance)
    adding = set(case.options.project[touched].tolist())
    idle = [
        project
        for number, project in enumerate(case.alternatives.projects)
        if case.alternatives.status[number] == "candidate"
        and len(case.options.by_project.of(number))
        and number not in adding
        and project not in helping
    ]
    if idle:
        many = words.count(len(idle), "candidate adds", "candidates add")
        yield f"{many} nothing to the objective, whatever is decided: {words.listed(idle, MOST_NAMES)}"
    dated = {str(metric) for metric in instance["cashflows"].raw("metric") if metric}
    used = {*dated, "cost", *(("us_npv", "japan_npv") if instance.settings.finance is not None else ())}
    for metric, rate in instance.settings.discount_rates.items():
        if rate and metric not in used:
            yield f"discount_rates: the rate of {metric} touches nothing: {metric} does not depend on time"


def _helping(instance: Instance) -> set[str]:
    """Return the projects that others need, that supply something, or that bring a bonus or a cash flow."""
    needs, requirements = instance["dependencies"], instance["requirements"]
    found = {side.partition("@")[0] for name in ("project", "needs") for side in needs.texts(name)}
    roles = zip(requirements.texts("project"), requirements.column("role"), strict=True)
    limited = {
        str(group)
        for by, group in zip(*(instance["limits"].raw(name) for name in ("by", "group")), strict=True)
        if by == "project"
    }
    helped = ("min", "max_growth_share", "max_growth")  # what is spent before is what may grow
    least = any(cell is not None for name in helped for cell in instance["limits"].raw(name))
    everybody = set(instance["projects"].texts("id")) if least else set()
    return found | {project for project, role in roles if role == "supplies"} | limited | everybody


def _about_blanks(instance: Instance) -> Iterator[str]:
    """Yield projects of which a money column is blank while others fill it: a blank counts as 0."""
    weighed = {name for level in instance.objective_levels for name, weight in level.weights.items() if weight}
    status = dict(zip(instance["projects"].texts("id"), instance["projects"].texts("status"), strict=True))
    given, own = instance["alternatives"], instance["projects"]
    for column in ("commitment", *(["value"] if "value" in weighed else [])):
        filled = {
            *(
                str(name)
                for name, cell in zip(given.raw("project"), given.raw(column), strict=True)
                if cell is not None
            ),
            *(str(name) for name, cell in zip(own.raw("id"), own.raw(column), strict=True) if cell is not None),
        }
        blank = [name for name in own.texts("id") if name not in filled and status[name] != "excluded"]
        if filled and blank:
            yield f"projects: {column} is blank and counts as 0: {words.listed(blank, MOST_NAMES)}"


def _about_the_end(case: Case) -> Iterator[str]:
    """Yield how much may be built past the calendar, where nothing limits it."""
    instance = case.instance
    late = case.options.operation > instance.periods
    names = [case.alternatives.projects[number] for number in sorted(set(case.options.project[late].tolist()))]
    if names:
        many = words.count(len(names), "project")
        yield (
            f"{many} may still be in building when the calendar ends, and what falls after it is limited by nothing: "
            f"{words.listed(names, MOST_NAMES)}; finish_inside = true in [calendar] forbids it"
        )
