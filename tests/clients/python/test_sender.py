import asyncio

from longwire_client.link import Manners, Timers
from longwire_client.sender import Sender
from scripted_link import run, settled


def test_joins_of_a_new_session_come_first_and_only_once_for_a_group() -> None:
    async def scene() -> None:
        written = list[str]()
        connected = False

        def write(text: str) -> bool:
            written.extend([text] if connected else [])
            return connected

        sender = Sender(Manners(in_flight=9), Timers(), write)
        asking = [asyncio.create_task(sender.ask({"type": "joinGroup", "group": name})) for name in ("b", "d")]
        await settled()
        sender.join_first(["a", "b", "c"])
        connected = True
        sender.flush()
        assert [frame["group"] for frame in (each.frame for each in sender.outbox.waiting)] == ["a", "c", "b", "d"]
        assert len(written) == 4
        for task in asking:
            task.cancel()

    run(scene())


def test_an_answer_to_a_question_that_nobody_asked_does_no_harm() -> None:
    async def scene() -> None:
        sender = Sender(Manners(), Timers(), lambda _: True)
        sender.settle({"type": "ack", "ackId": 5, "success": True})
        asking = asyncio.create_task(sender.ask({"type": "sendToGroup", "group": "a"}))
        await settled()
        asking.cancel()  # who asked has gone; the answer comes all the same
        await settled()
        sender.settle({"type": "ack", "ackId": 1, "success": False, "error": {"name": "Forbidden"}})
        assert sender.outbox.waiting == []

    run(scene())
