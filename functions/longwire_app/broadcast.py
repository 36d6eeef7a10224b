"""A message for all who follow a topic: into its log for sessions that read it there, posted at once to all others."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from longwire_app.delivery import MAX_FRAME, Delivery, Outcome, each
from longwire_app.doorbell import Doorbell
from longwire_app.errors import BadRequest, Duplicate
from longwire_app.items import Sender
from longwire_app.log import logger
from longwire_app.protocol import Disconnected, Frame
from longwire_app.rules import TopicRule
from longwire_app.session import Peer
from longwire_app.store import Store
from longwire_app.stream import Entry
from longwire_app.topic_log import TopicLog
from longwire_app.topics import group_of
from longwire_app.turn import Turn

__all__ = ["Broadcaster", "Publication"]

DISMISSALS = 3
"""Times that a session is looked for which is to be ended."""

NUMBERED = MAX_FRAME - 64
"""Bytes of a message that leave room for its offset and sequence id."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A frame and the topic that it is for. ``but`` are ids of sessions that get no copy.

    A reliable topic's log takes ``sender`` in the message's own transaction.
    """

    topic: str
    frame: Frame
    rule: TopicRule
    but: frozenset[str] = frozenset()
    sender: Sender | None = None


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

    def publish(self, publication: Publication, turn: Turn, audience: Sequence[Peer] | None = None) -> None:
        """Reaches all who follow the topic, or ``audience``. Raises BadRequest when the frame is too big.

        Duplicate is raised when the log took the sender's ackId before: then everybody is rung again, since whoever
        took it may have died before it rang. Who cannot be posted to does not disturb the others, and is counted.
        """
        topic, rule = publication.topic, publication.rule
        frame = _encoded(publication.frame, NUMBERED)
        if rule.reliable:
            entry = Entry(topic, 0, frame.decode(), publication.but, committed=int(self._wall() * 1000))
            try:
                offset = self._log.append(entry, rule.retention, turn.now, publication.sender)
            except Duplicate:
                for everybody in self._store.audience(topic, turn.now):
                    self._ring(everybody, topic)
                raise
            if group_of(topic) is not None:
                frame = b'%b,"offset":%d}' % (frame[:-1], offset)
        pages: Iterable[Sequence[Peer]] = self._store.audience(topic, turn.now) if audience is None else [audience]
        for page in pages:
            wanted = [peer for peer in page if peer.session_id not in publication.but]
            if rule.reliable:
                self._ring(wanted, topic)
            self._post([peer for peer in wanted if not (rule.reliable and peer.reliable)], frame, turn)

    @contextmanager
    def once(self, sender: Sender | None, turn: Turn) -> Iterator[None]:
        """Takes the ackId before the effect, and gives it back if that fails, to be tried again. Raises Duplicate."""
        if sender is None:
            yield
            return
        self._store.claim(*sender, turn.now)
        try:
            yield
        except Exception:
            self._store.release(*sender)
            raise

    def addressed(self, session_id: str, turn: Turn) -> Peer | None:
        """The session that a message for it alone is for, when there is one."""
        return self._store.addressed(session_id, turn.now)

    def send(self, peer: Peer, frame: Frame, turn: Turn) -> None:
        """Posts to one session. Raises BadRequest when the frame is too big."""
        outcome = self._delivery.post(peer, _encoded(frame, MAX_FRAME), turn.deadline)
        turn.counts[outcome.value] += 1
        if outcome is Outcome.GONE:
            self._bury([peer], turn)

    def close(self, peer: Peer) -> None:
        self._delivery.close(peer.connection_id)

    def dismiss(self, session_id: str, reason: str, turn: Turn) -> bool:
        """Ends a session for good, tells its client why, and closes its connection; says whether it was there.

        The session goes first, or the client would resume it. It may move to another connection meanwhile.
        """
        for _ in range(DISMISSALS):
            peer = self._store.reached(session_id, turn.now)
            if peer is None:
                return False
            if self._store.end_session(peer, turn.now, for_good=True):
                turn.counts["Dismissed"] += 1
                logger.info("dismissed", session=session_id)
                self.send(peer, Disconnected(message=reason), turn)
                self.close(peer)
                return True
        return False

    def _ring(self, page: Sequence[Peer], topic: str) -> None:
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
