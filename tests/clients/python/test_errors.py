import pytest

from longwire_client import errors


@pytest.mark.parametrize("name", errors.__all__)
def test_all_are_of_one_tree(name: str) -> None:
    assert issubclass(getattr(errors, name), errors.LongwireClientError)


def test_each_says_what_happened() -> None:
    assert str(errors.Closed(1001)) == "closed with 1001"
    assert str(errors.HandshakeRefused(401)) == "the handshake was refused with 401"
    assert str(errors.Refused("Forbidden", "no role")) == "Forbidden: no role"
