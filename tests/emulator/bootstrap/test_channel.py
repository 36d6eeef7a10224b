import io
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from longwire.bootstrap.channel import ANSWER, MAX_OUTPUT, NOTICE, STDERR, STDOUT, Channel, Lines, Output, text_stream


@pytest.fixture
def pair() -> Iterator[tuple[Channel, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(10)
    with ours, theirs:
        yield Channel(theirs.fileno()), ours


class Recording(Output):
    """Keeps what it would send."""

    def __init__(self) -> None:
        super().__init__(Channel(-1))
        self.written: list[tuple[bytes, bytes]] = []
        self.write = lambda kind, line: self.written.append((kind, line))


@pytest.fixture
def output() -> Recording:
    return Recording()


def stream(output: Output, kind: bytes = STDOUT) -> io.TextIOWrapper:
    return text_stream(Lines(output, kind, 1), "strict")


def test_a_frame_is_length_kind_and_body(pair: tuple[Channel, socket.socket]) -> None:
    channel, ours = pair
    channel.send(ANSWER, b"body")
    assert ours.recv(100) == b"\x00\x00\x00\x04Abody"


def test_frames_that_arrive_together_are_received_one_by_one(pair: tuple[Channel, socket.socket]) -> None:
    channel, ours = pair
    ours.sendall(b"\x00\x00\x00\x01Ia\x00\x00\x00\x00I\x00\x00\x00\x02Ibc")
    assert [channel.receive(), channel.receive(), channel.receive()] == [b"a", b"", b"bc"]


def test_a_frame_that_arrives_in_pieces_is_received_whole(pair: tuple[Channel, socket.socket]) -> None:
    channel, ours = pair
    body = os.urandom(300_000)
    frame = len(body).to_bytes(4, "big") + b"I" + body

    def send() -> None:
        for start in range(0, len(frame), 7919):
            ours.sendall(frame[start : start + 7919])

    sender = threading.Thread(target=send)
    sender.start()
    assert channel.receive() == body
    sender.join()


def test_frames_of_several_threads_do_not_mix(pair: tuple[Channel, socket.socket]) -> None:
    channel, ours = pair
    threads = [threading.Thread(target=channel.send, args=(STDOUT, bytes([65 + n]) * 300_000)) for n in range(4)]
    for thread in threads:
        thread.start()
    ours.setblocking(True)
    other = Channel(ours.detach())
    bodies = [other.receive() for _ in threads]
    assert sorted(sorted(set(body)) for body in bodies) == [[65], [66], [67], [68]]
    for thread in threads:
        thread.join()
    os.close(other.fd)


def test_text_is_cut_into_lines(output: Recording) -> None:
    out = stream(output)
    print("one", file=out)
    print("two\nthree", file=out)
    out.write("no ")
    out.write("end")
    output.finish()
    assert output.written == [(STDOUT, line) for line in (b"one", b"two", b"three", b"no end")]


def test_both_streams_keep_their_order(output: Recording) -> None:
    out, err = stream(output), stream(output, STDERR)
    print("1", file=out)
    print("2", file=err)
    print("3", file=out)
    assert [line for _, line in output.written] == [b"1", b"2", b"3"]


def test_a_line_that_never_ends_does_not_pile_up(output: Recording) -> None:
    out = stream(output)
    for _ in range(100):
        out.write("x" * 1000)
    assert 60_000 < sum(len(line) for _, line in output.written) <= 100_000


def test_what_exceeds_the_limit_is_counted_and_said_once(output: Recording) -> None:
    out = stream(output)
    print("x" * (MAX_OUTPUT - 1), file=out)
    print("lost", file=out)
    output.finish()
    assert output.written[1:] == [(NOTICE, b"4 bytes more were printed; 1,000,000 are kept of one invocation")]


def test_the_limit_is_each_invocations_own(output: Recording) -> None:
    out = stream(output)
    print("x" * (MAX_OUTPUT + 5), file=out)
    output.start()
    print("kept", file=out)
    assert output.written[-1] == (STDOUT, b"kept")


def test_a_stream_has_the_descriptor_that_subprocesses_inherit(output: Recording) -> None:
    assert text_stream(Lines(output, STDERR, 2), "strict").fileno() == 2


def test_a_channel_whose_other_end_is_gone_ends_the_process() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        code = f"from longwire.bootstrap.channel import Channel; Channel({theirs.fileno()}).receive()"
        # A process group of its own: all of it is killed.
        process = subprocess.Popen([sys.executable, "-c", code], pass_fds=(theirs.fileno(),), process_group=0)
    ours.close()
    assert process.wait(10) == -signal.SIGKILL
