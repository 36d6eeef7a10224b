"""All routes that carry frames: joinGroup, leaveGroup, sendToGroup, event, sequenceAck and ``$default``.

The frame says itself what it is, so the route does not matter: what API Gateway's reading of a body and ours make
of it can never differ to anybody's advantage. ``ping`` does not come here; a MOCK integration answers it.
"""

from functools import cache

from longwire_app import wiring
from longwire_app.application import app
from longwire_app.auth import Denied
from longwire_app.dispatch import Dispatcher, Gate, Streams
from longwire_app.errors import Forbidden
from longwire_app.gateway_event import GatewayEvent
from longwire_app.log import Answer, Event, guarded
from longwire_app.rate_limit import RateLimit
from longwire_app.reauth import Authority
from longwire_app.session import Caller, Identity
from longwire_app.turn import Turn

__all__ = ["handler"]


def identify(token: str) -> Identity:
    """What a new token gives, checked as at the handshake. Raises InvalidToken, and Forbidden when a rule refuses."""
    # What checks signatures is read in when the first token comes: most environments never see one.
    from longwire_app.authorizer import identity_of

    try:
        return identity_of(token, refreshed=True)
    except Denied:
        raise Forbidden("a rule of the application refuses this token") from None


@cache
def dispatcher() -> Dispatcher:
    settings, sessions = wiring.settings(), wiring.session_store()
    limit = (
        RateLimit(wiring.state_table(), settings.client_rate, settings.client_burst) if settings.client_rate else None
    )
    gate = Gate(Authority(sessions, identify), limit)
    return Dispatcher(gate, Streams(sessions, wiring.doorbell(), wiring.groups()), wiring.broadcaster(), app)


@guarded(failed={"statusCode": 200})
def handler(event: Event, turn: Turn) -> Answer:
    """Answers with frames of its own; the routes are one-way, so what is returned goes nowhere."""
    request = GatewayEvent(event)
    caller = Caller.from_context(request.context["authorizer"], request.connection_id)
    dispatcher().receive(caller, request.body, turn)
    return {"statusCode": 200}
