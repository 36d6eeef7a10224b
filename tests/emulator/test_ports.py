"""Listening sockets."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from longwire.errors import PortInUse, UsageError
from longwire.ports import Ports, listen
from longwire.tls import Tls
from self_signed import self_signed


def close(sockets: list[socket.socket]) -> None:
    for made in sockets:
        made.close()


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield holder.getsockname()[1]


def test_zero_takes_a_free_port() -> None:
    sockets = listen("127.0.0.1", 0, default=1)
    assert sockets[0].getsockname()[1] > 0
    close(sockets)


def test_a_taken_default_moves_on_to_the_next_free_port(taken: int) -> None:
    sockets = listen("127.0.0.1", None, default=taken)
    assert sockets[0].getsockname()[1] > taken
    close(sockets)


def test_a_taken_port_that_was_asked_for_is_an_error_that_says_what_to_do(taken: int) -> None:
    with pytest.raises(PortInUse, match=rf"127.0.0.1:{taken} is in use.*--port 0"):
        listen("127.0.0.1", taken, default=1)


def test_localhost_is_served_over_ipv6_too_where_there_is_ipv6() -> None:
    sockets = listen("127.0.0.1", 0, default=1)
    families = {made.family for made in sockets}
    ports = {made.getsockname()[1] for made in sockets}
    close(sockets)
    assert socket.AF_INET in families
    assert len(ports) == 1


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_a_host_that_is_not_this_machine_is_named(host: str) -> None:
    with pytest.raises(UsageError, match=host):
        listen(host, 0, default=1)


@pytest.mark.asyncio
async def test_a_tls_handshake_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    ports = Ports.bound("127.0.0.1", 0, Tls(self_signed(tmp_path)), default=1)
    await ports.serve(asyncio.Protocol, handshake=0.2)
    silent, still = await asyncio.open_connection("127.0.0.1", ports.port)
    begun, half = await asyncio.open_connection("127.0.0.1", ports.port)
    half.write(b"\x16\x03\x01\x02\x00\x01\x00")
    async with asyncio.timeout(20):
        assert [await each.read() for each in (silent, begun)] == [b"", b""]
    for writer in (still, half):
        writer.close()
    ports.close()


def test_without_tls_there_is_one_port() -> None:
    ports = Ports.bound("127.0.0.1", 0, None, default=1)
    assert ports.port == ports.inner_port
    ports.close()
