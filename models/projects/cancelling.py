"""What may be cancelled: projects that were selected, in a scenario in which they are not built after all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from outlay.models.projects.alternatives import Alternatives


@dataclass(frozen=True)
class Cancelling:
    """Every (project, alternative, period of selection) that may be cancelled, sorted; shape (cancelled,) each.

    Attributes
    ----------
    keys
        Project id, alternative, q.
    alternative, selection
        Alternative number; q.
    fee
        What cancelling costs, undiscounted: cancel_share x commitment.
    load
        What it uses of the resource `selections` in q.
    """

    keys: tuple[tuple[str, str, int], ...]
    alternative: np.ndarray
    selection: np.ndarray
    fee: np.ndarray
    load: np.ndarray

    def only(self, wanted: np.ndarray) -> Cancelling:
        """Return some of them; `wanted` is a mask of shape (cancelled,)."""
        keys = tuple(key for key, flag in zip(self.keys, wanted.tolist(), strict=True) if flag)
        return Cancelling(keys, self.alternative[wanted], self.selection[wanted], self.fee[wanted], self.load[wanted])


_NONE = np.zeros(0, dtype=int)
NO_CANCELLING = Cancelling((), _NONE, _NONE, np.zeros(0), np.zeros(0))


def read_cancelling(alternatives: Alternatives) -> Cancelling:
    """Return what may be cancelled: whatever need not be funded, selected up to ``[stages] decide_by``.

    Whether an alternative has an option does not matter: it may have one in another scenario.
    """
    instance, project = alternatives.instance, alternatives.project
    free = np.array([not alternatives.funding_required(number) for number in range(len(alternatives.projects))])
    chosen = np.nonzero(free[project])[0]
    periods = np.arange(instance.decide_by_period + 1)
    alternative, selection = np.repeat(chosen, len(periods)), np.tile(periods, len(chosen))
    names, projects = alternatives.names, alternatives.projects
    owner = project[alternative]
    keys = zip(owner.tolist(), alternative.tolist(), selection.tolist(), strict=True)
    table = instance["projects"]
    return Cancelling(
        tuple((projects[who], names[which], when) for who, which, when in keys),
        alternative,
        selection,
        table.floats("cancel_share")[owner] * alternatives.commitment[alternative],
        table.floats("selection_load")[owner],
    )
