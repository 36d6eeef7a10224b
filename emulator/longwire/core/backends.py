"""Integrations other than Lambda proxy: what is sent to the backend, and what its answer means.

A backend is asked by an effect, CallHttp, CallService or Invoke; its answer comes back as an input. A MOCK
integration, and a request that cannot be mapped, are answered at once.
"""

import json
from dataclasses import dataclass, replace

from longwire.core.api import Api, Integration, Route
from longwire.core.connection import Connection
from longwire.core.events import CallHttp, CallService, IntegrationAnswered, InvocationFinished, Invoke
from longwire.core.integration_request import IntegrationRequest, MappedRequest
from longwire.core.integration_response import IntegrationResponses
from longwire.core.mapping import MappingFailed
from longwire.core.outcome import Request
from longwire.core.request_parameters import Asked
from longwire.core.service_protocol import JSON_SERVICES, QUERY_SERVICES, json_of_xml, service_request

__all__ = ["Answer", "Asking", "Backend", "Backends", "Call", "as_answer", "backend_name", "backend_of"]

Call = CallHttp | CallService | Invoke
SERVER_ERROR = "Internal server error"
# The answer of AWS's JSON services to a body that is none.
NO_JSON = b'{"__type":"com.amazon.coral.service#SerializationException"}'
JSON_TYPE = (("Content-Type", "application/x-amz-json-1.1"),)


@dataclass(frozen=True, slots=True)
class Answer:
    """Of an integration. ``text`` is for a client with a two-way route; ``error`` is API Gateway's own, ``why`` its
    cause for the log. ``status`` decides a handshake."""

    status: int
    text: str = ""
    error: str = ""
    why: str = ""
    subprotocol: str | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """A backend that was asked, and what for: its answer is mapped as it was then, whatever is deployed since."""

    backend: "Backend"
    asked: Asked
    two_way: bool

    def answered(self, answer: IntegrationAnswered) -> Answer:
        return self.backend.answered(answer, self.asked, two_way=self.two_way)


