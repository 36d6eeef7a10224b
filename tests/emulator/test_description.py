"""Records as JSON."""

from pathlib import Path

from longwire.core.api import EventSource
from longwire.description import record
from longwire.errors import Location


def test_a_record_is_its_fields_and_a_place_its_line() -> None:
    assert record({"where": Location(Path("t.yaml"), 7), "names": ("a", "b"), "path": Path("x")}) == {
        "where": 7,
        "names": ["a", "b"],
        "path": "x",
    }
    assert record(EventSource("Echo", "Queue"))["batch_size"] == 10
