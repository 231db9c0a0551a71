"""The kinds of neighbourhoods, in the order in which chances are kept; to add one: a file, and a line here."""

from __future__ import annotations

from collections.abc import Container

from outlay.optimizer.problem.structure import Structure
from outlay.optimizer.search.neighbourhoods.anywhere import Anywhere
from outlay.optimizer.search.neighbourhoods.cross import Cross
from outlay.optimizer.search.neighbourhoods.disagree import Disagree
from outlay.optimizer.search.neighbourhoods.guide import Kind
from outlay.optimizer.search.neighbourhoods.kin import Kin
from outlay.optimizer.search.neighbourhoods.linked import Linked
from outlay.optimizer.search.neighbourhoods.near import Near
from outlay.optimizer.search.neighbourhoods.priced import Priced
from outlay.optimizer.search.neighbourhoods.rivals import Rivals
from outlay.optimizer.search.neighbourhoods.window import Window

NEIGHBOURHOODS: tuple[Kind, ...] = (
    Disagree(),
    Priced(),
    Near(),
    Rivals(),
    Anywhere(),
    Window(),
    Kin(),
    Linked(),
)
#: Drawn once a second plan is known.
CROSSING: Kind = Cross()


def kinds_for(structure: Structure, without: Container[str] = ()) -> list[Kind]:
    """Return the kinds that can say something about a problem, without those of some names."""
    return [kind for kind in NEIGHBOURHOODS if kind.fits(structure) and kind.name not in without]
