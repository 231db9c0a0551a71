"""What the search knows of the columns of several scenarios: each has projects of its own, freed together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from outlay.optimizer.problem.structure import Structure


def ensemble_structure(parts: Sequence[Structure]) -> Structure:
    """Return the structure of several scenarios, each given over the columns of the whole problem.

    At most one option a project and scenario is 1, so a project counts once a scenario; `together` says which are one.
    What is decided for all scenarios belongs to no single project, and is left free.
    """
    count = parts[0].projects
    project, derived = np.full(len(parts[0].project), -1), np.zeros(len(parts[0].project), dtype=bool)
    for number, part in enumerate(parts):
        project = np.where(part.project >= 0, part.project + number * count, project)
        derived |= part.derived
    shift = [np.full(len(part.option_project), number * count) for number, part in enumerate(parts)]
    return Structure(
        project,
        derived,
        sparse.csc_array(sparse.hstack([part.funded for part in parts], format="csc")),
        np.concatenate([part.option_column for part in parts]),
        np.concatenate([part.option_project + first for part, first in zip(parts, shift, strict=True)]),
        np.concatenate([part.option_start for part in parts]),
        np.concatenate([part.option_operation for part in parts]),
        tuple(np.concatenate(labels) for labels in zip(*(part.labels for part in parts), strict=True)),
        sparse.csr_array(sparse.block_diag([part.links for part in parts], format="csr")),
        np.tile(np.arange(count), len(parts)),
    )
