"""Everything that is counted or logged of a gateway's work, told in one place: meter, metrics, access log."""

from collections.abc import Callable

from longwire.core.access_log import AccessLogFormat
from longwire.core.api import Api
from longwire.core.backends import Answer
from longwire.core.connection import Connection
from longwire.core.events import Effect, IntegrationAnswered, InvocationFinished, LogAccess
from longwire.core.invocations import Pending, Purpose
from longwire.core.meter import Meter
from longwire.core.metrics import CALLBACKS, Metrics
from longwire.core.outcome import Outcome, Request, status_of
from longwire.core.quotas import Quotas
from longwire.core.request_context import context_of

__all__ = ["Monitor"]

EVENT_TYPES = {Purpose.CONNECT: "CONNECT", Purpose.MESSAGE: "MESSAGE", Purpose.DISCONNECT: "DISCONNECT"}
Effects = list[Effect]


class Monitor:
    """The gateway's parts tell it what happens; it returns the lines of the access log, none when there is no log.

    ``new_id`` gives ids for requests that no function and no answer has one of.
    """

    def __init__(self, api: Api, quotas: Quotas, new_id: Callable[[], str], meter: Meter) -> None:
        self.quotas = quotas
        self.new_id = new_id
        self.meter = meter
        self.metrics = Metrics()
        self.deployed(api)

    def deployed(self, api: Api) -> None:
        """What was counted stays."""
        self.api = api
        settings = api.stage.access_log
        self.format = None if settings is None else AccessLogFormat(settings.format)

    # --- messages

    def message(self, route_key: str, size: int) -> None:
        """From a client; the route key is empty when no route takes it."""
        self.meter.message(route_key, size)
        self.metrics.message_count[route_key] += 1

    def frame(self, cause: str, size: int, route_key: str) -> None:
        """A message to a client, in however many frames."""
        self.meter.frame(cause, size)
        self.metrics.message_count[CALLBACKS if cause == "post_to_connection" else route_key] += 1

    def handled(self, connection: Connection, request: Request, outcome: Outcome) -> Effects:
        """A message that was answered, or refused, without a function."""
        if outcome.error is not None:
            self.metrics.refused(request.route_key, outcome.status)
        return self.log(connection, request, outcome)

    def responded(self, pending: Pending, now: float) -> None:
        """A route response is on its way."""
        self.metrics.response_latency[pending.route.key].observe(now - pending.started)

    # --- connections

    def opened(self, connection: Connection, now: float) -> Effects:
        self.meter.connected(connection.connection_id, now)
        return self.handshake_over(connection, connection.answer or Outcome(200), "")

    def refused(self, connection: Connection, status: int, message: str, request_id: str) -> Effects:
        """``message`` and ``request_id`` are those of the answer."""
        self.meter.refused += 1
        if connection.answer is None:
            self.metrics.refused("$connect", status)
        outcome = (connection.answer or Outcome(status)).refused(status, message)
        return self.handshake_over(connection, outcome, request_id)

    def handshake_over(self, connection: Connection, outcome: Outcome, request_id: str) -> Effects:
        """The request id is that of $connect's own event, if there was one."""
        own = connection.connect_request_id or request_id
        logged = self.log(connection, Request("CONNECT", "$connect", own, connection.connected_at), outcome)
        connection.answer = connection.authorization = None
        return logged

    def closed(self, connection: Connection, code: int, now: float) -> None:
        self.meter.disconnected(connection.connection_id, now)
        self.metrics.closes[code] += 1

    def disconnected(self, connection: Connection, now: float) -> Effects:
        """A connection ended and there is no $disconnect function. Whether AWS logs this is unknown."""
        return self.log(connection, Request("DISCONNECT", "$disconnect", "", now), Outcome(200))

    # --- invocations

    def asked(self, pending: Pending) -> None:
        if pending.purpose is Purpose.CONNECT:
            pending.connection.connect_request_id = pending.request_id
            self.metrics.connect_count[pending.route.key] += 1
        elif pending.purpose is Purpose.DISCONNECT:
            self.meter.disconnects += 1

    def withdrawn(self, pending: Pending) -> None:
        """What was asked for is not done after all."""
        if pending.purpose is Purpose.DISCONNECT:
            self.meter.disconnects -= 1

    def answered(self, pending: Pending, result: InvocationFinished, now: float) -> Effects:
        """By a function, in time. What that means for a handshake comes later: ``opened`` or ``refused``."""
        seconds = now - pending.started
        if pending.purpose is Purpose.AUTHORIZE:
            if self.format is not None:
                pending.connection.authorization = authorization(result, seconds)
            return []
        if result.error == "throttled":
            self.metrics.execution_error[pending.route.key] += 1
        else:
            self.metrics.integrated(pending.route.key, seconds, status_of(result))
        if self.format is None and pending.purpose is not Purpose.CONNECT:
            return []
        return self.invocation_over(pending, Outcome.of(result, seconds))

    def mapped(self, pending: Pending, result: IntegrationAnswered, answer: Answer, now: float) -> Effects:
        """By a backend, in time, and made into an answer for the client."""
        seconds = now - pending.started
        if result.error:
            self.metrics.execution_error[pending.route.key] += 1
        else:
            status = result.status if result.error_message is None else 500
            self.metrics.integrated(pending.route.key, seconds, status)
        failure = result.error or result.error_message
        latency = round(seconds * 1000)
        outcome = Outcome(answer.status, answer.error or None, latency, result.status, failure, result.status)
        return self.invocation_over(pending, outcome)

    def unanswered(self, pending: Pending, now: float) -> Effects:
        """The integration timeout was first."""
        if pending.purpose is Purpose.AUTHORIZE:
            return []
        self.metrics.execution_error[pending.route.key] += 1
        latency = round((now - pending.started) * 1000)
        return self.invocation_over(pending, Outcome(504, self.quotas.timeout_frame, latency))

    def invocation_over(self, pending: Pending, outcome: Outcome) -> Effects:
        connection, key = pending.connection, pending.route.key
        if pending.purpose is Purpose.CONNECT:
            connection.answer = outcome
            return []
        event_type = EVENT_TYPES[pending.purpose]
        request = Request(event_type, key, pending.request_id, pending.started, pending.message_id)
        return self.log(connection, request, outcome)

    # --- the log

    def log(self, connection: Connection, request: Request, outcome: Outcome) -> Effects:
        if self.format is None:
            return []
        context = context_of(self.api, connection, request, outcome)
        if not request.request_id:
            context["requestId"] = context["extendedRequestId"] = self.new_id()
        return [LogAccess(self.format.line(context))]


def authorization(result: InvocationFinished, seconds: float) -> dict[str, object]:
    """``$context`` of the authorizer's call."""
    latency = round(seconds * 1000)
    return {
        "authorizer.error": result.error_message or result.error or None,
        "authorizer.integrationLatency": latency,
        "authorizer.integrationStatus": 200,
        "authorizer.latency": latency,
        "authorizer.status": 500 if result.error else 200,
    }
