"""The example that is deployed."""

import pytest

from longwire_app.auth import Denied, Handshake
from longwire_app.auth_rules import nobody_who_is_suspended, rules
from longwire_app.session import Identity

ALICE = Identity("alice")


@pytest.mark.parametrize("claims", [{}, {"suspended": False}, {"suspended": "true"}])
def test_others_come_in_as_they_are(claims: dict[str, object]) -> None:
    assert rules.apply(Handshake(ALICE, claims)) is ALICE


def test_who_is_suspended_does_not() -> None:
    with pytest.raises(Denied, match="suspended"):
        nobody_who_is_suspended(Handshake(ALICE, {"suspended": True}))
