"""The emulator's end of a recording: takes entries off the timeline and hands them to the writer's process."""

import marshal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longwire import __version__
from longwire.errors import UsageError
from longwire.inspector.timeline import Entry
from longwire.recording.writer import BEGIN, LENGTH, LOST

if TYPE_CHECKING:
    from longwire.emulator import Emulator

__all__ = ["Recorder", "check_folder"]

PAUSE = 0.05  # seconds between two looks at what there is to write
LIMIT = 200_000  # entries that wait for the writer; more are counted and lost
PATIENCE = 20.0  # seconds that the writer has to finish
Row = tuple[str, str, float, Mapping[str, Any]]


def check_folder(folder: Path) -> None:
    """Raises UsageError before anything is started for it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".longwire-probe"
        probe.touch()
        probe.unlink()
    except OSError as exc:
        raise UsageError(f"{folder} cannot be written to: {exc.strerror}. --record takes a folder") from exc


class Recorder:
    """A subscriber of the timeline. ``event_of`` gives Lambda's event of an invocation that is running, by its id."""

    def __init__(self, folder: Path, url: str, event_of: Callable[[str], str], limit: int = LIMIT) -> None:
        self.limit = limit
        self.event_of = event_of
        self.rows: deque[Row] = deque()
        self.lost = 0
        self.ending = threading.Event()
        command = [sys.executable, "-m", "longwire.recording.writer", str(folder), url, f"longwire {__version__}"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)
        self.thread = threading.Thread(target=self.write, name="recorder", daemon=True)
        self.thread.start()

    @classmethod
    def of(cls, emulator: "Emulator", folder: Path) -> "Recorder":
        """All that happens in an emulator, until ``close``."""
        running = emulator.activity.running

        def event_of(invocation_id: str) -> str:
            invocation = running.get(invocation_id)
            return "" if invocation is None else invocation.payload

        recorder = cls(folder, emulator.urls.named()["websocket_url"], event_of)
        emulator.timeline.subscribe(recorder)
        return recorder

    def __call__(self, entry: Entry) -> None:
        _, at, event, connection_id, data = entry
        if event == "invocation_started":
            data = {**data, "event_payload": self.event_of(data["invocation_id"])}
        self.put((event, connection_id, at, data))

    def begin(self, name: str) -> None:
        """What follows goes to a file of this name."""
        self.put((BEGIN, "", 0.0, {"name": name}))

    def put(self, row: Row) -> None:
        if len(self.rows) >= self.limit:
            self.lost += 1
            return
        if self.lost:
            self.rows.append((LOST, "", 0.0, {"count": self.lost}))
            self.lost = 0
        self.rows.append(row)

    def close(self) -> None:
        """Returns when the files are whole."""
        self.ending.set()
        self.thread.join(PATIENCE)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE)
        self.process.kill()

    # --- in the thread

    def write(self) -> None:
        assert self.process.stdin is not None
        with suppress(OSError), self.process.stdin as pipe:  # the writer has said why it ended
            while True:
                last = self.ending.wait(PAUSE)
                rows = [self.rows.popleft() for _ in range(len(self.rows))]
                if rows:
                    packed = packed_rows(rows)
                    pipe.write(LENGTH.pack(len(packed)) + packed)
                    pipe.flush()
                if last:
                    return


def packed_rows(rows: list[Row]) -> bytes:
    try:
        return marshal.dumps(rows)
    except ValueError:  # a value that is neither JSON's nor a tuple
        return marshal.dumps([(event, name, at, plain(data)) for event, name, at, data in rows])


def plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else str(value)
