"""How a request ended."""

import pytest

from longwire.core.events import InvocationFinished
from longwire.core.outcome import Outcome, status_of


def answer(payload: str) -> InvocationFinished:
    return InvocationFinished("i", payload)


@pytest.mark.parametrize(
    ("payload", "status", "function_status"),
    [
        ('{"statusCode":201}', 201, 201),
        ('{"statusCode": 404, "body": "x"}', 404, 404),
        ('{"body":"x","statusCode":"503"}', 503, 503),
        ('{"statusCode":2000}', 200, None),
        ('{"nested":{"statusCode":500}}', 200, None),
        ('"statusCode"', 200, None),
        ('{"statusCode"', 200, None),
        ("[" * 100_000 + '"statusCode"', 200, None),
        ("null", 200, None),
        ("", 200, None),
    ],
)
def test_the_status_is_the_functions_or_200(payload: str, status: int, function_status: int | None) -> None:
    assert Outcome.of(answer(payload), 0.0129) == Outcome(status, None, 13, function_status)


def test_a_function_that_failed_is_a_500_with_lambdas_word_for_it() -> None:
    failed = InvocationFinished("i", "", "raised", "boom", "ValueError")

    assert status_of(failed) == 500
    assert Outcome.of(failed, 1) == Outcome(500, "Internal server error", 1000, None, "boom")
    assert Outcome.of(InvocationFinished("i", "", "crashed"), 1).failure == "crashed"


def test_a_refusal_is_the_functions_own_or_api_gateways() -> None:
    own = Outcome(403, latency=5, function_status=403)

    assert own.refused(403, "Forbidden").error is None
    assert Outcome(200, latency=5).refused(502, "Internal server error").error == "Internal server error"
