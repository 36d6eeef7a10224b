"""What API Gateway and Lambda hand to the backend's handlers."""

from dataclasses import dataclass
from typing import Any

from longwire_app.session import Caller, Identity, Peer

METHOD_ARN = "arn:aws:execute-api:eu-west-1:123456789012:abcdefghij/v1/$connect"
EVENT_TYPES = {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}


@dataclass(frozen=True)
class Context:
    """Lambda's context object."""

    remaining: int = 20_000
    function_name: str = "function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:function"
    aws_request_id: str = "a"

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining


def caller_of(
    connection: str = "c1=", user: str = "alice", roles: tuple[str, ...] = (), groups: tuple[str, ...] = ()
) -> Caller:
    identity = Identity(user, "", frozenset(roles), groups)
    return Caller(Peer(connection, connection), identity, "json.webpubsub.azure.v1")


def request_context(route: str, connection_id: str, now: int) -> dict[str, Any]:
    return {
        "routeKey": route,
        "eventType": EVENT_TYPES.get(route, "MESSAGE"),
        "connectionId": connection_id,
        "connectedAt": now * 1000,
        "requestId": "AAAAAAAAAAAAAAA=",
        "domainName": "abcdefghij.execute-api.eu-west-1.amazonaws.com",
        "stage": "v1",
        "apiId": "abcdefghij",
    }


def header_fields(headers: dict[str, str]) -> dict[str, Any]:
    return {"headers": headers, "multiValueHeaders": {name: [value] for name, value in headers.items()}}


def proxy_event(route: str, sender: Caller, now: int, body: str | None, headers: dict[str, str] | None) -> Any:
    """An event of any route, with our authorizer's context in it."""
    authorized = {"authorizer": sender.to_context() | {"principalId": sender.identity.user_id}}
    found = {
        "requestContext": request_context(route, sender.peer.connection_id, now) | authorized,
        "isBase64Encoded": False,
    }
    if headers is not None:
        found |= header_fields(headers)
    return found if body is None else found | {"body": body}


def handshake_event(now: int, headers: dict[str, str], query: dict[str, str], connection: str = "c1=") -> Any:
    """What the REQUEST authorizer is asked with; ``queryStringParameters`` is empty, not absent, without any."""
    return {
        "type": "REQUEST",
        "methodArn": METHOD_ARN,
        **header_fields(headers),
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()},
        "stageVariables": {},
        "requestContext": request_context("$connect", connection, now),
    }
