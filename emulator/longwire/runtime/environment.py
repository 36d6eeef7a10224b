"""One execution environment: a process of its own, the channel to it, and what it prints.

The other end of the channel, and what runs there, is ``bootstrap``. Nothing here blocks, except for the millisecond
in which the process is made.
"""

import asyncio
import os
import signal
import socket
import subprocess
from collections import deque
from contextlib import suppress
from typing import Protocol, cast

from longwire.bootstrap.channel import (
    ANSWER,
    ERROR,
    INIT_ERROR,
    LARGE,
    MAX_PACKET,
    NOTICE,
    READY,
    STDERR,
    STDOUT,
    WAITS,
)
from longwire.bootstrap.main import linux_peak_mb
from longwire.errors import EnvironmentFailed
from longwire.runtime.call import Call, packed
from longwire.runtime.call_socket import CallSocket
from longwire.runtime.import_profile import ImportProfile
from longwire.runtime.launch import Launch, spawn
from longwire.runtime.native_output import NativeOutput
from longwire.runtime.outcome import Outcome, exit_status, failure

__all__ = ["Call", "Environment", "Owner"]

REAP_EVERY = 0.002  # seconds; a killed process is gone within one or two
STREAMS = {STDOUT: "stdout", STDERR: "stderr", NOTICE: "platform"}


class Owner(Protocol):
    """Told what happens in an environment. ``ended`` comes once and last, when no process is left.

    ``available`` is told of one that did not ask for a call when it had answered the one before, as soon as it does.
    """

    def ready(self, environment: "Environment") -> None: ...
    def init_failed(self, environment: "Environment", outcome: Outcome) -> None: ...
    def answered(self, environment: "Environment", outcome: Outcome) -> None: ...
    def available(self, environment: "Environment") -> None: ...
    def printed(self, environment: "Environment", stream: str, line: str) -> None: ...
    def ended(self, environment: "Environment", status: str) -> None: ...


