"""What the application and the HTTP API send: to a group, a user, a session, or everybody.

Each of them is a topic with a log: reliable sessions get its messages numbered, in order, and also after a lost
connection, from their greeting on. Everybody else is posted to at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from pydantic import JsonValue

from longwire_app.broadcast import Broadcaster, Publication
from longwire_app.protocol import DataType, GroupMessage, ServerMessage
from longwire_app.rules import TopicRule
from longwire_app.topics import EVERYBODY, group_topic, session_topic, user_topic
from longwire_app.turn import Turn

__all__ = ["Publisher"]

DIRECT = TopicRule("")


class Rules(Protocol):
    def rule(self, group: str) -> TopicRule: ...


@dataclass(frozen=True, slots=True)
class Publisher:
    """For one invocation. No role is asked for: whoever calls has decided.

    ``but`` are ids of sessions that get no copy. Every method raises BadRequest for a message that is too big, returns
    when it is committed and its bells are rung, and may be called again after an error: then who got it already may
    get it twice.
    """

    broadcaster: Broadcaster
    rules: Rules
    turn: Turn

    def to_group(
        self,
        group: str,
        data: JsonValue,
        data_type: DataType = "json",
        *,
        but: Iterable[str] = (),
        from_user_id: str | None = None,
        sender: tuple[str, int] | None = None,
    ) -> None:
        """``sender`` is a session id and ackId: raises Duplicate when they were taken before, of a reliable topic."""
        message = GroupMessage(group=group, data_type=data_type, data=data, from_user_id=from_user_id)
        rule = self.rules.rule(group)
        publication = Publication(group_topic(group), message, rule, frozenset(but), sender)
        self.broadcaster.publish(publication, self.turn)

    def to_user(
        self, user_id: str, data: JsonValue, data_type: DataType = "json", *, tenant: str = "", but: Iterable[str] = ()
    ) -> None:
        """To all sessions of a user, whether there are any or not."""
        message = ServerMessage(data_type=data_type, data=data)
        self.broadcaster.publish(Publication(user_topic(tenant, user_id), message, DIRECT, frozenset(but)), self.turn)

    def to_session(self, session_id: str, data: JsonValue, data_type: DataType = "json") -> bool:
        """Says whether there is such a session. A reliable one that waits for its next connection gets it then."""
        peer = self.broadcaster.addressed(session_id, self.turn)
        if peer is None:
            return False
        message = ServerMessage(data_type=data_type, data=data)
        self.broadcaster.publish(Publication(session_topic(session_id), message, DIRECT), self.turn, [peer])
        return True

    def to_all(self, data: JsonValue, data_type: DataType = "json", *, but: Iterable[str] = ()) -> None:
        """To every session."""
        message = ServerMessage(data_type=data_type, data=data)
        self.broadcaster.publish(Publication(EVERYBODY, message, DIRECT, frozenset(but)), self.turn)
