"""A template's text -> its nodes. Raises VelocityError with line and column for what Velocity would not take.

Stricter than Velocity in what can only be a mistake: it sends a misspelt directive, or a ``#foreach`` without
``in``, as text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from longwire.core.velocity.cursor import Cursor
from longwire.core.velocity.expressions import NAME, REFERENCE, expression, reference, value
from longwire.core.velocity.nodes import (
    BlockNode,
    BreakNode,
    DefineNode,
    ForeachNode,
    IfNode,
    Macro,
    MacroCallNode,
    Node,
    SetNode,
    StopNode,
    TextNode,
)

__all__ = ["Parsed", "parse"]

PLAIN = re.compile(r"[^$#\\]+")
BACKSLASHES = re.compile(r"\\+(?=\$!?\{?[A-Za-z_]|#)")
DIRECTIVE = re.compile(r"#(?:\{(\w+)\}|(\w+))")
LINE_COMMENT = re.compile(r"##[^\r\n]*(?:\r\n|\n|\r)?")
SPACE_BEFORE_SET = re.compile(r"[ \t]+(?=#set[ \t]*\()")
OPENING = re.compile(r"[ \t]*\(")
IN = re.compile(r"in\b")
SEPARATOR = re.compile(r"[ \t\r\n]*,?[ \t\r\n]*")
DIRECTIVES = ("set", "if", "elseif", "else", "end", "foreach", "macro", "define", "break", "stop")
REFUSED = {"evaluate", "parse", "include"}
ENDS = ("else", "elseif", "end")


@dataclass(frozen=True, slots=True)
class Parsed:
    text: str
    body: BlockNode
    macros: Mapping[str, Macro]


def parse(text: str) -> Parsed:
    parser = Parser(text)
    body, end = parser.block(Cursor(text))
    if end:
        raise Cursor(text).error(f"#{end} belongs to no #if, #foreach, #macro or #define", parser.ended_at)
    parser.check_calls(text)
    return Parsed(text, body, parser.macros)


class Parser:
    """``ended_at`` is where the last block ended; ``calls`` may be macros, which may be defined further down."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.macros: dict[str, Macro] = {}
        self.calls: list[MacroCallNode] = []
        self.ended_at = 0

    def block(self, cursor: Cursor) -> tuple[BlockNode, str]:
        """Nodes until one of ENDS, which is returned, or until the end: an empty text."""
        nodes: list[Node] = []
        text = False  # whether plain text has just been read
        while not cursor.done:
            if not text:  # observed of Velocity 1.7: space before #set goes with it, unless it belongs to text
                cursor.match(SPACE_BEFORE_SET)
            text = False
            if plain := cursor.match(PLAIN):
                nodes.append(TextNode(plain[0]))
                text = True
            elif cursor.look(REFERENCE):
                nodes.append(reference(cursor, self.nested))
            elif slashes := cursor.match(BACKSLASHES):
                nodes.append(self.escaped(cursor, len(slashes[0])))
            elif cursor.sees("#"):
                found = self.hash(cursor)
                if isinstance(found, str):
                    return BlockNode(tuple(nodes)), found
                nodes.append(found)
            else:
                nodes.append(TextNode(cursor.text[cursor.at]))
                cursor.at += 1
        return BlockNode(tuple(nodes)), ""

    def nested(self, cursor: Cursor) -> BlockNode:
        """The inside of text in double quotes."""
        body, end = self.block(cursor)
        if end:
            raise cursor.error(f"#{end} within quotes belongs to nothing there", self.ended_at)
        return body

    def escaped(self, cursor: Cursor, count: int) -> Node:
        """Each second backslash makes what follows text; in front of what is no directive all of them are text."""
        if cursor.sees("$"):
            return reference(cursor, self.nested, count)
        found = cursor.look(DIRECTIVE)
        if found is None or (found[1] or found[2]) not in DIRECTIVES or count % 2 == 0:
            return TextNode("\\" * count)
        cursor.at = found.end()
        return TextNode("\\" * (count // 2) + found[0])

    def hash(self, cursor: Cursor) -> Node | str:
        if cursor.match(LINE_COMMENT):
            return TextNode("")
        if cursor.sees("#*"):
            self.skip_to(cursor, "*#", "a comment")
            return TextNode("")
        if cursor.sees("#[["):
            start = cursor.at + 3
            return TextNode(cursor.text[start : self.skip_to(cursor, "]]#", "literal text")])
        found = cursor.look(DIRECTIVE)
        if found is None:
            cursor.at += 1
            return TextNode("#")
        return self.directive(cursor, found[1] or found[2], found.end())

    def skip_to(self, cursor: Cursor, closing: str, what: str) -> int:
        """Where the closing sign begins; the cursor stands behind it."""
        end = cursor.text.find(closing, cursor.at + 2, cursor.end)
        if end < 0:
            raise cursor.error(f"{what} begins here and has no {closing}")
        cursor.at = end + len(closing)
        return end

    def directive(self, cursor: Cursor, name: str, end: int) -> Node | str:
        at = cursor.at
        if name not in DIRECTIVES:
            return self.other(cursor, name, end)
        cursor.at = end
        if name in ENDS:
            self.ended_at = at
            if name != "elseif":
                cursor.skip_rest_of_line()
            return name
        if name in ("break", "stop"):
            return BreakNode() if name == "break" else StopNode()
        if cursor.match(OPENING) is None:
            raise cursor.error(f"#{name} needs a parenthesis: #{name}(...)", at)
        cursor.enter()
        read = {"set": self.assignment, "if": self.conditional, "foreach": self.foreach}
        read |= {"macro": self.macro, "define": self.define}
        found = read[name](cursor, at)
        cursor.leave()
        return found

    def other(self, cursor: Cursor, name: str, end: int) -> Node:
        """A macro's call, a misspelt directive, or text."""
        at = cursor.at
        cursor.at = end
        called = cursor.match(OPENING) is not None
        if called and name in REFUSED:
            raise cursor.error(f"#{name} is not there for mapping templates", at)
        if not called:
            if name not in self.macros:
                return TextNode(cursor.text[at:end])
            arguments: list[Node] = []
        elif name in self.macros or get_close_matches(name, DIRECTIVES, 1, 0.75) or self.defined(name):
            arguments = self.arguments(cursor, name)
        else:
            cursor.at = end
            return TextNode(cursor.text[at:end])
        call = MacroCallNode(name, tuple(arguments), at)
        self.calls.append(call)
        return call

    def defined(self, name: str) -> bool:
        """Somewhere in the template: Velocity knows a macro before its definition."""
        return re.search(rf"#macro[ \t]*\([ \t\r\n]*{re.escape(name)}\b", self.text) is not None

    def arguments(self, cursor: Cursor, name: str) -> list[Node]:
        found: list[Node] = []
        cursor.skip_space()
        while not cursor.take(")"):
            if get_close_matches(name, DIRECTIVES, 1, 0.75) and not self.defined(name):
                raise self.misspelt(cursor, name)
            found.append(value(cursor, self.nested))
            cursor.match(SEPARATOR)
        return found

    def misspelt(self, cursor: Cursor, name: str) -> Exception:
        near = get_close_matches(name, DIRECTIVES, 1, 0.75)
        hint = f"Did you mean #{near[0]}?" if near else None
        return cursor.error(
            f"there is no directive and no macro #{name}", cursor.text.rfind(f"#{name}", 0, cursor.at), hint
        )

    def check_calls(self, text: str) -> None:
        for call in self.calls:
            if call.name not in self.macros:
                raise Cursor(text, call.at).error(f"there is no directive and no macro #{call.name}")

    # --- directives, each behind its opening parenthesis

    def close(self, cursor: Cursor, name: str) -> None:
        cursor.expect(")", f"#{name}")
        cursor.skip_rest_of_line()

    def assignment(self, cursor: Cursor, at: int) -> Node:
        cursor.skip_space()
        if not cursor.look(REFERENCE):
            raise cursor.error(f"#set takes a variable, not {cursor.here()}", hint="#set($name = value)")
        target = reference(cursor, self.nested)
        cursor.expect("=", "#set")
        found = expression(cursor, self.nested)
        self.close(cursor, "set")
        return SetNode(target, found, at)

    def conditional(self, cursor: Cursor, at: int) -> Node:
        branches: list[tuple[Node | None, BlockNode]] = []
        condition: Node | None = expression(cursor, self.nested)
        self.close(cursor, "if")
        while True:
            body, end = self.block(cursor)
            branches.append((condition, body))
            if end == "end":
                return IfNode(tuple(branches))
            if not end or condition is None:
                raise cursor.error("#if has no #end" if not end else f"#{end} stands behind #else", at)
            condition = self.elseif(cursor) if end == "elseif" else None

    def elseif(self, cursor: Cursor) -> Node:
        if cursor.match(OPENING) is None:
            raise cursor.error("#elseif needs a condition: #elseif(...)", self.ended_at)
        found = expression(cursor, self.nested)
        self.close(cursor, "elseif")
        return found

    def foreach(self, cursor: Cursor, at: int) -> Node:
        cursor.skip_space()
        if not cursor.look(REFERENCE):
            raise cursor.error(f"#foreach takes a variable, not {cursor.here()}", hint="#foreach($item in $list)")
        variable = reference(cursor, self.nested)
        cursor.skip_space()
        if cursor.match(IN) is None:
            raise cursor.error(f"in is expected here, not {cursor.here()}", hint="#foreach($item in $list)")
        source = value(cursor, self.nested)
        self.close(cursor, "foreach")
        return ForeachNode(variable.name, source, self.body(cursor, "foreach", at), at)

    def define(self, cursor: Cursor, at: int) -> Node:
        cursor.skip_space()
        if not cursor.look(REFERENCE):
            raise cursor.error(f"#define takes a variable, not {cursor.here()}", hint="#define($name)")
        variable = reference(cursor, self.nested)
        self.close(cursor, "define")
        return DefineNode(variable.name, self.body(cursor, "define", at))

    def macro(self, cursor: Cursor, at: int) -> Node:
        cursor.skip_space()
        name = cursor.match(NAME)
        if name is None:
            raise cursor.error(f"#macro takes a name, not {cursor.here()}", hint="#macro(name $a $b)")
        parameters: list[str] = []
        cursor.match(SEPARATOR)
        while cursor.look(REFERENCE):
            parameters.append(reference(cursor, self.nested).name)
            cursor.match(SEPARATOR)
        self.close(cursor, "macro")
        self.macros[name[0]] = Macro(tuple(parameters), self.body(cursor, "macro", at))
        return TextNode("")

    def body(self, cursor: Cursor, name: str, at: int) -> BlockNode:
        found, end = self.block(cursor)
        if end != "end":
            raise cursor.error(f"#{name} has no #end" if not end else f"#{end} belongs to no #if", at)
        return found
