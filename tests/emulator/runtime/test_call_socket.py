import os
from collections.abc import Iterator

import pytest

from longwire.bootstrap.channel import LARGE, Channel
from longwire.runtime.call_socket import CallSocket

pytestmark = pytest.mark.skipif(not CallSocket.available(), reason="calls are frames of the channel on this system")


@pytest.fixture
def calls() -> Iterator[CallSocket]:
    made = CallSocket()
    yield made
    made.close()


def test_an_environment_reads_one_call_at_a_time(calls: CallSocket) -> None:
    channel = Channel(-1, calls.fileno())
    assert calls.send(b"first")
    assert calls.send(b"second")
    assert [channel.receive(), channel.receive()] == [b"first", b"second"]


def test_what_nobody_has_read_is_taken_back_in_its_order(calls: CallSocket) -> None:
    for call in (b"1", b"2", b"3"):
        calls.send(call)
    os.read(calls.fileno(), 10)
    assert calls.take_back() == [b"2", b"3"]
    assert calls.take_back() == []


def test_the_next_packet_can_be_looked_at(calls: CallSocket) -> None:
    assert calls.first() == b""
    calls.send(b"1")
    calls.send(b"2")
    assert [calls.first(), calls.first()] == [b"1", b"1"]
    assert calls.take_back() == [b"1", b"2"]


def test_when_the_kernel_has_enough_it_says_so_and_nothing_waits(calls: CallSocket) -> None:
    taken = 0
    while taken < 10_000 and calls.send(b"x" * 1000):
        taken += 1
    assert 5 < taken < 10_000
    assert len(calls.take_back()) == taken
    assert calls.send(b"there is room again")


def test_a_large_call_is_announced_and_comes_by_the_channel(calls: CallSocket) -> None:
    read, write = os.pipe()
    channel = Channel(read, calls.fileno())
    calls.announce()
    os.write(write, b"\x00\x00\x00\x05Ilarge")
    assert channel.receive() == b"large"
    calls.announce()
    assert calls.take_back() == [LARGE]
    os.close(read)
    os.close(write)
