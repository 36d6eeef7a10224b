"""Frames that change places, by a seed."""

import asyncio
from random import Random

import pytest

from longwire.core.events import SendFrame
from longwire.core.faults import Decision
from longwire.server.reordering import Reordering


def decision(places: int, seed: int = 1) -> Decision:
    return Decision("reordered", places, chance=Random(seed).random)


@pytest.mark.parametrize("places", [2, 3, 10])
@pytest.mark.asyncio
async def test_as_many_frames_as_the_fault_says_change_places(places: int) -> None:
    sent: list[SendFrame] = []
    reordering = Reordering(asyncio.get_running_loop().call_later, sent.append)
    frames = [SendFrame("a", str(number)) for number in range(places)]
    for frame in frames[:-1]:
        reordering.add([frame], decision(places))
    assert sent == []
    reordering.add([frames[-1]], decision(places))
    assert sent != frames
    assert sorted(sent, key=frames.index) == frames


@pytest.mark.asyncio
async def test_connections_do_not_mix_and_a_seed_is_a_run() -> None:
    sent: list[SendFrame] = []
    reordering = Reordering(asyncio.get_running_loop().call_later, sent.append)
    for seed in (5, 5):
        chance = decision(4, seed)
        for number in range(4):
            reordering.add([SendFrame("a", str(number))], chance)
    reordering.add([SendFrame("b", "alone")], decision(4))
    assert sent[:4] == sent[4:]
    reordering.flush()
    assert sent[-1] == SendFrame("b", "alone")
    assert not reordering.waiting


@pytest.mark.asyncio
async def test_what_is_forgotten_is_not_sent() -> None:
    sent: list[SendFrame] = []
    reordering = Reordering(asyncio.get_running_loop().call_later, sent.append)
    reordering.add([SendFrame("a", "lost")], decision(2))
    reordering.forget()
    reordering.flush()
    assert sent == []