class Backend:
    """One integration of one deployed Stage."""

    def __init__(self, integration: Integration, api: Api) -> None:
        self.integration = integration
        self.name = backend_name(integration)
        self.api_id = api.api_id
        self.request = IntegrationRequest(integration, api.stage.variables)
        self.responses = IntegrationResponses(integration, api.stage.variables)

    def ask(self, asked: Asked, request: Request, connection: Connection, *, two_way: bool) -> Call | Answer:
        try:
            if self.integration.type == "MOCK":
                status = self.request.mock_status(asked)
                return self.answered(IntegrationAnswered(request.request_id, status), asked, two_way=two_way)
            mapped = self.request.mapped(asked)
            if self.is_no_json_for_a_service(mapped):
                refused = IntegrationAnswered(request.request_id, 400, JSON_TYPE, NO_JSON)
                why = f"{self.integration.logical_id}: what the template gives is not JSON: {mapped.body[:200]!r}"
                return replace(self.answered(refused, asked, two_way=two_way), why=why)
            return self.call(mapped, request, connection.connection_id)
        except MappingFailed as exc:
            return Answer(exc.status, error=exc.message, why=exc.why)

    def is_no_json_for_a_service(self, mapped: MappedRequest) -> bool:
        service = self.integration.service
        if service is None or service.service not in JSON_SERVICES:
            return False
        return not is_json(mapped.body.decode("utf-8", "replace"))

    def call(self, mapped: MappedRequest, request: Request, connection_id: str) -> Call:
        given, who = self.integration, (connection_id, request.route_key)
        if given.function is not None:
            payload = mapped.body.decode("utf-8", "replace")
            if not is_json(payload):
                why = f"{given.logical_id}: the function cannot be invoked: what the template gives is not JSON"
                raise MappingFailed(500, SERVER_ERROR, f"{why}: {payload[:200]!r}")
            return Invoke(request.request_id, given.function, payload or "{}", *who)
        if given.service is not None:
            sent = service_request(given.service, mapped.headers, mapped.query, mapped.body)
            place = (given.service.service, given.service.region, given.method, sent.target)
            return CallService(request.request_id, *place, sent.headers, sent.body, *who)
        return CallHttp(
            request.request_id, given.method, mapped.url(given.url), self.headers(mapped), mapped.body, *who
        )

    def headers(self, mapped: MappedRequest) -> tuple[tuple[str, str], ...]:
        """API Gateway's own (of REST APIs; unknown for WebSocket) unless RequestParameters set them."""
        own = {"User-Agent": f"AmazonAPIGateway_{self.api_id}", "Accept": "application/json"}
        own |= {"Content-Type": "application/json"} if mapped.body else {}
        given = {name.lower() for name, _ in mapped.headers}
        return (*mapped.headers, *((name, value) for name, value in own.items() if name.lower() not in given))

    def answered(self, answer: IntegrationAnswered, asked: Asked, *, two_way: bool) -> Answer:
        """Documented: on a one-way route no integration response has an effect."""
        if answer.error:  # documented of REST: INTEGRATION_FAILURE is 504
            return Answer(
                answer.status or 504, error=SERVER_ERROR, why=f"{self.integration.logical_id}: {answer.error}"
            )
        # Unknown for a function that fails in $connect; as with Lambda proxy it lets nobody in.
        status = answer.status if answer.error_message is None else 502
        if not two_way:
            return Answer(status, why=answer.error_message or "", subprotocol=self.subprotocol(answer))
        try:
            return Answer(status, self.responses.text(self.in_json(answer), asked))
        except MappingFailed as exc:
            return Answer(exc.status, error=exc.message, why=exc.why)

    def subprotocol(self, answer: IntegrationAnswered) -> str | None:
        """Of $connect: inferred from Lambda proxy, whose only header that reaches the client it is."""
        headers = answer.headers if self.integration.type == "HTTP_PROXY" else ()
        return next((value for name, value in headers if name.lower() == "sec-websocket-protocol"), None)

    def in_json(self, answer: IntegrationAnswered) -> IntegrationAnswered:
        service = self.integration.service
        if service is None or service.service not in QUERY_SERVICES:
            return answer
        headers = [(name, value) for name, value in answer.headers if name.lower() != "content-type"]
        body = json_of_xml(answer.body)
        return IntegrationAnswered(
            answer.invocation_id, answer.status, (*headers, ("Content-Type", "application/json")), body
        )


class Backends:
    """Those of one deployed Stage, by route key."""

    def __init__(self, api: Api) -> None:
        self.by_route = {
            route.key: Backend(route.integration, api)
            for route in api.routes.values()
            if route.integration is not None and route.integration.type != "AWS_PROXY"
        }

    def of(self, route: Route | None) -> Backend | None:
        return None if route is None else self.by_route.get(route.key)


def backend_name(integration: Integration) -> str:
    """For people: ``dynamodb PutItem``, ``POST http://127.0.0.1:9000/``, a function, MOCK."""
    service = integration.service
    if service is not None:
        return f"{service.service} {service.action or service.path}"
    return integration.function or (f"{integration.method} {integration.url}" if integration.url else integration.type)


def backend_of(integration: Integration) -> str | None:
    """The same of a service or a URL alone."""
    return backend_name(integration) if integration.service is not None or integration.url else None


def as_answer(result: InvocationFinished) -> IntegrationAnswered:
    """Lambda's: its Invoke has status 200 for a function that failed as well."""
    if result.error == "throttled":
        return IntegrationAnswered(result.invocation_id, 502, error="the function is throttled")
    if not result.error:
        return IntegrationAnswered(result.invocation_id, 200, body=result.payload.encode("utf-8", "surrogatepass"))
    message = result.error_message or result.error
    body = json.dumps({"errorMessage": message, "errorType": result.error_type or "Error"}).encode()
    return IntegrationAnswered(result.invocation_id, 200, body=body, error_message=message)


def is_json(payload: str) -> bool:
    try:
        json.loads(payload or "{}")
    except (ValueError, RecursionError):
        return False
    return True
