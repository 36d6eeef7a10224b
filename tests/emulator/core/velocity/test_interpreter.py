"""Templates and what they become. Expected texts marked 1.7 are those that Apache Velocity 1.7 itself wrote."""

import time
from typing import Any

import pytest

from longwire.core.velocity.interpreter import render
from longwire.core.velocity.nodes import VelocityError
from longwire.core.velocity.parser import parse
from longwire.core.velocity.values import Budget

ROOT: dict[str, Any] = {
    "a": 1, "name": "Ann", "list": ["x", "y", "z"], "none": None, "empty": "", "zero": 0, "f": False, "t": True,
    "d": 1.5, "o": {"b": "deep", "n": None}, "el": [], "em": {},
}  # fmt: skip


def rendered(template: str, budget: Budget | None = None) -> str:
    import copy

    return render(parse(template), {"r": copy.deepcopy(ROOT), "s": "Hello", "n": 5}, budget)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        # 1.7: white space
        ("a #set($x=1) b$x", "a  b1"),
        ("a\n  #set($x=1)  \nb$x", "a\n  b1"),
        ("  #if(true)  \n x\n  #end  \n y", "   x\n   y"),
        ("#if(true)x#else y#end z", "x z"),
        ("#if(false)\na\n#else\nb\n#end\nc", "b\nc"),
        ("#foreach($i in [1..3])\n  $i\n#end\n|", "  1\n  2\n  3\n|"),
        ("#if($n == 5)\r\nx\r\n#end\r\ny", "x\r\ny"),
        ("$s #set($x=1)$x", "Hello1"),
        # 1.7: comments and what is text
        ("x ## comment\ny", "x y"),
        ("x #* c\nd *# y", "x  y"),
        ("#[[ $a #if ]]# z", " $a #if  z"),
        ("$ $5 $- #1 # #foo $s. $s.. a#b", "$ $5 $- #1 # #foo Hello. Hello.. a#b"),
        (r"\$s \\$s \\\$s \$undef \\$undef", r"$s \Hello \$s \$undef \\$undef"),
        (r"\#if(true) x", "#if(true) x"),
        ("#{if}(true)x#{else}y#{end}", "x"),
        # 1.7: references
        ("$s.length() ${s}x ${s.length()}x $!{s}", "5 Hellox 5x Hello"),
        ("$r.o.b $r.o['b'] $r.get('o').get('b').length() $r.list[0] $r.list[-1]", "deep deep 4 x z"),
        ("#set($r.new=1)$r.new#set($r['k']=2)$r.k#set($r.list[0]='q')$r.list", "12[q, y, z]"),
        ("#set($m={})#set($m.a=1)#set($j=$m.put('b',2))$m $m.put('b',3)", "{a=1, b=2} 2"),
        # 1.7: conditions
        ("#if($undef)a#else b#end #if(!$undef)n#end", " b n"),
        ("#if($r.empty)t#end#if($r.zero)t#end#if($r.f)t#end#if($r.el)t#end", "ttt"),
        ('#if("")a#end#if(0)b#end#if("x")c#end|', "|"),
        ("#if($undef==$undef2)eq#end #if($undef!=1)ne#end #if(1==1.0)eq#end #if(1=='1')eq#end", "eq ne eq eq"),
        ("#if(1<2 && 2>=2 || false)y#end #if(1 lt 2 and not false)y#end #if('a'<'b')y#else n#end", "y y  n"),
        ("#if(false)a#elseif(true)b#else c#end", "b"),
        # 1.7: what is computed
        ("#set($x=1+2*3)$x,#set($x=7/2)$x,#set($x=7%4)$x,#set($x=7.0/2)$x,#set($x=(1+2)*3)$x", "7,3,3,3.5,9"),
        ("#set($x='a'+1)$x#set($x=1+'a')$x#set($x=-1)$x#set($x=-7/2)$x", "a11a-1-3"),
        ("#set($x=1)#set($x=$undef)$x#set($x=1/0)$x", "11"),
        ("#set($x=1.5+1)$x,#set($x=1.0E3)$x,#set($x=0.1+0.2)$x,#set($x=2147483647+1)$x",
         "2.5,1000.0,0.30000000000000004,2147483648"),
        ("#set($x=[1..3])$x#set($x=[3..1])$x$x.size()#set($y=[])$y", "[1, 2, 3][3, 2, 1]3[]"),
        ("#set($q='a''b')$q#set($q=\"a\"\"b\")$q#set($q='$s')$q", "a'ba\"b$s"),
        ('#set($q="$s x ${s}y #if(true)z#end")$q', "Hello x Helloy z"),
        (r'#set($q="a\nb\\c")$q', r"a\nb\\c"),
        ("$r.o $r.list $r.d $r.t $r.em", "{b=deep, n=null} [x, y, z] 1.5 true {}"),
        # 1.7: loops
        ("#foreach($i in $r.list)$i#if($foreach.hasNext),#end#end", "x,y,z"),
        ("#foreach($i in $r.list)$velocityCount$foreach.index$foreach.count$foreach.first$foreach.last;#end",
         "101truefalse;212falsefalse;323falsetrue;"),
        ("#foreach($i in [1..2])#foreach($j in [1..2])$foreach.parent.index$foreach.index #end#end", "00 01 10 11 "),
        ("#set($i=9)#foreach($i in [1..2])$i#end$i", "129"),
        ("#foreach($i in $undef)x#end#foreach($i in 'abc')x#end|", "|"),
        ("#foreach($e in $r.o.entrySet())$e.key=$e.value,#end#foreach($k in $r.o.keySet())$k#end", "b=deep,n=,bn"),
        ("#foreach($i in [1..5])#if($i==3)#break#end$i#end x", "12 x"),
        ("a#stop b", "a"),
        # 1.7: macros and definitions
        ("#macro(m $a $b)[$a|$b]#end#m($s 'x')#m($n, $n)", "[Hello|x][5|5]"),
        ("#m(1)#macro(m $a)<$a>#end", "<1>"),
        ("#macro(r $k)$k#if($k>0)#set($less=$k - 1)#r($less)#end#end#r(3)", "3210"),
        ("#define($b)hi $s#end$b ${b}!", "hi Hello hi Hello!"),
        # API Gateway's: what is null is written as nothing
        ("$undef|$r.none|${r.o.x}|$undef.a.b()|$s.foo|", "|||||"),
        ('{"a": "$r.missing", "b": "$!r.o.n"}', '{"a": "", "b": ""}'),
    ],
)  # fmt: skip
def test_a_template_becomes_text(template: str, text: str) -> None:
    assert rendered(template) == text


