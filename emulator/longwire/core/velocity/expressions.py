"""Expressions and references: what stands behind ``$``, and in the parentheses of a directive.

The grammar is Velocity 1.7's: operators only in ``#set`` and conditions, while arguments, items and indexes are
values. ``-`` in front of a digit belongs to the number, in a name to the name.
"""

import re
from collections.abc import Callable

from longwire.core.velocity.cursor import Cursor
from longwire.core.velocity.nodes import (
    BinaryNode,
    BlockNode,
    CallStep,
    IndexStep,
    InterpolatedNode,
    ListNode,
    LiteralNode,
    MapNode,
    Node,
    NotNode,
    PropertyStep,
    RangeNode,
    ReferenceNode,
    Step,
)

__all__ = ["NAME", "REFERENCE", "expression", "reference", "value"]

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
REFERENCE = re.compile(r"\$!?\{?(?=[A-Za-z_])")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
WORD = re.compile(r"(true|false|null)\b")
NOT = re.compile(r"!|not\b")
# From those that bind least to those that bind most.
OPERATORS = tuple(
    re.compile(pattern)
    for pattern in (
        r"\|\||or\b",
        r"&&|and\b",
        r"==|!=|eq\b|ne\b",
        r"<=|>=|<|>|lt\b|gt\b|le\b|ge\b",
        r"\+|-(?!\d)",
        r"\*|/|%",
    )
)
SIGNS = {"or": "||", "and": "&&", "eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}
Nested = Callable[[Cursor], BlockNode]  # reads the inside of text in double quotes


def expression(cursor: Cursor, nested: Nested, level: int = 0) -> Node:
    """With operators, those of ``level`` and above."""
    if level == len(OPERATORS):
        return operand(cursor, nested)
    left = expression(cursor, nested, level + 1)
    while True:
        cursor.skip_space()
        at = cursor.at
        found = cursor.match(OPERATORS[level])
        if found is None:
            return left
        right = expression(cursor, nested, level + 1)
        left = BinaryNode(SIGNS.get(found[0], found[0]), left, right, at)


def operand(cursor: Cursor, nested: Nested) -> Node:
    cursor.skip_space()
    cursor.enter()
    if cursor.match(NOT):
        found: Node = NotNode(operand(cursor, nested))
    elif cursor.take("("):
        found = expression(cursor, nested)
        cursor.expect(")", "a parenthesis is open")
    else:
        found = value(cursor, nested)
    cursor.leave()
    return found


def value(cursor: Cursor, nested: Nested) -> Node:
    """A literal or a reference, without operators."""
    cursor.skip_space()
    if cursor.look(REFERENCE):
        return reference(cursor, nested)
    if number := cursor.match(NUMBER):
        return LiteralNode(int(number[0]) if re.fullmatch(r"-?\d+", number[0]) else float(number[0]))
    if word := cursor.match(WORD):
        if word[1] == "null":
            raise cursor.error("Velocity has no null", cursor.at - 4, 'Compare with ""; what is missing is false.')
        return LiteralNode(word[1] == "true")
    for opening, read in (("'", quoted), ('"', quoted), ("[", items), ("{", pairs)):
        if cursor.sees(opening):
            return read(cursor, nested)
    hint = "Text stands in quotes, a variable begins with $." if cursor.look(NAME) else None
    raise cursor.error(f"a value is expected here, not {cursor.here()}", hint=hint)


def quoted(cursor: Cursor, nested: Nested) -> Node:
    """A quote within is written twice; nothing else is an escape. Double quotes are templates of their own."""
    quote, start = cursor.text[cursor.at], cursor.at
    end = start + 1
    while True:
        end = cursor.text.find(quote, end, cursor.end)
        if end < 0:
            raise cursor.error(f"the text that begins here has no closing {quote}", start)
        if not cursor.text.startswith(quote * 2, end, cursor.end):
            break
        end += 2
    cursor.at = end + 1
    inside = cursor.text[start + 1 : end].replace(quote * 2, quote)
    if quote == "'" or not re.search(r"[$#]", inside):
        return LiteralNode(inside)
    whole = quote * 2 not in cursor.text[start + 1 : end]
    part = Cursor(cursor.text, start + 1, end, cursor.depth) if whole else Cursor(inside, depth=cursor.depth)
    part.enter()
    return InterpolatedNode(nested(part))


def items(cursor: Cursor, nested: Nested) -> Node:
    """``[a, b]`` or ``[a..b]``."""
    at = cursor.at
    cursor.take("[")
    cursor.enter()
    found: list[Node] = []
    cursor.skip_space()
    while not cursor.take("]"):
        if found:
            cursor.expect(",", "a list is open")
        found.append(value(cursor, nested))
        cursor.skip_space()
        if len(found) == 1 and cursor.take(".."):
            last = value(cursor, nested)
            cursor.expect("]", "a range is open")
            cursor.leave()
            return RangeNode(found[0], last, at)
    cursor.leave()
    return ListNode(tuple(found))


def pairs(cursor: Cursor, nested: Nested) -> Node:
    """``{key: value, ...}``"""
    cursor.take("{")
    cursor.enter()
    found: list[tuple[Node, Node]] = []
    cursor.skip_space()
    while not cursor.take("}"):
        if found:
            cursor.expect(",", "a map is open")
        key = value(cursor, nested)
        cursor.expect(":", "a map's key has no value")
        found.append((key, value(cursor, nested)))
        cursor.skip_space()
    cursor.leave()
    return MapNode(tuple(found))


def reference(cursor: Cursor, nested: Nested, backslashes: int = 0) -> ReferenceNode:
    """``$a.b(1)[2]``, ``$!a``, ``${a.b}``, ``$!{a}``. A dot that no name follows is text."""
    at = cursor.at
    opened = cursor.match(REFERENCE)
    name = cursor.match(NAME)
    if opened is None or name is None:
        raise cursor.error("a variable is expected here: $name", at)
    cursor.enter()
    steps: list[Step] = []
    while (found := step(cursor, nested)) is not None:
        steps.append(found)
    cursor.leave()
    if "{" in opened[0] and not cursor.take("}"):
        raise cursor.error(f"{cursor.text[at : cursor.at]} has no closing }} before {cursor.here()}", at)
    return ReferenceNode(name[0], tuple(steps), cursor.text[at : cursor.at], at, backslashes)


def step(cursor: Cursor, nested: Nested) -> Step | None:
    at = cursor.at
    if cursor.take("["):
        index = value(cursor, nested)
        cursor.expect("]", "an index is open")
        return IndexStep(index, at)
    if not cursor.take("."):
        return None
    name = cursor.match(NAME)
    if name is None:
        cursor.at = at
        return None
    if not cursor.take("("):
        return PropertyStep(name[0], at)
    return CallStep(name[0], arguments(cursor, nested), at)


def arguments(cursor: Cursor, nested: Nested) -> tuple[Node, ...]:
    found: list[Node] = []
    cursor.skip_space()
    while not cursor.take(")"):
        if found:
            cursor.expect(",", "a method's parenthesis is open")
        found.append(value(cursor, nested))
        cursor.skip_space()
    return tuple(found)
