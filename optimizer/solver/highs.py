"""HiGHS's objects from our arrays, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np

from outlay.optimizer.problem.problem import Problem

#: Statuses of columns and rows in a basis, by number.
STATUSES = tuple(highspy.HighsBasisStatus(number) for number in range(5))


def loaded(problem: Problem, options: Mapping[str, Any], basis: np.ndarray | None = None) -> Any:
    """Return HiGHS with a problem, its basis if that is known, and options.

    Raises
    ------
    ValueError
        If HiGHS refuses an option.
    """
    highs = _told(options)
    highs.passModel(highs_model(problem.arrays()))
    if basis is not None:
        highs.setBasis(_basis_of(basis, len(problem.cost)))
    return highs


def loaded_again(highs: Any, options: Mapping[str, Any]) -> Any:
    """Return HiGHS with the problem that another one has, and nothing else of it.

    Raises
    ------
    ValueError
        If HiGHS refuses an option.
    """
    again = _told(options)
    again.passModel(highs.getLp())
    return again


def _told(options: Mapping[str, Any]) -> Any:
    """Return HiGHS with options."""
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", True)  # cbMipLogging is silent without it
    highs.setOptionValue("log_to_console", False)
    for name, setting in options.items():
        set_option(highs, name, setting)
    return highs


def set_option(highs: Any, name: str, setting: Any) -> None:
    """Set an option.

    Raises
    ------
    ValueError
        If HiGHS refuses it.
    """
    if highs.setOptionValue(name, setting) != highspy.HighsStatus.kOk:
        raise ValueError(f"HiGHS refuses {name} = {setting!r}")


def highs_model(request: Mapping[str, Any]) -> Any:
    """Return a problem's arrays (`Problem.arrays`) as a HighsLp."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(request["cost"]), len(request["row_lower"])
    lp.col_cost_, lp.offset_ = request["cost"], request["offset"]
    lp.col_lower_, lp.col_upper_ = request["lower"], request["upper"]
    lp.row_lower_, lp.row_upper_ = request["row_lower"], request["row_upper"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = lp.num_col_, lp.num_row_
    lp.a_matrix_.start_, lp.a_matrix_.index_ = request["starts"], request["rows"]
    lp.a_matrix_.value_ = request["values"]
    if request["integer"].any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[flag] for flag in request["integer"].astype(int).tolist()]
    return lp


def statuses(basis: Any) -> np.ndarray:
    """Return a basis as an array, columns and then rows."""
    return np.array([int(status) for status in (*basis.col_status, *basis.row_status)], dtype=np.int8)


def _basis_of(numbers: np.ndarray, columns: int) -> Any:
    """Return a basis from what `statuses` returned."""
    basis, every = highspy.HighsBasis(), [STATUSES[number] for number in numbers.tolist()]
    basis.col_status, basis.row_status, basis.valid = every[:columns], every[columns:], True
    return basis
