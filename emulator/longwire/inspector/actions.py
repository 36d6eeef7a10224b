"""What the inspector does to connections: POST, with a JSON object.

/_longwire/api/send        connection_id ("*": every open one), data   as POST @connections, unsigned; counted like it
/_longwire/api/receive     connection_id, data                         as if its client had sent it
/_longwire/api/disconnect  connection_id, code = 1000, reason = ""     a close frame, and $disconnect
/_longwire/api/drop        connection_id                               TCP is cut without a close frame: 1006
"""

from collections.abc import Mapping
from typing import Any

from longwire.core.connection import State
from longwire.core.events import MessageReceived
from longwire.inspector.calls import BadCall, Call, Field, NotFound, given
from longwire.server.carrier import Carrier
from longwire.server.http_message import HttpRequest
from longwire.server.server import Server

__all__ = ["Actions"]

EVERY = "*"
NO_CODES = frozenset({1004, 1005, 1006})  # RFC 6455, 7.4.1: reserved, and never in a close frame
LONGEST_REASON = 123  # bytes: a control frame has 125, the code takes two (RFC 6455, 5.5)
CONNECTION = Field(str)
MESSAGE = {"connection_id": CONNECTION, "data": Field(str)}


class Actions:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.calls: dict[tuple[str, str], Call] = {
            ("POST", "/_longwire/api/send"): self.send,
            ("POST", "/_longwire/api/receive"): self.receive,
            ("POST", "/_longwire/api/disconnect"): self.disconnect,
            ("POST", "/_longwire/api/drop"): self.drop,
        }

    def send(self, request: HttpRequest) -> Mapping[str, Any]:
        """``statuses``: what ``@connections`` answers for each connection."""
        asked = given(request, MESSAGE)
        chosen = self.every() if asked["connection_id"] == EVERY else [self.open(asked["connection_id"])]
        data = asked["data"].encode("utf-8", "surrogatepass")
        return {"statuses": {connection_id: carrier.post(connection_id, data) for carrier, connection_id in chosen}}

    def receive(self, request: HttpRequest) -> Mapping[str, Any]:
        asked = given(request, MESSAGE)
        carrier, connection_id = self.open(asked["connection_id"])
        data, limit = asked["data"], carrier.gateway.deployment.quotas.message_size
        size = len(data.encode("utf-8", "surrogatepass"))
        if size > limit:
            raise BadCall(f"data has {size} bytes; a message may have {limit}.")
        carrier.receive(MessageReceived(connection_id, data, size))
        return {}

    def disconnect(self, request: HttpRequest) -> Mapping[str, Any]:
        asked = given(request, {"connection_id": CONNECTION, "code": Field(int, 1000), "reason": Field(str, "")})
        code, reason = asked["code"], asked["reason"]
        if code in NO_CODES or not (1000 <= code <= 1014 or 3000 <= code <= 4999):
            raise BadCall(f"code {code} cannot be in a close frame: 1000 to 1014 but 1004 to 1006, 3000 to 4999.")
        if len(reason.encode("utf-8", "surrogatepass")) > LONGEST_REASON or not is_text(reason):
            raise BadCall(f"reason may have {LONGEST_REASON} bytes of UTF-8.")
        carrier, connection_id = self.open(asked["connection_id"])
        carrier.disconnect(connection_id, code, reason)
        return {}

    def drop(self, request: HttpRequest) -> Mapping[str, Any]:
        carrier, connection_id = self.open(given(request, {"connection_id": CONNECTION})["connection_id"])
        carrier.sockets[connection_id].drop()
        return {}

    # --- which connections

    def open(self, connection_id: str) -> tuple[Carrier, str]:
        for found in self.every():
            if found[1] == connection_id:
                return found
        raise NotFound(f"There is no open connection {connection_id[:100]!r}.")

    def every(self) -> list[tuple[Carrier, str]]:
        return [
            (carrier, connection_id)
            for carrier in self.server.carriers
            for connection_id, connection in carrier.gateway.connections.items()
            if connection.state is State.OPEN and connection_id in carrier.sockets
        ]


def is_text(value: str) -> bool:
    """Without lone surrogates, which UTF-8 does not have."""
    return not any("\ud800" <= each <= "\udfff" for each in value)
