"""The one port: which request is whose. The Stages' are their carriers'."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol
from weakref import WeakSet

from longwire.clock.clock import Clock
from longwire.core.faults import Faults
from longwire.core.gateway import Gateway
from longwire.inspector.timeline import Timeline
from longwire.seeded import seeded
from longwire.server.carrier import Carrier, Invokes
from longwire.server.forward import forward, is_aws_call
from longwire.server.hosts import is_foreign_browser, is_foreign_page, is_local_host
from longwire.server.http1 import Exchange, HttpConnection, HttpRequest, HttpResponse
from longwire.server.http_entries import HttpEntries
from longwire.server.lambda_api import LambdaApi
from longwire.server.management import connection_id_of, forbidden, is_management, stage_path, unmapped
from longwire.server.outbound import Outbound
from longwire.server.reports import METRICS

__all__ = ["Server"]


class Pages(Protocol):
    """The inspector, which answers for ``/metrics`` as well."""

    def request(self, request: HttpRequest, exchange: Exchange) -> None: ...


class Server:
    """HttpApplication of the port; everything runs in one event loop. There is at least one gateway."""

    def __init__(  # noqa: PLR0913 - the last is a keyword
        self,
        gateways: Iterable[Gateway],
        invoke: Invokes,
        timeline: Timeline,
        clock: Clock,
        services_port: Callable[[], int],
        allow_hosts: Collection[str] = (),
        *,
        faults: Faults | None = None,
    ) -> None:
        self.invoke = invoke
        self.faults = faults or Faults(seeded)
        self.outbound = Outbound(services_port, allow_hosts)
        self.timeline = timeline
        self.clock = clock
        self.services_port = services_port
        self.loop = asyncio.get_running_loop()
        self.entries: HttpEntries | None = None
        self.lambda_api: LambdaApi | None = None
        self.pages: Pages | None = None
        self.bound_host = "127.0.0.1"
        self.allow_origins: Collection[str] = ()  # of pages that may connect, beside those of this machine
        self.verify_sigv4 = False  # of @connections requests
        self.access_log: Callable[[str], None] = lambda _: None
        self.invocation_of: Callable[[str], str] = lambda _: ""  # by the trace header that AWS's SDKs send
        self.held: list[tuple[HttpRequest, Exchange]] | None = None
        self.kept_alive: WeakSet[HttpConnection] = WeakSet()
        self.forwards: set[asyncio.Task[None]] = set()
        self.carriers: list[Carrier] = []
        self.serve(gateways)

    def serve(self, gateways: Iterable[Gateway]) -> None:
        """Serve these Stages from now on; those that are served already keep their connections."""
        known = {id(carrier.gateway): carrier for carrier in self.carriers}
        self.carriers = [
            known.pop(id(gateway)) if id(gateway) in known else self.carrier(gateway) for gateway in gateways
        ]
        for gone in known.values():
            gone.shut_down()
            gone.stop()

    def carrier(self, gateway: Gateway) -> Carrier:
        call = self.outbound.call
        return Carrier(gateway, self.invoke, call, self.timeline, self.clock, self.log, faults=self.faults)

    def log(self, line: str) -> None:
        """A line of a Stage's access log."""
        self.access_log(line)

    def carrier_at(self, host: str, path: str) -> Carrier | None:
        """Whose Stage a URL leads to; at most one's."""
        return next((carrier for carrier in self.carriers if carrier.api.reached_as(host, path) is not None), None)

    @property
    def domain_names(self) -> frozenset[str]:
        """The custom ones, the same for every Stage."""
        return self.carriers[0].api.domain_names

    def connection(self) -> HttpConnection:
        """A protocol for ``loop.create_server``."""
        made = HttpConnection(self, self.loop)
        self.kept_alive.add(made)
        return made

    # --- requests

    def request(self, request: HttpRequest, exchange: Exchange) -> None:
        if not is_local_host(request.header("Host"), self.bound_host, self.domain_names):
            exchange.respond(HttpResponse(403, body=b"This host is not served here.\n", close=True))
        elif self.entries is not None and (addressed := self.entries.addressed(request)) is not None:
            self.entries.request(addressed, request, exchange)
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
        elif request.method == "GET" and self.is_below_a_stage(request):
            exchange.respond(HttpResponse(426, (("upgrade", "websocket"), ("connection", "Upgrade"))))
        else:
            exchange.respond(self.forbidden())

    def is_below_a_stage(self, request: HttpRequest) -> bool:
        """Observed: a GET without Upgrade is answered with 426, whatever follows the stage in the path."""
        host, segments = request.header("Host") or "", request.path.strip("/").split("/")
        return any(self.carrier_at(host, "/" + "/".join(segments[:count])) for count in (0, 1, 2))

    def forbidden(self) -> HttpResponse:
        return forbidden(self.carriers[0].gateway.deployment.quotas.forbidden_body)

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
        """A URL that leads to no Stage is refused by one of them, as AWS refuses it."""
        if is_foreign_browser(request, self.allow_origins):
            self.refuse_page(request, exchange)
            return
        if self.held is not None:
            self.held.append((request, exchange))
            return
        host = request.header("Host") or ""
        carrier = self.carrier_at(host, request.path) or self.nearest(host, request.path)
        carrier.upgrade(request, exchange)

    def refuse_page(self, request: HttpRequest, exchange: Exchange) -> None:
        """A page of another site that a person happens to visit (cross-site WebSocket hijacking)."""
        reason = f"a page of {request.header('Origin')} may not connect: longwire dev --allow-origin allows it"
        self.timeline.publish("connection_refused", "", self.clock(), {"status": 403, "reason": reason})
        exchange.respond(HttpResponse(403, body=f"Longwire: {reason}\n".encode(), close=True))

    def nearest(self, host: str, path: str) -> Carrier:
        """Whose address is the one to tell of in the timeline."""
        named = {host.partition(":")[0].lower(), *path.split("/")[1:2]}
        apis = ((carrier, carrier.api) for carrier in self.carriers)
        near = (carrier for carrier, api in apis if named & {api.domain_name, api.api_id, api.logical_id})
        return next(near, self.carriers[0])

    def manage(self, request: HttpRequest, exchange: Exchange) -> None:
        host, path = request.header("Host") or "", stage_path(request)
        carrier = self.carrier_at(host, path)
        if carrier is not None:
            asked_by = self.invocation_of(request.header("X-Amzn-Trace-Id") or "")
            carrier.manage(request, exchange, verify=self.verify_sigv4, invocation_id=asked_by)
        elif self.domain_names & {host.partition(":")[0].lower(), *path.split("/")[1:2]}:
            exchange.respond(unmapped(request, self.domain_names))
        else:
            self.misdirected(request, host, path)
            exchange.respond(self.forbidden())

    def misdirected(self, request: HttpRequest, host: str, path: str) -> None:
        """The caller is told no more than AWS tells; a handler with the id of a deployed API in it is usual."""
        why = f"no stage is at {host}{path}: {self.nearest(host, path).api.where}"
        facts = {"method": request.method, "status": 403, "size": len(request.body), "why": why}
        self.timeline.publish("management_request", connection_id_of(request), self.clock(), facts)

    def forward(self, request: HttpRequest, exchange: Exchange) -> None:
        task = self.loop.create_task(forward(request, exchange, "127.0.0.1", self.services_port()))
        self.forwards.add(task)
        task.add_done_callback(self.forwards.discard)

    def connection_id_at(self, port: int) -> str:
        """The connection whose client's own port this is; KeyError when there is none."""
        for carrier in self.carriers:
            for connection_id, socket in carrier.sockets.items():
                if socket.peer_port == port:
                    return connection_id
        raise KeyError(port)

    def end_connections(self) -> None:
        """Close those of every Stage."""
        for carrier in self.carriers:
            carrier.shut_down()

    def stop(self) -> None:
        for carrier in self.carriers:
            carrier.stop()
        if self.entries is not None:
            self.entries.stop()
        self.outbound.stop()
        for task in self.forwards:
            task.cancel()
        for connection in list(self.kept_alive):
            connection.stop()
