"""What an application plugs in: handlers for ``event`` frames, registered by the event's name.

The handlers themselves are in application.py.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from pydantic import JsonValue

from longwire_app.errors import NotFound
from longwire_app.own_frames import RESERVED
from longwire_app.protocol import DataType
from longwire_app.reauth import REFRESH
from longwire_app.rules import TopicRule, rule_of, rule_of_topic

__all__ = ["Application", "EventCall", "EventHandler", "Outlet", "Reply"]


class Outlet(Protocol):
    """What publisher.py does for an application."""

    def to_group(self, group: str, data: JsonValue, data_type: DataType = "json") -> None: ...

    def to_user(self, user_id: str, data: JsonValue, data_type: DataType = "json", *, tenant: str = "") -> None: ...

    def to_session(self, session_id: str, data: JsonValue, data_type: DataType = "json") -> bool: ...

    def to_all(self, data: JsonValue, data_type: DataType = "json") -> None: ...

    def disconnect(self, session_id: str, reason: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class EventCall:
    """One ``event`` frame. ``data`` is what ``data_type`` says: a string for ``text``, base64 for ``binary``.

    What it publishes asks for no role: the application decides.
    """

    event: str
    data: JsonValue
    data_type: DataType
    user_id: str
    tenant: str
    session_id: str
    outlet: Outlet

    def publish(self, group: str, data: JsonValue, data_type: DataType = "json") -> None:
        """To everybody in a group."""
        self.outlet.to_group(group, data, data_type)

    def publish_to_user(
        self, user_id: str, data: JsonValue, data_type: DataType = "json", *, tenant: str | None = None
    ) -> None:
        """To all sessions of a user, of the caller's own tenant unless another is named."""
        self.outlet.to_user(user_id, data, data_type, tenant=self.tenant if tenant is None else tenant)

    def publish_to_session(self, session_id: str, data: JsonValue, data_type: DataType = "json") -> bool:
        """To one session; says whether it is there."""
        return self.outlet.to_session(session_id, data, data_type)

    def publish_to_all(self, data: JsonValue, data_type: DataType = "json") -> None:
        """To every session."""
        self.outlet.to_all(data, data_type)

    def disconnect(self, session_id: str, reason: str) -> bool:
        """Ends a session for good, the caller's or another; says whether it was there. Its client is told why."""
        return self.outlet.disconnect(session_id, reason)


@dataclass(frozen=True, slots=True)
class Reply:
    """Goes to the caller alone, as a message from the server, before the ack."""

    data: JsonValue
    data_type: DataType = "json"


EventHandler = Callable[[EventCall], Reply | None]


@dataclass(frozen=True, slots=True)
class Application:
    """The event handlers by name, those of frames with a type of their own, and the rules of topics."""

    handlers: dict[str, EventHandler] = field(default_factory=dict)
    routes: dict[str, EventHandler] = field(default_factory=dict)
    rules: list[TopicRule] = field(default_factory=list)

    def topics(self, rule: TopicRule) -> None:
        """Adds a rule; raises ValueError for a prefix that has one."""
        if any(rule.prefix == known.prefix for known in self.rules):
            raise ValueError(f"two rules for topics that begin with {rule.prefix!r}")
        self.rules.append(rule)

    def rule(self, group: str) -> TopicRule:
        return rule_of(self.rules, group)

    def rule_of_topic(self, topic: str) -> TopicRule:
        return rule_of_topic(self.rules, topic)

    def event(self, name: str) -> Callable[[EventHandler], EventHandler]:
        """Registers the decorated function; raises ValueError for a name that is taken."""
        if name == REFRESH:
            raise ValueError(f"the event {REFRESH!r} is the backend's own")
        return partial(_registered, self.handlers, "event", name)

    def route(self, kind: str) -> Callable[[EventHandler], EventHandler]:
        """Registers the decorated function for frames with this ``type``; raises ValueError for one that is taken.

        The call's ``event`` is the type, and its ``data`` the frame's other fields, unchecked.
        """
        if kind in RESERVED:
            raise ValueError(f"frames of the type {kind!r} are the protocol's")
        return partial(_registered, self.routes, "type", kind)

    def answer(self, call: EventCall, *, own: bool = False) -> Reply | None:
        """Calls the handler of an event, or of a type of the application's own; raises NotFound when there is none."""
        handler = (self.routes if own else self.handlers).get(call.event)
        if handler is None:
            raise NotFound("no handler for this event")
        return handler(call)


def _registered(handlers: dict[str, EventHandler], what: str, name: str, handler: EventHandler) -> EventHandler:
    if name in handlers:
        raise ValueError(f"two handlers for the {what} {name!r}")
    handlers[name] = handler
    return handler
