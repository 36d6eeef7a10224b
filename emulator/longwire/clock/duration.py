"""Lengths of time by which the clock is moved, as people type and tell them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from longwire.core.duration import UNITS, duration
from longwire.errors import UsageError

__all__ = ["LONGEST", "away", "bounded", "described", "in_all", "seconds_of", "shown"]

LONGEST = 366 * 86_400.0  # seconds of one step of the clock


def seconds_of(text: str) -> float:
    """Of ``2h``, ``1h30m`` or a number of seconds. Raises UsageError."""
    try:
        return bounded(duration(text))
    except ValueError as exc:
        raise UsageError(f"{text!r} is no length of time: give seconds, or as 2h, 11m, 1h30m, 1d, 500ms") from exc


def bounded(seconds: float) -> float:
    """Raises UsageError for what the clock cannot be moved by: back, nowhere, or more than a year."""
    if not seconds > 0:
        raise UsageError(f"the clock cannot be advanced by {seconds:g} s: it only goes forward")
    if seconds > LONGEST:
        raise UsageError(f"the clock cannot be advanced by more than {LONGEST / UNITS['d']:g} days at once")
    return seconds


def in_all(**given: Any) -> float:
    """The sum of ``seconds``, ``minutes``, ``hours`` and ``days``. Raises UsageError for what is no number."""
    for name, value in given.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise UsageError(f"the clock is advanced by numbers, as minutes=11: {name}={value!r} is none")
    return float(sum(value * UNITS[name[0]] for name, value in given.items()))


def shown(seconds: float) -> str:
    """``2h``, ``1h 30m``, ``1.5s``, to the millisecond; the sign of a negative one in front."""
    rest, parts = round(abs(seconds), 3), []
    for unit in ("d", "h", "m"):
        whole, rest = divmod(rest, UNITS[unit])
        if whole:
            parts.append(f"{whole:.0f}{unit}")
    if round(rest, 3) or not parts:
        parts.append(f"{round(rest, 3):g}s")
    return ("-" if seconds < 0 else "") + " ".join(parts)


def described(state: Mapping[str, Any]) -> str:
    """What ``clock.api`` tells, in words: ``2026-11-25 11:19:17 UTC, 2h ahead of real time, paused``."""
    now = datetime.fromtimestamp(state["now"]).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    return f"{now}, {away(state['offset'])}{', paused' if state['paused'] else ''}"


def away(offset: float) -> str:
    """How far a clock is from real time, by whole seconds unless it is near."""
    if not offset:
        return "real time"
    seconds = abs(offset) if abs(offset) < 10 else round(abs(offset))
    return f"{shown(seconds)} {'ahead of' if offset > 0 else 'behind'} real time"
