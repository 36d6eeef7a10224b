"""The doorbell's consumer: greets sessions, once their handshake is done.

``$connect`` cannot post to its own connection: until the handshake has ended, PostToConnection answers 410. The
worker may be faster than the handshake, so it asks again for five seconds before it takes 410 for an answer.
"""

import time
from collections.abc import Callable, Sequence
from functools import cache

from botocore.exceptions import BotoCoreError, ClientError

from longwire_app import wiring
from longwire_app.delivery import Delivery, Outcome
from longwire_app.doorbell import Bell, bell_of
from longwire_app.log import Answer, Event, guarded, logger
from longwire_app.protocol import Connected
from longwire_app.store import Store
from longwire_app.turn import Turn

__all__ = ["Greeter", "handler"]

PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0)
"""Seconds between the rounds for handshakes that are still under way; 5.17 in all."""


class Greeter:
    """Answers bells. A greeting may go out twice, when a bell is heard twice; clients take the second calmly."""

    def __init__(self, store: Store, delivery: Delivery, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._store = store
        self._delivery = delivery
        self._sleep = sleep

    def answer(self, bells: Sequence[Bell], turn: Turn) -> list[Bell]:
        """Greets each session once, all in rounds, and returns the bells that SQS should ring again.

        A connection that is still not there after the last round never was, or is gone: its session ends.
        """
        again: list[Bell] = []
        for pause in (*PAUSES, None):
            bells = [bell for bell in bells if self._pending(bell, again, turn)]
            if not bells or pause is None:
                break
            self._sleep(pause)
        for bell in bells:
            ended = self._store.end_session(bell.peer)
            turn.counts["NeverEstablished"] += ended
            logger.info("no connection to greet", ended=ended)
        return again

    def _pending(self, bell: Bell, again: list[Bell], turn: Turn) -> bool:
        logger.set_correlation_id(bell.peer.connection_id)
        try:
            outcome = self._greet(bell, turn)
        except (ClientError, BotoCoreError):
            logger.exception("greeting failed")
            outcome = Outcome.FAILED
        if outcome is None or outcome is Outcome.GONE:
            return outcome is Outcome.GONE
        turn.counts[outcome.value] += 1
        if outcome is not Outcome.DELIVERED:
            again.append(bell)
        return False

    def _greet(self, bell: Bell, turn: Turn) -> Outcome | None:
        """None when there is nothing to do: the session has ended, moved on, or has its greeting."""
        session = self._store.session(bell.peer.session_id)
        if session is None or session.peer != bell.peer or session.greeted:
            return None
        greeting = Connected(user_id=session.user_id, connection_id=session.peer.session_id)
        outcome = self._delivery.post(bell.peer, greeting.encoded(), turn.deadline)
        if outcome is Outcome.DELIVERED:
            self._store.mark_greeted(bell.peer)
        return outcome


@cache
def greeter() -> Greeter:
    return Greeter(wiring.store(), wiring.delivery())


@guarded(failed=None)
def handler(event: Event, turn: Turn) -> Answer:
    """Reports single failures, so that the other bells of a batch are not rung again."""
    bells = [bell_of(record) for record in event["Records"]]
    if None in bells:
        logger.error("not a bell; dropped", dropped=bells.count(None))
    again = greeter().answer([bell for bell in bells if bell is not None], turn)
    return {"batchItemFailures": [{"itemIdentifier": bell.message_id} for bell in again]}
