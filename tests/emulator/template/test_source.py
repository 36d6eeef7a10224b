"""Template files as data, with the line of every value; hostile files are refused."""

from pathlib import Path

import pytest

from longwire.errors import TemplateError
from longwire.template.source import parse, read
from sample_templates import written

FILE = Path("template.yaml")


def refused(text: str) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        parse(text, FILE)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!Ref Name", {"Ref": "Name"}),
        ("!Sub '${A}'", {"Fn::Sub": "${A}"}),
        ("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}),
        ("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}),
        ("!Join [',', [a, !Ref B]]", {"Fn::Join": [",", ["a", {"Ref": "B"}]]}),
        ("!If [C, {x: 1}, !Ref AWS::NoValue]", {"Fn::If": ["C", {"x": 1}, {"Ref": "AWS::NoValue"}]}),
        ("!Equals [!Ref A, 'true']", {"Fn::Equals": [{"Ref": "A"}, "true"]}),
        ("!Condition C", {"Condition": "C"}),
        ("!GetAZs ''", {"Fn::GetAZs": ""}),
        ("2012-10-17", "2012-10-17"),
        ("'2012-10-17'", "2012-10-17"),
        ("=", "="),
        ("", None),
        ("~", None),
        ("yes", True),
        ("3", 3),
        ("0.5", 0.5),
        ("012345678901", "012345678901"),
        ("{80: a, true: b}", {"80": "a", "true": "b"}),
    ],
)
def test_yaml_becomes_the_json_form_of_cloudformation(text: str, value: object) -> None:
    assert parse(f"Key: {text}", FILE).data == {"Key": value}


def test_json_with_tabs_is_read_and_its_lines_are_known() -> None:
    source = parse('{\n\t"Resources": {\n\t\t"A": {"Type":"T","List":["x", "y"]}\n\t}\n}', FILE)

    assert source.data == {"Resources": {"A": {"Type": "T", "List": ["x", "y"]}}}
    assert str(source.location(("Resources", "A", "List", 1))) == "template.yaml:3:33"


def test_an_anchor_may_be_used_twice_and_merged_below_what_is_written() -> None:
    source = parse("a: &a {x: 1, y: 2}\nb: *a\nc:\n  <<: *a\n  y: 3\n", FILE)

    assert source.data == {"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 2}, "c": {"x": 1, "y": 3}}


def test_the_place_of_something_that_is_not_there_is_the_place_of_what_is_around_it() -> None:
    source = parse("Resources:\n  A:\n    Type: T\n", FILE)

    assert source.location(("Resources", "A", "Properties", "X")).line == 2
    assert source.location(("Outputs",)).line == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: [1, 2", 3, "not YAML: did not find expected ',' or ']'"),
        ("a: 1\n\tb: 2", 2, "not YAML"),
        ("a: 1\n---\nb: 2", 2, "not YAML: but found another document"),
        ("a: \x07", 1, "not YAML: unacceptable character"),
        ("a: 1\nb: 2\na: 3", 3, "a is here twice, first in line 1"),
        ("a: 1\n? [b]\n: 2", 2, "a key has to be text"),
        ("a: 1\nb: !Subs x", 2, "there is no function !Subs\n  Did you mean Sub?"),
        ("a: !!python/object/apply:os.system [id]", 1, "the tag !!python/object/apply:os.system does not exist"),
        ("a: !!binary aGk=", 1, "the tag !!binary does not exist"),
        ("a: !!int x", 1, "'x' is no int"),
        ("a: &a\n  - *a", 1, "an alias stands inside the value that it names"),
        ("a: &a [x]\nb: {<<: *a}", 1, "<< takes a mapping"),
    ],
)
def test_what_is_no_template_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    error = refused(text)

    assert error.location is not None
    assert error.location.line == line
    assert message in str(error)


def test_aliases_that_multiply_into_billions_are_refused() -> None:
    levels = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 10))

    assert "more than 100,000 values" in refused(f"l0: &l0 [lol]\n{levels}").message


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "{? " * 500], ids=["flow", "block", "keys"])
def test_nesting_without_end_is_refused_and_does_not_end_the_process(text: str) -> None:
    assert "nested more than 100 levels deep" in refused(text).message


def test_a_template_above_the_size_that_cloudformation_takes_is_refused(tmp_path: Path) -> None:
    big = written("Description: " + "x" * 1_100_000, tmp_path)

    assert "1,100,013 bytes; CloudFormation takes at most 1,048,576" in str(big.error())


def test_a_file_that_is_missing_a_folder_or_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9")

    said = {"none.yaml": "there is no template", ".": "there is no template", "latin.yaml": "not UTF-8 at byte 3"}
    for name, message in said.items():
        with pytest.raises(TemplateError, match=message):
            read(tmp_path / name)


def test_a_byte_order_mark_is_not_part_of_the_template(tmp_path: Path) -> None:
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbfa: 1")

    assert read(tmp_path / "bom.yaml").data == {"a": 1}
