"""Expressions and references."""

import pytest

from longwire.core.velocity.cursor import Cursor
from longwire.core.velocity.expressions import expression, reference
from longwire.core.velocity.nodes import (
    BinaryNode,
    BlockNode,
    CallStep,
    IndexStep,
    LiteralNode,
    Node,
    NotNode,
    PropertyStep,
    ReferenceNode,
    VelocityError,
)


def nested(cursor: Cursor) -> BlockNode:
    del cursor
    return BlockNode(())


def read(text: str) -> Node:
    return expression(Cursor(text), nested)


def shape(node: Node) -> str:
    match node:
        case BinaryNode():
            return f"({shape(node.left)}{node.operator}{shape(node.right)})"
        case NotNode(operand):
            return f"!{shape(operand)}"
        case LiteralNode(value):
            return str(value)
        case ReferenceNode():
            return f"${node.name}"
    raise AssertionError(node)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4", "((1+(2*3))-4)"),
        ("$a || $b && !$c == 1", "($a||($b&&(!$c==1)))"),
        ("$a or $b and not $c eq 1", "($a||($b&&(!$c==1)))"),
        ("($a or $b) and $c lt 1 + 1", "(($a||$b)&&($c<(1+1)))"),
        ("1.5e3 >= -2", "(1500.0>=-2)"),
        ("true", "True"),
    ],
)
def test_operators_bind_as_in_velocity(text: str, expected: str) -> None:
    assert shape(read(text)) == expected


@pytest.mark.parametrize(
    ("text", "source", "steps"),
    [
        ("$a.b rest", "$a.b", (PropertyStep("b", 2),)),
        ("$!{a.b}.c", "$!{a.b}", (PropertyStep("b", 4),)),
        ("$a.b(1, 'x')[2].", "$a.b(1, 'x')[2]",
         (CallStep("b", (LiteralNode(1), LiteralNode("x")), 2), IndexStep(LiteralNode(2), 12))),
        ("$a-b.c", "$a-b.c", (PropertyStep("c", 4),)),
    ],
)  # fmt: skip
def test_a_reference_ends_where_its_last_step_does(text: str, source: str, steps: tuple[object, ...]) -> None:
    found = reference(Cursor(text), nested)
    assert (found.source, found.steps) == (source, steps)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("${a", "has no closing }"),
        ("${a.b(1}", "a method's parenthesis is open"),
        ("$a[0", "an index is open"),
        ("$a.b(1 + 1)", "a method's parenthesis is open: , is expected here"),
        ("[1, 2", "a list is open"),
        ("[1..2", "a range is open"),
        ("{'a' 1}", "a map's key has no value"),
        ("{'a': 1", "a map is open"),
        ("(1", "a parenthesis is open"),
        ("'a", "has no closing '"),
        ('"a', 'has no closing "'),
        ("-", "a value is expected"),
    ],
)
def test_what_is_open_is_named(text: str, message: str) -> None:
    with pytest.raises(VelocityError, match=message.replace("(", r"\(")):
        read(text)
