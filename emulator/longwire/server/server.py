"""The one port: sockets and the clock. Carries inputs into the gateway and effects out of it, nothing else."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from weakref import WeakSet

from longwire.core.api import Api
from longwire.core.events import (
    AcceptHandshake,
    CloseConnection,
    ConnectionLost,
    Effect,
    FrameRefused,
    HandshakeReceived,
    Input,
    InvocationFinished,
    Invoke,
    LogAccess,
    Noted,
    PeerClosed,
    RejectHandshake,
    Respond,
    SendFrame,
)
from longwire.core.gateway import Gateway
from longwire.inspector.timeline import Timeline
from longwire.server.forward import forward, is_aws_call
from longwire.server.hosts import is_foreign_page, is_local_host
from longwire.server.http1 import Exchange, HttpConnection, HttpRequest, HttpResponse
from longwire.server.lambda_api import LambdaApi
from longwire.server.management import connection_id_of, forbidden, is_management, management_input
from longwire.server.reports import METRICS
from longwire.server.signatures import unsigned
from longwire.server.websocket import WebSocket

__all__ = ["Server"]

ENDS = (PeerClosed, ConnectionLost, FrameRefused)
CLIENT_BUFFER = 1024 * 1024  # bytes that a client may leave unread before a post gets 429


class Pages(Protocol):
    """The inspector, which answers for ``/metrics`` as well."""

    def request(self, request: HttpRequest, exchange: Exchange) -> None: ...


class Server:
    """HttpApplication of the port; everything runs in one event loop."""

    def __init__(
        self,
        gateway: Gateway,
        invoke: Callable[[Invoke, Callable[[InvocationFinished], None]], None],
        timeline: Timeline,
        clock: Callable[[], float],
        services_port: Callable[[], int],
    ) -> None:
        self.gateway = gateway
        self.ids = gateway.deployment.ids
        self.invoke = invoke
        self.timeline = timeline
        self.clock = clock
        self.services_port = services_port
        self.loop = asyncio.get_running_loop()
        self.lambda_api: LambdaApi | None = None
        self.pages: Pages | None = None
        self.bound_host = "127.0.0.1"
        self.verify_sigv4 = False  # of @connections requests
        self.access_log: Callable[[str], None] = lambda _: None
        self.held: list[tuple[HttpRequest, Exchange]] | None = None
        self.sockets: dict[str, WebSocket] = {}
        self.exchanges: dict[str, Exchange] = {}
        self.kept_alive: WeakSet[HttpConnection] = WeakSet()
        self.forwards: set[asyncio.Task[None]] = set()
        self.timer: asyncio.TimerHandle | None = None
        self.timer_at = float("inf")
        self.performers: dict[type[Any], Callable[[Any], None]] = {
            Invoke: self.perform_invoke,
            AcceptHandshake: lambda effect: self.sockets[effect.connection_id].accept(effect.subprotocol),
            RejectHandshake: self.reject,
            SendFrame: self.send_frame,
            CloseConnection: self.close_connection,
            Respond: self.respond,
            LogAccess: lambda effect: self.access_log(effect.line),
            Noted: self.note,
        }

    @property
    def api(self) -> Api:
        return self.gateway.deployment.api

    def connection(self) -> HttpConnection:
        """A protocol for ``loop.create_server``."""
        made = HttpConnection(self, self.loop)
        self.kept_alive.add(made)
        return made

    # --- requests

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        if not is_local_host(request.header("Host"), self.bound_host):
            exchange.respond(HttpResponse(403, body=b"This host is not served here.\n", close=True))
        elif request.upgrade and request.method == "GET":
            self.upgrade(request, exchange)
        elif request.path == "/_longwire" or request.path.startswith("/_longwire/"):
            self.page(request, exchange)
        elif is_foreign_page(request.header("Origin"), request.header("Sec-Fetch-Site")):
            exchange.respond(HttpResponse(403, body=b"Pages of other sites are not served.\n", close=True))
        elif request.path == METRICS:
            self.page(request, exchange)
        else:
            self.call(request, exchange)

    def page(self, request: HttpRequest, exchange: Exchange) -> None:
        assert self.pages is not None
        self.pages.request(request, exchange)

    def call(self, request: HttpRequest, exchange: Exchange) -> None:
        if is_management(request):
            self.manage(request, exchange)
        elif self.lambda_api is not None and LambdaApi.handles(request):
            self.lambda_api.request(request, exchange)
        elif is_aws_call(request):
            self.forward(request, exchange)
        elif request.path == "/" and "text/html" in (request.header("Accept") or ""):
            exchange.respond(HttpResponse(302, (("location", "/_longwire/"),)))
        else:
            self.not_a_websocket(request, exchange)

    def not_a_websocket(self, request: HttpRequest, exchange: Exchange) -> None:
        if request.method == "CONNECT":
            text = f"{request.target} is not emulated, and nothing leaves this machine.\n"
            exchange.respond(HttpResponse(403, body=text.encode(), close=True))
        elif request.method == "GET" and request.path.strip("/").partition("/")[0] == self.api.stage.name:
            # Observed: a GET without Upgrade is answered with 426, whatever follows the stage in the path.
            exchange.respond(HttpResponse(426, (("upgrade", "websocket"), ("connection", "Upgrade"))))
        else:
            exchange.respond(self.forbidden())

    def forbidden(self) -> HttpResponse:
        return forbidden(self.gateway.deployment.quotas.forbidden_body)

    @contextmanager
    def handshakes_held(self) -> Iterator[None]:
        """Handshakes wait while another deployment is made; they are its first."""
        held: list[tuple[HttpRequest, Exchange]] = []
        self.held = held
        try:
            yield
        finally:
            self.held = None
            for request, exchange in held:
                if not exchange.connection.transport.is_closing():
                    self.upgrade(request, exchange)

    def upgrade(self, request: HttpRequest, exchange: Exchange) -> None:
        if self.held is not None:
            self.held.append((request, exchange))
            return
        connection_id = self.ids.connection_id()
        socket = WebSocket(connection_id, self.receive, exchange, self.gateway.deployment.quotas)
        refused = socket.negotiate(request)
        if refused is not None:
            exchange.respond(refused)
            return
        self.sockets[connection_id] = socket
        source_ip = exchange.connection.source_ip
        self.receive(HandshakeReceived(connection_id, request.target, request.headers, source_ip))

    def manage(self, request: HttpRequest, exchange: Exchange) -> None:
        request_id = self.ids.uuid()
        socket = self.sockets.get(connection_id_of(request))
        buffered = 0 if socket is None else socket.buffered
        event = management_input(request, request_id, self.api, buffered=buffered, limit=CLIENT_BUFFER)
        if event is None:
            exchange.respond(self.forbidden())
            return
        deployment = self.gateway.deployment
        refused = self.verify_sigv4 and unsigned(request, self.api, deployment.access_keys, self.clock())
        if refused:
            exchange.respond(refused)
            return
        self.exchanges[request_id] = exchange
        self.receive(event)

    def forward(self, request: HttpRequest, exchange: Exchange) -> None:
        task = self.loop.create_task(forward(request, exchange, "127.0.0.1", self.services_port()))
        self.forwards.add(task)
        task.add_done_callback(self.forwards.discard)

    def connection_id_at(self, port: int) -> str:
        """The connection whose client's own port this is; KeyError when there is none."""
        for connection_id, socket in self.sockets.items():
            if socket.peer_port == port:
                return connection_id
        raise KeyError(port)

    # --- the gateway's inputs and effects

    def receive(self, event: Input) -> None:
        """Hand one input to the gateway, and do what it says."""
        if isinstance(event, ENDS):
            self.sockets.pop(event.connection_id, None)
        self.perform(self.gateway.receive(event, self.clock()))

    def perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            self.performers[type(effect)](effect)
        self.arm()

    def perform_invoke(self, effect: Invoke) -> None:
        self.invoke(effect, self.receive)

    def send_frame(self, effect: SendFrame) -> None:
        self.sockets[effect.connection_id].send(effect.payload)

    def reject(self, effect: RejectHandshake) -> None:
        response = HttpResponse(effect.status, effect.headers, effect.body, close=True)
        self.sockets.pop(effect.connection_id).reject(response)

    def close_connection(self, effect: CloseConnection) -> None:
        self.sockets.pop(effect.connection_id).close(effect.code, effect.reason)

    def respond(self, effect: Respond) -> None:
        self.exchanges.pop(effect.request_id).respond(HttpResponse(effect.status, effect.headers, effect.body))

    def note(self, effect: Noted) -> None:
        self.timeline.publish(effect.event, effect.connection_id, self.clock(), effect.data)

    # --- time

    def arm(self) -> None:
        """Keep a timer at or before the gateway's next deadline; deadlines mostly move away, so it is rarely moved.

        What is started now ends no sooner than the shortest wait there is: a timer before that needs no other.
        """
        if self.timer_at <= self.clock() + self.gateway.deployment.shortest_wait:
            return
        deadline = self.gateway.next_deadline()
        if deadline is None or deadline >= self.timer_at:
            return
        if self.timer is not None:
            self.timer.cancel()
        self.timer_at = deadline
        self.timer = self.loop.call_later(max(0.0, deadline - self.clock()), self.tick)

    def tick(self) -> None:
        self.timer = None
        self.timer_at = float("inf")
        self.perform(self.gateway.tick(self.clock()))

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
        for task in self.forwards:
            task.cancel()
        for connection in list(self.kept_alive):
            connection.stop()
