"""Calls as the bootstrap reads them."""

import pytest

from longwire.core.events import Invoke
from longwire.runtime.call import Call, packed


@pytest.mark.parametrize(
    ("qualifier", "context", "line"),
    [
        ("", "", "r 5 Root=1"),
        ("live", "", "r 5 Root=1 live"),
        ("", "e30=", "r 5 Root=1  e30="),
        ("live", "e30=", "r 5 Root=1 live e30="),
    ],
)
def test_a_line_tells_of_the_call_and_the_payload_follows(qualifier: str, context: str, line: str) -> None:
    call = Call(Invoke("i", "App", '{"a": "é"}', "c", "$default", "r", qualifier, context), lambda _: None, "r", 0.0)
    assert packed(call, 5, "Root=1") == f'{line}\n{{"a": "é"}}'.encode()