class Environment(asyncio.Protocol):
    """Made by ``start``. ``call`` is what it runs, ``ahead`` what it was sent to run after that, in that order;
    ``used`` is false until its first call.

    ``since`` is the loop's time at which it began what it does now: its init, its call, or being idle. ``launched`` is
    the owner's to set. ``sleeps_until`` is a time of the clock's ``monotonic`` while its handler waits for that, else
    None. ``retired`` ones get no more calls. ``init_ms`` is known once it is initialised.
    """

    def __init__(self, owner: Owner, process: subprocess.Popen[bytes], native: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.owner = owner
        self.process = process
        self.native = NativeOutput(native, self.native_line)
        self.profile: ImportProfile | None = None
        self.received = bytearray()
        self.transport: asyncio.Transport | None = None
        self.connecting: asyncio.Task[None] | None = None
        self.since = self.loop.time()
        self.launched = 0.0
        self.sleeps_until: float | None = None
        self.init_ms: float | None = None
        self.initialised = False
        self.used = False
        self.retired = False
        self.frozen = False
        self.killed = False
        self.call: Call | None = None
        self.calls: CallSocket | None = None
        self.ahead: deque[Call] = deque()
        self.memory_mb = 0

    @classmethod
    def start(cls, owner: Owner, launch: Launch) -> "Environment":
        """Raises EnvironmentFailed when there can be no process: no such folder, no memory, no descriptors."""
        try:
            ours, theirs = socket.socketpair()
            calls = CallSocket() if CallSocket.available() else None
            native, printed = os.pipe()
        except OSError as exc:
            raise EnvironmentFailed(f"an execution environment cannot be started: {exc}") from exc
        try:
            process = spawn(launch, theirs.fileno(), printed, calls.fileno() if calls else -1)
        except OSError as exc:
            ours.close()
            os.close(native)
            if calls:
                calls.close()
            raise EnvironmentFailed(f"an execution environment cannot be started: {exc}") from exc
        finally:
            theirs.close()
            os.close(printed)
        environment = cls(owner, process, native)
        environment.calls = calls
        environment.profile = ImportProfile() if launch.profiled else None
        environment.connecting = environment.loop.create_task(environment.connect(ours))
        return environment

    async def connect(self, ours: socket.socket) -> None:
        await self.loop.create_unix_connection(lambda: self, sock=ours)

    @property
    def asks(self) -> bool:
        """Whether it waits for a call, when it has none."""
        return True

    # --- what the owner does with it

    def begin(self, call: Call, deadline_ms: int, trace_id: str) -> None:
        """Of one that runs nothing."""
        if self.frozen:
            self.thaw()
        self.run(call)
        self.send(call, deadline_ms, trace_id)

    def run(self, call: Call) -> None:
        self.call = call
        self.since = self.loop.time()
        self.sleeps_until = None
        self.native.start()

    def send(self, call: Call, deadline_ms: int, trace_id: str) -> None:
        assert self.transport is not None
        body = packed(call, deadline_ms, trace_id)
        if self.calls is not None:
            if len(body) <= MAX_PACKET:
                self.calls.send(body)
                return
            self.calls.announce()
        self.transport.write(len(body).to_bytes(4, "big") + b"I" + body)

    def send_ahead(self, call: Call, deadline_ms: int, trace_id: str) -> bool:
        """To one that runs a call; whether it will be run after that, unless it is taken back."""
        body = packed(call, deadline_ms, trace_id)
        if self.calls is None or len(body) > MAX_PACKET or not self.calls.send(body):
            return False
        self.ahead.append(call)
        return True

    def run_next(self) -> Call:
        """It has answered, and so begun what was sent ahead."""
        call = self.ahead.popleft()
        self.run(call)
        return call

    def take_back(self) -> list[Call]:
        """The calls that it has not begun, in their order; none while it has not even begun the one before them.

        It goes on reading meanwhile, and would begin them in another order then.
        """
        if self.calls is None or not self.ahead or not (self.killed or self.has_begun(self.calls.first())):
            return []
        unread = {packet.split(b" ", 1)[0].decode() for packet in self.calls.take_back()}
        taken = [call for call in self.ahead if call.request_id in unread]
        self.ahead = deque(call for call in self.ahead if call.request_id not in unread)
        return taken

    def has_begun(self, next_packet: bytes) -> bool:
        own = self.call is not None and next_packet.startswith(self.call.request_id.encode())
        return not own and next_packet != LARGE

    def freeze(self) -> None:
        """Stop the process, its threads and its subprocesses, as Lambda does between invocations."""
        self.frozen = True
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.frozen = False
        self.signal(signal.SIGCONT)

    def kill(self) -> None:
        """Of the process group, so that subprocesses of the handler go as well. ``ended`` follows."""
        if not self.killed:
            self.killed = True
            self.signal(signal.SIGKILL)
            self.loop.call_soon(self.reap)

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS: EPERM when only a zombie is left
            os.killpg(self.process.pid, number)

    def exited(self) -> bool:
        """For a process that is gone, while one that it forked still holds the channel."""
        return self.process.poll() is not None

    def peak_memory_mb(self) -> int:
        """Now, on Linux; elsewhere what it said of itself with its last result."""
        with suppress(OSError):
            self.memory_mb = max(self.memory_mb, linux_peak_mb(self.process.pid))
        return self.memory_mb

    # --- what comes from it

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance

    def data_received(self, data: bytes) -> None:
        if self.received:
            self.received += data
            if len(self.received) < frame_end(self.received, 0):
                return
            data = bytes(self.received)
            self.received.clear()
        start = 0
        while (end := frame_end(data, start)) <= len(data):
            kind, body = data[start + 4 : start + 5], data[start + 5 : end]
            start = end
            self.frame(kind, body)
        self.received += data[start:]

    def frame(self, kind: bytes, body: bytes) -> None:
        if kind in STREAMS:
            self.owner.printed(self, STREAMS[kind], body.decode("utf-8", "replace"))
        elif self.killed:
            return
        elif kind in (ANSWER, ERROR):
            self.native.drain()
            self.owner.answered(self, self.outcome(kind, body))
        elif kind == WAITS:
            self.sleeps_until = float(body) if body else None
        elif kind == READY:
            self.native.drain()
            self.tell_profile()
            self.initialised = True
            self.owner.ready(self)
        elif kind == INIT_ERROR:
            self.native.drain()
            self.tell_profile()
            self.owner.init_failed(self, failure(body, "init_failed"))

    def native_line(self, stream: str, line: str) -> None:
        if self.profile is None or not self.profile.take(line):
            self.owner.printed(self, stream, line)

    def tell_profile(self) -> None:
        if self.profile is not None:
            self.owner.printed(self, "stderr", self.profile.table())

    def outcome(self, kind: bytes, frame: bytes) -> Outcome:
        head, _, body = frame.partition(b"\n")
        duration, memory = head.split()
        self.memory_mb = int(memory)
        if kind == ERROR:
            return failure(body, "raised", float(duration), self.memory_mb)
        return Outcome(body.decode("utf-8", "replace"), duration_ms=float(duration), memory_mb=self.memory_mb)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the Protocol's signature
        self.kill()

    # --- its end

    def reap(self) -> None:
        status = self.process.poll()
        if status is None or self.connecting is None or not self.connecting.done():
            self.loop.call_later(REAP_EVERY, self.reap)
            return
        self.native.close()
        self.disconnect()
        self.owner.ended(self, exit_status(status))
        if self.calls is not None:
            self.calls.close()

    def disconnect(self) -> None:
        if self.transport is not None:
            self.transport.close()


def frame_end(data: bytes | bytearray, start: int) -> int:
    """Where the frame that begins at ``start`` ends; behind all data while its head is not there."""
    if len(data) - start < 5:
        return len(data) + 1
    return start + 5 + int.from_bytes(data[start : start + 4], "big")
