"""An @connections endpoint that answers as it is told, and keeps what it took."""

import json
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from backend_aws import Quiet, Server

ERRORS = {
    400: "BadRequestException",
    403: "ForbiddenException",
    410: "GoneException",
    429: "LimitExceededException",
}


@dataclass
class Connections:
    """Records frames by connection; ``scripts`` holds the statuses of the next posts, ``statuses`` of all others.

    ``closed`` are the connections that the backend ended, ``untyped`` what would end the official asyncio client.
    """

    url: str
    frames: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    closed: list[str] = field(default_factory=list)
    untyped: list[Any] = field(default_factory=list)
    posts: Counter[str] = field(default_factory=Counter)
    scripts: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    statuses: dict[str, int] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.Lock)

    def take(self, connection_id: str, body: bytes) -> int:
        with self.lock:
            self.posts[connection_id] += 1
            script = self.scripts[connection_id]
            status = script.pop(0) if script else self.statuses.get(connection_id, 200)
            if status == 200:
                frame = json.loads(body)
                self.frames[connection_id].append(frame)
                self.untyped += [frame] if "type" not in frame else []
            return status


class ConnectionsServer(Server):
    def __init__(self) -> None:
        super().__init__(ConnectionsHandler)
        self.connections = self.reset()

    def reset(self) -> Connections:
        """New ones, for the next test."""
        self.connections = Connections(f"{self.origin}/v1")
        return self.connections


class ConnectionsHandler(Quiet):
    server: ConnectionsServer

    def respond(self, body: bytes) -> tuple[int, dict[str, Any], bytes]:
        connection_id = unquote(self.path.rpartition("/")[2])
        if self.command == "DELETE":
            self.server.connections.closed.append(connection_id)
            return 204, {}, b""
        status = self.server.connections.take(connection_id, body)
        headers = {"x-amzn-errortype": ERRORS[status]} if status in ERRORS else {}
        content = b"" if status in {200, 410} else b'{"message":"scripted"}'
        return status, headers | {"Content-Type": "application/json"}, content
