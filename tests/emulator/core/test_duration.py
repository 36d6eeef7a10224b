"""Lengths of time."""

import pytest

from longwire.core.duration import duration


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("2m", 120), ("1h", 3600), ("1.5", 1.5), (3, 3), (0.25, 0.25), (" 2 s ", 2)]
)
def test_a_time_is_seconds_or_has_its_unit(text: object, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "-1", "1 2", "1e3", "nan", True, None, [], "2 hours"])
def test_what_is_no_time_is_refused(text: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the caller says which field it is
        duration(text)
