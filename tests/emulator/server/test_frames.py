"""RFC 6455, frame by frame, without sockets."""

import os
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from websockets.frames import Close, Opcode

from client_frames import Conversation, deflated, head, masked
from longwire.core.quotas import Quotas

TEXT, BINARY, CONT, PING, PONG, CLOSE = (
    Opcode.TEXT, Opcode.BINARY, Opcode.CONT, Opcode.PING, Opcode.PONG, Opcode.CLOSE,
)  # fmt: skip
SNOWMAN = "☃".encode()


@contextmanager
def counted_memory() -> Iterator[Callable[[], int]]:
    """The most bytes that were held at once in the block, over what was held before."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("opcode", "payload"), [(TEXT, "héllo"), (BINARY, b"\x00\xff")])
def test_a_message_is_told_with_its_size_in_bytes(opcode: Opcode, payload: str | bytes) -> None:
    data = payload.encode() if isinstance(payload, str) else payload
    assert Conversation().feed(masked(opcode, data)) == [(payload, len(data))]


def test_bytes_may_arrive_one_by_one_and_several_messages_at_once() -> None:
    sent = masked(TEXT, b"a" * 200) + masked(TEXT, b"b") + masked(BINARY, b"c")
    whole = Conversation().feed(sent)
    assert whole == [("a" * 200, 200), ("b", 1), (b"c", 1)]
    assert Conversation().feed(*(bytes((byte,)) for byte in sent)) == whole


def test_a_character_may_be_cut_anywhere() -> None:
    """5.6: "a particular text frame might include a partial UTF-8 sequence; however, the whole message MUST"."""
    first, last = masked(TEXT, SNOWMAN[:1], fin=False), masked(CONT, SNOWMAN[1:])
    assert Conversation().feed(first, last[:7], last[7:]) == [("☃", 3)]


def test_control_frames_come_between_fragments() -> None:
    conversation = Conversation()
    sent = [
        masked(TEXT, b"a", fin=False),
        masked(PING, b"?"),
        masked(CONT, b"b", fin=False),
        masked(PONG),
        masked(CONT),
    ]
    assert conversation.feed(*sent) == ["ping", ("ab", 2)]
    assert conversation.written() == [(PONG, b"?")]


def test_a_ping_while_a_message_is_at_its_limit_is_no_part_of_it() -> None:
    conversation = Conversation(Quotas(message_size=10))
    assert conversation.feed(masked(TEXT, b"0123456789", fin=False), masked(PING, b"x" * 125)) == ["ping"]
    assert conversation.feed(masked(CONT)) == [("0123456789", 10)]


def test_an_answer_leaves_before_the_answer_to_a_close_that_came_with_the_question() -> None:
    conversation = Conversation(answers=True)
    conversation.feed(masked(TEXT, b"?") + masked(PING, b"1") + masked(CLOSE, Close(4001, "bye").serialize()))
    assert conversation.written() == [(TEXT, b"?"), (PONG, b"1"), (CLOSE, Close(4001, "bye").serialize())]


def test_a_close_in_the_middle_of_a_message_is_answered_like_any_other() -> None:
    """5.4 allows control frames there; Autobahn 7.1.5. What comes after it is not read."""
    conversation = Conversation()
    sent = [masked(TEXT, b"a", fin=False), masked(CLOSE, Close(1000, "").serialize()), masked(CONT, b"b")]
    assert conversation.feed(*sent) == [("closed", 1000, "")]
    assert conversation.written() == [(CLOSE, b"\x03\xe8")]


def test_a_close_without_a_status_is_1005_and_answered_without_one() -> None:
    conversation = Conversation()
    assert conversation.feed(masked(CLOSE)) == [("closed", 1005, "")]
    assert conversation.written() == [(CLOSE, b"")]


@pytest.mark.parametrize(
    "start",
    [
        head(0x80 | 3, 5),
        head(0x80 | 0x0B, 5),
        head(0x80 | 0x20 | 1, 5),
        head(0x80 | 0x40 | 1, 5),
        head(0x81, 5, mask=False),
        head(0x09, 5),
        head(0x89, 126),
        head(0xC9, 5),
        head(0x80, 5),
    ],
    ids=["opcode", "control", "rsv2", "rsv1", "unmasked", "cut ping", "long ping", "rsv1 ping", "no start"],
)
def test_a_forbidden_frame_is_refused_by_its_first_two_octets(start: bytes) -> None:
    conversation = Conversation()
    assert conversation.feed(start[:2]) == [("failed", 1002)]
    assert conversation.written() == [(CLOSE, b"\x03\xea")]


def test_a_new_message_before_the_end_of_the_last_is_refused() -> None:
    assert Conversation().feed(masked(TEXT, b"a", fin=False), masked(TEXT, b"b")) == [("failed", 1002)]


def test_rsv1_belongs_to_the_first_frame_of_a_compressed_message_alone() -> None:
    conversation = Conversation(offer="permessage-deflate")
    data = deflated(b"hello" * 9)
    sent = [masked(TEXT, data[:4], fin=False, rsv1=True), masked(CONT, data[4:], rsv1=True)]
    assert conversation.feed(*sent) == [("failed", 1002)]


@pytest.mark.parametrize(
    "pieces",
    [
        [masked(TEXT, b"\xff")],
        [masked(TEXT, SNOWMAN[:2])],
        [masked(TEXT, SNOWMAN[:2], fin=False), masked(CONT)],
        [masked(TEXT, b"fine", fin=False), masked(CONT, b"\xc0\xaf", fin=False)],
        [head(0x81, 100) + b"fine" + b"\xff"],
        [head(0x81, 100) + SNOWMAN[:1], SNOWMAN[1:2], b"A"],
        [masked(TEXT, SNOWMAN[:1], fin=False), head(0x00, 100) + SNOWMAN[1:], b"\xed\xa0\x80"],
    ],
    ids=["frame", "cut", "cut fragments", "fragment", "half a frame", "third octet", "surrogate"],
)
def test_text_that_is_no_utf8_is_refused_by_its_first_wrong_octet(pieces: list[bytes]) -> None:
    """8.1, and Autobahn 6.4: 1007."""
    conversation = Conversation()
    assert conversation.feed(*pieces[:-1]) == []
    assert conversation.feed(pieces[-1]) == [("failed", 1007)]
    assert conversation.written() == [(CLOSE, b"\x03\xef")]


def test_octets_that_arrive_in_pieces_are_unmasked_in_their_places() -> None:
    text = "naïve ☃ " * 30
    sent = masked(TEXT, text.encode())
    for size in (1, 2, 3, 5, 7, 64):
        pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
        assert Conversation().feed(*pieces) == [(text, len(text.encode()))]


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b"\x03", 1002), (b"\x03\xed", 1002), (b"\x27\x10", 1002), (b"\x03\xe8\xff", 1007)],
    ids=["one octet", "1005", "10000", "reason"],
)
def test_a_close_frame_that_says_nothing_valid_is_refused(payload: bytes, code: int) -> None:
    assert Conversation().feed(masked(CLOSE, payload)) == [("failed", code)]


def test_a_frame_is_refused_by_the_length_that_it_announces() -> None:
    """DOCUMENTED: 32 KB."""
    assert Conversation().feed(head(0x81, 32_769)[:4]) == [("failed", 1009)]
    assert Conversation().feed(head(0x81, 2**63)[:10]) == [("failed", 1009)]


def test_fragments_add_up_to_the_limit_and_no_further() -> None:
    """DOCUMENTED: 128 KB over all frames."""
    conversation = Conversation()
    quarter = masked(CONT, b"x" * 32_768, fin=False)
    assert conversation.feed(masked(TEXT, b"x" * 32_768, fin=False), quarter, quarter, quarter) == []
    assert conversation.feed(masked(CONT, b"x")) == [("failed", 1009)]


def test_empty_fragments_without_end_end() -> None:
    conversation = Conversation(Quotas(message_size=100))
    assert conversation.feed(masked(TEXT, fin=False), *[masked(CONT, fin=False)] * 99) == []
    assert conversation.feed(masked(CONT, fin=False)) == [("failed", 1009)]


@pytest.mark.parametrize("bomb", [b"\0" * 32_769, b"\0" * 50_000_000], ids=["just too large", "50 MB"])
def test_a_compressed_frame_is_measured_inflated_and_inflated_no_further(bomb: bytes) -> None:
    conversation = Conversation(offer="permessage-deflate")
    fits = deflated(b"\0" * 32_768)
    assert conversation.feed(masked(TEXT, fits, rsv1=True)) == [("\0" * 32_768, 32_768)]
    sent = masked(TEXT, deflated(bomb)[:32_000], rsv1=True)
    with counted_memory() as peak:
        assert conversation.feed(sent) == [("failed", 1009)]
        assert peak() < 300_000


def test_a_message_that_is_full_leaves_no_room_for_a_bomb() -> None:
    """For zlib a limit of 0 is none."""
    conversation = Conversation(Quotas(message_size=32_768), offer="permessage-deflate")
    full = deflated(b"\0" * 32_768) + b"\0\0\xff\xff"
    assert conversation.feed(masked(TEXT, full, fin=False, rsv1=True)) == []
    sent = masked(CONT, deflated(b"\0" * 20_000_000)[:30_000])
    with counted_memory() as peak:
        assert conversation.feed(sent) == [("failed", 1009)]
        assert peak() < 300_000


def test_what_does_not_inflate_is_a_protocol_error() -> None:
    conversation = Conversation(offer="permessage-deflate")
    assert conversation.feed(masked(TEXT, b"\xff" * 40, rsv1=True)) == [("failed", 1002)]


def test_after_a_refusal_nothing_is_read_or_kept() -> None:
    conversation = Conversation()
    conversation.feed(masked(TEXT, b"\xff"))
    assert conversation.feed(masked(TEXT, b"fine"), os.urandom(100_000)) == []
    assert len(conversation.frames.reader.buffer) == 0


def test_after_our_close_the_clients_is_told_and_data_is_not_sent() -> None:
    conversation = Conversation()
    conversation.frames.send_close(1001, "Going away")
    conversation.frames.send_message("too late")
    assert conversation.written() == [(CLOSE, b"\x03\xe9Going away")]
    assert conversation.feed(masked(CLOSE, b"\x03\xe9")) == [("closed", 1001, "")]


def test_an_end_without_a_close_frame_is_nobodys_refusal() -> None:
    conversation = Conversation()
    conversation.feed(masked(TEXT, b"hello")[:4])
    conversation.frames.receive_eof()
    assert conversation.told == []


@pytest.mark.parametrize(("payload", "opcode"), [("y" * 70_000, TEXT), (b"y" * 70_000, BINARY)])
def test_a_large_message_leaves_in_frames_of_32_kb(payload: str | bytes, opcode: Opcode) -> None:
    conversation = Conversation()
    conversation.frames.send_message(payload)
    written = conversation.written()
    assert [(kind, len(data)) for kind, data in written] == [(opcode, 32_768), (CONT, 32_768), (CONT, 4_464)]


@pytest.mark.parametrize("offer", ["permessage-deflate", "permessage-deflate; server_no_context_takeover"])
def test_what_is_compressed_can_be_read_with_any_window(offer: str) -> None:
    conversation = Conversation(offer=offer)
    texts = ["the same words " * 50, "the same words " * 50, "z" * 20_000, ""]
    for text in texts:
        conversation.frames.send_message(text)
    inflater = zlib.decompressobj(wbits=-15)
    for (opcode, data), text in zip(conversation.written(), texts, strict=True):
        assert opcode is TEXT
        assert inflater.decompress(data + b"\0\0\xff\xff").decode() == text


def test_compression_costs_a_client_that_only_listens_little() -> None:
    with counted_memory() as peak:
        kept = [Conversation(offer="permessage-deflate") for _ in range(50)]
        assert peak() < 50 * 20_000
    assert len(kept) == 50


def test_an_error_of_the_listener_is_not_the_clients_fault() -> None:
    class Broken(Conversation):
        def message(self, payload: str | bytes, size: int) -> None:
            raise ZeroDivisionError(payload, size)

    conversation = Broken()
    with pytest.raises(ZeroDivisionError):
        conversation.feed(masked(TEXT, b"x"))
    assert conversation.written() == []
