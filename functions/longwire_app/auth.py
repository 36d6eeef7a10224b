"""What an application plugs into the handshake: rules that look at a valid token and refuse, or change what it gives.

The rules themselves are in auth_rules.py.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from longwire_app.session import Identity

__all__ = ["AuthRules", "Denied", "Handshake", "claims_of"]


class Denied(Exception):
    """The handshake ends with 403. ``reason`` is logged: a word of yours, nothing of the client's."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Handshake:
    """A token that is valid, and where it came from. ``claims`` are all of it.

    ``headers`` (names in any case) and ``source_ip`` are the handshake's; when a connection shows a new token they are
    empty, and ``refreshed`` is true.
    """

    identity: Identity
    claims: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    source_ip: str = ""
    refreshed: bool = False


Rule = Callable[[Handshake], Identity]


@dataclass(frozen=True, slots=True)
class AuthRules:
    """In the order of the file; each sees what the one before it made of the identity."""

    rules: list[Rule] = field(default_factory=list)

    def rule(self, rule: Rule) -> Rule:
        """Registers the decorated function, which returns an Identity or raises Denied."""
        self.rules.append(rule)
        return rule

    def apply(self, handshake: Handshake) -> Identity:
        """Raises Denied, and whatever a rule raises."""
        for rule in self.rules:
            handshake = replace(handshake, identity=rule(handshake))
        return handshake.identity


def claims_of(token: str) -> Mapping[str, Any]:
    """Those of a token that has been verified."""
    payload = token.split(".")[1]
    claims: Mapping[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims
