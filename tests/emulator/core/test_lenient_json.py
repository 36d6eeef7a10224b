"""Keys without quotes."""

import json

import pytest

from longwire.core.lenient_json import with_quoted_keys


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"action":"sendMessage", body:"hello"}', {"action": "sendMessage", "body": "hello"}),  # the observed one
        ("{a:{b_1 : [{$c:1},{d-e:2}]}}", {"a": {"b_1": [{"$c": 1}, {"d-e": 2}]}}),
        (r'{a: "{b:\"c, d:\"}"}', {"a": '{b:"c, d:"}'}),
        ('{\n  a: 1,\n  "b": [true, null]\n}', {"a": 1, "b": [True, None]}),
    ],
)
def test_a_key_without_quotes_gets_them_and_strings_are_left_alone(text: str, value: object) -> None:
    assert json.loads(with_quoted_keys(text)) == value


@pytest.mark.parametrize("text", ["{'a': 1}", '{"a": 1,}', "{a: b}", "{1a: 1}", '{"a: 1}', "hello", "{a:1 // x\n}"])
def test_everything_else_stays_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        json.loads(with_quoted_keys(text))


@pytest.mark.parametrize("text", ['{"a": {"b": [1, "x"]}}', '"a:b"', "12", "[]"])
def test_json_is_not_changed(text: str) -> None:
    assert with_quoted_keys(text) == text
