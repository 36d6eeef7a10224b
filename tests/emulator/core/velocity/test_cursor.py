"""Reading on in a text."""

import re

import pytest

from longwire.core.velocity.cursor import DEEPEST, Cursor
from longwire.core.velocity.nodes import VelocityError


def test_what_is_taken_lies_behind() -> None:
    cursor = Cursor("ab cd")
    assert cursor.take("ab")
    assert not cursor.take("cd")
    cursor.skip_space()
    found = cursor.match(re.compile("c."))
    assert found is not None
    assert found[0] == "cd"
    assert cursor.done


def test_a_part_of_a_text_ends_where_it_is_told_to() -> None:
    cursor = Cursor("abc", 0, 2)
    assert not cursor.sees("abc")
    assert cursor.take("ab")
    assert cursor.done
    assert cursor.here() == "the end of the template"


def test_errors_have_line_and_column() -> None:
    error = Cursor("a\nbc", 3).error("no", hint="yes")
    assert (error.line, error.column, error.hint) == (2, 2, "yes")
    assert str(error) == "line 2, column 2 of the template: no"


def test_depth_is_counted() -> None:
    cursor = Cursor("x", depth=DEEPEST - 1)
    cursor.enter()
    with pytest.raises(VelocityError, match="levels within one another"):
        cursor.enter()
