"""Roles, and the context in which they travel."""

import json

import pytest

from longwire_app.session import Caller, Identity, Peer

CALLER = Caller(
    Peer("s=", "c="),
    Identity("zoë", "acme", frozenset({"webpubsub.sendToGroup", "a"}), ("one, two", '"')),
    "json.webpubsub.azure.v1",
)


@pytest.mark.parametrize(
    ("roles", "may_join", "may_send"),
    [
        ((), False, False),
        (("webpubsub.joinLeaveGroup",), True, False),
        (("webpubsub.sendToGroup",), False, True),
        (("webpubsub.joinLeaveGroup.room",), True, False),
        (("webpubsub.sendToGroup.room",), False, True),
        (("webpubsub.joinLeaveGroup.roo", "webpubsub.sendToGroup.rooms"), False, False),
        (("webpubsub.joinLeaveGroup.", "webpubsub.*", "*"), False, False),
        (("WEBPUBSUB.JOINLEAVEGROUP", "webpubsub.sendtogroup"), False, False),
    ],
)
def test_a_role_covers_all_groups_or_the_one_it_names(roles: tuple[str, ...], may_join: bool, may_send: bool) -> None:
    identity = Identity("u", roles=frozenset(roles))
    assert identity.may_join("room") is may_join
    assert identity.may_send("room") is may_send


def test_a_group_with_dots_is_matched_whole() -> None:
    identity = Identity("u", roles=frozenset({"webpubsub.sendToGroup.a.b"}))
    assert identity.may_send("a.b")
    assert not identity.may_send("a")
    assert not identity.may_send("b")


def test_a_caller_survives_the_authorizers_context() -> None:
    context = CALLER.to_context()
    assert all(isinstance(value, str) for value in context.values())
    assert Caller.from_context(json.loads(json.dumps(context)) | {"principalId": "zoë"}, "c=") == CALLER


def test_the_connection_is_the_events_and_not_the_contexts() -> None:
    assert Caller.from_context(CALLER.to_context(), "c2=").peer == Peer("s=", "c2=")


def test_a_context_that_is_not_ours_is_no_caller() -> None:
    with pytest.raises(KeyError):
        Caller.from_context({"principalId": "zoë"}, "c=")
