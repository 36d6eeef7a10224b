"""A message for everybody in a group: into the log for sessions that follow it, posted at once to all others."""

import time
from collections.abc import Callable

from longwire_app.delivery import MAX_FRAME, Delivery, Outcome, each
from longwire_app.doorbell import Doorbell
from longwire_app.errors import BadRequest, Duplicate
from longwire_app.log import logger
from longwire_app.protocol import Frame, GroupMessage
from longwire_app.rules import TopicRule
from longwire_app.session import Peer
from longwire_app.store import Store
from longwire_app.stream import Entry
from longwire_app.topic_log import TopicLog
from longwire_app.topics import group_topic
from longwire_app.turn import Turn

__all__ = ["Broadcaster"]

NUMBERED = MAX_FRAME - 64
"""Bytes of a message that leave room for its sequence id."""


class Broadcaster:
    """Knows who is where, and how to reach them."""

    def __init__(
        self,
        store: Store,
        delivery: Delivery,
        log: TopicLog,
        doorbell: Doorbell,
        *,
        steady: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._log = log
        self._doorbell = doorbell
        self._steady = steady
        self._wall = wall

    def publish(
        self,
        message: GroupMessage,
        rule: TopicRule,
        turn: Turn,
        *,
        but: str | None = None,
        sender: tuple[str, int] | None = None,
    ) -> None:
        """Reaches all sessions of the group except ``but``, a session id. Raises BadRequest when it is too big.

        ``sender`` is a session id and ackId. For a reliable topic they are taken in the message's own transaction, and
        Duplicate is raised when they were before: then everybody is rung again, since whoever took them may have died
        before it rang. Who cannot be posted to does not disturb the others, and is counted.
        """
        frame = _encoded(message, NUMBERED)
        topic = group_topic(message.group)
        if rule.reliable:
            entry = Entry(topic, 0, frame.decode(), but, committed=int(self._wall() * 1000))
            try:
                self._log.append(entry, rule.retention, turn.now, sender)
            except Duplicate:
                for page in self._store.subscribers(topic, turn.now):
                    self._ring(page, topic)
                raise
        for page in self._store.subscribers(topic, turn.now):
            if rule.reliable:
                self._ring([peer for peer in page if peer.session_id != but], topic)
            at_once = [peer for peer in page if peer.session_id != but and not (rule.reliable and peer.reliable)]
            self._post(at_once, frame, turn)

    def send(self, peer: Peer, frame: Frame, turn: Turn) -> None:
        """Posts to one session. Raises BadRequest when the frame is too big."""
        outcome = self._delivery.post(peer, _encoded(frame, MAX_FRAME), turn.deadline)
        turn.counts[outcome.value] += 1
        if outcome is Outcome.GONE:
            self._bury([peer], turn)

    def close(self, peer: Peer) -> None:
        self._delivery.close(peer.connection_id)

    def _ring(self, page: list[Peer], topic: str) -> None:
        self._doorbell.ring_all([peer for peer in page if peer.reliable], topic)

    def _post(self, peers: list[Peer], frame: bytes, turn: Turn) -> None:
        outcomes = self._delivery.post_all(peers, frame, turn.deadline)
        turn.counts.update(outcome.value for outcome in outcomes)
        answers = zip(peers, outcomes, strict=True)
        self._bury([peer for peer, outcome in answers if outcome is Outcome.GONE], turn)

    def _bury(self, gone: list[Peer], turn: Turn) -> None:
        """Ends these sessions, each only if it is still on the connection that answered 410.

        Before the greeting, 410 may only mean that the handshake is under way: those are left to the pump. What the
        deadline leaves over is found gone again by the next message.
        """

        def end(peer: Peer) -> bool:
            return self._steady() < turn.deadline and self._store.end_session(peer, turn.now, if_greeted=True)

        ended = sum(each(self._delivery.width, end, gone))
        if gone:
            turn.counts["SessionsEnded"] += ended
            logger.info("connections gone", gone=len(gone), ended=ended)


def _encoded(frame: Frame, limit: int) -> bytes:
    encoded = frame.encoded()
    if len(encoded) > limit:
        raise BadRequest(f"the message would take more than {limit} bytes")
    return encoded
