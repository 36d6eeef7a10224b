"""Whether a handshake may go on with a session that exists, decided without I/O.

Official clients ask by the query parameters ``awps_connection_id`` (the session's id) and ``awps_reconnection_token``.
The access token is checked as at any handshake: who resumes a session must be its user, with a token that is valid.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from longwire_app.session import Identity, Session

__all__ = ["Claim", "claim_of", "hashed", "may_resume", "new_token"]

MAX_CLAIM = 256
"""Characters of either parameter. Ours have fewer than 50."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The session that a handshake asks for, and the hash of the token that it shows for it."""

    session_id: str
    token_hash: str


def claim_of(query: Mapping[str, str]) -> Claim | None:
    """None when the handshake asks for a new session: without either parameter, or with one that none of ours is."""
    session_id, token = query.get("awps_connection_id"), query.get("awps_reconnection_token")
    if not session_id or not token or max(len(session_id), len(token)) > MAX_CLAIM:
        return None
    return Claim(session_id, hashed(token))


def new_token() -> str:
    return secrets.token_urlsafe(16)


def hashed(token: str) -> str:
    """What is stored of a reconnection token. It has 128 random bits, so a plain hash cannot be searched."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def may_resume(session: Session, good: Collection[str], claim: Claim, identity: Identity) -> bool:
    """``good`` are the hashes of the tokens that the session takes."""
    same_user = (session.user_id, session.tenant) == (identity.user_id, identity.tenant)
    return session.peer.reliable and same_user and any(hmac.compare_digest(claim.token_hash, each) for each in good)
