"""``outlay show`` of a folder that holds several plans: those of scenarios, or those of a priority list."""

from __future__ import annotations

from typing import Any

from outlay.cli import streams
from outlay.cli.terminal.screen import Page
from outlay.cli.terminal.solution.proof import PROVED, UNVERIFIED
from outlay.cli.terminal.together.ranking import show_ranking
from outlay.cli.terminal.together.scenarios import show_scenarios
from outlay.cli.terminal.together.telling import tell
from outlay.cli.terminal.uncertainty.told import show_uncertainty_of, uncertainty_document
from outlay.cli.views.words import listed
from outlay.instances.errors import InputError
from outlay.instances.formats.files import is_folder
from outlay.optimizer.compare.reading import run_of_set
from outlay.optimizer.ensemble.answer import EnsembleSolution
from outlay.optimizer.ensemble.record import ENSEMBLE, load_ensemble
from outlay.optimizer.export.tables import spreadsheet_csv
from outlay.optimizer.ranking.ranking import Ranking
from outlay.optimizer.ranking.record import RANKING, load_ranking
from outlay.optimizer.record.run_document import run_text
from outlay.optimizer.together.folder import Kind
from outlay.optimizer.uncertainty.described import described


def several_in(path: str, max_file_mb: float) -> EnsembleSolution | Ranking | None:
    """Return the plans that a folder holds, each verified again; None where it is no such folder.

    Raises
    ------
    InputError
        If something in it is missing or damaged.
    """
    kind = _kind_of(path)
    if kind is None:
        return None
    return (
        load_ensemble(path, max_file_mb=max_file_mb)
        if kind is ENSEMBLE
        else load_ranking(path, max_file_mb=max_file_mb)
    )


def _kind_of(path: str) -> Kind | None:
    return next((kind for kind in (ENSEMBLE, RANKING) if kind.is_in(path)), None)


def run_named_in(path: str, name: str | None, max_file_mb: float) -> str:
    """Return the run file that is meant: of a scenario, a level or a constraint set, where the path is a folder.

    Raises
    ------
    InputError
        If the folder has no such run.
    """
    kind = _kind_of(path)
    if kind is not None and name is not None:
        return str(kind.run_of(path, name, max_file_mb=max_file_mb))
    return str(run_of_set(path, name)) if is_folder(path) else path


def show_several(found: EnsembleSolution | Ranking, section: str, *, as_csv: bool, as_json: bool) -> int:
    """Show what is said of several plans together; 0 if all of it holds.

    Raises
    ------
    InputError
        If the section is one of a single plan.
    """
    if isinstance(found, Ranking):
        return _show_list(found, section, as_csv=as_csv, as_json=as_json)
    return _show_ensemble(found, section, as_csv=as_csv, as_json=as_json)


def _show_ensemble(found: EnsembleSolution, section: str, *, as_csv: bool, as_json: bool) -> int:
    _check_section(section, ("summary", "uncertainty"), "this is one plan for several scenarios", found.scenarios)
    if not found.verified:
        tell(found, show_scenarios, as_json=as_json)
        return UNVERIFIED
    if section == "uncertainty":
        return _show_uncertainty(found, as_csv=as_csv, as_json=as_json)
    if as_csv:
        streams.write_csv(spreadsheet_csv(found.outcomes))
    else:
        tell(found, show_scenarios, as_json=as_json)
    return PROVED


def _show_list(found: Ranking, section: str, *, as_csv: bool, as_json: bool) -> int:
    _check_section(section, ("summary",), "this is one list for several levels", found.runs)
    if as_csv and found.verified:
        streams.write_csv(spreadsheet_csv(found.projects))
    else:
        tell(found, show_ranking, as_json=as_json)
    return PROVED if found.verified else UNVERIFIED


def _check_section(section: str, known: tuple[str, ...], problem: str, names: Any) -> None:
    if section not in known:
        raise InputError.single("show", problem, f"name one: {listed(list(names))}", column=section)


def _show_uncertainty(found: EnsembleSolution, *, as_csv: bool, as_json: bool) -> int:
    if as_csv:
        streams.write_csv(spreadsheet_csv(described(found.instance)))
    elif as_json:
        head = {"name": found.instance.name, "section": "uncertainty"}
        streams.write_json_text(run_text({**head, "uncertainty": uncertainty_document(found)}))
    else:
        page = Page()
        show_uncertainty_of(page, found)
        page.show()
    return PROVED
