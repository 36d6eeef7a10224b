"""One invocation without a client; how it looks as a command is tested with `longwire events`."""

from longwire.core.events import InvocationFinished
from longwire.lone_invocation import answered


def test_an_answer_is_the_functions_and_a_failure_is_lambdas() -> None:
    assert not answered(InvocationFinished("1", '{"a": 1}')).failed
    failed = answered(InvocationFinished("1", "", "timed_out", "Task timed out after 3.00 seconds"))
    assert failed.failed
    assert failed.payload == (
        '{"errorMessage": "Task timed out after 3.00 seconds", "errorType": "timed_out", "stackTrace": []}'
    )
