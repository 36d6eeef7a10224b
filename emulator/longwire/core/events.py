"""Every input that the gateway core takes and every effect it returns.

Inputs say what happened outside; effects say what the edges have to do, in order. Neither holds a socket,
a clock or a process. Times are epoch seconds, handed over beside the input.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = [
    "AcceptHandshake",
    "CallHttp",
    "CallService",
    "CloseConnection",
    "ConnectionLost",
    "DeleteConnection",
    "Effect",
    "FrameRefused",
    "GetConnection",
    "HandshakeReceived",
    "Input",
    "IntegrationAnswered",
    "InvocationFinished",
    "Invoke",
    "LogAccess",
    "MessageReceived",
    "Noted",
    "PeerClosed",
    "PingReceived",
    "PostToConnection",
    "RejectHandshake",
    "Respond",
    "SendFrame",
]

# --- inputs


@dataclass(frozen=True, slots=True)
class HandshakeReceived:
    """A well-formed RFC 6455 upgrade request. ``headers`` keep the client's order and casing.

    ``fault`` is the status of a refusal that was asked for, else 0. ``clock_ahead``: seconds by which the time that
    comes with this is ahead of the client's own.
    """

    connection_id: str
    target: str
    headers: tuple[tuple[str, str], ...]
    source_ip: str
    fault: int = 0
    clock_ahead: float = 0.0


@dataclass(frozen=True, slots=True)
class MessageReceived:
    """A whole message, reassembled: text (valid UTF-8), or bytes for a binary one. ``size`` is in bytes."""

    connection_id: str
    payload: str | bytes
    size: int


@dataclass(frozen=True, slots=True)
class FrameRefused:
    """The transport refused what the client sent and closed: too big 1009, malformed 1002, no UTF-8 1007."""

    connection_id: str
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class PingReceived:
    """A ping control frame; the transport answers it by itself (RFC 6455, 5.5.2)."""

    connection_id: str


@dataclass(frozen=True, slots=True)
class PeerClosed:
    """The client's close frame; 1005 and an empty reason when it carried no status."""

    connection_id: str
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The TCP connection ended without a close frame from either side."""

    connection_id: str


@dataclass(frozen=True, slots=True)
class InvocationFinished:
    """A function answered (``payload``: its JSON) or failed (``error``: what went wrong, payload empty)."""

    invocation_id: str
    payload: str = ""
    error: Literal["", "raised", "timed_out", "crashed", "init_failed", "throttled"] = ""
    error_message: str = ""
    error_type: str = ""
    stack_trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IntegrationAnswered:
    """A backend's answer to CallHttp or CallService, or in words why there is none (``error``).

    ``error_message`` is that of a Lambda function which failed, None for everything else.
    """

    invocation_id: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    error: str = ""
    error_message: str | None = None


@dataclass(frozen=True, slots=True)
class PostToConnection:
    """``POST /{stage}/@connections/{id}``. ``request_id`` comes back in Respond.

    ``invocation_id`` is that of the function which asks, "" when it is not known; for the timeline alone.
    ``fault``, here and below, is the status of an answer that was asked for in the real one's place, else 0.
    """

    request_id: str
    connection_id: str
    data: bytes
    buffer_full: bool = False
    invocation_id: str = ""
    fault: int = 0


@dataclass(frozen=True, slots=True)
class GetConnection:
    request_id: str
    connection_id: str
    invocation_id: str = ""
    fault: int = 0


@dataclass(frozen=True, slots=True)
class DeleteConnection:
    request_id: str
    connection_id: str
    invocation_id: str = ""
    fault: int = 0


Input = (
    HandshakeReceived
    | MessageReceived
    | FrameRefused
    | PingReceived
    | PeerClosed
    | ConnectionLost
    | InvocationFinished
    | IntegrationAnswered
    | PostToConnection
    | GetConnection
    | DeleteConnection
)

# --- effects


@dataclass(frozen=True, slots=True)
class Invoke:
    """Run ``function`` (a logical id) with the JSON text ``payload``; answer with InvocationFinished.

    ``request_id`` is Lambda's own, made by the runtime when it is empty. ``qualifier`` is the version or alias that was
    asked for; ``client_context`` is base64, as the caller sent it.
    """

    invocation_id: str
    function: str
    payload: str
    connection_id: str
    route_key: str
    request_id: str = ""
    qualifier: str = ""
    client_context: str = ""


@dataclass(frozen=True, slots=True)
class CallHttp:
    """Send an HTTP request, to a host that may be called; answer with IntegrationAnswered."""

    invocation_id: str
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection_id: str
    route_key: str


@dataclass(frozen=True, slots=True)
class CallService:
    """Send a request to an AWS service, by its signing name; answer with IntegrationAnswered."""

    invocation_id: str
    service: str
    region: str
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    connection_id: str
    route_key: str


@dataclass(frozen=True, slots=True)
class AcceptHandshake:
    """Answer 101; the connection is open from now on. ``subprotocol`` is sent as is, or no header at all."""

    connection_id: str
    subprotocol: str | None


@dataclass(frozen=True, slots=True)
class RejectHandshake:
    """Answer the upgrade with a plain HTTP response and close."""

    connection_id: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class SendFrame:
    """Send one text message."""

    connection_id: str
    payload: str


@dataclass(frozen=True, slots=True)
class CloseConnection:
    """Start the closing handshake."""

    connection_id: str
    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Respond:
    """Answer an ``@connections`` request."""

    request_id: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class LogAccess:
    """One line of the Stage's access log, without its end."""

    line: str


@dataclass(frozen=True, slots=True)
class Noted:
    """One timeline entry, for people: the edges publish it and decide nothing by it.

    ``event`` is the kind: handshake, connection_opened, connection_refused, message_received, frame_sent,
    management_request, connection_closed, integration_called, integration_finished. The edges
    add invocation_started, invocation_finished and log.
    """

    event: str
    connection_id: str
    data: Mapping[str, Any] = field(default_factory=dict)


Effect = (
    Invoke
    | CallHttp
    | CallService
    | AcceptHandshake
    | RejectHandshake
    | SendFrame
    | CloseConnection
    | Respond
    | LogAccess
    | Noted
)
