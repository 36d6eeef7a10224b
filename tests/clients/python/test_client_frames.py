"""What a client sends, against a scripted server, in virtual time."""

import asyncio

import pytest

from longwire_client.client import Client
from longwire_client.errors import (
    QueueFull,
    Refused,
    Stopped,
    TooBig,
    Unacknowledged,
)
from scripted_link import Script, ScriptedSocket, play, settled


def test_frames_wait_for_a_connection_go_out_in_order_and_one_at_a_time() -> None:
    async def scene(script: Script, client: Client) -> None:
        publishing = [asyncio.create_task(client.publish("room", number)) for number in range(3)]
        socket = await script.connected()
        for number in range(3):
            sent = socket.of_type("sendToGroup")
            assert [frame["data"] for frame in sent] == list(range(number + 1))
            socket.acks(sent[-1])
            await settled()
        await asyncio.gather(*publishing)

    play(scene)


def test_what_was_not_acknowledged_is_sent_again_with_its_ack_id_and_duplicate_is_success() -> None:
    async def scene(script: Script, client: Client) -> None:
        first = await script.connected()
        publishing = asyncio.create_task(client.publish("room", "x"))
        await settled()
        first.drops()
        second = await script.opened()
        await settled()
        assert second.of_type("sendToGroup") == first.of_type("sendToGroup") != []
        second.acks(second.sent[-1], "Duplicate")
        await publishing

    play(scene)


async def _answered(socket: ScriptedSocket, error: str, times: int) -> None:
    for number in range(times):
        while len(socket.of_type("sendToGroup")) <= number:  # noqa: ASYNC110 (virtual time)
            await asyncio.sleep(0.1)
        socket.acks(socket.sent[-1], error)


@pytest.mark.parametrize(("error", "times"), [("Forbidden", 1), ("InternalServerError", 3)])
def test_a_refusal_reaches_the_publisher_and_a_server_error_after_three_sends(error: str, times: int) -> None:
    async def scene(script: Script, client: Client) -> None:
        socket = await script.connected()
        answers = asyncio.create_task(_answered(socket, error, times))
        with pytest.raises(Refused) as refused:
            await client.publish("room", "x")
        await answers
        assert (refused.value.name, len(socket.of_type("sendToGroup"))) == (error, times)

    play(scene)


def test_an_answer_that_never_comes_is_asked_for_three_times() -> None:
    async def scene(script: Script, client: Client) -> None:
        socket = await script.connected()
        with pytest.raises(Unacknowledged):
            await client.publish("room", "x")
        assert len(socket.of_type("sendToGroup")) == 3
        assert asyncio.get_running_loop().time() == 45

    play(scene, ping_interval=None)


def test_the_queue_has_a_limit_and_a_message_too() -> None:
    async def scene(script: Script, client: Client) -> None:
        with pytest.raises(TooBig):
            await client.publish("room", "x" * 33_000)
        waiting = [asyncio.create_task(client.publish("room", number)) for number in range(2)]
        await settled()
        with pytest.raises(QueueFull):
            await client.publish("room", 3)
        assert not client.publish_volatile("room", "lost")
        await client.close()
        assert all(isinstance(each, Stopped) for each in await asyncio.gather(*waiting, return_exceptions=True))
        assert len(script.sockets) < 2

    play(scene, queue_limit=2)
