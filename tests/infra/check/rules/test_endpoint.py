"""Each rule over a live endpoint: one that it finds something in, and one in which it finds nothing."""

from dataclasses import replace

import pytest

from longwire_infra.check.endpoint import Endpoint, Handshake
from longwire_infra.check.run import check_endpoint, listed_rules
from longwire_infra.check.statements import Statements

GOOD = Endpoint(
    "wss://chat.example/v1",
    own=Handshake(101, {"server": "API"}),
    bare=Handshake(401),
    foreign=Handshake(403),
    plain=Handshake(None, error="Connection refused"),
    certificate_days=90,
    pinged=True,
    pong_seconds=0.02,
    unknown_route='{"type":"error"}',
    too_big=1009,
)
FRAME = '{"message": "%s", "connectionId":"a=", "requestId":"b="}'
BROKEN = {
    "LW901": replace(GOOD, url="ws://chat.example/v1"),
    "LW902": replace(GOOD, untrusted="certificate has expired"),
    "LW903": replace(GOOD, certificate_days=20),
    "LW904": replace(GOOD, bare=Handshake(101)),
    "LW905": replace(GOOD, foreign=Handshake(101)),
    "LW906": replace(GOOD, plain=Handshake(101)),
    "LW907": replace(GOOD, unknown_route=FRAME % "Forbidden"),
    "LW908": replace(GOOD, unknown_route=FRAME % "Internal server error"),
    "LW909": replace(GOOD, pong_seconds=None),
    "LW910": replace(GOOD, too_big=0),
    "LW911": replace(GOOD, own=Handshake(101, {"server": "nginx/1.18.0"})),
}


def found(endpoint: Endpoint) -> list[str]:
    return [finding.rule.id for finding in check_endpoint(endpoint, Statements()).findings]


@pytest.mark.parametrize("rule", [rule.id for rule in listed_rules() if rule.subject == "endpoint"])
def test_a_rule_finds_what_is_broken_and_nothing_else(rule: str) -> None:
    assert found(BROKEN[rule]) == [rule]


@pytest.mark.parametrize(
    "endpoint",
    [
        GOOD,
        Endpoint("wss://chat.example/v1", own=Handshake(401), bare=Handshake(401)),
        replace(GOOD, unknown_route="no JSON"),
        replace(GOOD, unknown_route="[]"),
        replace(GOOD, unknown_route=None),
    ],
)
def test_what_is_right_or_was_not_tried_is_no_finding(endpoint: Endpoint) -> None:
    assert found(endpoint) == []
