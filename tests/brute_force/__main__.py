"""Look at one case: ``python -m tests.brute_force SEED`` (or a JSON file that a failing test wrote).

Prints the document, what the oracle and the engine say of it, and, where they differ, a smaller document of which they
still say different things. ``python -m tests.brute_force FIRST COUNT [FEATURE...]`` tells of so many seeds whether they
agree, only of those whose document uses one of the features, which are lines of ``features.txt`` or beginnings of them.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from outlay.instances.instance import Instance
from tests.brute_force.comparison import Answer, difference, disagreement, engine_answer
from tests.brute_force.enumerator import Best, best
from tests.brute_force.features import features
from tests.brute_force.generator import Case, case_of
from tests.brute_force.shrink import shrunk


def show(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def read_case(word: str) -> Case:
    """Return the case of a seed, or of a file that `case_text` wrote."""
    if word.isdigit():
        return case_of(int(word))
    kept = json.loads(Path(word).read_text(encoding="utf-8"))
    return Case(kept["document"], kept["constraint_set"])


def case_text(case: Case) -> str:
    """Return a case as JSON, a row a line."""
    tables = []
    for name, table in case.document.items():
        rows = ",\n    ".join(json.dumps(row) for row in table) if isinstance(table, list) else ""
        tables.append(f'  "{name}": ' + (f"[\n    {rows}\n  ]" if rows else json.dumps(table)))
    inside = ",\n".join(tables)
    return f'{{"constraint_set": "{case.constraint_set}", "document": {{\n{inside}\n}}}}'


def report(instance: Instance, expected: Best, answer: Answer) -> str | None:
    """Show both answers and return how they differ."""
    show(f"oracle  {expected.status} {expected.levels} {' '.join(expected.without_options)}")
    show(f"        {expected.plan and expected.plan.to_document()}")
    show(f"engine  {answer.status} {answer.objective} {answer.levels} verified: {answer.verified} {answer.words}")
    show(f"        {answer.plan and answer.plan.to_document()}")
    return difference(instance, expected, answer)


def main(word: str) -> int:
    """Show one case and return the exit code: 0 agreed, 1 not."""
    case = read_case(word)
    show(case_text(case))
    instance = case.instance()
    found = report(instance, best(instance), engine_answer(instance))
    show(found or "they agree")
    if found is None:
        return 0
    kind = found.split()[0]
    smaller = shrunk(case, lambda candidate: (disagreement(candidate) or " ").split(" ")[0] == kind, show)
    show(case_text(smaller))
    instance = smaller.instance()
    show(str(report(instance, best(instance), engine_answer(instance))))
    return 1


def many(first: int, count: int, wanted: tuple[str, ...]) -> int:
    """Show each of so many seeds on which oracle and engine differ and return the exit code: 0 none, 1 some."""
    seed, tried, differ = first, 0, 0
    while tried < count:
        case = case_of(seed)
        if not wanted or any(name.startswith(wanted) for name in features(case.document, case.constraint_set)):
            found = disagreement(case)
            tried, differ = tried + 1, differ + (found is not None)
            if found is not None:
                show(f"seed {seed}: {found}")
            if tried % 20 == 0:
                show(f"... {tried} tried, {differ} differ, up to seed {seed}")
        seed += 1
    show(f"seeds {first} to {seed - 1}: {tried} tried, {differ} differ")
    return int(differ > 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if len(sys.argv) == 2:
        sys.exit(main(sys.argv[1]))
    sys.exit(many(int(sys.argv[1]), int(sys.argv[2]), tuple(sys.argv[3:])))
