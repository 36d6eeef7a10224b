"""Throttling limits of a Stage."""

from pathlib import Path
from typing import Any

import pytest

from longwire.core.api import Throttle
from sample_templates import Sample, sample

SETTINGS = "      DefaultRouteSettings:\n        ThrottlingRateLimit: 100\n        ThrottlingBurstLimit: 50\n"


@pytest.fixture
def sam(tmp_path: Path) -> Sample:
    return sample("sam", tmp_path)


@pytest.fixture
def plain(tmp_path: Path) -> Sample:
    return sample("plain", tmp_path)


def settings(plain: Sample, text: str) -> Sample:
    return plain.replace("      StageName: live\n", f"      StageName: live\n      {text}\n")


def test_the_stages_default_is_read(sam: Sample) -> None:
    stage = sam.load().api.stage

    assert (stage.throttle, stage.route_throttles) == (Throttle(100.0, 50), {})


def test_a_stage_that_says_nothing_has_no_limits_of_its_own(plain: Sample) -> None:
    stack = plain.load()

    assert (stack.api.stage.throttle, stack.warnings) == (Throttle(), ())


@pytest.mark.parametrize(
    ("given", "throttle"),
    [
        ("{ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: '7'}", Throttle(0.5, 7)),
        ("{ThrottlingRateLimit: '12.5'}", Throttle(12.5, None)),
        ("{ThrottlingBurstLimit: 3}", Throttle(None, 3)),
        ("{LoggingLevel: INFO}", Throttle()),
    ],
)
def test_rate_and_burst_are_read_one_by_one(plain: Sample, given: str, throttle: Throttle) -> None:
    stack = settings(plain, f"DefaultRouteSettings: {given}").load()

    assert stack.api.stage.throttle == throttle
    assert stack.warnings == ()


def test_route_settings_are_by_route_key(sam: Sample) -> None:
    text = (
        "      RouteSettings:\n        sendMessage: {ThrottlingRateLimit: 5}\n        $connect: {LoggingLevel: INFO}\n"
    )
    stage = sam.replace(SETTINGS, SETTINGS + text).load().api.stage

    assert stage.route_throttles == {"sendMessage": Throttle(5.0, None), "$connect": Throttle()}
    assert stage.throttle_of("sendMessage") == Throttle(5.0, 50)
    assert stage.throttle_of("$connect") == stage.throttle_of("ping") == Throttle(100.0, 50)


def test_limits_of_zero_are_a_warning(plain: Sample) -> None:
    """OBSERVED: such a stage answers every connect with 429."""
    stack = settings(plain, "DefaultRouteSettings: {ThrottlingRateLimit: 0, ThrottlingBurstLimit: 0}").load()

    assert stack.api.stage.throttle == Throttle(0.0, 0)
    rate, burst = stack.warnings
    assert "Stage.DefaultRouteSettings.ThrottlingRateLimit: is 0: API Gateway answers every request with 429" in rate
    assert "Stage.DefaultRouteSettings.ThrottlingBurstLimit: is 0" in burst


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        (
            "DefaultRouteSettings: {ThrottlingRateLimit: -1}",
            "DefaultRouteSettings.ThrottlingRateLimit",
            "takes a number that is not negative, not -1",
        ),
        (
            "DefaultRouteSettings: {ThrottlingRateLimit: fast}",
            "DefaultRouteSettings.ThrottlingRateLimit",
            "takes a number that is not negative, not 'fast'",
        ),
        (
            "DefaultRouteSettings: {ThrottlingRateLimit: true}",
            "DefaultRouteSettings.ThrottlingRateLimit",
            "takes a number that is not negative, not True",
        ),
        (
            "DefaultRouteSettings: {ThrottlingRateLimit: .inf}",
            "DefaultRouteSettings.ThrottlingRateLimit",
            "takes a number that is not negative, not inf",
        ),
        (
            "DefaultRouteSettings: {ThrottlingBurstLimit: 1.5}",
            "DefaultRouteSettings.ThrottlingBurstLimit",
            "takes a whole number that is not negative, not 1.5",
        ),
        (
            "DefaultRouteSettings: {ThrottlingBurstLimit: [1]}",
            "DefaultRouteSettings.ThrottlingBurstLimit",
            "takes a whole number that is not negative, not [1]",
        ),
        ("RouteSettings: {stagd: {}}", "RouteSettings.stagd", "there is no Route stagd"),
        ("RouteSettings: {staged: 5}", "RouteSettings.staged", "takes a mapping with DataTraceEnabled"),
        ("RouteSettings: {staged: {RateLimit: 5}}", "RouteSettings.staged.RateLimit", "RouteSettings has no RateLimit"),
        (
            "RouteSettings: {staged: {ThrottlingRateLimit: -5}}",
            "RouteSettings.staged.ThrottlingRateLimit",
            "takes a number that is not negative, not -5",
        ),
        ("RouteSettings: 5", "RouteSettings", "takes a mapping"),
    ],
)
def test_limits_that_are_none_are_refused_at_their_place(plain: Sample, text: str, where: str, message: str) -> None:
    error: Any = settings(plain, text).error()

    assert (error.resource, error.property_path) == ("Stage", where)
    assert message in error.message
    assert error.location.line == plain.line_of(text)
