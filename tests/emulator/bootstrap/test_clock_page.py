"""Four numbers in a file, seen by everybody who has it."""

import tempfile

from longwire.bootstrap.clock_page import HELD, OFFSET, SIZE, mapped


def test_what_one_writes_the_others_read() -> None:
    with tempfile.TemporaryFile() as file:
        file.truncate(SIZE)
        ours, theirs = mapped(file.fileno(), writable=True), mapped(file.fileno())
        ours[OFFSET], ours[HELD] = 7200.0, 1_700_000_000.5
        assert list(theirs) == [7200.0, 1_700_000_000.5, 0.0, 0.0]
