"""What a handler gets as its second argument."""

import time
from base64 import b64encode

import pytest

from longwire.bootstrap.context import LambdaContext

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:chat"


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch) -> LambdaContext:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "chat")
    LambdaContext.prepare(ARN)
    return LambdaContext("r-1", int(time.time() * 1000) + 5000)


def test_it_says_which_function_and_request_this_is(context: LambdaContext) -> None:
    assert (context.aws_request_id, context.function_name, context.invoked_function_arn) == ("r-1", "chat", ARN)
    assert 0 < context.get_remaining_time_in_millis() <= 5000
    assert (context.client_context, context.identity.cognito_identity_id) == (None, None)


def test_no_time_is_left_after_the_deadline() -> None:
    assert LambdaContext("r-1", 1).get_remaining_time_in_millis() == 0


def test_a_qualifier_is_in_the_arn_of_its_own_invocation_alone(context: LambdaContext) -> None:
    context.asked_for("live")

    assert context.invoked_function_arn == f"{ARN}:live"
    assert LambdaContext("r-2", 1).invoked_function_arn == ARN


def test_a_client_context_has_what_the_client_told(context: LambdaContext) -> None:
    told = b64encode(b'{"custom":{"a":1},"env":{"b":"c"},"client":{"app_title":"chat"}}').decode()
    context.asked_for("", told)

    assert context.client_context is not None
    assert (context.client_context.custom, context.client_context.env) == ({"a": 1}, {"b": "c"})
    assert context.client_context.client is not None
    assert (context.client_context.client.app_title, context.client_context.client.app_version_code) == ("chat", None)
    assert context.invoked_function_arn == ARN
