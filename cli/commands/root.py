"""What can be typed: the commands, their options and their help. Nothing heavy is imported here."""

from __future__ import annotations

from typing import Any

import click

from outlay.cli.application import Application, run
from outlay.cli.asking import asking
from outlay.cli.commands.answers import report_command, show_command, verify_command
from outlay.cli.commands.exchange import convert_command, evaluate_command, import_command
from outlay.cli.commands.frontier import frontier_command
from outlay.cli.commands.page import open_command
from outlay.cli.commands.together import rank_command, scenarios
from outlay.cli.commands.uncertainty import draw_command, stress_command
from outlay.cli.commands.years import advance_command
from outlay.cli.options import SET, common, objective, reading, shared, solving, what_if

EPILOG = """\b
To begin:
  outlay new my-plan               a small instance to edit
  outlay check my-plan             is it right, and what does it ask for?
  outlay solve my-plan -o run.json
  outlay show run.json resources

\b
Exit codes:
  0  answered, and proved within the gap
  1  internal error
  2  the command line is wrong
  3  the input is wrong, every fault is listed; or a place cannot be written
  4  infeasible or unbounded: there is no plan, or no best one
  5  stopped at a limit, with a plan that was verified
  6  stopped without a plan, or the solver failed
  7  an answer failed its verification and is not shown
"""


@click.group(cls=Application, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(package_name="outlay", message="outlay %(version)s")
def main() -> None:
    """Choose which capital projects to fund, at what scale and when.

    Every answer is proved (how good it could be at best is told), checked again independently in exact arithmetic, and
    explained: what binds, what lost, and why.

    INSTANCE is a bundled name (see outlay list), a folder of tables, a .json file, or an .xlsx workbook.
    """


@main.command("list")
@common
def list_command(**arguments: Any) -> int:
    """List the bundled instances and their constraint sets."""
    return run("starting.list", **arguments)


@main.command(
    "new",
    epilog="""\b
Examples:
  outlay new my-plan
  outlay new my-plan --blank
  outlay new my-plan.xlsx --from tutorial
  outlay new japan.json --from us-japan-550
""",
)
@click.argument("folder", type=click.Path())
@click.option("--from", "source", metavar="NAME", help="Instance to copy.  [default: tutorial]")
@click.option("--blank", is_flag=True, help="Headers only, each with a commented example row, to fill in.")
@reading
@common
def new_command(**arguments: Any) -> int:
    """Copy an instance to FOLDER, to edit it there, or begin with a blank one.

    A name that ends in .xlsx gives a workbook, one that ends in .json one file, any other a folder of tables. Nothing
    that exists is touched.
    """
    return run("starting.new", **arguments)


@main.command("generate", epilog="\b\nExample:\n  outlay generate --projects 1000 --seed 1 -o scale-1000\n")
@click.option("--projects", type=int, required=True, metavar="N", help="Number of projects.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, metavar="S", help="Same seed, same tables."
)
@click.option("--periods", type=int, default=16, show_default=True, metavar="T", help="Half-years in the calendar.")
@click.option(
    "-o", "--output", type=click.Path(), required=True, metavar="FOLDER", help="New folder, or a .json or .xlsx file."
)
@common
def generate_command(**arguments: Any) -> int:
    """Generate a realistic, tight and feasible instance of any size, to try and to measure with."""
    return run("starting.generate", **arguments)


@main.command(
    "check",
    epilog="""\b
Examples:
  outlay check my-plan
  outlay check us-japan-550 --set tight-labour+slow-permits
""",
)
@click.argument("instance")
@SET
@what_if
@click.option("--all", "every_row", is_flag=True, help="Also when each project can start, and nothing left out.")
@reading
@common
def check_command(**arguments: Any) -> int:
    """Check INSTANCE: its faults, its size, and what it asks for.

    Shows what looks forgotten, what would be asked of each resource if everything ran, which options were dropped and
    why, what hangs on what in the supply chain and, with --all, when each project can start.
    """
    return run("check", **arguments)


@main.command(
    "solve",
    epilog="""\b
Examples:
  outlay solve my-plan -o run.json
  outlay solve us-japan-550 --set cap-150 --time-limit 120
  outlay solve us-japan-550 --objective us_npv=1,credit=-1
  outlay solve us-japan-550 --objective @Treasury
  outlay solve run.json --force-in P18 --change 'availability.amount[resource=draws] + 5'
  outlay solve my-plan --scenarios base,tight-labour,boom=0.3 --risk cvar:0.9:0.5 -o plans
""",
)
@click.argument("instance", metavar="INSTANCE_OR_RUN")
@SET
@what_if
@scenarios
@solving
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    metavar="N",
    help="Of the solver; same seed and threads, same answer.",
)
@click.option(
    "--effort",
    type=click.Choice(["auto", "prove", "search", "repeat"]),
    default="auto",
    show_default=True,
    help="prove: HiGHS alone. search: beside it a search for better plans, by the clock; two runs may differ. repeat: "
    "a search of fixed work first; the same answer every time. auto: search under a time limit, else prove.",
)
@click.option(
    "--work",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    metavar="N",
    help="Of --effort repeat: sub-problems of the search, of at most 100 nodes each; as many nodes again of proof.",
)
@click.option(
    "--objective",
    callback=objective,
    metavar="METRIC=WEIGHT,...",
    help="Replace the instance's objective; @NAME takes a stakeholder's weights.",
)
@click.option("-o", "--output", type=click.Path(), metavar="RUN", help="Save the run file, for show and verify.")
@click.option("--force", is_flag=True, help="Overwrite RUN.")
@click.option(
    "--tables", metavar="FOLDER", type=click.Path(), help="Write every table of the answer into a new folder."
)
@click.option(
    "--format", "form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True, help="Of --tables."
)
@reading
@common
def solve_command(**arguments: Any) -> int:
    """Choose projects, scales and dates for INSTANCE.

    Shows which projects are funded, at what scale and when, what binds, and why the others lost. A run file in the
    place of INSTANCE is solved again, from its plan.

    With --scenarios one plan for now is chosen for several worlds, and one for each that follows from it; -o is then a
    new folder, with a run file a scenario.

    Progress goes to standard error. Ctrl-C stops the search and shows the best plan so far, verified. With --json the
    whole run document is printed, the same that -o saves.
    """
    names = {"risk": "--risk", "jobs": "--jobs", "engine": "--engine", "launcher": "--launcher"}
    names |= {"gap_replications": "--gap-replications"}
    if arguments["scenarios"] is None:
        for name, option in names.items():
            if arguments[name] is not None:
                raise click.UsageError(f"{option} goes with --scenarios")
        return run("solve", **arguments)
    if arguments["tables"] is not None:
        raise click.UsageError("--tables writes those of one answer; with --scenarios, -o writes a folder")
    return run("together.scenarios", **arguments)


