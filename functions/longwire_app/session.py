"""Who is connected, and what they may do.

A Session is what survives; a connection is a socket of API Gateway. Under ``json.reliable.webpubsub.azure.v1`` a
session goes on with another connection after one was lost; under every other subprotocol it lives as long as its
one connection. It carries the id of its first. Keys and records name the session, and every change to it says for
which connection it is meant: API Gateway gives no connection id twice, so a late change of an earlier one fails.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

__all__ = [
    "CONNECTION_LIFETIME",
    "DEDUPE_LIFETIME",
    "JOIN",
    "LEEWAY",
    "POLLS",
    "RELIABLE",
    "RETENTION",
    "SEND",
    "SUBSCRIPTION_LIFETIME",
    "Caller",
    "Identity",
    "Peer",
    "Session",
    "expired",
    "lifetime",
]

POLLS = "poll:"
"""How the id begins that a link of long polls has in the place of a connection's. API Gateway's have no colon."""

RELIABLE = "json.reliable.webpubsub.azure.v1"

CONNECTION_LIFETIME = 2 * 3600 + 15 * 60
"""Seconds. API Gateway ends a connection after two hours; the rest is slack for its ``$disconnect``."""

RETENTION = 24 * 3600
"""Seconds that a reliable session waits for its next connection."""

SUBSCRIPTION_LIFETIME = CONNECTION_LIFETIME + 2 * RETENTION
"""Seconds for the subscriptions of a reliable session; a resume renews those that could end while the session waits."""

DEDUPE_LIFETIME = CONNECTION_LIFETIME + RETENTION
"""Seconds that an ackId is remembered: longer than any connection may be away and come back."""

LEEWAY = 30
"""Seconds that the clock of a token's issuer may differ from ours."""

JOIN = "webpubsub.joinLeaveGroup"
SEND = "webpubsub.sendToGroup"
"""Roles for all groups; with a dot and a group's name behind, for that group."""


def expired(expires: int, now: int) -> bool:
    """Of a token without an ``expires``, 0, never."""
    return 0 < expires <= now - LEEWAY


@dataclass(frozen=True, slots=True)
class Identity:
    """What a token proves. ``groups`` are joined on connect; ``tenant`` is empty where there is only one.

    ``expires`` is the token's own, epoch seconds.
    """

    user_id: str
    tenant: str = ""
    roles: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()
    expires: int = field(default=0, compare=False)

    def with_roles(self, *roles: str) -> "Identity":
        return replace(self, roles=self.roles | set(roles))

    def expired(self, now: int) -> bool:
        return expired(self.expires, now)

    def may_join(self, group: str) -> bool:
        return self._has(JOIN, group)

    def may_send(self, group: str) -> bool:
        return self._has(SEND, group)

    def _has(self, role: str, group: str) -> bool:
        return role in self.roles or f"{role}.{group}" in self.roles


@dataclass(frozen=True, slots=True)
class Peer:
    """A session and the connection through which it is reached; ``reliable``: by its stream, in order."""

    session_id: str
    connection_id: str
    reliable: bool = field(default=False, compare=False)

    @property
    def polls(self) -> bool:
        """Whether its client polls: nothing can be posted to it."""
        return self.connection_id.startswith(POLLS)

    @property
    def place(self) -> str:
        """What the index says of where it is: the connection, or the link, whichever poll of it is under way."""
        return self.connection_id.rpartition(":")[0] + ":" if self.polls else self.connection_id


def lifetime(peer: Peer) -> int:
    """Seconds for the records of a session that has just connected."""
    return SUBSCRIPTION_LIFETIME if peer.reliable else CONNECTION_LIFETIME


@dataclass(frozen=True, slots=True)
class Session:
    """The record of one session. ``slot`` is the user slot it holds.

    ``connected_at`` is when its connection began, milliseconds since the epoch by API Gateway's clock; ``epoch`` is the
    connection's number, from 1. ``greeted`` says that the connection is known to be open: it took the greeting.
    ``detached`` says that the connection is over, and the next one is waited for. ``expires`` is the token's.
    """

    peer: Peer
    user_id: str
    tenant: str
    subprotocol: str
    connected_at: int
    epoch: int = 1
    expires: int = 0
    slot: int | None = None
    greeted: bool = False
    detached: bool = False


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
            "expires": str(self.identity.expires),
        }

    @classmethod
    def from_context(cls, context: Mapping[str, str], connection_id: str) -> "Caller":
        """Raises KeyError when the route was reached without our authorizer."""
        identity = Identity(
            user_id=context["userId"],
            tenant=context["tenant"],
            roles=frozenset(json.loads(context["roles"])),
            groups=tuple(json.loads(context["groups"])),
            expires=int(context["expires"]),
        )
        subprotocol = context["subprotocol"]
        return cls(Peer(context["sessionId"], connection_id, subprotocol == RELIABLE), identity, subprotocol)
