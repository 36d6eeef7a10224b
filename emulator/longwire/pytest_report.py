"""What a test has to say for itself: the sections of a failing one, and what a strict session does not let pass."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from longwire.harness import Longwire

__all__ = ["ConnectionLeftOpen", "problems", "sections"]

SHOWN = 300  # entries of a test's timeline, the newest
FAILED = ("raised", "crashed", "timed_out", "init_failed")


class ConnectionLeftOpen(UserWarning):
    """A connection that was not made by ``longwire.connect`` was open when its test ended."""


def sections(longwire: "Longwire") -> list[tuple[str, str]]:
    """Title and text: the timeline, what the functions logged, and the faults."""
    from click import unstyle

    from longwire.screen import line

    entries = longwire.timeline
    told = [text for entry in entries if (text := line(entry)) is not None]
    logs = [f"{entry['function']} | {each}" for entry in entries if entry["event"] == "log" for each in parts(entry)]
    faults = [f"{fault.told()}: {hits(fault.hits)}" for fault in longwire.faults]
    named = [("longwire timeline", told), ("longwire logs", logs), ("longwire faults", faults)]
    return [(title, unstyle("\n".join(newest(lines)))) for title, lines in named if lines]


def parts(entry: Mapping[str, Any]) -> list[str]:
    from longwire.screen import harmless

    return [harmless(each) for each in str(entry["line"]).split("\n")]


def newest(lines: list[str]) -> list[str]:
    left_out = len(lines) - SHOWN
    return lines if left_out <= 0 else [f"... {left_out:,} before these", *lines[-SHOWN:]]


def hits(count: int) -> str:
    return "it never struck" if not count else f"it struck {count} time{'' if count == 1 else 's'}"


def problems(longwire: "Longwire", left_open: list[str]) -> list[str]:
    """Of a strict session: failures that no fault explains, faults that never struck, connections left open."""
    found = [f"{fault.told()} never struck" for fault in longwire.faults if not fault.hits]
    found += [f"the connection {each} was left open" for each in left_open]
    in_force = False
    for entry in longwire.timeline:
        if entry["event"] == "faults_changed":
            in_force = bool(entry["faults"])
        elif entry["event"] == "invocation_finished" and entry["error"] in FAILED and not in_force:
            what = f"{entry['error_type']}: {entry['error_message']}".strip(": ")
            found.append(f"{entry['function']} failed: {what or entry['error']}")
    return found
