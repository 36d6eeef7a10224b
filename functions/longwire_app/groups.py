"""Joining and leaving: where a group's log is taken up, and the bell for what is there already."""

from collections.abc import Callable
from dataclasses import dataclass

from longwire_app.doorbell import Doorbell
from longwire_app.errors import BadRequest
from longwire_app.rules import TopicRule
from longwire_app.session import Peer
from longwire_app.store import Store
from longwire_app.topic_log import TopicLog
from longwire_app.topics import group_topic

__all__ = ["Groups", "Past"]


@dataclass(frozen=True, slots=True)
class Past:
    """What a join wants of the messages before it: the last ``rewind``, or those after the offset ``since``.

    With neither, as many as the rule says.
    """

    rewind: int | None = None
    since: int | None = None

    def __bool__(self) -> bool:
        return bool(self.rewind) or self.since is not None


class Groups:
    """Who is in which group. Whether they may be is the caller's to know."""

    def __init__(self, store: Store, log: TopicLog, doorbell: Doorbell) -> None:
        self._store = store
        self._log = log
        self._doorbell = doorbell

    def join(self, peer: Peer, group: str, rule: TopicRule, now: int, *, past: Past | None = None) -> None:
        """Raises BadRequest for a past that there cannot be."""
        past = past or Past()
        follows = peer.reliable and rule.reliable
        if past and not follows:
            raise BadRequest("rewind and since are for reliable groups and sessions: read the history instead")
        topic = group_topic(group)
        if not follows:
            self._store.join(peer, topic, now)
            return
        if past.since is not None and past.since > self._log.tail(topic) > 0:
            raise BadRequest("since is beyond the group's last message")
        rewinds = past.since is not None or bool(rule.rewind if past.rewind is None else past.rewind)
        self._store.join(peer, topic, now, tail=self._place(topic, rule, past, now))
        if rewinds:
            self._doorbell.ring_all([peer], topic)

    def leave(self, peer: Peer, group: str) -> None:
        self._store.leave(peer, group_topic(group))

    def _place(self, topic: str, rule: TopicRule, past: Past, now: int) -> Callable[[], int]:
        """Reads the offset after which the session is to follow the log."""

        if past.since is not None:
            since = past.since
            return lambda: since
        wanted = rule.rewind if past.rewind is None else past.rewind
        return lambda: self._log.place(topic, min(wanted, rule.history or wanted), now)
