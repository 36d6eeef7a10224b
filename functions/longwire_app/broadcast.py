"""One frame for everybody in a group, and the end of those who turn out to be gone."""

import time
from collections.abc import Callable

from longwire_app.delivery import MAX_FRAME, Delivery, Outcome, each
from longwire_app.errors import BadRequest
from longwire_app.log import logger
from longwire_app.protocol import Frame, GroupMessage
from longwire_app.session import Peer
from longwire_app.store import Store
from longwire_app.topics import group_topic
from longwire_app.turn import Turn

__all__ = ["Broadcaster"]


class Broadcaster:
    """Knows who is where, and how to reach them."""

    def __init__(self, store: Store, delivery: Delivery, *, steady: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._delivery = delivery
        self._steady = steady

    def publish(self, message: GroupMessage, turn: Turn, *, but: str | None = None) -> None:
        """Posts to all sessions of the group except ``but``, a session id. Raises BadRequest when it is too big.

        Who cannot be reached does not disturb the others, and is counted.
        """
        frame = _encoded(message)
        for page in self._store.subscribers(group_topic(message.group), turn.now):
            peers = [peer for peer in page if peer.session_id != but]
            outcomes = self._delivery.post_all(peers, frame, turn.deadline)
            turn.counts.update(outcome.value for outcome in outcomes)
            answers = zip(peers, outcomes, strict=True)
            self._bury([peer for peer, outcome in answers if outcome is Outcome.GONE], turn)

    def send(self, peer: Peer, frame: Frame, turn: Turn) -> None:
        """Posts to one session. Raises BadRequest when the frame is too big."""
        outcome = self._delivery.post(peer, _encoded(frame), turn.deadline)
        turn.counts[outcome.value] += 1
        if outcome is Outcome.GONE:
            self._bury([peer], turn)

    def _bury(self, gone: list[Peer], turn: Turn) -> None:
        """Ends these sessions, each only if it is still on the connection that answered 410.

        Before the greeting, 410 may only mean that the handshake is under way: those are left to the greeter. What
        the deadline leaves over is found gone again by the next message.
        """

        def end(peer: Peer) -> bool:
            return self._steady() < turn.deadline and self._store.end_session(peer, if_greeted=True)

        ended = sum(each(self._delivery.width, end, gone))
        if gone:
            turn.counts["SessionsEnded"] += ended
            logger.info("connections gone", gone=len(gone), ended=ended)


def _encoded(frame: Frame) -> bytes:
    encoded = frame.encoded()
    if len(encoded) > MAX_FRAME:
        raise BadRequest(f"the message would take more than {MAX_FRAME} bytes")
    return encoded
