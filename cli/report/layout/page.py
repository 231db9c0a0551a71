"""One self-contained HTML page: templates, styles, scripts and a policy that lets nothing in or out.

The page asks nobody for anything and runs only the two scripts that stand in it: its Content-Security-Policy names
them by their hashes. The library that draws the charts stands in it compressed (gzip, base64), a third of its size; the
page's own script unpacks it, and the policy lets it run only if it is the very same. Charts are JSON in blocks that no
browser runs.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outlay.cli.report.layout.signed import UNSIGNED
from outlay.instances.values.text import shown

if TYPE_CHECKING:
    import jinja2

#: The folder of the templates, scripts and styles of reports.
TEMPLATES = Path(__file__).parents[1] / "page-templates"
_LONGEST_TEXT = 2000
#: The largest page, bytes.
MOST_BYTES = 3_000_000


def render(template: str, context: Mapping[str, Any]) -> str:
    """Return a page from one of our templates."""
    from markupsafe import Markup  # noqa: PLC0415 - only reports need it

    library, script, style = _read("plotly-cartesian.min.js"), _read("page.js"), _read("page.css")
    return (
        make_environment()
        .get_template(template)
        .render(
            **context,
            library=Markup(packed(library)),  # noqa: S704 - base64
            script=Markup(script),  # noqa: S704 - our own file
            style=Markup(style),  # noqa: S704 - our own file
            policy=policy(library, script),
        )
    )


def make_environment(*folders: Path) -> jinja2.Environment:
    """Return what fills our templates, those of other folders first: everything from data is escaped."""
    import jinja2  # noqa: PLC0415 - only reports need it
    from markupsafe import Markup  # noqa: PLC0415

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_finalise,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(UNSIGNED.on({}))
    environment.filters["json_block"] = lambda value: Markup(json_block(value))  # noqa: S704 - escaped there
    return environment


def packed(text: str) -> str:
    """Return text as the page unpacks it: compressed by gzip, in base64; the same text gives the same."""
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def policy(*scripts: str) -> str:
    """Return the Content-Security-Policy: these scripts, styles and pictures of the page itself, and nothing else."""
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts)
    sources = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {sources}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def json_block(value: Any) -> str:
    r"""Return data as JSON that can stand in a ``<script>`` block: no ``<``, ``>``, ``&`` nor anything beyond ASCII.

    Examples
    --------
    >>> json_block({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(_finite(value), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if hasattr(value, "item"):  # a scalar of numpy
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _finalise(value: Any) -> Any:
    """Return what a template shows: text from data on one line with invisible characters written out."""
    if hasattr(value, "__html__") or not isinstance(value, str):
        return value
    return shown(value, _LONGEST_TEXT)


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
