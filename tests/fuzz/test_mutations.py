"""Damaged frames and handshakes reach the real parsers: no unhandled exception, no hang, nothing left behind.

A small run of each; ``python tests/support/mutations.py`` makes the million.
"""

import asyncio
import json
from random import Random

import pytest
from websockets.frames import Opcode

from client_frames import masked
from fuzzed_port import FuzzedPort
from longwire.core.events import PeerClosed
from longwire.errors import ImpossibleInput
from mutations import FRAMES, HANDSHAKES, UPGRADE, Damage, LineDamage, fuzz_frames, fuzz_handshakes

pytestmark = pytest.mark.asyncio


async def test_damaged_frames_are_survived() -> None:
    report = await fuzz_frames(20_000, seed=20)
    assert report.inputs == 20_000
    assert report.connections > 1000


async def test_damaged_handshakes_are_survived() -> None:
    assert (await fuzz_handshakes(2_000, seed=2)).inputs == 2_000


@pytest.mark.parametrize(("corpus", "kind"), [(FRAMES, Damage), (HANDSHAKES, LineDamage)])
async def test_the_same_seed_makes_the_same_damage(corpus: list[bytes], kind: type[Damage]) -> None:
    def made() -> list[bytes]:
        damage = kind(Random(3))
        return [damage.of(corpus) for _ in range(300)]

    assert made() == made()
    assert len(set(made())) > 250


async def test_what_is_not_damaged_is_answered() -> None:
    port = FuzzedPort(Random(1))
    port.connect()
    port.receive(UPGRADE % (b"", b""))
    port.receive(masked(Opcode.TEXT, json.dumps({"action": "say"}).encode()))
    await port.settle()
    port.check_written()
    assert port.transport is not None
    assert port.transport.written.endswith(b"\x81\x06answer")
    await port.stop()


async def test_an_error_behind_the_parsers_is_not_survived() -> None:
    class Failing(FuzzedPort):
        def invoke(self, *_: object) -> None:
            raise ZeroDivisionError

    port = Failing(Random(1))
    port.connect()
    port.receive(UPGRADE % (b"", b""))
    with pytest.raises(ZeroDivisionError):
        port.receive(masked(Opcode.TEXT, b"x"))


async def test_an_error_in_the_loop_is_not_survived() -> None:
    port = FuzzedPort(Random(1))
    asyncio.get_running_loop().call_soon(port.server.carriers[0].receive, PeerClosed("unknown", 1000, ""))
    with pytest.raises(ImpossibleInput):
        await port.settle()
