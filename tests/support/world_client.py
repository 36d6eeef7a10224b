"""A client in the world of backend_world.py, which does what official clients do.

What it sees is what its connections took.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from backend_events import handshake_event, proxy_event
from backend_world import Socket, World
from longwire_app.session import JOIN, RELIABLE, SEND, Caller, Identity, Peer
from longwire_app.tokens import Rules, issue

__all__ = ["Client"]


@dataclass
class Client:
    """A reliable client of the protocol. ``shown`` is what its application got, as (group, data)."""

    world: World
    user: str
    protocol: str = RELIABLE
    roles: frozenset[str] = frozenset((JOIN, SEND))
    socket: Socket | None = None
    session_id: str = ""
    token: str = ""
    seen: int = 0
    read: int = 0
    sent: int = 0
    shown: list[tuple[str, Any]] = field(default_factory=list)
    lost: list[dict[str, Any]] = field(default_factory=list)
    acks: dict[int, dict[str, Any]] = field(default_factory=dict)

    def connect(self) -> int:
        """A handshake, with the session if there is one: the authorizer, then ``$connect``. Returns the status."""
        socket = self.world.socket()
        query = {"access_token": self.access_token()}
        if self.session_id:
            query |= {"awps_connection_id": self.session_id, "awps_reconnection_token": self.token}
        headers = {"Sec-WebSocket-Protocol": self.protocol}
        now = int(self.world.clock.time())
        try:
            decision = self.world.invoke("authorizer", handshake_event(now, headers, query, socket.id))
        except self.world.handlers["authorizer"].Unauthorized:
            return 401
        if not decision:
            return 500
        if decision["policyDocument"]["Statement"][0]["Effect"] != "Allow":
            return 403
        event = self._event("$connect", socket, None, headers)
        event["requestContext"]["authorizer"] = decision["context"]
        event["queryStringParameters"] = query
        status: int = self.world.invoke("connect", event)["statusCode"]
        if status == 200:
            socket.open, self.socket, self.read = True, socket, 0
        elif status == 404:
            self.session_id, self.token, self.seen = "", "", 0
        return status

    def access_token(self) -> str:
        identity = Identity(self.user, roles=self.roles)
        now, key = int(self.world.clock.time()), self.world.cloud.secret.encode()
        return issue(identity, key, now=now, lifetime=3600 * 48, rules=Rules(), kid=None)

    def send(self, socket: Socket | None = None, **frame: Any) -> None:
        """Over the current connection, or an earlier one: then it is an invocation that comes late."""
        over = socket or self.socket
        assert over is not None
        self.world.invoke("message", self._event(frame["type"], over, json.dumps(frame), None))

    def ask(self, **frame: Any) -> int:
        """Sends with a new ackId and returns that; the ack may come, see ``acks``."""
        self.sent += 1
        self.send(**frame, ackId=self.sent)
        self.receive()
        return self.sent

    def accepted(self, ack_id: int) -> bool:
        """Whether the client knows that it was done: ``Duplicate`` says that it was before."""
        ack = self.acks.get(ack_id)
        return ack is not None and (ack["success"] or ack["error"]["name"] == "Duplicate")

    def receive(self) -> None:
        """Takes what has arrived: an id that is not larger than the largest seen is dropped."""
        if self.socket is None:
            return
        for frame in self.socket.frames[self.read :]:
            if frame["type"] == "ack":
                self.acks[frame["ackId"]] = frame
            elif frame.get("event") == "connected":
                self.session_id, self.token = frame["connectionId"], frame.get("reconnectionToken", "")
            elif frame["type"] == "message" and frame.get("sequenceId", self.seen + 1) > self.seen:
                self.seen = frame.get("sequenceId", self.seen)
                self._show(frame)
        self.read = len(self.socket.frames)

    def _show(self, frame: dict[str, Any]) -> None:
        if frame["from"] == "server" and isinstance(frame["data"], dict) and "$rt" in frame["data"]:
            self.lost.append(frame["data"])
        else:
            self.shown.append((frame.get("group", ""), frame["data"]))

    def acknowledge(self) -> None:
        self.receive()
        self.send(type="sequenceAck", sequenceId=self.seen)

    def vanish(self) -> Socket:
        """Loses its connection; the gateway may or may not tell: ``World.invoke`` with ``gone``."""
        assert self.socket is not None
        gone, self.socket = self.socket, None
        gone.open = False
        return gone

    def disconnected(self, socket: Socket, session_id: str | None = None) -> None:
        """``$disconnect`` for it, when its session was another than now perhaps."""
        event = self._event("$disconnect", socket, None, None)
        if session_id:
            event["requestContext"]["authorizer"]["sessionId"] = session_id
        self.world.invoke("disconnect", event)

    def _event(self, route: str, socket: Socket, body: str | None, headers: dict[str, str] | None) -> Any:
        identity = Identity(self.user, roles=self.roles, expires=2**40)
        caller = Caller(Peer(self.session_id or socket.id, socket.id), identity, self.protocol)
        return proxy_event(route, caller, int(self.world.clock.time()), body, headers)