main.add_command(show_command)
main.add_command(verify_command)


main.add_command(evaluate_command)


@main.command(
    "compare",
    epilog="""\b
Examples:
  outlay compare us-japan-550 --all -o out
  outlay compare us-japan-550 --sets base,tight-labour,fast-permits+tight-power
  outlay compare us-japan-550 --attribute labour,energy,permits,supply,finance
  outlay compare my-plan --change 'availability.amount[resource=commitments] * 0.9'
  outlay compare run.json next.json
""",
)
@click.argument("instance")
@click.argument("others", nargs=-1, metavar="[RUN]...")
@click.option("--sets", metavar="A,B,...", help="Constraint sets; the first is the reference. Default: base.")
@click.option("--all", "every_set", is_flag=True, help="base and every set of the instance.")
@click.option(
    "--attribute",
    metavar="FAMILY,...",
    help="Share the loss out among families of constraints (at most 6), in the first set.",
)
@shared("Cases", "Keep run files and tables there; what is finished there is not solved again.")
@click.option("--force", is_flag=True, help="Use FOLDER even if it holds other things.")
@what_if
@solving
@reading
@common
def compare_command(**arguments: Any) -> int:
    """Compare INSTANCE under several constraint sets, or run files with each other.

    For each set: the objective and what changed, the plan nearest to the reference's among those equally good, what
    binds, and what differs in the inputs. The time limit and the gap hold for each case.
    """
    if arguments["others"]:
        return run("years.compare", **arguments)
    if arguments["every_set"] and arguments["sets"] is not None:
        raise click.UsageError("--all and --sets exclude each other")
    return run("compare", **arguments)


@main.command(
    "explain",
    epilog="""\b
Examples:
  outlay explain run.json
  outlay explain us-japan-550 P18 P04 --sets
  outlay explain my-plan --limit draws@2031 --step 5% --report why.html
  outlay explain impossible --conflicts 3 --keep draws
""",
)
@SET
@asking
@solving
@reading
@common
def explain_command(**arguments: Any) -> int:
    """Explain a plan: why this one, what would change it, why nothing is possible.

    For each project what the plan loses if it is overruled, proved; for each that lost the least single changes that
    would bring it in; for limits that bind what more or less of them is worth. Where no plan is possible: rules that
    cannot hold together, and the least repair. The time limit and the gap hold for each question; its seconds are of
    the solver's own work, so that a busy machine only takes longer. Exit code 5 after Ctrl-C, which shows what is
    answered so far.
    """
    return run("explain", **arguments)


main.add_command(draw_command)
main.add_command(stress_command)
main.add_command(frontier_command)
main.add_command(rank_command)


main.add_command(report_command)
main.add_command(open_command)
main.add_command(convert_command)
main.add_command(import_command)
main.add_command(advance_command)


@main.command("schema", epilog="\b\nExamples:\n  outlay schema projects\n  outlay schema instance\n")
@click.argument("table", required=False)
@common
def schema_command(**arguments: Any) -> int:
    """Print the data dictionary: every table, column, unit and default; or TABLE alone.

    A reference page in Markdown; with --json the JSON Schema of an instance.
    """
    return run("starting.schema", **arguments)


@main.command("help", hidden=True)
@click.argument("command", required=False)
@click.pass_context
def help_command(context: click.Context, command: str | None) -> int:
    """Show the help of COMMAND, or of all."""
    whole = context.find_root()
    known = None if command is None else main.get_command(whole, command)
    if command is not None and known is None:
        raise click.UsageError(f"there is no command {command!r}; outlay help lists them")
    click.echo(main.get_help(whole) if known is None else known.get_help(click.Context(known, whole, command)))
    return 0
