"""RequestParameters of an integration."""

import pytest

from longwire.core.request_parameters import Asked, ParameterError, parameter

ASKED = Asked(
    '{"a": {"b": [1, 2]}}',
    {"a": {"b": [1, 2]}},
    {"connectionId": "c=", "identity.sourceIp": "1.2.3.4"},
    headers=(("X-Token", "one"), ("x-token", "two\r\nInjected: yes")),
    query=(("q", "1"), ("q", "2"), ("Q", "3")),
)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("'static text'", "static text"),
        ("''", ""),
        ("context.connectionId", "c="),
        ("context.identity.sourceIp", "1.2.3.4"),
        ("context.nothing", None),
        ("stageVariables.kind", "note"),
        ("route.request.header.X-TOKEN", "two Injected: yes"),
        ("route.request.multivalueheader.X-Token", "one,two Injected: yes"),
        ("route.request.querystring.q", "2"),
        ("route.request.multivaluequerystring.q", "1,2"),
        ("route.request.querystring.z", None),
        ("route.request.body.a.b[1]", "2"),
        ("route.request.body.a.b", "[1, 2]"),
        ("route.request.body.$.a.b[0]", "1"),
        ("route.request.body.z", None),
        ("route.request.body", '{"a": {"b": [1, 2]}}'),
    ],
)
def test_a_parameter_comes_from(source: str, value: str | None) -> None:
    assert parameter("integration.request.header.X", source).value(ASKED, {"kind": "note"}) == value


def test_a_body_that_is_no_object_has_no_fields() -> None:
    assert parameter("integration.request.path.x", "route.request.body.a").value(Asked("x", None, {}), {}) is None


def test_a_target_is_a_header_a_query_parameter_or_part_of_the_path() -> None:
    for place in ("header", "querystring", "path"):
        assert parameter(f"integration.request.{place}.Some-Name", "'x'").place == place


@pytest.mark.parametrize(
    ("target", "source", "message"),
    [
        ("integration.request.body.x", "'x'", "is no integration.request.header.NAME"),
        ("method.request.header.x", "'x'", "is no integration.request.header.NAME"),
        ("integration.request.header.x", "x", "is none of"),
        ("integration.request.header.x", "'x", "is none of"),
        ("integration.request.header.x", "method.request.header.x", "is none of"),
        ("integration.request.header.x", "route.request.body.a[", "is not understood"),
    ],
)
def test_what_is_no_mapping_is_refused(target: str, source: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message.replace(".", r"\.")):
        parameter(target, source)
