"""``$context`` of one request, for the access log: what the gateway knows of it when it is over."""

import json
from typing import Any

from longwire.core.api import Api
from longwire.core.connection import Connection
from longwire.core.outcome import Outcome, Request
from longwire.core.proxy_event import clf, millis

__all__ = ["context_of"]

# Gateway response types of the developer guide; which one a WebSocket API names is inferred from the status.
RESPONSE_TYPES = {
    400: "BAD_REQUEST_BODY",
    401: "UNAUTHORIZED",
    403: "ACCESS_DENIED",
    413: "REQUEST_TOO_LARGE",
    429: "THROTTLED",
    504: "INTEGRATION_TIMEOUT",
}


def context_of(api: Api, connection: Connection, request: Request, outcome: Outcome) -> dict[str, Any]:
    """By the name of the variable after ``$context.``; what is absent or None does not apply."""
    identity = json.loads(f"{{{connection.caller.identity}}}")["identity"]
    return {
        "apiId": api.api_id,
        "connectedAt": millis(connection.connected_at),
        "connectionId": connection.connection_id,
        "domainName": connection.caller.domain_name,
        "eventType": request.event_type,
        "extendedRequestId": request.request_id,
        "messageId": request.message_id,
        "requestId": request.request_id,
        "requestTime": clf(int(request.received_at)),
        "requestTimeEpoch": millis(request.received_at),
        "routeKey": request.route_key or None,
        "stage": api.stage.name,
        "status": outcome.status,
        **{f"identity.{name}": value for name, value in identity.items()},
        **{f"authorizer.{name}": value for name, value in connection.caller.context.items()},
        **authorization_of(connection, outcome),
        **error_of(outcome),
        **integration_of(outcome),
    }


def authorization_of(connection: Connection, outcome: Outcome) -> dict[str, Any]:
    """Of the handshake alone. authorizer.status is the function's own, authorize.status that of its verdict."""
    found = connection.authorization
    if found is None:
        return {}
    refused = outcome.latency is None and outcome.error is not None
    verdict = {"authorize.status": outcome.status if refused else 200, "authorize.error": outcome.error}
    return {**found, **verdict} if refused else {**found, "authorize.status": 200}


def error_of(outcome: Outcome) -> dict[str, Any]:
    if outcome.error is None:
        return {}
    kind = RESPONSE_TYPES.get(outcome.status) or ("DEFAULT_4XX" if outcome.status < 500 else "DEFAULT_5XX")
    # Documented: messageString is "the quoted value of $context.error.message".
    return {"error.message": outcome.error, "error.messageString": f'"{outcome.error}"', "error.responseType": kind}


def integration_of(outcome: Outcome) -> dict[str, Any]:
    """integrationStatus is Lambda's own or the backend's; status is the function's."""
    if outcome.latency is None:
        return {}
    return {
        "integration.error": outcome.failure,
        "integration.integrationStatus": outcome.integration_status,
        "integration.latency": outcome.latency,
        "integration.status": outcome.function_status,
        "integrationLatency": outcome.latency,
    }
