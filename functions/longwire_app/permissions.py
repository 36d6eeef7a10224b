"""What the administration grants to and revokes from one session, over what its token says. No I/O.

A permission names a role, for one group or for all. The nearer word counts: what was said of the group, then what was
said of all groups, then the token.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from longwire_app.errors import BadRequest
from longwire_app.session import JOIN, SEND, Identity

__all__ = ["ROLES", "Permissions", "role_of"]

ROLES = {"joinLeaveGroup": JOIN, "sendToGroup": SEND}
"""By the names that the administration has for them."""

MAX_SAID = 200
"""Grants and revocations of one session: they are stored with it, and read with it."""


def role_of(permission: str) -> str:
    """Raises BadRequest for what is no permission."""
    if permission not in ROLES:
        raise BadRequest(f"permission: {' or '.join(ROLES)}")
    return ROLES[permission]


@dataclass(frozen=True, slots=True)
class Permissions:
    """Roles, each with a dot and a group's name behind where it is for that group; none is in both sets."""

    granted: frozenset[str] = frozenset()
    revoked: frozenset[str] = frozenset()

    def allow(self, identity: Identity, role: str, group: str | None) -> bool:
        """``group`` None asks for all groups."""
        names = [role] if group is None else [f"{role}.{group}", role]
        for name in names:
            if name in self.granted or name in self.revoked:
                return name in self.granted
        return any(name in identity.roles for name in names)

    def grant(self, role: str, group: str | None) -> "Permissions":
        """Raises BadRequest when too much was said already. So does ``revoke``."""
        name, granted, revoked = self._without(role, group)
        return _checked(Permissions(granted | {name}, revoked))

    def revoke(self, role: str, group: str | None) -> "Permissions":
        name, granted, revoked = self._without(role, group)
        return _checked(Permissions(granted, revoked | {name}))

    def _without(self, role: str, group: str | None) -> tuple[str, frozenset[str], frozenset[str]]:
        """What was said before of this group, or of this role and any group."""
        name = role if group is None else f"{role}.{group}"
        forgotten = {name} | (
            {said for said in self.granted | self.revoked if _is_of(said, role)} if group is None else set()
        )
        return name, self.granted - forgotten, self.revoked - forgotten

    def to_text(self) -> str:
        return json.dumps([sorted(self.granted), sorted(self.revoked)], separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str | None) -> "Permissions":
        granted, revoked = json.loads(text) if text else ((), ())
        return cls(frozenset(granted), frozenset(revoked))


def _is_of(said: str, role: str) -> bool:
    return said.startswith(f"{role}.")


def _checked(permissions: Permissions) -> Permissions:
    said: Iterable[str] = permissions.granted | permissions.revoked
    if len(permissions.granted) + len(permissions.revoked) > MAX_SAID or sum(map(len, said)) > 32 * MAX_SAID:
        raise BadRequest(f"a session takes {MAX_SAID} grants and revocations of 6,400 characters")
    return permissions
