"""Credentials in frames, events and log lines."""

import json

import pytest

from longwire.recording.hidden import hidden_text

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"token": "abc", "n": 1}', '{"token":"***","n":1}'),
        ('{"n": 1,  "x": [1, 2]}', '{"n": 1,  "x": [1, 2]}'),
        ('{"reconnectionToken":"r","password":["p","q"]}', '{"reconnectionToken":"***","password":["***","***"]}'),
        (f"who sent {JWT}?", "who sent ***?"),
        (f'{{"text":"{JWT}"}}', '{"text":"***"}'),
        ("not json {", "not json {"),
        ('"text"', '"text"'),
        ("[" * 100_000, "[" * 100_000),
        ('{"token": 5}', '{"token": 5}'),
        ("", ""),
        ('{"\\u0074oken":"x"}', '{"token":"***"}'),
        ('{"\u017fecret":"x"}', '{"\u017fecret":"***"}'),
        ('{"Ticket":"x","code":"y","isBase64Encoded":"z"}', '{"Ticket":"***","code":"***","isBase64Encoded":"z"}'),
        ('[{"API-Key":"x"}]', '[{"API-Key":"***"}]'),
    ],
)
def test_a_secret_is_replaced_and_nothing_else(text: str, shown: str) -> None:
    assert hidden_text(text) == shown


def test_the_frame_inside_of_lambdas_event_is_looked_into() -> None:
    event = {
        "headers": {"Authorization": "Bearer x", "Host": "h"},
        "multiValueQueryStringParameters": {"access_token": ["x"]},
        "body": '{"action":"login","secret":"x"}',
    }
    shown = json.loads(hidden_text(json.dumps(event)))
    assert shown["headers"] == {"Authorization": "***", "Host": "h"}
    assert shown["multiValueQueryStringParameters"] == {"access_token": ["***"]}
    assert shown["body"] == '{"action":"login","secret":"***"}'
