"""What the application and the HTTP API send: to a group, a user, a session, or everybody.

Each of them is a topic with a log: reliable sessions get its messages numbered, in order, and also after a lost
connection, from their greeting on. Everybody else is posted to at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pydantic import JsonValue

from longwire_app.broadcast import Broadcaster, Publication
from longwire_app.items import Sender
from longwire_app.protocol import DataType, Frame, GroupMessage, ServerMessage
from longwire_app.rules import TopicRule
from longwire_app.session import Peer
from longwire_app.topics import EVERYBODY, group_topic, session_topic, user_topic
from longwire_app.turn import Turn

__all__ = ["Publisher"]

DIRECT = TopicRule("")


class Rules(Protocol):
    def rule(self, group: str) -> TopicRule: ...


@dataclass(frozen=True, slots=True)
class Publisher:
    """For one invocation. No role is asked for: whoever calls has decided.

    ``but`` are ids of sessions that get no copy, ``retention`` is seconds where it is not to be the topic's. Every
    method raises BadRequest for a message that is too big, and returns when it is committed and its bells are rung. It
    may be called again after an error. Who got it already may get it twice then, unless it has a ``sender``: that is a
    session id and ackId, or another pair that nobody else has, and Duplicate is raised when it was taken before.
    """

    broadcaster: Broadcaster
    rules: Rules
    turn: Turn
    but: frozenset[str] = frozenset()
    retention: int | None = None
    sender: Sender | None = None

    def to_group(
        self,
        group: str,
        data: JsonValue,
        data_type: DataType = "json",
        *,
        from_user_id: str | None = None,
    ) -> None:
        message = GroupMessage(group=group, data_type=data_type, data=data, from_user_id=from_user_id)
        self._publish(group_topic(group), message, self.rules.rule(group))

    def to_user(self, user_id: str, data: JsonValue, data_type: DataType = "json", *, tenant: str = "") -> None:
        """To all sessions of a user, whether there are any or not."""
        self._publish(user_topic(tenant, user_id), ServerMessage(data_type=data_type, data=data))

    def to_session(self, session_id: str, data: JsonValue, data_type: DataType = "json") -> bool:
        """Says whether there is such a session. A reliable one that waits for its next connection gets it then."""
        peer = self.broadcaster.addressed(session_id, self.turn)
        if peer is None:
            return False
        self._publish(session_topic(session_id), ServerMessage(data_type=data_type, data=data), audience=[peer])
        return True

    def disconnect(self, session_id: str, reason: str) -> bool:
        """Ends a session; says whether it was there. Its client is told the reason, and cannot resume it."""
        return self.broadcaster.dismiss(session_id, reason, self.turn)

    def to_all(self, data: JsonValue, data_type: DataType = "json") -> None:
        """To every session."""
        self._publish(EVERYBODY, ServerMessage(data_type=data_type, data=data))

    def _publish(
        self, topic: str, message: Frame, rule: TopicRule = DIRECT, audience: Sequence[Peer] | None = None
    ) -> None:
        if self.retention is not None:
            rule = replace(rule, retention=self.retention)
        publication = Publication(topic, message, rule, self.but, self.sender)
        with self.broadcaster.once(None if rule.reliable else self.sender, self.turn):
            self.broadcaster.publish(publication, self.turn, audience)
