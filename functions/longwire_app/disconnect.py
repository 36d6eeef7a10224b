"""``$disconnect``: ends the session, or leaves a reliable one to wait.

API Gateway promises no delivery, so nothing depends on it alone.
"""

from functools import cache

from longwire_app import wiring
from longwire_app.gateway_event import GatewayEvent
from longwire_app.gauge import Gauge, measure
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.session import Caller
from longwire_app.turn import Turn

__all__ = ["handler"]

COUNTED = {1000, 1001, 1003, 1005, 1006, 1008, 1009, 1011}
"""Close codes with a metric of their own. Clients choose codes; metrics must not multiply with them."""

MAX_REASON = 123
"""Bytes of a close reason, RFC 6455, 5.5: control frames carry 125 bytes, two of them the code."""


@cache
def gauge() -> Gauge:
    return Gauge(wiring.state_table(), wiring.settings().gauge_seconds)


@guarded(failed={"statusCode": 200})
def handler(event: Event, turn: Turn) -> Answer:
    """Ends the session of this connection, unless it has moved to another or is gone already."""
    request = GatewayEvent(event)
    code = request.context.get("disconnectStatusCode")
    caller = Caller.from_context(request.context["authorizer"], request.connection_id)
    ended = wiring.store().end_session(caller.peer, turn.now)
    turn.counts["Disconnects"] += 1
    turn.counts[_metric(code)] += 1
    logger.info(
        "disconnected",
        session=caller.peer.session_id,
        code=code,
        reason=(request.context.get("disconnectReason") or "")[:MAX_REASON],
        ended=ended,
    )
    measure(gauge(), turn)
    return {"statusCode": 200}


def _metric(code: int | None) -> str:
    if code in COUNTED:
        return f"Disconnects{code}"
    return "DisconnectsApplication" if code is not None and 3000 <= code < 5000 else "DisconnectsOther"
