"""A debugger's side of the Debug Adapter Protocol, over a socket."""

import json
import socket
import time
from typing import Any


class DebugClient:
    """Messages are a Content-Length header and JSON, as the protocol's base says."""

    def __init__(self, port: int) -> None:
        self.socket = connected(port)
        self.stream = self.socket.makefile("rb")
        self.number = 0
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        self.stream.close()
        self.socket.close()

    def send(self, command: str, **arguments: Any) -> int:
        self.number += 1
        body = json.dumps({"seq": self.number, "type": "request", "command": command, "arguments": arguments}).encode()
        self.socket.sendall(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        return self.number

    def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        number = self.send(command, **arguments)
        while True:
            found = self.read()
            if found["type"] == "response" and found["request_seq"] == number:
                assert found["success"], found
                return found.get("body") or {}

    def event(self, name: str) -> dict[str, Any]:
        while True:
            for found in self.events:
                if found["event"] == name:
                    self.events.remove(found)
                    return found.get("body") or {}
            self.read()

    def read(self) -> dict[str, Any]:
        length = 0
        while line := self.stream.readline().strip():
            length = int(line.partition(b":")[2])
        found: dict[str, Any] = json.loads(self.stream.read(length))
        if found["type"] == "event":
            self.events.append(found)
        return found


def connected(port: int) -> socket.socket:
    end = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
