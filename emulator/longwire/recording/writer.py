"""The process that writes a recording: entries on stdin, files in a folder.

A process of its own, because looking for credentials and writing JSON takes longer than serving the message did.
Killed or not, what reads stdin to its end has written all that arrived.
"""

import marshal
import os
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from longwire.recording.sessions import Sessions

__all__ = ["BEGIN", "LENGTH", "LOST", "main"]

LENGTH = struct.Struct("<I")
BEGIN, LOST = "-begin", "-lost"
NICE = 10  # behind whoever is served meanwhile


def main(folder: str, url: str, made_by: str) -> int:
    """Exit code 1 and one line on stderr when a file cannot be written."""
    os.nice(NICE)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the emulator, which ends this by its pipe
    sessions = Sessions(Path(folder), url, made_by)
    try:
        copy(sys.stdin.buffer, sessions)
    except OSError as exc:
        sys.stderr.write(f"longwire: the recording ends here: {exc}\n")
        return 1
    return 0


def copy(source: BinaryIO, sessions: Sessions) -> None:
    try:
        while len(head := source.read(LENGTH.size)) == LENGTH.size:
            for row in marshal.loads(source.read(LENGTH.unpack(head)[0])):  # noqa: S302 - from our own other end
                take(sessions, *row)
            sessions.flush()
    finally:
        sessions.end()


def take(sessions: Sessions, event: str, connection_id: str, at: float, data: dict[str, Any]) -> None:
    if event == BEGIN:
        sessions.begin(data["name"])
    elif event == LOST:
        sessions.lost(data["count"])
    else:
        sessions.add(event, connection_id, at, data)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
