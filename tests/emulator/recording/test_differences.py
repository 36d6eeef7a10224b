"""How a difference reads."""

import click
import pytest

from longwire.recording.differences import Difference, Outcome


@pytest.mark.parametrize(
    ("difference", "lines"),
    [
        (Difference(1, 0.5, "missing", "a", ""), ["connection 1, 0.50 s: this did not come", "  - a"]),
        (Difference(2, 1.0, "unexpected", "", "b"), ["connection 2, 1.00 s: this came too", "  + b"]),
        (
            Difference(1, 0.0, "changed", '{"a": 1, "b": 2}', '{"a": 1, "b": 3}'),
            ["connection 1, 0.00 s: another frame", "   {", '     "a": 1,', '  -  "b": 2', '  +  "b": 3', "   }"],
        ),
        (Difference(1, 0.0, "changed", "x", "y"), ["connection 1, 0.00 s: another frame", "  -x", "  +y"]),
        (
            Difference(1, 0.0, "closed", "the gateway closed it with 1001", "it is open"),
            ["connection 1, 0.00 s: the gateway closed it with 1001, and now it is open"],
        ),
    ],
)
def test_a_difference_in_lines(difference: Difference, lines: list[str]) -> None:
    assert [click.unstyle(line) for line in difference.lines()] == lines


def test_another_order_is_told_and_is_no_difference() -> None:
    outcome = Outcome("ws://x", 1, 2, 3, 0.5, 1, ())
    assert "a connection got the same frames in another order" in outcome.text()
    assert outcome.text().endswith("as recorded")
