"""For every test with the emulator in it: a wire tap on the backend's clients."""

from collections.abc import Iterator

import pytest

from wire_tap import strangers


@pytest.fixture(autouse=True)
def wire_tap(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the test is about: what reached a client of functions/ is a frame of its protocol."""
    longwire = request.getfixturevalue("longwire") if "longwire" in request.fixturenames else None
    yield
    if longwire is not None and "Doorbell" in longwire.stack.resources:
        payloads = [each["payload"] for each in longwire.timeline if each["event"] == "frame_sent"]
        assert strangers(payloads) == []
