"""Which handshakes may go on with a session."""

import pytest

from longwire_app.resume import Claim, claim_of, hashed, may_resume
from longwire_app.session import Identity, Peer, Session

SESSION = Session(Peer("s=", "c=", True), "alice", "acme", "json.reliable.webpubsub.azure.v1", 1)
ALICE = Identity("alice", "acme")
CLAIM = Claim("s=", hashed("token"))


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"awps_connection_id": "s="},
        {"awps_reconnection_token": "t"},
        {"awps_connection_id": "", "awps_reconnection_token": "t"},
        {"awps_connection_id": "s" * 257, "awps_reconnection_token": "t"},
        {"awps_connection_id": "s=", "awps_reconnection_token": "t" * 257},
    ],
)
def test_half_a_claim_is_none(query: dict[str, str]) -> None:
    assert claim_of(query) is None


def test_the_token_is_not_kept_but_its_hash() -> None:
    claim = claim_of({"awps_connection_id": "s=", "awps_reconnection_token": "token"})
    assert claim == CLAIM
    assert "token" not in CLAIM.token_hash


def test_half_a_surrogate_pair_has_a_hash() -> None:
    assert len(hashed("\ud800")) == 64


def test_its_user_with_a_good_token_may() -> None:
    assert may_resume(SESSION, {hashed("other"), hashed("token")}, CLAIM, ALICE)


@pytest.mark.parametrize("identity", [Identity("bob", "acme"), Identity("alice", "rival"), Identity("alice")])
def test_nobody_else_may_with_the_same_token(identity: Identity) -> None:
    assert not may_resume(SESSION, {hashed("token")}, CLAIM, identity)


@pytest.mark.parametrize("good", [set[str](), {hashed("older")}, {"token"}])
def test_no_other_token_is_good(good: set[str]) -> None:
    assert not may_resume(SESSION, good, CLAIM, ALICE)


def test_a_session_of_one_connection_cannot_be_resumed() -> None:
    plain = Session(Peer("s=", "c="), "alice", "acme", "json.webpubsub.azure.v1", 1)
    assert not may_resume(plain, {hashed("token")}, CLAIM, ALICE)
