"""Keeps a page below its largest size: what is dearest and least needed is left out first, and the page says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from outlay.cli.report.layout.grid import Grid
from outlay.cli.report.layout.page import MOST_BYTES, render

#: Characters of a table, and of a chart, that stay when all else fails.
_FEW_CHARACTERS = 10_000
_SMALL_FIGURE = 20_000

Context = Mapping[str, Any]


def render_within(template: str, context: Context, most_bytes: int = MOST_BYTES) -> str:
    """Return a page of at most so many bytes, if leaving things out can make it so small."""
    text = render(template, {**context, "shortened": False})
    for lighten in (_without_hover, _with_short_tables, _with_fewer_charts, _without_large_figures):
        if len(text.encode()) <= most_bytes:
            break
        context = lighten(context)
        text = render(template, {**context, "shortened": True})
    return text


def _is_figure(value: Any) -> bool:
    return isinstance(value, dict) and "data" in value and "layout" in value


def _walk(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return data with figures and tables changed, wherever they stand."""
    if _is_figure(value) or isinstance(value, Grid):
        return change(value)
    if isinstance(value, dict):
        return {key: _walk(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_walk(item, change) for item in value]
    if isinstance(value, tuple) and type(value) is tuple:
        return tuple(_walk(item, change) for item in value)
    if hasattr(value, "figure"):
        return replace(value, figure=_walk(value.figure, change))
    return value


def _without_hover(context: Context) -> Context:
    def change(value: Any) -> Any:
        if isinstance(value, Grid):
            return value
        bare = [{key: item for key, item in trace.items() if key != "hovertext"} for trace in value["data"]]
        return {**value, "data": bare}

    return _walk(dict(context), change)


def _with_short_tables(context: Context) -> Context:
    def change(value: Any) -> Any:
        if not isinstance(value, Grid):
            return value
        size, kept = 0, 0
        for row in value.rows:
            size += sum(len(cell.text) + 20 for cell in row)
            kept += size <= _FEW_CHARACTERS
        return replace(value, rows=value.rows[:kept], left_out=len(value) - kept)

    return _walk(dict(context), change)


def _with_fewer_charts(context: Context) -> Context:
    """Keep the whole plan's waterfall and the three scarcest resources."""
    kept = {"waterfalls": 1, "scarce": 3, "inputs": 10}
    return {key: value[: kept[key]] if key in kept else value for key, value in context.items()}


def _without_large_figures(context: Context) -> Context:
    def change(value: Any) -> Any:
        if isinstance(value, Grid):
            return value
        return value if len(json.dumps(value, default=str)) <= _SMALL_FIGURE else None

    return _walk(dict(context), change)
