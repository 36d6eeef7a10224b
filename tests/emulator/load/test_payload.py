import json
import random

import pytest

from longwire.load.payload import Moment, Payload, ids_in

MOMENT = Moment(255, 7, 3, random.Random(1))


def test_placeholders_are_filled_in_and_other_braces_are_text() -> None:
    payload = Payload({"id": "{id}", "who": "{connection}", "n": "{n}", "other": "{x} {}"})
    told = json.loads(payload.render(MOMENT))
    assert told == {"id": "lw-00000000000000ff", "who": "7", "n": "3", "other": "{x} {}"}
    assert payload.has_id


def test_text_stays_as_it_is_written() -> None:
    assert Payload("plain, not JSON").render(MOMENT) == b"plain, not JSON"


def test_letters_have_the_length_that_was_asked_for() -> None:
    assert len(Payload("{text:100}").render(MOMENT)) == 100
    chance = random.Random(1)
    sizes = {len(Payload("{text:1-3}").render(Moment(1, 1, 1, chance))) for _ in range(100)}
    assert sizes == {1, 2, 3}
    assert len(Payload("{text:131072}").render(MOMENT)) == 131_072


@pytest.mark.parametrize("wrong", ["{text:5-2}", "{text:131073}"])
def test_impossible_numbers_are_told(wrong: str) -> None:
    with pytest.raises(ValueError, match="LEAST-MOST"):
        Payload(wrong)


def test_all_ids_of_a_message_are_found_and_nothing_else() -> None:
    assert ids_in(b'["lw-00000000000000ff","lw-","lw-zzzzzzzzzzzzzzzz","lw-0000000000000010","lw-12"]') == [255, 16]
