"""What is told as it was recorded, for it does not follow from an instance and a plan."""

from __future__ import annotations

#: What is shown as it was recorded: no plan can prove that none is better, and nobody can repeat a time.
AS_RECORDED = (
    "the bound and which limit ended the solve",
    "the trace",
    "times, nodes and sizes of the model",
    "options and versions",
    "messages",
)
#: What else, where there are any.
USER_ROWS_AS_RECORDED = "the rules added in Pyomo"
#: What more, where the user replaced the objective: nobody but that model knows it.
OWN_OBJECTIVE = "own objective: not checked"
