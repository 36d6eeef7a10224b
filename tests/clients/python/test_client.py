"""The client against a scripted server, in virtual time."""

import asyncio
from typing import Any

import pytest

from longwire_client.backoff import Backoff
from longwire_client.client import Client
from longwire_client.errors import (
    HandshakeRefused,
    NotConnected,
    Stopped,
    Unacknowledged,
    Unauthorized,
)
from longwire_client.link import Manners
from longwire_client.messages import Reset, Resync, State
from scripted_link import Script, address, made, play, run, settled, taken


def test_tries_are_spaced_by_a_doubling_delay_with_full_jitter_and_end_after_ten() -> None:
    async def scene() -> None:
        script, states = Script(lambda _: NotConnected("no network")), list[State]()
        async with made(script, states) as client:
            with pytest.raises(Stopped, match="no connection after 10 tries: no network") as stopped:
                await anext(client)
        assert stopped.value.reason == "unreachable"
        # 1, 2, 4, 8, 16, 30, 30, ... times 0.5
        gaps = [after - before for before, after in zip(script.times, script.times[1:], strict=False)]
        assert gaps == [0.5, 1, 2, 4, 8, 15, 15, 15, 15]
        assert [state.retry_in for state in states if state.name == "waiting"] == gaps
        assert states[-1].name == "stopped"

    run(scene())


@pytest.mark.parametrize(("status", "reason"), [(401, "unauthorized"), (403, "forbidden"), (400, "refused")])
def test_a_refusal_that_would_be_repeated_ends_at_once(status: int, reason: str) -> None:
    async def scene() -> None:
        script = Script(lambda _: HandshakeRefused(status))
        async with made(script) as client:
            with pytest.raises(Stopped) as stopped:
                await anext(client)
        assert (stopped.value.reason, len(script.times)) == (reason, 1)

    run(scene())


@pytest.mark.parametrize("status", [429, 500, 409])
def test_a_refusal_for_now_is_tried_again(status: int) -> None:
    async def scene() -> None:
        script = Script(lambda number: HandshakeRefused(status) if number < 3 else None)
        async with made(script) as client:
            await script.connected()
            assert client.state.name == "connected"

    run(scene())


@pytest.mark.parametrize(
    ("code", "reason"), [(1008, "policy"), (1009, "too-big"), (3000, "unauthorized"), (4403, "forbidden")]
)
def test_a_final_close_code_ends_at_once(code: int, reason: str) -> None:
    async def scene(script: Script, client: Client) -> None:
        (await script.connected()).drops(code)
        with pytest.raises(Stopped) as stopped:
            await anext(client)
        assert (stopped.value.reason, len(script.times)) == (reason, 1)

    play(scene)


def test_a_provider_that_is_not_authorized_ends_it_and_another_failure_does_not() -> None:
    async def scene() -> None:
        script, errors = Script(), [OSError("no way"), Unauthorized("sign in")]

        async def refused() -> str:
            raise errors.pop(0)

        async with Client(refused, Manners(connect=script.connect)) as client:
            with pytest.raises(Stopped, match="sign in"):
                await anext(client)
        assert errors == []

    run(scene())


def test_a_session_is_recovered_with_its_rotated_token_and_shows_each_message_once() -> None:
    async def scene(script: Script, client: Client) -> None:
        first = await script.connected()
        first.publishes(1, "a")
        first.publishes(2, "b")
        first.greets(token="t2")
        assert await taken(client, 2) == ["a", "b"]
        first.drops()
        second = await script.opened()
        assert second.query == {
            "access_token": "x", "awps_connection_id": "s1", "awps_reconnection_token": "t2",
        }  # fmt: skip
        for number, data in [(1, "a"), (2, "b"), (3, "c")]:
            second.publishes(number, data)
        assert await taken(client, 1) == ["c"]
        await asyncio.sleep(2)
        assert second.of_type("sequenceAck")[-1]["sequenceId"] == 3

    play(scene)


def test_a_gap_is_not_shown_but_recovered_from() -> None:
    async def scene(script: Script, client: Client) -> None:
        first = await script.connected()
        first.publishes(1, "a")
        first.publishes(3, "c")
        second = await script.opened()
        for number, data in [(2, "b"), (3, "c")]:
            second.publishes(number, data)
        assert await taken(client, 3) == ["a", "b", "c"]

    play(scene)


def test_ids_that_the_server_passes_over_are_no_gap() -> None:
    async def scene(script: Script, client: Client) -> None:
        first = await script.connected()
        first.publishes(1, "a")
        first.publishes(4, "d", follows=1)
        first.publishes(5, "e")
        assert await taken(client, 3) == ["a", "d", "e"]

    play(scene)


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_that_is_gone_is_replaced_and_the_application_told(status: int) -> None:
    async def scene() -> None:
        script, states = Script(lambda number: HandshakeRefused(status) if number == 2 else None), list[State]()
        async with made(script, states) as client:
            first = await script.connected()
            joining = asyncio.create_task(client.join("room"))
            await settled()
            first.acks(first.of_type("joinGroup")[0])
            await joining
            publishing = asyncio.create_task(client.publish("room", 1))
            await settled()
            first.drops()
            second = await script.connected(session="s2")
            assert await taken(client, 1) == [Reset("s2")]
            assert [frame["group"] for frame in second.of_type("joinGroup")] == ["room"]
            with pytest.raises(Unacknowledged):
                await publishing
            assert second.of_type("sendToGroup") == []
            assert max(state.tries for state in states) == 2

    run(scene())


