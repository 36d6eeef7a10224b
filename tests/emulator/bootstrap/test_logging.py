import json
import logging
import re
import time
from collections.abc import Callable, Iterator

import pytest

from longwire.bootstrap.logging import configure

Configured = Callable[..., list[str]]


@pytest.fixture
def configured() -> Iterator[Configured]:
    """``configured(format, level)`` gives the list into which entries go; the root logger is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers, root.level, logging.Formatter.converter

    def start(log_format: str = "Text", level: str = "") -> list[str]:
        entries: list[str] = []
        root.handlers = []  # pytest's own, which it adds when the test itself begins
        root.setLevel(logging.WARNING)
        configure(lambda entry: entries.append(entry.decode()), lambda: "request-1", log_format, level)
        return entries

    yield start
    root.handlers, _, logging.Formatter.converter = before
    root.setLevel(before[1])


def test_a_record_is_written_in_lambdas_format_and_in_utc(configured: Configured) -> None:
    entries = configured()
    logging.getLogger("chat").warning("hello %s", "you")
    (entry,) = entries
    assert re.fullmatch(r"\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\trequest-1\thello you", entry)
    assert logging.Formatter.converter is time.gmtime


def test_without_a_level_the_root_logger_keeps_its_own(configured: Configured) -> None:
    entries = configured()
    logging.info("not at this level")  # noqa: LOG015 - the root logger is what is tested
    assert entries == []


@pytest.mark.parametrize(
    ("level", "expected"),
    [("INFO", logging.INFO), ("debug", logging.DEBUG), ("TRACE", logging.DEBUG), ("FATAL", logging.CRITICAL)],
)
def test_lambdas_levels_are_known(configured: Configured, level: str, expected: int) -> None:
    configured("JSON", level)
    assert logging.getLogger().level == expected


def test_json_entries_carry_extras_and_exceptions(configured: Configured) -> None:
    entries = configured("JSON", "INFO")
    try:
        int("no")
    except ValueError:
        logging.getLogger("chat").exception("failed", extra={"room": {1, 2}})
    entry = json.loads(entries[0])
    assert entry["errorType"] == "ValueError"
    assert entry["errorMessage"] == "invalid literal for int() with base 10: 'no'"
    assert entry["location"].endswith(
        ":test_json_entries_carry_extras_and_exceptions:" + entry["location"].split(":")[-1]
    )
    assert entry["stackTrace"][0].startswith("  File ")
    assert entry["room"] == "{1, 2}"


def test_a_record_that_cannot_be_formatted_fails_nobody(
    configured: Configured, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = configured()
    logging.getLogger("chat").error("%d", "not a number")
    assert entries == []
    assert "not a number" in capsys.readouterr().err
