"""The spaces in which a plan is a point; mypy keeps them apart.

    FullPoint --groups--> GroupedPoint --units--> SolverPoint --reduction--> ReducedPoint

All are arrays of one number a column, of one problem or the next; what leads from one to the other is a Step
(`presolve.steps`). From any of them a step leads on to a sub-problem with some columns fixed, which lives shortly.
"""

from __future__ import annotations

from typing import NewType

import numpy as np

#: Of the compiled problem: a column for each variable of the Pyomo model.
FullPoint = NewType("FullPoint", np.ndarray)
#: The same, then a column for each group of options that differ only in their date of selection or track.
GroupedPoint = NewType("GroupedPoint", np.ndarray)
#: The same in the solver's units; perhaps with further columns, of a variation, at the end.
SolverPoint = NewType("SolverPoint", np.ndarray)
#: Without the columns that no best plan needs: where the search and the proof are at work.
ReducedPoint = NewType("ReducedPoint", np.ndarray)
#: Of a sub-problem: without the columns that it leaves as they are.
PartPoint = NewType("PartPoint", np.ndarray)
