"""What goes wrong, told: every fault on its own line on standard error, or one JSON object on standard output."""

from __future__ import annotations

import os
import traceback
from dataclasses import asdict

from outlay.cli import streams
from outlay.instances.errors import InputError, OutlayError, UnverifiedError, group_faults
from outlay.instances.formats.output import is_about_the_place
from outlay.instances.values.text import shown

#: Exit code after Ctrl-C where there is no answer to give.
INTERRUPTED = 130
INTERNAL = 1
#: So many groups of faults that are alike are listed.
MOST_GROUPS = 20
_LONGEST_LINE = 2000
_NO_MEMORY = (
    "there is not enough memory to go on; end other programs, allow more (ulimit -v, the limit of a container), or "
    "solve a smaller instance"
)


def report(error: OutlayError, *, as_json: bool, every_fault: bool = False) -> int:
    """Tell an error that `outlay` raised on purpose; return its exit code. Faults that are alike are told as one."""
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    found = error.faults if isinstance(error, InputError) else ()
    if found:
        lines = [str(fault) for fault in found]
    groups = group_faults(found)
    if as_json:
        faults = [{**asdict(fault), "text": str(fault)} for fault in found]
        message = lines[0] if len(lines) == 1 else f"{len(lines)} faults; the first: {lines[0]}"
        alike = [{"count": group.count, **asdict(group.first), "text": str(group)} for group in groups]
        report_json(message, faults, groups=alike)
    elif groups and not every_fault:
        report_lines([str(group) for group in groups], most=MOST_GROUPS)
        if len(groups) > MOST_GROUPS or len(groups) < len(lines):
            # A check reads the tables again; of other faults it knows nothing.
            way = "outlay check ... --all" if any(fault.row is not None for fault in found) else "--json"
            streams.write_error(f"outlay: {len(lines):,} faults in all; each of them: {way}\n")
    else:
        report_lines(lines, most=len(lines))
    return error.exit_code


def report_unsaved(trouble: InputError | None, code: int) -> int:
    """Tell on standard error why an answer that was shown could not be saved; return the exit code.

    An answer that failed its verification keeps its own code: to save it would not have made it better.
    """
    if trouble is None:
        return code
    told = report(trouble, as_json=False)
    return code if code == UnverifiedError.exit_code else told


def report_lines(lines: list[str], *, most: int = MOST_GROUPS) -> None:
    """Write lines to standard error, at most so many of them, each on one line whatever it holds."""
    streams.write_error("".join(f"outlay: {shown(line, _LONGEST_LINE)}\n" for line in lines[:most]))
    if len(lines) > most:
        streams.write_error(f"outlay: ... and {len(lines) - most:,} more\n")


def report_json(message: str, faults: list[dict[str, object]] | None = None, **more: object) -> None:
    """Write an error as a JSON object to standard output; where that is impossible, standard error has to do."""
    try:
        streams.write_json({"error": message, "faults": faults or [], **more})
    except InputError:
        report_lines([message])
    else:
        if streams.lost():
            report_lines([message])


def report_internal(error: Exception, *, as_json: bool, debug: bool) -> int:
    """Tell an error that should not be; return the exit code: of internal errors, or of input where a place is full."""
    try:
        streams.flush()
    except InputError as full:  # click writes help pages itself; a full standard output is told once, in words
        return report(full, as_json=False)
    refused = isinstance(error, OSError | MemoryError)  # a full disk, a file that went away: nobody's mistake
    kind = "the system refused" if refused else "internal error"
    message = f"{kind}: {_NO_MEMORY if isinstance(error, MemoryError) else f'{type(error).__name__}: {error}'}"
    if debug or os.environ.get("OUTLAY_DEBUG", "") not in {"", "0"}:
        streams.write_error("".join(traceback.format_exception(error)))
    if as_json:
        report_json(message)
    advice = "this is a fault of outlay, not of your tables; run again with --debug and report the trace"
    report_lines([message] if refused else [message, advice])
    return InputError.exit_code if is_about_the_place(error) else INTERNAL


def report_interrupt(*, as_json: bool) -> int:
    """Tell that the user stopped the command before there was anything to show."""
    if as_json:
        report_json("interrupted")
    streams.write_error("\noutlay: interrupted\n")
    return INTERRUPTED
