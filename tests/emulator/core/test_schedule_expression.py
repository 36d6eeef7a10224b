"""Schedules give the times that EventBridge's documentation gives."""

from datetime import UTC, datetime

import pytest

from longwire.core.schedule_expression import parse


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def times(expression: str, start: str, count: int = 3, zone: str = "UTC") -> list[str]:
    schedule = parse(expression, zone)
    now = began = moment(start)
    found = []
    for _ in range(count):
        after = schedule.after(now, began)
        if after is None:
            break
        found.append(datetime.fromtimestamp(after, UTC).isoformat(timespec="minutes")[:16])
        now = after
    return found


@pytest.mark.parametrize(
    ("expression", "start", "expected"),
    [
        ("rate(1 minute)", "2024-01-01T00:00:00", ["2024-01-01T00:01", "2024-01-01T00:02"]),
        ("rate(12 hours)", "2024-01-01T06:00:00", ["2024-01-01T18:00", "2024-01-02T06:00"]),
        ("rate(2 days)", "2024-01-01T06:00:00", ["2024-01-03T06:00", "2024-01-05T06:00"]),
        ("cron(15 10 * * ? *)", "2024-01-01T10:15:00", ["2024-01-02T10:15", "2024-01-03T10:15"]),
        ("cron(0 18 ? * MON-FRI *)", "2024-01-05T12:00:00", ["2024-01-05T18:00", "2024-01-08T18:00"]),
        ("cron(0 8 1 * ? *)", "2024-01-31T12:00:00", ["2024-02-01T08:00", "2024-03-01T08:00"]),
        ("cron(0/15 * * * ? *)", "2024-01-01T00:31:00", ["2024-01-01T00:45", "2024-01-01T01:00"]),
        ("cron(0/5 8-17 ? * MON-FRI *)", "2024-01-05T17:54:00", ["2024-01-05T17:55", "2024-01-08T08:00"]),
        ("cron(0,30 9 L * ? *)", "2024-02-01T00:00:00", ["2024-02-29T09:00", "2024-02-29T09:30"]),
        ("cron(0 9 15W * ? *)", "2024-06-01T00:00:00", ["2024-06-14T09:00", "2024-07-15T09:00"]),
        ("cron(0 9 1W * ? *)", "2024-06-01T00:00:00", ["2024-06-03T09:00", "2024-07-01T09:00"]),
        ("cron(0 9 31W * ? *)", "2024-03-01T00:00:00", ["2024-03-29T09:00", "2024-05-31T09:00"]),
        ("cron(0 9 LW * ? *)", "2024-03-01T00:00:00", ["2024-03-29T09:00", "2024-04-30T09:00"]),
        ("cron(0 9 ? * 3#2 *)", "2024-01-01T00:00:00", ["2024-01-09T09:00", "2024-02-13T09:00"]),
        ("cron(0 9 ? * 6L *)", "2024-01-01T00:00:00", ["2024-01-26T09:00", "2024-02-23T09:00"]),
        ("cron(0 9 ? * L *)", "2024-01-01T00:00:00", ["2024-01-06T09:00", "2024-01-13T09:00"]),
        ("cron(0 0 29 2 ? *)", "2024-03-01T00:00:00", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        ("cron(0 0 1 JAN,JUL ? 2024-2025)", "2024-08-01T00:00:00", ["2025-01-01T00:00", "2025-07-01T00:00"]),
        ("cron(0 0 1 1 ? 2020)", "2024-01-01T00:00:00", []),
        ("at(2024-05-01T10:00:00)", "2024-01-01T00:00:00", ["2024-05-01T10:00"]),
        ("at(2024-05-01T10:00:00)", "2024-05-01T10:00:00", []),
    ],
)
def test_the_next_times(expression: str, start: str, expected: list[str]) -> None:
    assert times(expression, start, 2) == expected


def test_times_are_local_to_the_time_zone_in_summer_and_winter() -> None:
    found = times("cron(0 9 1 * ? *)", "2024-03-10T00:00:00", 3, "Europe/Berlin")
    assert found == ["2024-04-01T07:00", "2024-05-01T07:00", "2024-06-01T07:00"]
    assert times("cron(0 9 1 1 ? *)", "2024-03-10T00:00:00", 1, "Europe/Berlin") == ["2025-01-01T08:00"]
    assert times("at(2024-05-01T10:00:00)", "2024-01-01T00:00:00", 1, "Asia/Tokyo") == ["2024-05-01T01:00"]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("every minute", "none of rate"),
        ("rate(5)", "takes a number"),
        ("rate(0 minutes)", "takes a number"),
        ("rate(5 seconds)", "takes a number"),
        ("rate(1 minutes)", r"wants rate\(1 minute\)"),
        ("rate(5 minute)", r"wants rate\(5 minutes\)"),
        ("cron(0 9 * * *)", "has 5 fields"),
        ("cron(0 9 * * * *)", "has to be \\?"),
        ("cron(0 9 ? * ? *)", "has to be \\?"),
        ("cron(60 9 * * ? *)", "'60' is no minutes"),
        ("cron(0 24 * * ? *)", "'24' is no hours"),
        ("cron(0 9 32 * ? *)", "'32' is no day of month"),
        ("cron(0 9 * FOO ? *)", "'FOO' is no month"),
        ("cron(0 9 ? * 8 *)", "'8' is no day of week"),
        ("cron(0 9 ? * 2#6 *)", "# takes 1 to 5"),
        ("cron(0 9 XW * ? *)", "'XW' is no day of month"),
        ("cron(5-1 9 * * ? *)", "'5-1' is no minutes"),
        ("cron(0/0 9 * * ? *)", "is no minutes"),
        ("cron(0/ 9 * * ? *)", "is no minutes"),
        ("cron(0 9 * * ? 1969)", "is no year"),
        ("at(tomorrow)", "takes a time"),
    ],
)
def test_what_is_refused(expression: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(expression)


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone Mars/Base"):
        parse("rate(1 minute)", "Mars/Base")
    with pytest.raises(ValueError, match="no time zone"):
        parse("rate(1 minute)", "../../etc/passwd")
