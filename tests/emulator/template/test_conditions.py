"""Conditions, and what they leave out."""

import pytest

from longwire.errors import TemplateError
from sample_templates import resolver_of

TEMPLATE = """\
Parameters:
  Stage: {Type: String, Default: prod}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsDev]
  Either: !Or [!Condition IsProd, !Condition IsDev]
  Numbers: !Equals [3, "3"]
  Circle: !Not [!Condition Round]
  Round: !Not [!Condition Circle]
  Plain: true
  Joined: !Join [a, [b]]
  Short: !And [!Condition IsProd]
  Lost: !Not [!Condition Nowhere]
  Listed: !Equals [[a], b]
Resources: {}
"""


@pytest.mark.parametrize(
    ("name", "holds"), [("IsProd", True), ("IsDev", False), ("Both", False), ("Either", True), ("Numbers", True)]
)
def test_a_condition_holds_or_does_not(name: str, holds: bool) -> None:
    assert resolver_of(TEMPLATE).conditions.holds(name, ()) is holds


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("Circle", 10, "Conditions go in a circle: Circle -> Round -> Circle"),
        ("Plain", 11, "a Condition is one of"),
        ("Joined", 12, "a Condition cannot be Fn::Join"),
        ("Short", 13, "Fn::And takes a list of 2 to 10"),
        ("Lost", 14, "there is no Condition Nowhere"),
        ("Listed", 15, "Fn::Equals takes text here, not a list"),
    ],
)
def test_a_condition_that_cannot_be_decided_is_refused_with_its_line(name: str, line: int, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        resolver_of(TEMPLATE).conditions.holds(name, ())

    assert message in caught.value.message
    assert caught.value.location is not None
    assert caught.value.location.line == line


def test_a_resource_is_left_out_by_its_condition() -> None:
    conditions = resolver_of(TEMPLATE).conditions

    assert conditions.leaves_out({"Condition": "IsDev"}, ())
    assert not conditions.leaves_out({"Condition": "IsProd"}, ())
    assert not conditions.leaves_out({}, ())
    with pytest.raises(TemplateError, match="takes the name of a Condition"):
        conditions.leaves_out({"Condition": ["IsProd"]}, ())
