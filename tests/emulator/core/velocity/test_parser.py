"""What is no template, and where."""

import pytest

from longwire.core.velocity.nodes import VelocityError
from longwire.core.velocity.parser import parse


@pytest.mark.parametrize(
    ("template", "line", "column", "message", "hint"),
    [
        ("x\n  #if($a)\n y", 2, 3, "#if has no #end", None),
        ("#foreach($a in $b)x", 1, 1, "#foreach has no #end", None),
        ("#macro(m)x", 1, 1, "#macro has no #end", None),
        ("#define($m)x", 1, 1, "#define has no #end", None),
        ("a\n#end", 2, 1, "#end belongs to no #if", None),
        ("#else x", 1, 1, "#else belongs to no #if", None),
        ("#elseif(true)", 1, 1, "#elseif belongs to no #if", None),
        ("#if(true)a#else b#else c#end", 1, 1, "#else stands behind #else", None),
        ("#foreach($a in $b)x#else y#end", 1, 1, "#else belongs to no #if", None),
        ("#if(true)x#elseif y#end", 1, 11, "#elseif needs a condition", None),
        ("#set $a = 1", 1, 1, "#set needs a parenthesis", None),
        ("#set(a = 1)", 1, 6, "#set takes a variable, not 'a = 1)'", "#set($name = value)"),
        ("#set($a 1)", 1, 9, "#set: = is expected here, not '1)'", None),
        ("#set($a = 1", 1, 12, "#set: ) is expected here, not the end", None),
        ("#set($a = )", 1, 11, "a value is expected here, not ')'", None),
        ("#set($a = b)", 1, 11, "a value is expected here", "Text stands in quotes, a variable begins with $."),
        ("#set($a = 1 2)", 1, 13, ") is expected here, not '2)'", None),
        ("#set($a = $n -1)", 1, 14, ") is expected here, not '-1)'", None),
        ("#set($a = null)", 1, 11, "Velocity has no null", 'Compare with ""'),
        ("#if()x#end", 1, 5, "a value is expected here", None),
        ("#foreach($a of $b)#end", 1, 13, "in is expected here, not 'of $b)#end'", "#foreach($item in $list)"),
        ("#foreach(a in $b)#end", 1, 10, "#foreach takes a variable", None),
        ("#macro($a)#end", 1, 8, "#macro takes a name", "#macro(name $a $b)"),
        ("#define(a)#end", 1, 9, "#define takes a variable", "#define($name)"),
        ("#foreech($a in $b)x#end", 1, 1, "there is no directive and no macro #foreech", "Did you mean #foreach?"),
        ("#if(true)x#elsif(true)y#end", 1, 11, "no macro #elsif", "Did you mean #elseif?"),
        ("#evaluate('x')", 1, 1, "#evaluate is not there", None),
        ("#include('x')", 1, 1, "#include is not there", None),
        ("a #* b", 1, 3, "a comment begins here and has no *#", None),
        ("#[[ b", 1, 1, "literal text begins here and has no ]]#", None),
        ('#set($a = "x#end")', 1, 13, "#end within quotes", None),
    ],
)  # fmt: skip
def test_what_is_no_template_is_refused_with_its_place(
    template: str, line: int, column: int, message: str, hint: str | None
) -> None:
    with pytest.raises(VelocityError) as caught:
        parse(template)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert message in str(caught.value)
    assert (hint or "") in (caught.value.hint or "")


@pytest.mark.parametrize(
    "opening", ["#if(true)", "#foreach($a in $b)", "#set($a = " + "(" * 9, "#set($a = [", "#macro(m)"]
)
def test_depth_has_an_end(opening: str) -> None:
    with pytest.raises(VelocityError):
        parse(opening * 5000)


def test_a_macro_is_known_before_its_definition() -> None:
    assert "later" in parse("#later(1)#macro(later $a)#end").macros


def test_what_looks_like_a_tag_is_text() -> None:
    assert parse("#hashtag(x) #1 #").macros == {}
