"""Lengths of time as people type them."""

import pytest

from longwire.clock.duration import LONGEST, bounded, described, in_all, seconds_of, shown
from longwire.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("0.5", 0.5),
        ("2h", 7200),
        ("11m", 660),
        ("1h30m", 5400),
        ("1d", 86_400),
        ("1.5h", 5400),
        (" 1H 30M ", 5400),
        ("500ms", 0.5),
        ("366d", LONGEST),
    ],
)
def test_a_length_of_time_is_seconds(text: str, seconds: float) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "h", "2 hours", "-5", "-2h", "1h-3m", "2x", "inf", "nan", "1e3", "\uff12h", "h2"])
def test_other_texts_are_refused_with_what_to_give(text: str) -> None:
    with pytest.raises(UsageError, match="is no length of time: give seconds, or as 2h, 11m"):
        seconds_of(text)


@pytest.mark.parametrize("text", ["0", "0h"])
def test_the_clock_goes_forward_alone(text: str) -> None:
    with pytest.raises(UsageError, match="it only goes forward"):
        seconds_of(text)


@pytest.mark.parametrize("seconds", [LONGEST + 1, float("inf")])
def test_a_step_is_bounded(seconds: float) -> None:
    with pytest.raises(UsageError, match="by more than 366 days at once"):
        bounded(seconds)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("-inf")])
def test_no_time_is_no_step(seconds: float) -> None:
    with pytest.raises(UsageError, match="it only goes forward"):
        bounded(seconds)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (7200, "2h"),
        (5400, "1h 30m"),
        (90_061.5, "1d 1h 1m 1.5s"),
        (0, "0s"),
        (-3, "-3s"),
        (59.9996, "1m"),
        (0.0001, "0s"),
    ],
)
def test_lengths_are_told_as_they_are_typed(seconds: float, text: str) -> None:
    assert shown(seconds) == text


@pytest.mark.parametrize(
    ("offset", "paused", "words"),
    [
        (0.0, False, "real time"),
        (7200.0, False, "2h ahead of real time"),
        (7199.6, True, "2h ahead of real time, paused"),
        (-3.5, True, "3.5s behind real time, paused"),
    ],
)
def test_a_clock_is_told_by_how_far_it_is_from_real_time(offset: float, paused: bool, words: str) -> None:
    assert described({"now": 0.0, "offset": offset, "paused": paused}).endswith(f", {words}")


def test_numbers_of_units_are_added() -> None:
    assert in_all(seconds=1, minutes=2, hours=3, days=0.5) == 1 + 120 + 10_800 + 43_200


@pytest.mark.parametrize("value", ["11", None, True, [1]])
def test_what_is_no_number_is_named(value: object) -> None:
    with pytest.raises(UsageError, match=r"by numbers, as minutes=11: minutes=.* is none"):
        in_all(seconds=0, minutes=value)
