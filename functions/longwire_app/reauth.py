"""A new token for a connection that is open: the event ``auth.refresh``.

The authorizer's context stays with a connection as long as it is open, so a new token's roles and expiry are with the
session, and are looked up only where the first token does not do: after it expired, or when it lacks a role. What the
first token gave is given until it expires, since it would open another connection just as well.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from longwire_app.errors import BadRequest, Forbidden, InvalidToken
from longwire_app.protocol import Event
from longwire_app.session import Caller, Identity
from longwire_app.session_store import SessionStore

__all__ = ["EXPIRED", "REFRESH", "Authority", "TokenExpired"]

REFRESH = "auth.refresh"
"""The name of the event. Its data is the token, as text or as a JSON string."""

EXPIRED = "the token has expired: connect again, with a new one"


class TokenExpired(Forbidden):
    """The connection is to be ended."""

    def __init__(self) -> None:
        super().__init__(EXPIRED)


@dataclass(frozen=True, slots=True)
class Authority:
    """``verify`` checks a token as at a handshake; it raises InvalidToken, or Forbidden when a rule refuses."""

    sessions: SessionStore
    verify: Callable[[str], Identity]

    def current(self, caller: Caller, now: int) -> Caller:
        """The caller, with its refreshed token where that of the handshake has expired. Raises TokenExpired."""
        if not caller.identity.expired(now):
            return caller
        refreshed = self.refreshed(caller)
        if refreshed.expired(now):
            raise TokenExpired
        return replace(caller, identity=refreshed)

    def refreshed(self, caller: Caller) -> Identity:
        """What the last token of this connection proves."""
        return self.sessions.authorization(caller.peer, caller.identity) or caller.identity

    def refresh(self, caller: Caller, frame: Event) -> None:
        """Raises Forbidden for a token that is not valid, or of somebody else."""
        if not isinstance(frame.data, str):
            raise BadRequest(f"{REFRESH} takes a token, as text")
        try:
            identity = self.verify(frame.data)
        except InvalidToken as exc:
            raise Forbidden(f"the token is not valid: {exc.reason}") from None
        if (identity.user_id, identity.tenant) != (caller.identity.user_id, caller.identity.tenant):
            raise Forbidden("the token is another user's")
        if not self.sessions.authorize(caller.peer, identity):
            raise Forbidden("the session has ended")
