"""What a template consists of."""

from longwire.core.velocity.nodes import CallStep, ReferenceNode, VelocityError, walk
from longwire.core.velocity.parser import parse

EVERYTHING = """
#set($a = [$b, {"k": $c}, [1..$d]])
#if(!$e && "$f")$g#else$h#end
#foreach($i in $j.k($l)[$m])$n#end
#macro(mac $p)$q#end#mac($r)
#define($s)$t#end
"""


def test_everything_in_a_template_is_walked() -> None:
    parsed = parse(EVERYTHING)
    names = {node.name for node in walk(parsed.body, parsed.macros) if isinstance(node, ReferenceNode)}
    assert names == set("abcdefghjlmnqrt")


def test_a_reference_has_its_steps() -> None:
    (node,) = parse("$j.k($l)").body.nodes
    assert isinstance(node, ReferenceNode)
    assert isinstance(node.steps[0], CallStep)


def test_a_place_in_a_template_is_line_and_column() -> None:
    error = VelocityError("no", "a\nbc\nd", 3)
    assert (error.line, error.column) == (2, 2)
