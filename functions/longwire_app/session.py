"""Who is connected, and what they may do.

A Session is what survives; a connection is a socket of API Gateway. Under ``json.webpubsub.azure.v1`` a session
lives as long as its one connection and carries that connection's id. Keys and records name the session, and
every change to it says for which connection it is meant, so a session may outlive a connection without new keys.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CONNECTION_LIFETIME", "JOIN", "SEND", "Caller", "Identity", "Peer", "Session"]

CONNECTION_LIFETIME = 2 * 3600 + 15 * 60
"""Seconds. API Gateway ends a connection after two hours; the rest is slack for its ``$disconnect``."""

JOIN = "webpubsub.joinLeaveGroup"
SEND = "webpubsub.sendToGroup"
"""Roles for all groups; with a dot and a group's name behind, for that group."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a token proves. ``groups`` are joined on connect; ``tenant`` is empty where there is only one."""

    user_id: str
    tenant: str = ""
    roles: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()

    def may_join(self, group: str) -> bool:
        return self._has(JOIN, group)

    def may_send(self, group: str) -> bool:
        return self._has(SEND, group)

    def _has(self, role: str, group: str) -> bool:
        return role in self.roles or f"{role}.{group}" in self.roles


@dataclass(frozen=True, slots=True)
class Peer:
    """A session and the connection through which it is reached."""

    session_id: str
    connection_id: str


@dataclass(frozen=True, slots=True)
class Session:
    """The record of one session. ``connected_at`` is milliseconds since the epoch, ``slot`` the user slot it holds.

    ``greeted`` says that its connection is known to be open: it took the greeting.
    """

    peer: Peer
    user_id: str
    tenant: str
    subprotocol: str
    connected_at: int
    slot: int | None = None
    greeted: bool = False


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent this event: the authorizer's context, which API Gateway hands to every later route."""

    peer: Peer
    identity: Identity
    subprotocol: str

    def to_context(self) -> dict[str, str]:
        """API Gateway takes strings, numbers and booleans; lists travel as JSON text."""
        return {
            "sessionId": self.peer.session_id,
            "userId": self.identity.user_id,
            "tenant": self.identity.tenant,
            "roles": json.dumps(sorted(self.identity.roles)),
            "groups": json.dumps(self.identity.groups),
            "subprotocol": self.subprotocol,
        }

    @classmethod
    def from_context(cls, context: Mapping[str, str], connection_id: str) -> "Caller":
        """Raises KeyError when the route was reached without our authorizer."""
        identity = Identity(
            user_id=context["userId"],
            tenant=context["tenant"],
            roles=frozenset(json.loads(context["roles"])),
            groups=tuple(json.loads(context["groups"])),
        )
        return cls(Peer(context["sessionId"], connection_id), identity, context["subprotocol"])
