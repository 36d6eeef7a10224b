"""The execution environment's end of its channel to the runtime, and what it prints.

A frame is 4 bytes of length (big-endian, of the body alone), 1 byte that says what it is, and the body. Calls may come
by a socket of their own, a packet each: see ``runtime.call_socket``. Runs inside an execution environment: standard
library only, and of that as little as can be, because every import is a part of every cold start (``socket`` alone
costs 5 ms; reading and writing the descriptor needs no more than ``os``).
"""

import io
import os
import signal
from _thread import RLock
from collections.abc import Callable
from typing import Any, NoReturn

__all__ = [
    "ANSWER",
    "ERROR",
    "INIT_ERROR",
    "LARGE",
    "MAX_OUTPUT",
    "MAX_PACKET",
    "NOTICE",
    "READY",
    "STDERR",
    "STDOUT",
    "WAITS",
    "Channel",
    "Lines",
    "Output",
    "end",
    "text_stream",
]

READY, INIT_ERROR, ANSWER, ERROR, STDOUT, STDERR, NOTICE = b"S", b"F", b"A", b"X", b"O", b"E", b"N"
WAITS = b"Z"  # until a time of the clock's monotonic(), or, with an empty body, no longer

MAX_OUTPUT = 1_000_000  # bytes of output that one invocation may send; the rest is counted
MAX_PART = 65_536  # bytes of a line that wait for its end
MAX_PACKET = 32_768  # bytes of a call in a packet; a larger one is a frame
LARGE = b"\n"  # a packet that says so; no call begins with a line's end


def end() -> NoReturn:
    """The runtime is gone: end this environment and whatever it started, as Lambda ends one, by SIGKILL."""
    os.killpg(0, signal.SIGKILL)
    os._exit(1)


class Channel:
    """Blocking frames, written by any thread. ``calls`` is the descriptor of the calls' packets, -1 for none.

    The locks here can be taken twice by one thread: a finalizer or a signal handler may print in the middle of a print.
    """

    def __init__(self, fd: int, calls: int = -1) -> None:
        self.fd = fd
        self.calls = calls
        self.lock = RLock()
        self.received = bytearray()

    def send(self, kind: bytes, body: bytes) -> None:
        frame = len(body).to_bytes(4, "big") + kind + body
        try:
            with self.lock:
                sent = os.write(self.fd, frame)
                while sent < len(frame):
                    sent += os.write(self.fd, memoryview(frame)[sent:])
        except OSError:
            if self.fd < 0:
                os._exit(0)  # a forked process has returned from the handler; the answer is its parent's to send
            end()

    def receive(self) -> bytes:
        """The next call; the runtime sends nothing else."""
        if self.calls < 0:
            return self.receive_frame()
        packet = os.read(self.calls, MAX_PACKET)
        if not packet:
            end()
        return self.receive_frame() if packet == LARGE else packet

    def receive_frame(self) -> bytes:
        received = self.received
        length = 0
        while len(received) < 5 or len(received) < 5 + (length := int.from_bytes(received[:4], "big")):
            chunk = os.read(self.fd, 65_536)
            if not chunk:
                end()
            received += chunk
        body = bytes(received[5 : 5 + length])
        del received[: 5 + length]
        return body

    def keep(self) -> None:
        """From programs that the handler starts."""
        os.set_inheritable(self.fd, False)
        if self.calls >= 0:
            os.set_inheritable(self.calls, False)

    def forked(self) -> None:
        """In a process that the handler forked: the channel belongs to its parent."""
        os.close(self.fd)
        self.fd = -1
        if self.calls >= 0:
            os.close(self.calls)


class Output:
    """Whole lines, in order with everything else on the channel, up to MAX_OUTPUT bytes for each invocation."""

    def __init__(self, channel: Channel) -> None:
        self.write: Callable[[bytes, bytes], None] = channel.send
        self.streams: list[Lines] = []
        self.start()

    def start(self) -> None:
        self.left = MAX_OUTPUT
        self.lost_bytes = 0

    def line(self, kind: bytes, line: bytes) -> None:
        if self.left > 0:
            self.write(kind, line[: self.left])
        self.lost_bytes += max(0, len(line) - self.left)
        self.left = max(0, self.left - len(line) - 1)

    def finish(self) -> None:
        """Lines without an end, and what was lost; before the result is sent."""
        for stream in self.streams:
            stream.finish()
        if self.lost_bytes:
            text = f"{self.lost_bytes:,} bytes more were printed; {MAX_OUTPUT:,} are kept of one invocation"
            self.write(NOTICE, text.encode())

    def forked(self) -> None:
        """In a process that the handler forked: print where its own subprocesses would."""
        self.write = write_native
        for stream in self.streams:
            stream.lock = RLock()


def write_native(kind: bytes, line: bytes) -> None:
    os.write(2 if kind == STDERR else 1, line + b"\n")


class Lines(io.RawIOBase):
    """The binary stream under ``sys.stdout`` or ``sys.stderr``: cuts what is written into lines."""

    def __init__(self, output: Output, kind: bytes, fd: int) -> None:
        super().__init__()
        self.output = output
        self.kind = kind
        self.fd = fd
        self.name = "<stderr>" if kind == STDERR else "<stdout>"
        self.part = b""
        self.lock = RLock()
        output.streams.append(self)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        """The real descriptor, for subprocesses; what they print arrives through it."""
        return self.fd

    def write(self, data: Any) -> int:
        text = bytes(data)
        with self.lock:
            *whole, self.part = (self.part + text).split(b"\n")
            for line in whole:
                self.output.line(self.kind, line)
            if len(self.part) > MAX_PART:
                self.emit_part()
        return len(text)

    def finish(self) -> None:
        with self.lock:
            if self.part:
                self.emit_part()

    def emit_part(self) -> None:
        self.output.line(self.kind, self.part)
        self.part = b""


def text_stream(lines: Lines, errors: str) -> io.TextIOWrapper:
    """As ``python -u`` would have it: nothing waits in a buffer."""
    return io.TextIOWrapper(lines, encoding="utf-8", errors=errors, write_through=True)
