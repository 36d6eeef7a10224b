"""What expressions are worth."""

from typing import Any

import pytest

from longwire.core.velocity.evaluator import Evaluator
from longwire.core.velocity.nodes import BlockNode, SetNode, VelocityError
from longwire.core.velocity.parser import parse
from longwire.core.velocity.values import Budget


class Plain(Evaluator):
    def captured(self, body: BlockNode) -> str:
        return f"block of {len(body.nodes)}"


class Given:
    def read(self, name: str) -> Any:
        return {"body": "x"}.get(name)

    def call(self, name: str, arguments: list[Any]) -> Any:
        if name == "fails":
            raise LookupError(name)
        if name == "odd":
            raise ValueError("odd")
        return [name, *arguments]


def worth(text: str, **variables: Any) -> Any:
    parsed = parse(f"#set($x = {text})")
    (node,) = parsed.body.nodes
    assert isinstance(node, SetNode)
    return Plain(parsed, variables, Budget()).value(node.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{'a': [1, $n], $n: 2.0}", {"a": [1, 5], 5: 2.0}),
        ("[3..$n]", range(3, 6)),
        ("['a'..$n]", None),
        ('"a $n"', "block of 2"),
        ("$undef.a.b(1)[2]", None),
        ("$m.a", 1),
        ("$m['a']", 1),
        ("$l[1]", 2),
        ("$l['x']", None),
        ("$n.nothing", None),
        ("$given.body", "x"),
        ("$given.say($n)", ["say", 5]),
        ("$undef && $n.fails()", False),
        ("true || $given.fails()", True),
        ("!$n", False),
    ],
)
def test_an_expression_is_worth(text: str, expected: Any) -> None:
    assert worth(text, n=5, m={"a": 1}, l=[1, 2], given=Given()) == expected


@pytest.mark.parametrize(
    ("text", "message"), [("$given.fails()", "fails"), ("$given.odd()", "odd"), ("$l[9]", "index 9")]
)
def test_what_cannot_be_evaluated_has_a_place(text: str, message: str) -> None:
    with pytest.raises(VelocityError, match=f"line 1, column 1[0-9].*{message}"):
        worth(text, given=Given(), l=[1])
