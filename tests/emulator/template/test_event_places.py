"""Pieces of an OpenAPI document lead to the events that SAM made them of."""

import pytest

from longwire.template.event_places import event_place

DATA = {
    "Resources": {
        "Fn": {
            "Properties": {
                "Events": {
                    "Get": {"Type": "HttpApi", "Properties": {"Path": "/a", "Method": "GET", "TimeoutInMillis": 1}},
                    "Put": {"Type": "Api", "Properties": {"Path": "/a", "Method": "put", "Auth": {}}},
                    "Rest": {"Type": "HttpApi"},
                    "Queue": {"Type": "SQS", "Properties": {"Path": "/a"}},
                }
            }
        },
        "Odd": {"Properties": {"Events": []}},
        "None": {},
    }
}
BODY = ("Resources", "Made", "Properties", "Body", "paths")
EVENTS = ("Resources", "Fn", "Properties", "Events")
INTEGRATION = "x-amazon-apigateway-integration"


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        (("/a", "get"), ("Get", "Properties", "Method")),
        (("/a", "get", INTEGRATION, "timeoutInMillis"), ("Get", "Properties", "TimeoutInMillis")),
        (("/a", "get", INTEGRATION, "uri"), ("Get", "Properties", "Path")),
        (("/a", "put", "security"), ("Put", "Properties", "Auth")),
        (("/a",), ("Get", "Properties", "Path")),
        (("$default", "x-amazon-apigateway-any-method"), ("Rest", "Properties")),
    ],
)
def test_an_operation_leads_to_its_event(below: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert event_place(DATA, (*BODY, *below)) == (*EVENTS, *expected)


@pytest.mark.parametrize("path", [(*BODY, "/b", "get"), (*BODY, "/a", "post"), BODY, ("Resources", "Fn")])
def test_what_no_event_made_leads_nowhere(path: tuple[str, ...]) -> None:
    assert event_place(DATA, path) is None
