"""Which template is taken, and what becomes of one that fails."""

import pytest

from longwire.core.mapping import MappingFailed, MappingTemplates
from longwire.core.mapping_variables import InputVariable


def rendered(template: str, body: str = "{}") -> str:
    bad_body = (400, "Could not parse request body into json")
    context = {"connectionId": "abc=", "identity.sourceIp": "192.0.2.1", "authorizer.role": "admin"}
    return MappingTemplates({"$default": template}, "Put: request template", bad_body).rendered(
        "$default", InputVariable(body), context, {"table": "notes"}
    )


@pytest.mark.parametrize(
    ("keys", "selected", "key"),
    [
        (["a", "$default"], "a", "a"),
        (["a", "$default"], "b", "$default"),
        (["a"], "b", None),
        (["application/json"], "$default", "application/json"),
        (["application/json", "$default"], "x", "$default"),
        ([], "$default", None),
    ],
)
def test_the_selected_template_or_the_default_one(keys: list[str], selected: str, key: str | None) -> None:
    assert MappingTemplates(dict.fromkeys(keys, ""), "x").key(selected) == key


@pytest.mark.parametrize(
    ("template", "body", "expected"),
    [
        # The developer guide's own examples, as facts.
        ("$input.path('$.pets').count()", '{"pets": [1, 2, 3]}', "3"),
        ("$input.json('$.pets')", '{"pets": [{"id": 1, "price": 249.99}]}', '[{"id":1,"price":249.99}]'),
        ("#set ($e = $util.parseJson($input.path('$.errorMessage')))\n{\n \"v\" : $e.key2.arr[0]\n}",
         '{"errorMessage":"{\\"key1\\":\\"var1\\",\\"key2\\":{\\"arr\\":[1,2,3]}}"}', '{\n "v" : 1\n}'),
        ("$util.escapeJavaScript($input.path('$.t')).replaceAll(\"\\\\'\",\"'\")", '{"t": "it\'s"}', "it's"),
        ('{"Table": "$stageVariables.table", "Item": {"id": "$context.connectionId", "t": "$input.path("$.t")"}}',
         '{"t": "hi"}', '{"Table": "notes", "Item": {"id": "abc=", "t": "hi"}}'),
        ("$stageVariables['table'] ${stageVariables['table']}", "{}", "notes notes"),
        ("$context.identity.sourceIp $context.authorizer.role $context.nothing.at.all|", "{}", "192.0.2.1 admin |"),
        ("#foreach($p in $input.path('$.m').entrySet())$p.key=$p.value;#end", '{"m": {"a": 1, "b": [2]}}',
         "a=1;b=[2];"),
        ("Action=SendMessage&MessageBody=$util.urlEncode($input.body)", '{"a": "b c"}',
         "Action=SendMessage&MessageBody=%7B%22a%22%3A+%22b+c%22%7D"),
        ("#if($input.path('$.x') && $input.path('$.x') != \"\")yes#{else}no#end", '{"x": ""}', "no"),
        ("$input.path('$.d') $input.path('$.i') $input.path('$.b') $input.path('$.n')|",
         '{"d": 1.0, "i": 10000000, "b": true, "n": null}', "1.0 10000000 true |"),
    ],
)  # fmt: skip
def test_a_template_sees_the_request(template: str, body: str, expected: str) -> None:
    assert rendered(template, body) == expected


def test_a_body_that_is_not_json_is_the_clients_fault() -> None:
    with pytest.raises(MappingFailed) as caught:
        rendered("$input.path('$.a')", "no json")
    assert (caught.value.status, caught.value.message) == (400, "Could not parse request body into json")
    assert rendered("$input.body", "no json") == "no json"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("\n$input.path('$.a').get(1)", "Put: request template $default: line 2, column 19 of the template: .get(1"),
        ("#set($p = '$[')$input.path($p)", "the JSONPath '$[' is not understood"),
        ("$util.parseJson('{')", ".parseJson(): not JSON"),
        ("#foreach($i in [1..999999999])x#end", "too much work"),
        ("#if(true)", "#if has no #end"),
    ],
)
def test_a_template_that_fails_is_an_internal_server_error(template: str, why: str) -> None:
    with pytest.raises(MappingFailed) as caught:
        rendered(template, '{"a": [1]}')
    assert (caught.value.status, caught.value.message) == (500, "Internal server error")
    assert why in caught.value.why
