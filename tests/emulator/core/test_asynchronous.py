"""Asynchronous invocations: retries, age, and what is told of the end."""

import json

import pytest

from longwire.core.asynchronous import (
    AsyncEvent,
    AsyncSettings,
    Ended,
    Invocable,
    Retry,
    attributes,
    destination_record,
    function_failure,
    settled,
)
from longwire.core.events import InvocationFinished

EVENT = AsyncEvent("r-1", "arn:aws:lambda:eu-west-1:123456789012:function:work:$LATEST", '{"n":1}', 1000.0)
FAILED = InvocationFinished("i", "", "raised", "boom", "ValueError", ("  File x\n",))
THROTTLED = InvocationFinished("i", "", "throttled", "Rate Exceeded.", "TooManyRequestsException")
DONE = InvocationFinished("i", '{"ok":true}')
SIX_HOURS = AsyncSettings()


def test_a_failure_is_tried_again_after_one_minute_and_after_two() -> None:
    """DOCUMENTED."""
    first = settled(EVENT, SIX_HOURS, FAILED, 1000.0)
    assert isinstance(first, Retry)
    second = settled(first.event, SIX_HOURS, FAILED, 1060.0)
    assert isinstance(second, Retry)
    assert (first.pause, second.pause) == (60.0, 120.0)
    last = settled(second.event, SIX_HOURS, FAILED, 1180.0)
    assert last == Ended(last.event, "RetriesExhausted")
    assert last.event.attempts == 3


@pytest.mark.parametrize("retries", [0, 1])
def test_fewer_retries_are_what_the_configuration_says(retries: int) -> None:
    step, attempts = settled(EVENT, AsyncSettings(retries), FAILED, 1000.0), 1
    while isinstance(step, Retry):
        step, attempts = settled(step.event, AsyncSettings(retries), FAILED, 1000.0), attempts + 1

    assert attempts == retries + 1


def test_a_success_ends_it() -> None:
    step = settled(EVENT, SIX_HOURS, DONE, 1000.0)

    assert step == Ended(step.event, "Success")


def test_an_event_that_would_be_too_old_is_given_up_when_it_is() -> None:
    step = settled(EVENT, AsyncSettings(max_age=90), FAILED, 1040.0)

    assert step == Ended(step.event, "EventAgeExceeded", 50.0)


def test_throttles_are_no_attempts_and_wait_longer_each_time() -> None:
    """DOCUMENTED: from one second to five minutes, for up to six hours."""
    pauses, event, now = [], EVENT, 1000.0
    for _ in range(11):
        step = settled(event, SIX_HOURS, THROTTLED, now)
        assert isinstance(step, Retry)
        pauses.append(step.pause)
        event, now = step.event, now + step.pause

    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == 300
    assert event.attempts == 0


def test_a_reserved_concurrency_of_zero_gives_up_at_once() -> None:
    step = settled(EVENT, SIX_HOURS, THROTTLED, 1000.0, never=True)

    assert step == Ended(EVENT, "RetriesExhausted")


def test_a_record_has_awss_fields_in_their_order() -> None:
    ended = Ended(AsyncEvent("r-1", EVENT.arn, '{"n":1}', 1000.0, 3), "RetriesExhausted")

    assert json.dumps(destination_record(ended, FAILED, "$LATEST", 1573754765.568)) == json.dumps(
        {
            "version": "1.0",
            "timestamp": "2019-11-14T18:06:05.568Z",
            "requestContext": {
                "requestId": "r-1",
                "functionArn": EVENT.arn,
                "condition": "RetriesExhausted",
                "approximateInvokeCount": 3,
            },
            "requestPayload": {"n": 1},
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "responsePayload": {
                "errorMessage": "boom",
                "errorType": "ValueError",
                "requestId": "r-1",
                "stackTrace": ["  File x\n"],
            },
        }
    )


def test_a_record_of_a_success_has_the_answer() -> None:
    record = destination_record(Ended(EVENT, "Success"), DONE, "1", 1000.0)

    assert (record["responseContext"], record["responsePayload"]) == (
        {"statusCode": 200, "executedVersion": "1"},
        {"ok": True},
    )


def test_a_record_of_an_event_that_never_ran_has_no_response() -> None:
    record = destination_record(Ended(EVENT, "EventAgeExceeded"), THROTTLED, "$LATEST", 1000.0)

    assert (record["responseContext"], record["responsePayload"]) == (None, None)


def test_a_dead_letter_says_which_request_failed_and_how() -> None:
    long = InvocationFinished("i", "", "raised", "é" * 1000, "E")

    assert attributes(EVENT, FAILED) == {
        "RequestID": ("String", "r-1"),
        "ErrorCode": ("Number", "200"),
        "ErrorMessage": ("String", "boom"),
    }
    assert attributes(EVENT, THROTTLED)["ErrorCode"] == ("Number", "429")
    assert len(attributes(EVENT, long)["ErrorMessage"][1].encode()) == 1024
    assert attributes(EVENT, InvocationFinished("i", "", "raised"))["ErrorMessage"][1] == "raised"


def test_versions_and_aliases_are_found_and_others_are_not() -> None:
    invocable = Invocable(("1",), {"live": "1"}, {"live": AsyncSettings(0)})

    assert [invocable.version_of(name) for name in ("", "$LATEST", "1", "live")] == ["$LATEST", "$LATEST", "1", "1"]
    assert invocable.version_of("2") is None
    assert (invocable.settings("live").retries, invocable.settings("").retries) == (0, 2)


def test_what_has_no_traceback_has_no_request_id_either() -> None:
    assert function_failure(InvocationFinished("i", "", "timed_out", "late", "Sandbox.Timedout"), "r") == {
        "errorMessage": "late",
        "errorType": "Sandbox.Timedout",
    }


def test_node_words_a_failure_in_its_own_way() -> None:
    assert function_failure(FAILED, "r", "nodejs20.x") == {
        "errorType": "ValueError",
        "errorMessage": "boom",
        "trace": ["  File x"],
    }
