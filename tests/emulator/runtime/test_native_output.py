import asyncio
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from longwire.runtime.native_output import NativeOutput

pytestmark = pytest.mark.asyncio


@dataclass
class Pipe:
    """A NativeOutput, what it has printed, and the end into which native code would write."""

    write: int
    lines: list[tuple[str, str]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def printed(self, stream: str, line: str) -> None:
        self.lines.append((stream, line))
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                self.changed.clear()
                await self.changed.wait()


@pytest_asyncio.fixture
async def pipe() -> AsyncIterator[tuple[NativeOutput, Pipe]]:
    read, write = os.pipe()
    os.set_blocking(write, False)
    made = Pipe(write)
    output = NativeOutput(read, made.printed)
    yield output, made
    output.close()
    os.close(write)


async def test_lines_are_printed_as_they_arrive(pipe: tuple[NativeOutput, Pipe]) -> None:
    _, end = pipe
    os.write(end.write, b"one\ntw")
    os.write(end.write, b"o\n\xff\n")
    await end.until(lambda: len(end.lines) == 3)
    assert end.lines == [("stdout", "one"), ("stdout", "two"), ("stdout", "\ufffd")]


async def test_draining_prints_what_is_there_and_the_line_without_end(pipe: tuple[NativeOutput, Pipe]) -> None:
    output, end = pipe
    os.write(end.write, b"one\nrest")
    output.drain()
    assert end.lines == [("stdout", "one"), ("stdout", "rest")]
    output.drain()
    assert len(end.lines) == 2


async def test_a_flood_is_cut_and_said_once_for_each_invocation(pipe: tuple[NativeOutput, Pipe]) -> None:
    output, end = pipe
    for _ in range(30):
        os.write(end.write, (b"x" * 999 + b"\n") * 50)
        output.drain()
    assert [line for line in end.lines if line[0] == "platform"] == [
        ("platform", "more was printed by subprocesses or native code; 1,000,000 bytes are kept of one invocation")
    ]
    assert len(end.lines) <= 1001
    output.start()
    os.write(end.write, b"again\n")
    output.drain()
    assert end.lines[-1] == ("stdout", "again")


async def test_a_line_that_never_ends_does_not_pile_up(pipe: tuple[NativeOutput, Pipe]) -> None:
    output, end = pipe
    for _ in range(4):
        os.write(end.write, b"x" * 40_000)
        while output.read():
            pass
    assert sum(len(line) for _, line in end.lines) >= 80_000
