"""How a session begins, and how it goes on: for handshakes and for links of long polls alike."""

from dataclasses import dataclass, replace

from longwire_app import wiring
from longwire_app.application import app
from longwire_app.doorbell import Greeting
from longwire_app.errors import TooManyConnections
from longwire_app.resume import Claim, hashed, may_resume, new_token
from longwire_app.session import RELIABLE, Caller, Session
from longwire_app.session_store import Found
from longwire_app.store import Opening
from longwire_app.topics import group_topic
from longwire_app.turn import Turn

__all__ = ["Refusal", "admit"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """404 for a session that cannot be resumed, 409 for one that another or a later handshake resumed, 429 for too many
    connections of a user.
    """

    status: int
    reason: str
    detail: str = ""


def admit(caller: Caller, subprotocol: str, claim: Claim | None, connected_at: int, turn: Turn) -> str | Refusal:
    """Opens a session, or goes on with the one that ``claim`` is for. The reconnection token of its greeting is
    returned; the doorbell has it too, but for a link, whose poll says it itself.
    """
    try:
        if claim is None:
            return _open(caller, subprotocol, connected_at, turn)
        return _resume(caller, subprotocol, claim, connected_at, turn)
    except TooManyConnections:
        return Refusal(429, "Limit")


def _open(caller: Caller, subprotocol: str, connected_at: int, turn: Turn) -> str:
    identity = caller.identity
    session = Session(
        caller.peer, identity.user_id, identity.tenant, subprotocol, connected_at, expires=identity.expires
    )
    topics = [group_topic(group) for group in identity.groups]
    reliable = caller.peer.reliable
    store = wiring.store()
    token = new_token()
    opening = Opening(hashed(token), wiring.topic_log().tail) if reliable else None
    limit = wiring.settings().connections_per_user
    new = store.open_session(session, [] if reliable else topics, limit=limit, now=turn.now, opening=opening)
    try:
        for group in identity.groups if reliable else []:
            wiring.groups().join(caller.peer, group, app.rule(group), turn.now)
        # Of a session that was there the token is not known any more: its pump makes another.
        greeting = Greeting(caller.peer.connection_id, token, first=True) if reliable and new else None
        if not caller.peer.polls:
            wiring.doorbell().ring(caller.peer, "connected", greeting)
    except Exception:
        # A refused handshake has no $disconnect: what was written, a user's slot among it, would stay for hours.
        if new:
            store.end_session(caller.peer, turn.now, for_good=True)
        raise
    return token


def _resume(caller: Caller, subprotocol: str, claim: Claim, connected_at: int, turn: Turn) -> str | Refusal:
    """A refused session answers 404 whatever the reason, so that nobody learns which ids there are."""
    found = wiring.session_store().find(claim.session_id, turn.now)
    if found is None or subprotocol != RELIABLE:
        return Refusal(404, "Resume", "gone")
    if not may_resume(found.session, found.tokens(), claim, caller.identity):
        return Refusal(404, "Resume", "token")
    if connected_at < found.session.connected_at:
        # Overtaken by a later handshake, whose client is the one that is there.
        return Refusal(409, "Resume", "late")
    token = new_token()
    if not _moved(found, caller, claim, hashed(token), connected_at, turn):
        return Refusal(409, "Resume", "race")
    wiring.session_store().renew(found, caller.peer, turn.now)
    if not caller.peer.polls:
        wiring.doorbell().ring(caller.peer, "resumed", Greeting(caller.peer.connection_id, token))
    if not found.session.detached:
        wiring.delivery().close(found.session.peer.connection_id)
    return token


def _moved(found: Found, caller: Caller, claim: Claim, granted: str, connected_at: int, turn: Turn) -> bool:
    """Whoever loses a race for the session wrote the same into its slot as the winner, unless theirs differ."""
    session = replace(
        found.session,
        peer=caller.peer,
        connected_at=connected_at,
        epoch=found.session.epoch + 1,
        expires=caller.identity.expires,
    )
    limit, slots, sessions = wiring.settings().connections_per_user, wiring.store().slots, wiring.session_store()
    slot = slots.take(session, limit, turn.now)
    session = replace(session, slot=slot)
    if sessions.resume(found, session, claim.token_hash, granted, turn.now):
        return True
    winner = sessions.find(claim.session_id, turn.now)
    if winner is None or winner.session.slot != slot:
        slots.free(session, slot)
    return False
