"""An execution environment whose other end is any program that speaks the Lambda Runtime API.

It has its own port, as on Lambda each environment has its own ``AWS_LAMBDA_RUNTIME_API``; the kernel holds its first
requests back until the loop listens. What it prints comes through the pipe that is its standard output and error.
"""

import asyncio
import os
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import replace

from longwire.errors import EnvironmentFailed
from longwire.runtime.environment import Call, Environment, Owner
from longwire.runtime.launch import ApiLaunch, Launch, spawn_runtime
from longwire.runtime.outcome import Outcome
from longwire.runtime.runtime_api import Invocation, RuntimeApi
from longwire.server.http1 import HttpConnection

__all__ = ["ApiEnvironment", "start_environment"]

MEMORY_READ_EVERY = 0.25  # seconds; as in the Python environments


def start_environment(owner: Owner, launch: Launch | ApiLaunch) -> Environment:
    """Of the kind that the launch asks for. Raises EnvironmentFailed when there can be no process."""
    return ApiEnvironment.serve(owner, launch) if isinstance(launch, ApiLaunch) else Environment.start(owner, launch)


class ApiEnvironment(Environment):
    """Made by ``serve``. It is initialised when the runtime asks for its first invocation."""

    def __init__(self, owner: Owner, process: subprocess.Popen[bytes], native: int, arn: str) -> None:
        super().__init__(owner, process, native)
        self.native.printed = lambda stream, line: owner.printed(self, stream, as_entry(line))
        self.api = RuntimeApi(arn, self)
        self.connections: set[HttpConnection] = set()
        self.server: asyncio.Server | None = None
        self.started = 0.0
        self.memory_read = -MEMORY_READ_EVERY

    @classmethod
    def serve(cls, owner: Owner, launch: ApiLaunch) -> "ApiEnvironment":
        try:
            listener = socket.create_server(("127.0.0.1", 0))
            native, printed = os.pipe()
        except OSError as exc:
            raise EnvironmentFailed(f"an execution environment cannot be started: {exc}") from exc
        try:
            process = spawn_runtime(launch, listener.getsockname()[1], printed)
        except OSError as exc:
            listener.close()
            os.close(native)
            raise EnvironmentFailed(f"an execution environment cannot be started: {exc}") from exc
        finally:
            os.close(printed)
        environment = cls(owner, process, native, launch.arn)
        environment.connecting = environment.loop.create_task(environment.listen(listener))
        return environment

    async def listen(self, listener: socket.socket) -> None:
        self.server = await self.loop.create_server(self.connection, sock=listener)

    def connection(self) -> HttpConnection:
        made = HttpConnection(self.api, self.loop)
        self.connections.add(made)
        return made

    @property
    def asks(self) -> bool:
        return self.api.asking is not None

    def send(self, call: Call, deadline_ms: int, trace_id: str) -> None:
        self.started = time.perf_counter()
        asked = call.invocation
        more = (asked.payload, asked.qualifier, asked.client_context)
        self.api.deliver(Invocation(call.request_id, deadline_ms, trace_id, *more))

    # --- what the runtime says: it is told so by the RuntimeApi

    def asked_for_next(self) -> None:
        if self.killed:
            return
        if self.initialised:
            if self.call is None and not self.frozen:
                self.owner.available(self)
            return
        self.native.drain()
        self.initialised = True
        self.owner.ready(self)

    def init_error(self, outcome: Outcome) -> None:
        if not self.initialised and not self.killed:
            self.native.drain()
            self.owner.init_failed(self, outcome)

    def result(self, outcome: Outcome) -> None:
        if not self.killed:
            now = time.perf_counter()
            self.native.drain()
            if now - self.memory_read >= MEMORY_READ_EVERY:
                self.memory_read = now
                self.peak_memory_mb()
            duration = (now - self.started) * 1000
            self.owner.answered(self, replace(outcome, duration_ms=duration, memory_mb=self.memory_mb))

    # --- its end

    def disconnect(self) -> None:
        if self.server is not None:
            self.server.close()
        for connection in self.connections:
            with suppress(AttributeError):  # one that was accepted and is not connected yet
                connection.transport.abort()


def as_entry(line: str) -> str:
    """Node's runtime writes CR for the line ends inside one log entry, so that the entry stays whole."""
    return line.rstrip("\r").replace("\r", "\n")