def test_acks_of_messages_wait_for_the_interval_or_the_window_and_for_the_application() -> None:
    async def scene(script: Script, client: Client) -> None:
        socket = await script.connected()
        for number in range(1, 8):
            socket.publishes(number, number)
        await asyncio.sleep(5)
        assert socket.of_type("sequenceAck") == []
        await taken(client, 2)
        await asyncio.sleep(1.5)
        await taken(client, 3)
        assert [frame["sequenceId"] for frame in socket.of_type("sequenceAck")] == [2, 5]

    play(scene, sequence_ack_window=3)


def test_silence_is_pinged_and_a_server_that_stays_silent_is_left() -> None:
    async def scene(script: Script, client: Client) -> None:
        first = await script.connected()
        await asyncio.sleep(61)
        assert first.of_type("ping") == [{"type": "ping"}]
        first.says(type="pong")
        await asyncio.sleep(60)
        assert client.state.name == "connected"
        second = await script.opened()
        assert (first.closed, len(first.of_type("ping"))) == (1006, 2)
        assert second.query["awps_connection_id"] == "s1"

    play(scene)


def test_a_connection_that_never_lasts_is_not_tried_for_ever() -> None:
    async def scene() -> None:
        script = Script()
        async with made(script) as client:
            for _ in range(10):
                (await script.connected()).drops()
            with pytest.raises(Stopped, match="10 tries"):
                await anext(client)

    run(scene())


def test_the_plain_protocol_starts_a_new_session_and_joins_again() -> None:
    async def scene(script: Script, client: Client) -> None:
        first = await script.connected(token=None)
        first.publishes(None, "a")
        joining = asyncio.create_task(client.join("room"))
        await settled()
        first.drops()
        second = await script.connected(session="s2", token=None)
        assert "awps_connection_id" not in second.query
        second.acks(second.of_type("joinGroup")[0])
        await joining
        assert await taken(client, 2) == ["a", Reset("s2")]

    play(scene)


def test_a_resync_is_told_apart_and_volatile_messages_need_no_number() -> None:
    async def scene(script: Script, client: Client) -> None:
        socket = await script.connected()
        data = {"$rt": "resync", "group": "room", "from": 3, "to": 7}
        socket.says(type="message", **{"from": "server"}, dataType="json", data=data)
        socket.publishes(None, "typing")
        assert await taken(client, 2) == [Resync("room", 3, 7), "typing"]
        assert client.publish_volatile("room", "typing")
        assert "ackId" not in socket.sent[-1]
        socket.unsent = 70_000
        assert not client.publish_volatile("room", "the network is behind")

    play(scene)


def test_an_application_that_takes_nothing_stops_the_client() -> None:
    async def scene(script: Script, client: Client) -> None:
        socket = await script.connected(token=None)
        for number in range(4):
            socket.publishes(None, number)
        await settled()
        assert (client.state.name, client.state.reason) == ("stopped", "slow-consumer")
        assert await taken(client, 3) == [0, 1, 2]
        with pytest.raises(Stopped, match="3 messages wait"):
            await anext(client)

    play(scene, buffer_limit=3)


def test_frames_of_no_sense_do_no_harm() -> None:
    async def scene(script: Script, client: Client) -> None:
        socket = await script.connected()
        for text in (
            "",
            "[]",
            "null",
            '{"type":7}',
            '{"message":"Internal server error"}',
            '{"type":"ack","ackId":[]}',
        ):
            socket.incoming.put_nowait(text)
        socket.publishes(1, "after")
        assert await taken(client, 1) == ["after"]

    play(scene)


def test_a_silent_handshake_is_given_up_and_closing_ends_the_iteration() -> None:
    async def scene(script: Script, client: Client) -> None:
        await script.opened()
        await asyncio.sleep(31)
        socket = await script.connected()
        await client.close()
        assert socket.closed == 1000
        assert [item async for item in client] == []
        with pytest.raises(Stopped):
            await client.publish("room", 1)

    play(scene, backoff=Backoff(jitter="small"))


def test_a_listener_that_raises_is_reported_and_ends_nothing() -> None:
    async def scene() -> None:
        def listen(state: State) -> None:
            raise ValueError(state.name)

        script, reported = Script(), list[Any]()
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))
        async with Client(address, Manners(connect=script.connect), listen) as client:
            socket = await script.connected()
            socket.publishes(1, "a")
            assert await taken(client, 1) == ["a"]
        assert [str(error) for error in reported[:3]] == ["connecting", "connecting", "connected"]

    run(scene())
