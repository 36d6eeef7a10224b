"""A message for all who follow a topic: into its log for sessions that read it there, posted at once to all others."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from longwire_app.caster import Caster
from longwire_app.delivery import MAX_FRAME
from longwire_app.errors import BadRequest, Duplicate
from longwire_app.items import Sender
from longwire_app.log import logger
from longwire_app.protocol import Disconnected, Frame
from longwire_app.rules import TopicRule
from longwire_app.session import Peer
from longwire_app.spread import Cast
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
    """Commits what is to be kept, and reaches who follows it."""

    def __init__(self, caster: Caster, log: TopicLog, *, wall: Callable[[], float] = time.time) -> None:
        self._caster = caster
        self._log = log
        self._wall = wall

    def publish(self, publication: Publication, turn: Turn, audience: Sequence[Peer] | None = None) -> None:
        """Reaches all who follow the topic, or ``audience``. Raises BadRequest when the frame is too big.

        Duplicate is raised when the log took the sender's ackId before: then everybody is rung again, since whoever
        took it may have died before it rang. Who cannot be posted to does not disturb the others, and is counted.
        """
        topic, rule = publication.topic, publication.rule
        cast = Cast(topic, _encoded(publication.frame, NUMBERED), rule.reliable, tuple(publication.but))
        if rule.reliable:
            entry = Entry(topic, 0, cast.frame.decode(), publication.but, committed=int(self._wall() * 1000))
            try:
                offset = self._log.append(entry, rule.retention, turn.now, publication.sender)
            except Duplicate:
                self._caster.reach(replace(cast, bells_only=True), turn, audience)
                raise
            if group_of(topic) is not None:
                cast = replace(cast, frame=b'%b,"offset":%d}' % (cast.frame[:-1], offset))
        self._caster.reach(cast, turn, audience)

    @contextmanager
    def once(self, sender: Sender | None, turn: Turn) -> Iterator[None]:
        """Takes the ackId before the effect, and gives it back if that fails, to be tried again. Raises Duplicate."""
        if sender is None:
            yield
            return
        self._caster.store.claim(*sender, turn.now)
        try:
            yield
        except Exception:
            self._caster.store.release(*sender)
            raise

    def addressed(self, session_id: str, turn: Turn) -> Peer | None:
        """The session that a message for it alone is for, when there is one."""
        return self._caster.store.addressed(session_id, turn.now)

    def send(self, peer: Peer, frame: Frame, turn: Turn) -> None:
        """Posts to one session. Raises BadRequest when the frame is too big."""
        self._caster.post(peer, _encoded(frame, MAX_FRAME), turn)

    def close(self, peer: Peer) -> None:
        self._caster.delivery.close(peer.connection_id)

    def dismiss(self, session_id: str, reason: str, turn: Turn) -> bool:
        """Ends a session for good, tells its client why, and closes its connection; says whether it was there.

        The session goes first, or the client would resume it. It may move to another connection meanwhile.
        """
        for _ in range(DISMISSALS):
            peer = self._caster.store.reached(session_id, turn.now)
            if peer is None:
                return False
            if self._caster.store.end_session(peer, turn.now, for_good=True):
                turn.counts["Dismissed"] += 1
                logger.info("dismissed", session=session_id)
                self.send(peer, Disconnected(message=reason), turn)
                self.close(peer)
                return True
        return False


def _encoded(frame: Frame, limit: int) -> bytes:
    encoded = frame.encoded()
    if len(encoded) > limit:
        raise BadRequest(f"the message would take more than {limit} bytes")
    return encoded
