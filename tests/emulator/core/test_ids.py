"""Identifiers as decoded from captures of the real service."""

from base64 import urlsafe_b64decode
from random import Random

import pytest

from longwire.core.ids import Ids, is_connection_id


def test_ids_are_eleven_bytes_of_base64url() -> None:
    ids = Ids(Random(1).randbytes)
    for made in (ids.connection_id(), ids.message_id(), ids.request_id()):
        assert len(made) == 16
        assert made.endswith("=")
        assert len(urlsafe_b64decode(made)) == 11


def test_a_message_id_ends_like_its_connection_id_and_a_request_id_does_not() -> None:
    ids = Ids(Random(1).randbytes)
    connection, message, request = (
        urlsafe_b64decode(i) for i in (ids.connection_id(), ids.message_id(), ids.request_id())
    )
    assert connection[-3:] == message[-3:]
    assert connection[-3] == 2
    assert request[-3] == 5
    assert request[-2:] == connection[-2:]


def test_the_same_seed_gives_the_same_ids_and_no_two_are_alike() -> None:
    first, second = Ids(Random(3).randbytes), Ids(Random(3).randbytes)
    made = [first.connection_id() for _ in range(1000)]
    assert made == [second.connection_id() for _ in range(1000)]
    assert len(set(made)) == 1000


def test_a_trace_root_carries_the_time() -> None:
    root = Ids(Random(1).randbytes).trace_root(0x5759E988)
    assert root.startswith("1-5759e988-")
    assert len(root) == len("1-5759e988-bd862e3fe1be46a994272793")


@pytest.mark.parametrize(
    ("text", "well_formed"),
    [
        ("L0SM9cOFvHcCIhw=", True),
        ("Aa-_9cOFvHcCIhw=", True),
        ("L0SM9cOFvHcCIhw", False),
        ("L0SM9cOFvHcCIhw=test", False),
        ("cjld2cjxh0000qzrmn831i7rn", False),
        ("", False),
        ("L0SM9cOFvHcC/hw=", False),
    ],
)
def test_only_sixteen_characters_of_base64url_can_be_a_connection_id(text: str, well_formed: bool) -> None:
    assert is_connection_id(text) is well_formed
