"""What is granted to a session and revoked from it."""

import pytest

from longwire_app.errors import BadRequest
from longwire_app.permissions import MAX_SAID, Permissions, role_of
from longwire_app.session import JOIN, SEND, Identity

NOBODY = Identity("alice")
EVERYWHERE = Identity("alice", roles=frozenset({SEND}))
ROOM = Identity("alice", roles=frozenset({f"{SEND}.room"}))


def test_without_a_word_the_token_decides() -> None:
    said = Permissions()
    assert [said.allow(who, SEND, "room") for who in (NOBODY, EVERYWHERE, ROOM)] == [False, True, True]
    assert [said.allow(who, SEND, "other") for who in (NOBODY, EVERYWHERE, ROOM)] == [False, True, False]
    assert [said.allow(who, SEND, None) for who in (NOBODY, EVERYWHERE, ROOM)] == [False, True, False]
    assert not said.allow(EVERYWHERE, JOIN, "room")


def test_the_nearer_word_counts() -> None:
    said = Permissions().revoke(SEND, None).grant(SEND, "room")
    assert said.allow(NOBODY, SEND, "room")
    assert not said.allow(EVERYWHERE, SEND, "other")
    assert not said.allow(ROOM.__class__("bob", roles=frozenset({f"{SEND}.other"})), SEND, "other")


def test_a_word_about_all_groups_takes_back_what_was_said_of_one() -> None:
    assert Permissions().revoke(SEND, "room").grant(SEND, None).allow(NOBODY, SEND, "room")
    assert not Permissions().grant(SEND, "room").revoke(SEND, None).allow(EVERYWHERE, SEND, "room")
    assert Permissions().grant(JOIN, "room").revoke(SEND, None).allow(NOBODY, JOIN, "room")


def test_the_later_word_about_a_group_counts() -> None:
    said = Permissions().grant(SEND, "room").revoke(SEND, "room")
    assert said == Permissions(revoked=frozenset({f"{SEND}.room"}))
    assert said.grant(SEND, "room") == Permissions(granted=frozenset({f"{SEND}.room"}))


def test_it_is_read_as_it_was_written() -> None:
    said = Permissions().grant(SEND, "a.b").revoke(JOIN, None)
    assert Permissions.from_text(said.to_text()) == said
    assert Permissions.from_text(None) == Permissions()


def test_a_session_takes_so_many_and_no_more() -> None:
    said = Permissions()
    for number in range(MAX_SAID):
        said = said.grant(SEND, str(number))
    with pytest.raises(BadRequest, match="200 grants"):
        said.revoke(JOIN, None)
    assert said.revoke(SEND, None) == Permissions(revoked=frozenset({SEND}))


def test_what_is_no_permission_is_a_bad_request() -> None:
    assert role_of("sendToGroup") == SEND
    with pytest.raises(BadRequest, match="permission: joinLeaveGroup or sendToGroup"):
        role_of("sendtogroup")
