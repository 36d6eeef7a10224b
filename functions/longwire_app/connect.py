"""``$connect``: opens a session or goes on with one. The greeting follows by the doorbell, after the handshake."""

from typing import Any

from aws_lambda_powertools.utilities.data_classes import APIGatewayWebSocketEvent

from longwire_app import wiring
from longwire_app.application import app
from longwire_app.errors import TooManyConnections
from longwire_app.handshake import choose_subprotocol, offered_subprotocols
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.resume import Claim, claim_of, may_resume
from longwire_app.session import RELIABLE, Caller, Session
from longwire_app.session_store import Found
from longwire_app.topics import group_topic
from longwire_app.turn import Turn

__all__ = ["handler"]


@guarded(failed={"statusCode": 500})
def handler(event: Event, turn: Turn) -> Answer:
    """The status is the handshake's: 400 for a subprotocol nobody speaks, 404 for a session that cannot be resumed,
    409 for one that another handshake resumes, 429 for too many connections of a user.
    """
    request = APIGatewayWebSocketEvent(event)
    offered = offered_subprotocols(request.multi_value_headers.get("Sec-WebSocket-Protocol") or [])
    subprotocol = choose_subprotocol(offered)
    if subprotocol is None:
        return _refused("Subprotocol", 400, turn)
    caller = Caller.from_context(event["requestContext"]["authorizer"], request.request_context.connection_id)
    claim = claim_of(event.get("queryStringParameters") or {})
    try:
        refusal = (
            _open(caller, subprotocol, request.request_context.connected_at, turn)
            if claim is None
            else _resume(caller, subprotocol, claim, turn)
        )
    except TooManyConnections:
        return _refused("Limit", 429, turn)
    return refusal or _welcome(subprotocol, claim, turn)


def _welcome(subprotocol: str, claim: Claim | None, turn: Turn) -> Answer:
    turn.counts["Connects" if claim is None else "Resumes"] += 1
    logger.info("connected", subprotocol=subprotocol, resumed=claim is not None)
    return {"statusCode": 200} | ({"headers": {"Sec-WebSocket-Protocol": subprotocol}} if subprotocol else {})


def _open(caller: Caller, subprotocol: str, connected_at: int, turn: Turn) -> Answer | None:
    identity = caller.identity
    session = Session(caller.peer, identity.user_id, identity.tenant, subprotocol, connected_at)
    topics = [group_topic(group) for group in identity.groups]
    reliable = caller.peer.reliable
    store = wiring.store()
    try:
        limit = wiring.settings().connections_per_user
        store.open_session(session, [] if reliable else topics, limit=limit, now=turn.now)
        for group in identity.groups if reliable else []:
            wiring.groups().join(caller.peer, group, app.rule(group), turn.now)
        wiring.doorbell().ring(caller.peer, "connected")
    except TooManyConnections:
        raise
    except Exception:
        # A refused handshake has no $disconnect: what was written, a user's slot among it, would stay for hours.
        store.end_session(caller.peer, turn.now, for_good=True)
        raise
    return None


def _resume(caller: Caller, subprotocol: str, claim: Claim, turn: Turn) -> Answer | None:
    """A refused session answers 404 whatever the reason, so that nobody learns which ids there are."""
    found = wiring.session_store().find(claim.session_id, turn.now)
    if found is None or subprotocol != RELIABLE:
        return _refused("Resume", 404, turn, detail="gone")
    if not may_resume(found.session, found.tokens(), claim, caller.identity):
        return _refused("Resume", 404, turn, detail="token")
    if not _moved(found, caller, claim, turn):
        return _refused("Resume", 409, turn, detail="race")
    wiring.session_store().renew(found, caller.peer, turn.now)
    wiring.doorbell().ring(caller.peer, "resumed")
    if not found.session.detached:
        wiring.delivery().close(found.session.peer.connection_id)
    return None


def _moved(found: Found, caller: Caller, claim: Claim, turn: Turn) -> bool:
    old = found.session
    session = Session(caller.peer, old.user_id, old.tenant, old.subprotocol, old.connected_at)
    limit = wiring.settings().connections_per_user
    slot = wiring.store().take_slot(session, limit, turn.now)
    return wiring.session_store().resume(found, caller.peer, claim.token_hash, slot, turn.now)


def _refused(reason: str, status: int, turn: Turn, **details: Any) -> Answer:
    turn.counts[f"Refused{reason}"] += 1
    logger.info("handshake refused", reason=reason, **details)
    return {"statusCode": status}
