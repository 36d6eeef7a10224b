"""A process that runs the bootstrap, spoken to frame by frame."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from longwire.core.api import Function
from longwire.runtime.lambda_environment import Endpoints, variables
from longwire.runtime.launch import Launch, spawn

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:chat"
STREAMS = {b"O": "stdout", b"E": "stderr", b"N": "platform"}


@dataclass
class Child:
    """A process that runs the bootstrap, and our end of its channel, read frame by frame."""

    process: subprocess.Popen[bytes]
    channel: socket.socket
    native: int
    lines: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def send(self, event: Any) -> str:
        self.count += 1
        request_id = f"00000000-0000-4000-8000-{self.count:012d}"
        meta = f"{request_id} {int(time.time() * 1000) + 5000} Root=1-5-{self.count};Sampled=0"
        text = event if isinstance(event, bytes) else json.dumps(event).encode()
        body = meta.encode() + b"\n" + text
        self.channel.sendall(len(body).to_bytes(4, "big") + b"I" + body)
        return request_id

    def receive(self) -> tuple[bytes, bytes]:
        """The next frame that is no line of output."""
        while True:
            head = self.exactly(5)
            body = self.exactly(int.from_bytes(head[:4], "big"))
            if head[4:] not in STREAMS:
                return head[4:], body
            self.lines.append((STREAMS[head[4:]], body.decode()))

    def exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            chunk = self.channel.recv(size - len(found))
            if not chunk:
                raise EOFError
            found += chunk
        return found

    def ready(self) -> "Child":
        kind, body = self.receive()
        assert kind == b"S", body
        return self

    def call(self, event: Any = None) -> Any:
        self.send(event)
        kind, body = self.receive()
        assert kind == b"A", body
        return json.loads(body.partition(b"\n")[2])

    def fail(self, event: Any = None) -> Any:
        self.send(event)
        kind, body = self.receive()
        assert kind == b"X", body
        return json.loads(body.partition(b"\n")[2])

    def of(self, stream: str) -> list[str]:
        return [line for kind, line in self.lines if kind == stream]

    def close(self) -> None:
        self.channel.close()
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        os.close(self.native)


Start = Callable[..., Child]


def start_child(
    code: Path, source: str, *, endpoints: Endpoints | None = None, bytecode: str = "", **settings: Any
) -> Child:
    """Starts it with the source as ``app.py`` in the code folder."""
    code.mkdir(exist_ok=True)
    (code / "app.py").write_text(textwrap.dedent(source))
    common = {"handler": "app.handler", "runtime": f"python3.{sys.version_info.minor}", "code": str(code)}
    function = Function("Chat", "chat", **{**common, **settings})
    environ = variables(
        function,
        region="eu-west-1",
        account_id="123456789012",
        stage="dev",
        endpoints=endpoints or Endpoints(9, 9),
    )
    environ["AWS_LAMBDA_LOG_STREAM_NAME"] = "2026/11/24/[$LATEST]0123"
    ours, theirs = socket.socketpair()
    native, printed = os.pipe()
    process = spawn(Launch(sys.executable, ARN, str(code), environ, bytecode), theirs.fileno(), printed)
    theirs.close()
    os.close(printed)
    ours.settimeout(20)
    return Child(process, ours, native)
