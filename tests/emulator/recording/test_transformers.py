"""Ids and times are compared as what they are."""

import pytest

from longwire.errors import UsageError
from longwire.recording.transformers import transformers

NOW = 1_764_000_000.0


@pytest.mark.parametrize(
    ("payload", "compared"),
    [
        ('{"b": 1, "a": "GHuZpRN0BmECups="}', '{"a": "<id>", "b": 1}'),
        ('{"id": "0b5cfc64-8a2b-4a39-9e6c-30d4dd2d7a5a"}', '{"id": "<uuid>"}'),
        ('{"id": "0123456789abcdef0123456789abcdef"}', '{"id": "<hex>"}'),
        ('{"id": "01JDHMZ5P3VQ8T6C9N2K4R7WXY"}', '{"id": "<ulid>"}'),
        ('{"s": 1764000123, "ms": 1764000123456, "f": 1764000123.5}', '{"f": "<time>", "ms": "<time>", "s": "<time>"}'),
        ('{"n": 1764000123456789012}', '{"n": "<time>"}'),
        (
            '{"old": 1600000000, "n": 42, "yes": true, "big": 1e300}',
            '{"big": 1e+300, "n": 42, "old": 1600000000, "yes": true}',
        ),
        ('{"at": "2025-11-24T16:00:00.123Z", "day": "2025-11-24"}', '{"at": "<time>", "day": "2025-11-24"}'),
        ("GHuZpRN0BmECups= left at 2025-11-24 16:00:00", "<id> left at <time>"),
        ('{"token": "abc"}', '{"token": "***"}'),
        ('{"GHuZpRN0BmECups=": 1}', '{"<id>": 1}'),
        ("plain", "plain"),
        ("17", "17"),
    ],
)
def test_a_frame_as_it_is_compared(payload: str, compared: str) -> None:
    assert transformers().frame(payload, NOW) == compared


def test_more_can_be_replaced_or_ignored() -> None:
    rules = transformers(["order=ORD-[0-9]+"], ["price"])
    assert rules.frame('{"o": "ORD-17", "price": 3, "in": [{"price": 4}]}', NOW) == (
        '{"in": [{"price": "<ignored>"}], "o": "<order>", "price": "<ignored>"}'
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [("ORD-[0-9]+", "give NAME=REGEX"), ("x=[", "no regular expression"), ("x=a*", "matches an empty text")],
)
def test_what_is_no_rule_is_refused(given: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        transformers([given])
