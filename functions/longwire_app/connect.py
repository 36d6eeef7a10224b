"""``$connect``: opens a session or goes on with one. The greeting follows by the doorbell, after the handshake."""

from typing import Any

from longwire_app.admission import Refusal, admit
from longwire_app.gateway_event import GatewayEvent
from longwire_app.handshake import choose_subprotocol, offered_subprotocols
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.resume import Claim, claim_of
from longwire_app.session import Caller
from longwire_app.turn import Turn

__all__ = ["handler"]


@guarded(failed={"statusCode": 500})
def handler(event: Event, turn: Turn) -> Answer:
    """The status is the handshake's: 400 for a subprotocol nobody speaks, or that of a Refusal."""
    request = GatewayEvent(event)
    offered = offered_subprotocols(request.lines("Sec-WebSocket-Protocol"))
    subprotocol = choose_subprotocol(offered)
    if subprotocol is None:
        return _refused("Subprotocol", 400, turn)
    caller = Caller.from_context(request.context["authorizer"], request.connection_id)
    claim = claim_of(request.query)
    connected_at = int(request.context["connectedAt"])
    admitted = admit(caller, subprotocol, claim, connected_at, turn)
    if isinstance(admitted, Refusal):
        return _refused(admitted.reason, admitted.status, turn, detail=admitted.detail)
    return _welcome(subprotocol, claim, caller.peer.session_id, turn)


def _welcome(subprotocol: str, claim: Claim | None, session_id: str, turn: Turn) -> Answer:
    turn.counts["Connects" if claim is None else "Resumes"] += 1
    logger.info("connected", session=session_id, subprotocol=subprotocol, resumed=claim is not None)
    return {"statusCode": 200} | ({"headers": {"Sec-WebSocket-Protocol": subprotocol}} if subprotocol else {})


def _refused(reason: str, status: int, turn: Turn, **details: Any) -> Answer:
    turn.counts[f"Refused{reason}"] += 1
    logger.info("handshake refused", reason=reason, **details)
    return {"statusCode": status}
