"""``$connect``: opens the session. The greeting follows through the doorbell, once the handshake is done."""

from aws_lambda_powertools.utilities.data_classes import APIGatewayWebSocketEvent

from longwire_app import wiring
from longwire_app.errors import TooManyConnections
from longwire_app.handshake import choose_subprotocol, offered_subprotocols
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.session import Caller, Session
from longwire_app.topics import group_topic
from longwire_app.turn import Turn

__all__ = ["handler"]


@guarded(failed={"statusCode": 500})
def handler(event: Event, turn: Turn) -> Answer:
    """The status is the handshake's: 400 for a subprotocol nobody speaks, 429 for too many connections of a user."""
    request = APIGatewayWebSocketEvent(event)
    offered = offered_subprotocols(request.multi_value_headers.get("Sec-WebSocket-Protocol") or [])
    subprotocol = choose_subprotocol(offered)
    if subprotocol is None:
        return _refused("Subprotocol", 400, turn)
    caller = Caller.from_context(event["requestContext"]["authorizer"], request.request_context.connection_id)
    try:
        _open(caller, subprotocol, request.request_context.connected_at, turn)
    except TooManyConnections:
        return _refused("Limit", 429, turn)
    turn.counts["Connects"] += 1
    logger.info("connected", subprotocol=subprotocol)
    return {"statusCode": 200} | ({"headers": {"Sec-WebSocket-Protocol": subprotocol}} if subprotocol else {})


def _open(caller: Caller, subprotocol: str, connected_at: int, turn: Turn) -> None:
    identity = caller.identity
    session = Session(caller.peer, identity.user_id, identity.tenant, subprotocol, connected_at)
    topics = [group_topic(group) for group in identity.groups]
    store = wiring.store()
    try:
        store.open_session(session, topics, limit=wiring.settings().connections_per_user, now=turn.now)
        wiring.doorbell().ring(caller.peer, "connected")
    except TooManyConnections:
        raise
    except Exception:
        # A refused handshake has no $disconnect: what was written, a user's slot among it, would stay for hours.
        store.end_session(caller.peer)
        raise


def _refused(reason: str, status: int, turn: Turn) -> Answer:
    turn.counts[f"Refused{reason}"] += 1
    logger.info("handshake refused", reason=reason)
    return {"statusCode": status}
