"""$input, $util, $context."""

from typing import Any

import pytest

from longwire.core.mapping_variables import BodyNotJson, InputVariable, UtilVariable, nested
from longwire.core.velocity.values import Budget


def test_input_has_the_body_as_it_came_and_as_json() -> None:
    given = InputVariable('{"a": [1, {"b": "ü"}], "n": null}')
    assert given.read("body") == '{"a": [1, {"b": "ü"}], "n": null}'
    assert given.call("path", ["$.a[1].b"]) == "ü"
    assert given.call("json", ["$"]) == '{"a":[1,{"b":"ü"}],"n":null}'
    assert given.call("json", ["$.a[1].b"]) == '"ü"'
    assert given.call("path", ["$.missing"]) is None
    assert given.call("json", ["$.missing"]) == '""'


def test_an_empty_body_is_an_empty_object() -> None:
    given = InputVariable("")
    assert (given.read("body"), given.call("json", ["$"]), given.call("path", ["$.a"])) == ("{}", "{}", None)


@pytest.mark.parametrize("body", ["hello", "{a: 1}", "[" * 100_000])
def test_a_body_that_is_not_json_has_no_paths(body: str) -> None:
    with pytest.raises(BodyNotJson, match="the body is not JSON"):
        InputVariable(body).call("path", ["$"])


def test_parameters_are_looked_for_in_path_query_and_header() -> None:
    given = InputVariable("", {"querystring": {"q": "1", "both": "query"}, "header": {"H": "2", "both": "header"}})
    assert [given.call("params", [name]) for name in ("q", "H", "both", "no")] == ["1", "2", "query", ""]
    assert given.call("params", []) == {
        "path": {},
        "querystring": {"q": "1", "both": "query"},
        "header": {"H": "2", "both": "header"},
    }


@pytest.mark.parametrize(("name", "arguments"), [("param", []), ("path", []), ("json", [1]), ("params", ["a", "b"])])
def test_input_has_nothing_else(name: str, arguments: list[Any]) -> None:
    with pytest.raises(LookupError, match=r"\$input takes"):
        InputVariable("").call(name, arguments)
    assert InputVariable("").read(name) is None


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("escapeJavaScript", 'it\'s "a"\n\\ </ü😀\x01', 'it\\\'s \\"a\\"\\n\\\\ <\\/\\u00FC\\uD83D\\uDE00\\u0001'),
        ("escapeJavaScript", {"a": 1}, "{a=1}"),
        ("parseJson", '{"key2":{"arr":[1,2,3]}}', {"key2": {"arr": [1, 2, 3]}}),
        ("urlEncode", "a b&c=ü~*-._/", "a+b%26c%3D%C3%BC%7E*-._%2F"),
        ("urlDecode", "a+b%26%C3%BC", "a b&ü"),
        ("base64Encode", "hellö", "aGVsbMO2"),
        ("base64Decode", "aGVsbMO2", "hellö"),
        ("base64Encode", 5, "NQ=="),
        ("urlEncode", None, None),
    ],
)
def test_util_does(name: str, given: Any, expected: Any) -> None:
    assert UtilVariable(Budget()).call(name, [given]) == expected


@pytest.mark.parametrize(("name", "given"), [("parseJson", "{"), ("base64Decode", "a")])
def test_util_fails_in_words(name: str, given: str) -> None:
    with pytest.raises(ValueError, match=r"not (JSON|base64)"):
        UtilVariable(Budget()).call(name, [given])


def test_util_has_nothing_else() -> None:
    with pytest.raises(LookupError, match="escapeJavaScript"):
        UtilVariable(Budget()).call("toJson", [1])
    assert UtilVariable(Budget()).read("toJson") is None


def test_context_is_nested_and_without_what_is_absent() -> None:
    flat = {"connectionId": "c", "identity.sourceIp": "1", "identity.user": None, "messageId": None}
    assert nested(flat) == {"connectionId": "c", "identity": {"sourceIp": "1"}}
