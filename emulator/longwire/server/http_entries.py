"""HTTP APIs, REST APIs and function URLs at our port: whose a request is, and its way to the core and back.

A request names its entry point by AWS's host, ``{api id}.execute-api...`` (handlers, through the redirect), by
``{logical id}.localhost``, or by the first segment of a path under any loopback name: ``/{logical id}/...``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import formatdate

from longwire.clock.clock import Clock, Timer
from longwire.core.events import InvocationFinished, Invoke
from longwire.core.http.api import DEFAULT, HttpApi
from longwire.core.http.cors import allows
from longwire.core.http.gateway import Answered, Effects, HttpGateway
from longwire.core.http.metrics import HttpMetrics
from longwire.core.http.request import Incoming
from longwire.core.http.response import message
from longwire.inspector.timeline import Timeline
from longwire.server.carrier import Invokes
from longwire.server.hosts import host_name, is_aws, is_foreign_page
from longwire.server.http1 import Exchange, HttpRequest, HttpResponse

__all__ = ["Addressed", "HttpEntries"]


@dataclass(frozen=True, slots=True)
class Addressed:
    """``target`` begins with the Stage's path. ``gateway`` None: the entry point has no such Stage."""

    api: HttpApi
    target: str
    gateway: HttpGateway | None


class HttpEntries:
    """All entry points of a stack; everything runs in one event loop."""

    def __init__(self, gateways: Iterable[HttpGateway], invoke: Invokes, timeline: Timeline, clock: Clock) -> None:
        self.invoke = invoke
        self.timeline = timeline
        self.clock = clock
        self.metrics = HttpMetrics()
        self.exchanges: dict[str, Exchange] = {}
        self.retired: list[HttpGateway] = []
        self.gateways: list[HttpGateway] = []
        self.timer: Timer | None = None
        self.timer_at = float("inf")
        self.serve(gateways)

    def serve(self, gateways: Iterable[HttpGateway]) -> None:
        """From now on; those before answer what they were asked."""
        self.retired = [each for each in (*self.retired, *self.gateways) if each.pending]
        self.gateways = list(gateways)

    # --- whose a request is

    def addressed(self, request: HttpRequest) -> Addressed | None:
        """None for a request that is for something else of the port."""
        if not self.gateways:
            return None
        name = host_name(request.header("Host") or "")
        for gateway in self.gateways:
            target = named_by_host(gateway.api, name, request.target)
            if target is None and not is_aws(name):
                target = named_by_path(gateway.api, request.target)
            if target is not None:
                return self.at_stage(gateway.api, target)
        return None

    def at_stage(self, api: HttpApi, target: str) -> Addressed:
        """The Stage that the path names, else $default."""
        first = target.partition("?")[0].split("/")[1]
        staged = {each.api.stage: each for each in self.gateways if each.api.api_id == api.api_id}
        return Addressed(api, target, staged.get(first) or staged.get(DEFAULT))

    # --- requests

    def request(self, addressed: Addressed, request: HttpRequest, exchange: Exchange) -> None:
        gateway = addressed.gateway
        if is_refused_page(addressed, request):
            exchange.respond(HttpResponse(403, body=b"Pages of other sites are not served.\n", close=True))
        elif gateway is None:
            # Observed of REST APIs: 403 Forbidden where there is no such Stage; of HTTP APIs: 404.
            refused = message(403, "Forbidden") if addressed.api.kind == "rest" else message(404, "Not Found")
            exchange.respond(HttpResponse(refused.status, refused.headers, refused.body))
        else:
            incoming = self.incoming(addressed.target, gateway, request, exchange.connection.source_ip)
            self.exchanges[incoming.request_id] = exchange
            self.note(gateway.api, incoming)
            self.perform(gateway, gateway.receive(incoming, incoming.received_at))

    def incoming(self, target: str, gateway: HttpGateway, request: HttpRequest, source_ip: str) -> Incoming:
        ids, now = gateway.ids, self.clock()
        return Incoming(
            request_id=ids.request_id() if gateway.api.kind == "http" else ids.uuid(),
            method=request.method,
            target=target,
            headers=request.headers,
            body=request.body,
            source_ip=source_ip,
            received_at=now,
            root=ids.trace_root(now),
            signed_target=request.target,
            clock_ahead=self.clock.ahead,
        )

    # --- the gateways' effects

    def perform(self, gateway: HttpGateway, effects: Effects) -> None:
        for effect in effects:
            if isinstance(effect, Invoke):
                self.invoke(effect, lambda result: self.finished(gateway, result))
            else:
                self.answer(gateway.api, effect)
        self.arm(gateway)

    def finished(self, gateway: HttpGateway, result: InvocationFinished) -> None:
        self.perform(gateway, gateway.finished(result, self.clock()))

    def answer(self, api: HttpApi, effect: Answered) -> None:
        answer = effect.answer
        self.metrics.answered(api.logical_id, api.stage, effect.route_key, answer.status, effect.seconds)
        own = any(name.lower() == "date" for name, _ in answer.headers)
        date = () if own else (("date", formatdate(self.clock(), usegmt=True)),)
        self.tell(api, effect)
        response = HttpResponse(answer.status, (*date, *answer.headers), answer.body)
        self.exchanges.pop(effect.incoming.request_id).respond(response)

    def note(self, api: HttpApi, incoming: Incoming) -> None:
        data = {"api": api.logical_id, "method": incoming.method, "path": incoming.path, "size": len(incoming.body)}
        self.timeline.publish("http_request", "", incoming.received_at, {"request_id": incoming.request_id, **data})

    def tell(self, api: HttpApi, effect: Answered) -> None:
        data = {
            "request_id": effect.incoming.request_id,
            "api": api.logical_id,
            "method": effect.incoming.method,
            "path": effect.incoming.path,
            "status": effect.answer.status,
            "route_key": effect.route_key,
            "function": effect.function,
            "duration_ms": round(effect.seconds * 1000, 3),
            "why": effect.answer.why,
        }
        self.timeline.publish("http_response", "", self.clock(), data)

    # --- time

    def arm(self, gateway: HttpGateway) -> None:
        """What is started now ends no sooner than the shortest wait there is: a timer before that needs no other."""
        if self.timer_at <= self.clock() + gateway.shortest_wait:
            return
        deadlines = [found for each in (*self.gateways, *self.retired) if (found := each.next_deadline()) is not None]
        deadline = min(deadlines, default=self.timer_at)
        if deadline >= self.timer_at:
            return
        if self.timer is not None:
            self.timer.cancel()
        self.timer_at = deadline
        self.timer = self.clock.call_at(deadline, self.tick)

    def tick(self) -> None:
        self.timer = None
        self.timer_at = float("inf")
        for gateway in (*self.gateways, *self.retired):
            self.perform(gateway, gateway.tick(self.clock()))

    def stop(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


def named_by_host(api: HttpApi, name: str, target: str) -> str | None:
    local = (f"{api.logical_id}.localhost".lower(), f"{api.api_id}.localhost")
    if name != api.domain_name and name not in local:
        return None
    return target if target.startswith("/") else None


def named_by_path(api: HttpApi, target: str) -> str | None:
    """The target behind ``/{logical id or api id}``."""
    for word in (api.logical_id, api.api_id):
        rest = target.removeprefix(f"/{word}")
        if rest != target and rest[:1] in ("", "/", "?"):
            return rest if rest.startswith("/") else f"/{rest}"
    return None


def is_refused_page(addressed: Addressed, request: HttpRequest) -> bool:
    """A page of another site that CORS does not allow. On AWS it could send, and not read; here it may not even send.

    Pages of this machine are served whatever their port: a front end has its own.
    """
    origin, site = request.header("Origin"), request.header("Sec-Fetch-Site")
    if origin is None:
        return site == "cross-site"
    cors = addressed.api.cors
    return is_foreign_page(origin, None) and not (cors is not None and allows(cors, origin))
