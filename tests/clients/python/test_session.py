import asyncio
from typing import Any

import pytest

from longwire_client.errors import QueueFull, TooBig, Unacknowledged
from longwire_client.session import Gap, Outbox, Session


def answer() -> asyncio.Future[None]:
    loop = asyncio.new_event_loop()
    loop.close()
    return loop.create_future()


def frame(kind: str = "sendToGroup", **more: Any) -> dict[str, Any]:
    return {"type": kind, "group": "room", **more}


def test_a_sequence_id_is_new_once_and_none_may_be_left_out() -> None:
    session = Session("s", "t")
    assert [session.is_new(number) for number in (1, 2, 1, 2, 3)] == [True, True, False, False, True]
    with pytest.raises(Gap, match="3 was followed by 5"):
        session.is_new(5)
    assert session.is_new(4)


def test_an_outbox_has_limits() -> None:
    outbox = Outbox(limit=1, largest=80)
    with pytest.raises(TooBig):
        outbox.put(frame(data="x" * 80), answer())
    outbox.put(frame(), answer())
    with pytest.raises(QueueFull):
        outbox.put(frame(), answer())


def test_no_more_than_the_width_is_under_way_and_what_could_not_be_written_waits() -> None:
    outbox = Outbox(width=2)
    for _ in range(3):
        outbox.put(frame(), answer())
    assert list(outbox.to_send(lambda _: False)) == []
    assert [each.ack_id for each in outbox.to_send(lambda _: True)] == [1, 2]
    outbox.lost_connection()
    assert [each.sends for each in outbox.to_send(lambda _: True)] == [2, 2]


def test_with_its_session_a_sent_message_is_uncertain_and_a_join_is_asked_for_again() -> None:
    outbox = Outbox(width=2)
    publish, join, later = (outbox.put(frame(kind), answer()) for kind in ("sendToGroup", "joinGroup", "sendToGroup"))
    list(outbox.to_send(lambda _: True))
    outbox.lost_session()
    assert isinstance(publish.answer.exception(), Unacknowledged)
    assert outbox.waiting == [join, later]
