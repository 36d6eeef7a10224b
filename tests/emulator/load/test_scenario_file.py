from pathlib import Path

import pytest

from longwire.errors import UsageError
from longwire.load.backoff import Backoff
from longwire.load.scenario_file import read_scenario

WHOLE = """
connections: 200
ramp: 5s
hold: 1m
double: 500ms
churn: 20%
slow: 1.5%
herds: [15s, 20]
timeout: 3s
reconnect: {first: 2s, limit: 10s, jitter: 500ms, tries: 3}
query: {token: abc, n: 1}
headers: {X-Own: "yes"}
subprotocol: json.webpubsub.azure.v1
on_open:
  - {type: joinGroup, group: room}
messages:
  - name: say
    every: 2s
    send: {action: say, id: "{id}"}
    answers: 3
  - send: tick
    every: 250ms
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "load.yaml"
    file.write_text(text)
    return file


def test_every_field_is_read(tmp_path: Path) -> None:
    it = read_scenario(written(tmp_path, WHOLE))
    assert (it.connections, it.ramp, it.hold, it.double, it.timeout) == (200, 5, 60, 0.5, 3)
    assert (it.churn, it.slow, it.herds) == (0.2, 0.015, (15, 20))
    assert it.reconnect == Backoff(2, 10, 0.5, 3)
    assert (it.query, it.headers) == ({"token": "abc", "n": "1"}, {"X-Own": "yes"})
    assert it.subprotocol == "json.webpubsub.azure.v1"
    assert len(it.on_open) == 1
    assert [(each.name, each.every, each.answers) for each in it.messages] == [("say", 2, 3), ("message 2", 0.25, 0)]


def test_the_least_is_a_number_of_connections(tmp_path: Path) -> None:
    it = read_scenario(written(tmp_path, "connections: 3"))
    assert (it.seconds, it.reconnect) == (15, Backoff())


def test_json_is_yaml(tmp_path: Path) -> None:
    it = read_scenario(written(tmp_path, '{"connections": 1, "messages": [{"send": "{id}", "every": "answer"}]}'))
    assert it.messages[0].every is None


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("hold: 3s", 1, "it needs connections"),
        ("[1]", 1, "a mapping belongs here"),
        ("connections: 0", 1, "connections: 0 is not a whole number from 1 to 100,000"),
        ("connections: true", 1, "is not a whole number"),
        ("connections: 3\nconections: 4", 2, "there is no such field. Did you mean connections?"),
        ("connections: 3\nhold: 3 hours", 2, "hold: '3 hours' is not a time, as 10s, 500ms or 2m"),
        ("connections: 3\nhold: 2 hours", 2, "is not a time"),
        ("connections: 3\nhold: 100m", 2, "is not between 0 and 3,600"),
        ("connections: 3\nhold: 50m\ndouble: 50m", 2, "ends after 3,600 s at most"),
        ("connections: 3\nhold: 0\nramp: 0", 2, "nothing would happen"),
        ("connections: 3\nhold: .nan", 2, "is not a time"),
        ("connections: 3\nchurn: 20", 2, "churn: 20 is not a share, as 20%"),
        ("connections: 3\nslow: 120%", 2, "is not between 0 and 1"),
        ("connections: 3\nslow: nan%", 2, "is not between 0 and 1"),
        ("connections: 3\nherds: 5s", 2, "a list belongs here"),
        ("connections: 3\nherds: [soon]", 2, "'soon' is not a time"),
        ("connections: 3\nherds: [60s]", 2, "the load is over at 15 s, before 60 s"),
        ("connections: 3\nreconnect: {tries: many}", 2, "reconnect.tries: 'many' is not a whole number"),
        ("connections: 3\nreconnect: {jiter: full}", 2, "Did you mean jitter?"),
        ("connections: 3\nquery: [a]", 2, "a mapping belongs here"),
        ("connections: 3\nquery:\n  token: [a]", 2, "the value of token is not text"),
        ("connections: 3\nsubprotocol: [a]", 2, "is not text"),
        ("connections: 3\nmessages:\n  - every: 1s", 3, "messages.0: it needs send"),
        ("connections: 3\nmessages:\n  - send: a\n    evry: 1s", 4, "Did you mean every?"),
        ("connections: 3\nmessages:\n  - send: a\n    every: 0", 4, "0 would send without end"),
        ("connections: 3\nmessages:\n  - send: a\n    every: answer", 4, "no answer is waited for"),
        ("connections: 3\nmessages:\n  - send: a\n    answers: 2", 4, "{id}, which stands nowhere in send"),
        ("connections: 3\nmessages:\n  - send: '{text:9-1}'", 3, "{text:LEAST-MOST}"),
        ("connections: 3\nmessages: [{send: a, name: x}, {send: b, name: x}]", 2, "two messages are called x"),
        ("connections: [3", 1, "not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_scenario(written(tmp_path, text))
    assert told in str(caught.value)
    assert f"load.yaml:{line}" in str(caught.value) or "YAML" in told


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no scenario .*none.yaml"):
        read_scenario(tmp_path / "none.yaml")
