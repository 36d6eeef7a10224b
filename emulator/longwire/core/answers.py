"""The texts API Gateway itself writes: refused handshakes, error frames, and ``@connections`` answers."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from longwire.core.connection import Connection
from longwire.core.events import RejectHandshake, Respond

__all__ = ["Receipt", "error_frame", "invalid_frame", "phrase", "refusal"]

JSON_TYPE = ("content-type", "application/json")
# The gateway's own words for a refused handshake; other statuses carry their HTTP reason phrase.
MESSAGES = {401: "Unauthorized", 403: "Forbidden", 500: "Internal server error", 502: "Internal server error"}
MESSAGES |= {504: "Endpoint request timed out"}
# Not verified: the management API's model has no server errors. These are API Gateway's own control plane's.
FAILURES = {503: "ServiceUnavailableException", 504: "EndpointRequestTimedOutException"}


def refusal(
    connection_id: str, status: int, request_id: str, message: str = "", body: str | None = None
) -> RejectHandshake:
    """The HTTP answer to an upgrade. Its status is documented or observed; its body is a third party's claim."""
    text = error_frame(message or phrase(status), connection_id, request_id) if body is None else body
    return RejectHandshake(connection_id, status, (JSON_TYPE, ("x-amzn-requestid", request_id)), text.encode())


def phrase(status: int) -> str:
    try:
        return MESSAGES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return "Refused"


def error_frame(message: str, connection_id: str, request_id: str) -> str:
    """Observed byte for byte, with this spacing."""
    quoted = json.dumps(message)
    return f'{{"message": {quoted}, "connectionId":"{connection_id}", "requestId":"{request_id}"}}'


def invalid_frame(connection_id: str, message_id: str) -> str:
    """Documented with this spacing ("similar to the following"): messageId, not requestId, and `` : `` once."""
    return f'{{"message" : "Bad request body", "connectionId": "{connection_id}", "messageId": "{message_id}"}}'


def iso(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Receipt:
    """One ``@connections`` request and the ids that its answer carries."""

    request_id: str
    uuid: str
    apigw_id: str

    def answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> Respond:
        ids = (("x-amzn-requestid", self.uuid), ("x-amz-apigw-id", self.apigw_id))
        return Respond(self.request_id, status, (*ids, *headers), body)

    def posted(self) -> Respond:
        """POST: 200 and an empty body of type application/json (observed)."""
        return self.answer(200, b"", JSON_TYPE)

    def removed(self) -> Respond:
        """DELETE: 204 without a content type (observed)."""
        return self.answer(204, b"")

    def facts(self, connection: Connection) -> Respond:
        """GET: pretty-printed with `` : `` between key and value (observed)."""
        caller = connection.caller
        facts = {
            "identity": {"sourceIp": caller.source_ip, "userAgent": caller.user_agent},
            "connectedAt": iso(connection.connected_at),
            "lastActiveAt": iso(connection.last_active_at),
        }
        return self.answer(200, json.dumps(facts, indent=2, separators=(",", " : ")).encode(), JSON_TYPE)

    def error(self, status: int, kind: str, message: str | None) -> Respond:
        """botocore finds the modelled exception by the ``x-amzn-errortype`` header; the body holds its message."""
        body = b"" if message is None else json.dumps({"message": message}, separators=(",", ":")).encode()
        return self.answer(status, body, JSON_TYPE, ("x-amzn-errortype", kind))

    def gone(self) -> Respond:
        """410: closed, never there, or still in $connect. Observed with an empty body."""
        return self.error(410, "GoneException", None)

    def failed(self, status: int) -> Respond:
        """An answer that a fault asks for. The words of API Gateway's own failures, 5xx, are unknown."""
        if status == 410:
            return self.gone()
        if status == 429:
            return self.too_many()
        return self.error(status, FAILURES.get(status, "InternalServerErrorException"), phrase(status))

    def malformed(self, connection_id: str) -> Respond:
        """400 for an id that cannot be one (observed)."""
        return self.error(400, "BadRequestException", f"Invalid connectionId: {connection_id}")

    def too_large(self) -> Respond:
        """413 above 128 KB (documented; the text is not)."""
        return self.error(413, "PayloadTooLargeException", "Message too long")

    def too_many(self) -> Respond:
        """429: the rate is exceeded "or the WebSocket client side buffer is full" (documented; the text is not)."""
        return self.error(429, "LimitExceededException", "Rate exceeded")
