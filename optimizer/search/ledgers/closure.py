"""Which projects are worth funding with all that they wait for, if nothing else were limited."""

from __future__ import annotations

import numpy as np

from outlay.optimizer.problem.closure import maximum_closure

#: Above so many pairs the flow takes seconds.
MOST_PAIRS = 2_000_000


def closure(value: np.ndarray, waiting: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the projects of the best set that holds whatever its members wait for, shape (projects,).

    In a mine, the ultimate pit.

    Parameters
    ----------
    value
        What each project is worth at most, minus infinity for one that cannot be funded; shape (projects,).
    waiting
        Which projects wait for which: (those that wait, those they wait for), each of shape (pairs,).

    Examples
    --------
    Ore of 5 lies below waste of -2; ore of 1 below waste of -3.

    >>> closure(np.array([5.0, -2.0, 1.0, -3.0]), (np.array([0, 2]), np.array([1, 3]))).tolist()
    [True, True, False, False]
    """
    later, earlier = waiting
    if not len(later) or len(later) > MOST_PAIRS or not value[np.isfinite(value)].any() or not (value < 0).any():
        return value > 0
    return maximum_closure(value, later, earlier).chosen


def prices(value: np.ndarray, use: np.ndarray, waiting: tuple[np.ndarray, np.ndarray], most: int) -> np.ndarray:
    """Return up to which price of what it uses each project is in the best set, shape (projects,); 0: it never is.

    The best set under a price for use holds that of every higher price: in a mine, nested pits (Lerchs and Grossmann
    1965; Gallo, Grigoriadis and Tarjan 1989, doi:10.1137/0218003). Between two of them another one is looked for at the
    price at which both are worth the same, where they differ most in use; there is none if it is worth no more.

    Parameters
    ----------
    value, waiting
        As of `closure`.
    use
        What each project uses, >= 0; shape (projects,).
    most
        Sets that are looked for.

    Examples
    --------
    Two pits: ore of 5 below waste of -2, and ore of 1 alone; each ore uses 1.

    >>> prices(np.array([5.0, -2.0, 1.0]), np.array([1.0, 0.0, 1.0]), (np.array([0]), np.array([1])), 10).tolist()
    [3.0, 3.0, 1.0]
    """
    whole = closure(value, waiting)
    free = closure(np.where(use > 0, -np.inf, value), waiting) & whole
    pairs, found = [(free, whole)], np.zeros(len(value))
    while pairs:
        used = [float(use[outer & ~inner].sum()) for inner, outer in pairs]
        inner, outer = pairs.pop(int(np.argmax(used)))
        between, gained, most = outer & ~inner, max(used), most - 1
        price = float(value[between].sum()) / gained if gained > 0 else 0.0
        found[between] = price
        if gained <= 0 or most < 0:
            continue
        middle = closure(value - price * use, waiting) & outer | inner
        more = middle & ~inner
        if (middle == outer).all() or not more.any() or value[more].sum() - price * use[more].sum() <= 0:
            continue
        pairs += [(inner, middle), (middle, outer)]
    found[free] = 2.0 * found.max(initial=1.0)
    return found


def depth(waiting: tuple[np.ndarray, np.ndarray], projects: int) -> np.ndarray:
    """Return how many projects have to come before each one after the other, shape (projects,).

    Those that wait for each other in a ring, or for one in a ring, come last.

    Parameters
    ----------
    waiting
        As of `closure`.
    """
    later, earlier = waiting
    order = np.argsort(earlier, kind="stable")
    later, begins = later[order], np.searchsorted(earlier[order], np.arange(projects + 1))
    left = np.bincount(later, minlength=projects)
    found, ready = np.full(projects, projects), np.nonzero(left == 0)[0]
    level = 0
    while len(ready):
        found[ready] = level
        level += 1
        freed = np.concatenate([later[begins[one] : begins[one + 1]] for one in ready.tolist()])
        left -= np.bincount(freed, minlength=projects)
        ready = np.unique(freed[left[freed] == 0])
    return found
