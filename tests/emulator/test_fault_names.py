"""Names that a fault may have: those of the stack, of open connections and of AWS."""

from pathlib import Path

import pytest

from faulty_app import TEMPLATE
from longwire.core.fault import read_fault
from longwire.errors import FaultInvalid
from longwire.fault_names import check_names, operation_name, signing_name
from longwire.template.load import load

STACK = load(Path(TEMPLATE))


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "invoke", "crash": ["Echo", "Post"], "route": "$connect"},
        {"kind": "message", "latency": 1, "route": "echo"},
        {"kind": "service", "throttling": ["s3", "stepfunctions"]},
        {"kind": "service", "throttling": "dynamodb", "operation": ["put_item", "GetItem"]},
        {"kind": "post_to_connection", "gone": "L0SM9cOFvHcCIhw="},
    ],
)
def test_what_is_there_may_be_named(rule: dict[str, object]) -> None:
    check_names(read_fault(rule), STACK, [])


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"kind": "invoke", "crash": "Nobody"}, "there are: Connect, Disconnect, Echo, Post, Store"),
        ({"kind": "message", "latency": 1, "route": "ehco"}, "route: the template has no route ehco; did you mean"),
        ({"kind": "frame", "drop": "L0SM9cOFvHcCIhw="}, "connection: there is no open connection"),
        ({"kind": "get_connection", "gone": "short"}, "connection: short cannot be a connection id"),
        ({"kind": "service", "throttling": "xyzzy"}, "service: AWS has no service xyzzy, as boto3 names them"),
        ({"kind": "service", "throttling": "lambda"}, 'use the kind "invoke", with function'),
        ({"kind": "service", "throttling": "dynamodb", "operation": "put"}, "dynamodb has no operation put"),
        ({"kind": "service", "throttling": "dynamodb", "operation": "PutItm"}, "did you mean PutItem?"),
        ({"kind": "service", "throttling": "s3", "operation": "GetObject"}, "told by method and path alone"),
    ],
)
def test_what_is_not_there_is_told(rule: dict[str, object], told: str) -> None:
    with pytest.raises(FaultInvalid) as raised:
        check_names(read_fault(rule), STACK, [])
    assert told in str(raised.value)


def test_requests_have_names_of_their_own() -> None:
    assert signing_name("stepfunctions") == "states"
    assert operation_name("transact_write_items", ["dynamodb"]) == "TransactWriteItems"