def test_a_list_is_written_as_json() -> None:
    template = '{\n#foreach($i in $r.list)\n  "$i"#if($foreach.hasNext),#end\n\n#end\n}'
    assert rendered(template) == '{\n  "x",\n  "y",\n  "z"\n}'


@pytest.mark.parametrize(
    ("template", "line", "message"),
    [
        ("\n\n $r.list.get(9)", 3, "index 9 of a list with 3 items"),
        ("$r.list[9]", 1, "index 9 of a list with 3 items"),
        ("\n$s.substring(9)", 2, "substring(9, 5) of a text with 5 characters"),
        ("$s.replaceAll('(', 'x')", 1, "missing )"),
        ("#set($s.x = 1)", 1, "cannot be set"),
        ("#set($undef.x = 1)", 1, "cannot be set"),
        ("#macro(m $a)#m($a)#end#m(1)", 1, "more than 20 macros within one another"),
        ("#define($a)$a#end$a", 1, "more than 20 macros within one another"),
    ],
)
def test_what_goes_wrong_has_a_place_in_the_template(template: str, line: int, message: str) -> None:
    with pytest.raises(VelocityError) as caught:
        rendered(template)
    assert caught.value.line == line
    assert message in str(caught.value)


LAUGHS = "#set($a='lol')" + '#set($a="$a$a$a$a$a$a$a$a$a$a")' * 9 + "$a"
LISTS = "#set($a=['lol'])" + "#set($a=[$a,$a,$a,$a])" * 30 + "$a"


@pytest.mark.parametrize(
    "template",
    [
        LAUGHS,
        LISTS,
        "#foreach($i in [1..1000000000])x#end",
        "#set($r9=[1..1000000000])$r9",
        "#foreach($i in [1..99999999999999999999])x#end",
        "#set($x = 7)" + "#set($x = $x * $x)" * 14 + "$x",
        "#foreach($i in [1..1000])#foreach($j in [1..1000])#foreach($k in [1..1000])x#end#end#end",
        "#set($l=[])#foreach($i in [1..100000])#set($j=$l.add($l.toString()))#end",
        "#set($l=[1])#set($j=$l.add($l))$l",
        "#set($a='" + "a" * 3000 + "')$a.replace('a', $a)$a.replaceAll('a', $a)",
        "#set($l=[1])#foreach($i in [1..60])#set($j=$l.addAll($l))#end",
        "#macro(a)#foreach($i in [1..9])#b()#end#end#macro(b)#foreach($i in [1..9])#a()#end#end#a()",
        "#set($x=2)" + "#set($x=$x*$x)" * 200 + "$x",
    ],
)
def test_a_template_that_would_not_end_is_ended(template: str) -> None:
    started = time.perf_counter()
    with pytest.raises(VelocityError, match=r"too much work|within one another|too deeply"):
        rendered(template)
    assert time.perf_counter() - started < 10


def test_the_budget_says_how_much_it_was() -> None:
    with pytest.raises(VelocityError, match="more than 50 steps"):
        rendered("#foreach($i in [1..100])x#end", Budget(steps=50))
    with pytest.raises(VelocityError, match="more than 20 characters"):
        rendered("#foreach($i in [1..100])x#end", Budget(characters=20))


def test_a_rendering_leaves_the_next_one_alone() -> None:
    assert [rendered("#set($q = 1)$q"), rendered("$q")] == ["1", ""]
