"""All routes that carry frames: joinGroup, leaveGroup, sendToGroup, event, sequenceAck and ``$default``.

The frame says itself what it is, so the route does not matter: what API Gateway's reading of a body and ours make
of it can never differ to anybody's advantage. ``ping`` does not come here; a MOCK integration answers it.
"""

from functools import cache

from aws_lambda_powertools.utilities.data_classes import APIGatewayWebSocketEvent

from longwire_app import wiring
from longwire_app.application import app
from longwire_app.dispatch import Dispatcher, Streams
from longwire_app.log import Answer, Event, guarded
from longwire_app.session import Caller
from longwire_app.turn import Turn

__all__ = ["handler"]


@cache
def dispatcher() -> Dispatcher:
    streams = Streams(wiring.session_store(), wiring.doorbell(), wiring.groups())
    return Dispatcher(wiring.store(), streams, wiring.broadcaster(), app)


@guarded(failed={"statusCode": 200})
def handler(event: Event, turn: Turn) -> Answer:
    """Answers with frames of its own; the routes are one-way, so what is returned goes nowhere."""
    request = APIGatewayWebSocketEvent(event)
    caller = Caller.from_context(event["requestContext"]["authorizer"], request.request_context.connection_id)
    dispatcher().receive(caller, request.decoded_body or "", turn)
    return {"statusCode": 200}
