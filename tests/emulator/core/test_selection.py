"""Route selection expressions, as the developer guide describes them."""

import pytest

from longwire.core.selection import Selection, SelectionError

BODY = {
    "action": "join",
    "service": "chat",
    "meta": {"kind": "k", "list": ["a", {"b": 2}]},
    "n": 1,
    "t": True,
    "none": None,
}


@pytest.mark.parametrize(
    ("expression", "selected"),
    [
        ("$request.body.action", "join"),
        ("${request.body.action}", "join"),
        ("${request.body.service}/${request.body.action}", "chat/join"),
        ("${request.body.action}-${request.body.room}", "join-"),
        ("$request.body.meta.kind", "k"),
        ("$request.body.meta.list[0]", "a"),
        ("$request.body.meta.list[1].b", "2"),
        ("$request.body['action']", "join"),
        ('$request.body["meta"]["kind"]', "k"),
        ("$request.body.meta.list", '[a, {"b": 2}]'),
        ("$request.body.meta.list[*].b", "[2]"),
        ("$request.body.n", "1"),
        ("$request.body.t", "true"),
        ("$request.body.none", ""),
        ("$request.body.absent.deeper", ""),
        ("$request.body.meta.list[9]", ""),
        ("v1-$request.body.action", "v1-join"),
        (r"\$default", "$default"),
        ("static", "static"),
        (r"a\b", r"a\b"),
    ],
)
def test_an_expression_selects_what_the_guide_says(expression: str, selected: str) -> None:
    assert Selection(expression).evaluate(BODY) == selected


@pytest.mark.parametrize("body", [[1, 2], "text", 7, None, True])
def test_a_body_that_is_no_object_selects_the_empty_string(body: object) -> None:
    assert Selection("$request.body.action").evaluate(body) == ""


def test_the_result_is_not_evaluated_again() -> None:
    assert Selection("$request.body.action").evaluate({"action": "$request.body.other", "other": "x"}) == (
        "$request.body.other"
    )


@pytest.mark.parametrize(
    ("expression", "position"),
    [("$request.header.x", 0), ("a$", 1), ("${request.body.a", 0), ("$context.routeKey", 0)],
)
def test_an_expression_outside_the_grammar_is_refused_with_its_position(expression: str, position: int) -> None:
    with pytest.raises(SelectionError, match="is not understood") as refused:
        Selection(expression)
    assert refused.value.position == position


def test_only_an_expression_without_variables_is_constant() -> None:
    assert Selection(r"\$default").constant
    assert not Selection("${request.body.a}x").constant
