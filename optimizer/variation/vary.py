"""`vary`: one compiled model, many questions."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import cached_property
from typing import Any

from outlay.instances.errors import InputError
from outlay.instances.formats.writing import document_text, to_document
from outlay.instances.given import check_called, type_of
from outlay.instances.instance import Instance
from outlay.instances.plan import Plan
from outlay.models.plain import is_pyomo_model, model_of
from outlay.optimizer.session import Session
from outlay.optimizer.settings import check_arguments
from outlay.optimizer.sharing.pool import CompareProgress, question_pool
from outlay.optimizer.variation.applying import apply
from outlay.optimizer.variation.solving import Question, kept
from outlay.optimizer.variation.variable import Variable
from outlay.optimizer.variation.variation import Variation
from outlay.optimizer.variation.varied_answer import VariedAnswer


class Variations:
    """A model that was compiled once, to be asked many questions; see `vary`.

    Attributes
    ----------
    over
        The compiled model, with its limits and rules by name.
    """

    def __init__(self, model: Any, *, alone: bool) -> None:
        self.over = Variable(Session(model))
        self.instance: Instance = model.case.instance
        self._alone = alone  # whether it has rules of the user's own, which no other process knows

    @property
    def limits(self) -> list[str]:
        """The names of all limits that can be moved; one row of a resource is written NAME@PERIOD."""
        return [limit.name for limit in self.over.limits.whole if not limit.fixed]

    @cached_property
    def key(self) -> str:
        """What the compiled model is known by."""
        return uuid.uuid4().hex if self._alone else self.instance.digest

    @cached_property
    def _text(self) -> bytes | None:
        if self._alone:
            return None
        return zlib.compress(document_text(to_document(self.instance), compact=True).encode())

    def question(
        self,
        name: str,
        variation: Variation,
        *,
        start: Plan | None = None,
        nearest: bool = False,
        options: Mapping[str, Any] | None = None,
        remote: bool = False,
    ) -> Question:
        """Return a variation as a question for a pool."""
        begin = None if start is None else start.to_document()
        text = self._text if remote else None
        return Question(name, self.key, text, variation.to_document(), begin, nearest, dict(options or {}))

    def solve(self, variation: Variation, **options: Any) -> VariedAnswer:
        """Return the answer to one variation; options as of `solve_all`."""
        return self.solve_all({"it": variation}, jobs=1, **options)["it"]

    def solve_all(
        self,
        variations: Mapping[str, Variation] | Sequence[Variation],
        *,
        start: Plan | None = None,
        nearest: bool = False,
        jobs: int | None = None,
        executor: Executor | str | None = None,
        gap: float = 1e-4,
        seed: int = 1,
        time_limit: float | None = None,
        on_progress: Callable[[CompareProgress], None] | None = None,
    ) -> dict[str, VariedAnswer]:
        """Return the answers to variations by name; by number from 0 if they have none.

        Parameters
        ----------
        start
            The best plan known: each variation starts from it where it holds, repaired where that is easy.
        nearest
            Whether to return the plan nearest to `start` among those as good.
        jobs, executor
            As in `compare`. The answers do not depend on them.
        gap, seed, time_limit
            As in `outlay.solve`, for each variation; every one uses one thread, and its seconds are of the solver's
            work (CPU time), at most three times as many by the clock.
        on_progress
            Called when a variation starts or ends.

        Raises
        ------
        InputError
            If a variation names what there is not, or moves what cannot be moved. Nothing is solved then.
        """
        options = check_arguments(time_limit=time_limit, gap=gap, seed=seed, jobs=jobs).question_document()
        check_called("solve_all", on_progress=on_progress)
        named = variations if isinstance(variations, Mapping) else {str(n): one for n, one in enumerate(variations)}
        for variation in named.values():
            apply(self.over, variation)
        remote = executor is not None and not self._alone
        questions = [
            self.question(name, variation, start=start, nearest=nearest, options=options, remote=remote)
            for name, variation in named.items()
        ]
        with kept(self.key, self.over), question_pool(executor, jobs, on_progress=on_progress) as pool:
            found = pool.ask(questions)
        if pool.interrupted and not found:
            raise KeyboardInterrupt
        return {name: found[name] for name in named if name in found}


def instance_question(
    name: str, instance: Instance, *, start: Plan | None = None, options: Mapping[str, Any] | None = None
) -> Question:
    """Return the question for the best plan of an instance that is compiled where it is answered."""
    text = zlib.compress(document_text(to_document(instance), compact=True).encode())
    begin = None if start is None else start.to_document()
    return Question(name, instance.digest, text, Variation().to_document(), begin, options=dict(options or {}))


def vary(source: Instance | Any, *, constraint_set: str = "base") -> Variations:
    """Compile an instance, or a model with rules of your own, once, to ask it many questions.

    Parameters
    ----------
    source
        An instance, or a model from `outlay.build`.
    constraint_set
        Sets to apply first, as in `outlay.solve`; not with a model.

    Returns
    -------
    Variations
        Its `solve` and `solve_all` take `Variation`: projects forced in and out, limits moved or stretched, another
        objective.

    Raises
    ------
    InputError
        If the source is neither, or the constraint set is wrong.

    Examples
    --------
    >>> import outlay
    >>> varied = outlay.vary(outlay.read("tutorial"))
    >>> varied.solve(outlay.Variation(force_in=("library",))).value
    18.0
    >>> varied.solve(outlay.Variation(force_in=("library",), at_least=19.1, stretch=("commitments",))).moves
    {'commitments': 0.181819}
    """
    if is_pyomo_model(source):
        if not hasattr(source, "case"):
            raise InputError.single(
                "vary", "this model was not made by outlay.build", "start from outlay.build(instance)"
            )
        if constraint_set != "base":
            raise InputError.single("vary", "a model is taken as it is", "apply sets to the instance before `build`")
        return Variations(source, alone=True)
    if not isinstance(source, Instance):
        problem = f"{type_of(source)} cannot be varied"
        raise InputError.single("vary", problem, "give an Instance (outlay.read) or a model (outlay.build)")
    return Variations(model_of(source.with_set(constraint_set)), alone=False)
