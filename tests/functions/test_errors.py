"""What clients are told by name."""

import pytest

from longwire_app.errors import BadRequest, Duplicate, Forbidden, InvalidToken, NotFound, Refused


@pytest.mark.parametrize("refusal", [BadRequest("why"), Forbidden("why"), NotFound("why")])
def test_a_refusal_has_its_class_as_its_name_on_the_wire(refusal: Refused) -> None:
    assert refusal.name == type(refusal).__name__
    assert refusal.message == "why"


def test_a_duplicate_says_what_it_is() -> None:
    assert "ackId" in Duplicate().message


def test_an_invalid_token_shows_only_its_reason() -> None:
    assert str(InvalidToken("expired")) == "expired"
