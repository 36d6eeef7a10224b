"""Settings by name: every quota and every default for what AWS does not say."""

import pytest

from longwire.core.quotas import Quotas
from longwire.core.settings import assignments, changed, setting_rows
from longwire.errors import UsageError


def given(*texts: str) -> Quotas:
    return changed(Quotas(), assignments(texts), "--set")


def refused(*texts: str) -> str:
    with pytest.raises(UsageError) as caught:
        given(*texts)
    return str(caught.value)


@pytest.mark.parametrize(
    ("assignment", "name", "value"),
    [
        ("idle_timeout=60", "idle_timeout", 60.0),
        ("idle-timeout=0.5", "idle_timeout", 0.5),
        ("ping_resets_idle=true", "ping_resets_idle", True),
        ("ping_resets_idle=off", "ping_resets_idle", False),
        ("max_duration=10", "max_duration", 10.0),
        ("tcp_drop=1001", "tcp_drop", 1001),
        ("timeout_frame=Internal server error", "timeout_frame", "Internal server error"),
        ("throttle_frame=Slow = down", "throttle_frame", "Slow = down"),
        ("unknown_stage=404", "unknown_stage", 404),
        ("connect_null_return=500", "connect_null_return", 500),
        ("connect_timeout=500", "connect_timeout", 500),
        ("403 body=no", "forbidden_body", "no"),
        ("two-way without body=nothing", "two_way_without_body", "nothing"),
        ("non-2xx two-way=error", "non_2xx_two_way", "error"),
        ("parallel message dispatch=false", "parallel_message_dispatch", False),
        ("lenient_json=1", "lenient_json", True),
        ("count_connect_as_message=yes", "count_connect_as_message", True),
        ("minute rounding=exact", "minute_rounding", "exact"),
        ("iam_later_routes=no", "iam_later_routes", False),
        ("idle_slack=0", "idle_slack", 0.0),
        ("frame_size=100", "frame_size", 100),
    ],
)
def test_a_setting_is_changed_by_its_name_alone(assignment: str, name: str, value: object) -> None:
    settings = given(assignment)
    assert getattr(settings, name) == value
    others = [row["name"] for row in setting_rows(settings) if row["value"] != row["default"]]
    assert set(others) <= {name}


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("idle_timout=60", "--set: there is no setting idle_timout; did you mean idle_timeout"),
        ("zzz=1", "--set: there is no setting zzz; see them with: longwire settings"),
        ("idle_timeout", "--set idle_timeout: write NAME=VALUE, such as idle_timeout=60"),
        ("=3", "--set =3: write NAME=VALUE, such as idle_timeout=60"),
        ("idle_timeout=soon", "--set: idle_timeout takes a number, not 'soon'"),
        ("idle_timeout=nan", "--set: idle_timeout takes a number, not 'nan'"),
        ("idle_timeout=0", "--set: idle_timeout takes more than 0, not '0'"),
        ("idle_slack=-1", "--set: idle_slack takes no negative number, not '-1'"),
        ("frame_size=1.5", "--set: frame_size takes a whole number, not '1.5'"),
        ("ping_resets_idle=maybe", "--set: ping_resets_idle takes true or false, not 'maybe'"),
        ("unknown_stage=99", "--set: unknown_stage takes an HTTP status from 200 to 599, not '99'"),
        ("tcp_drop=1", "--set: tcp_drop takes a close code from 1000 to 4999, not '1'"),
        ("minute_rounding=up", "--set: minute_rounding takes ceil or exact, not 'up'"),
    ],
)
def test_a_wrong_name_or_value_is_refused_with_what_would_fit(assignment: str, message: str) -> None:
    assert refused(assignment).startswith(message)


def test_values_of_a_table_have_types_of_their_own() -> None:
    settings = changed(Quotas(), {"idle_timeout": 60, "ping_resets_idle": True, "frame_size": 10.0}, "pyproject.toml")
    assert (settings.idle_timeout, settings.ping_resets_idle, settings.frame_size) == (60.0, True, 10)


@pytest.mark.parametrize("table", [{"timeout_frame": 3}, {"idle_timeout": True}, {"frame_size": [1]}])
def test_a_value_of_the_wrong_type_is_refused_with_its_place(table: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"pyproject\.toml: \w+ takes a"):
        changed(Quotas(), table, "pyproject.toml")


def test_rows_show_value_and_default() -> None:
    rows = {row["name"]: row for row in setting_rows(given("idle_timeout=60"))}
    idle = rows["idle_timeout"]
    assert (idle["value"], idle["default"], idle["unit"], idle["verified"]) == (60.0, 600.0, "seconds", True)
