"""Messages that are made to break a mapping template."""

from collections.abc import Callable
from typing import Any

import pytest

from backend_routes import RESPONSES, http
from longwire.core.api import Integration, Route
from longwire.core.events import CallHttp

MakeWorld = Callable[..., Any]

HOSTILE = [
    '{"action": "x", "v": ' + "[" * 900 + "]" * 900 + "}",
    '{"action": "x", "v": ' + '{"a":' * 900 + "1" + "}" * 900 + "}",
    '{"action": "x", "v": [' + ",".join(["[1]"] * 30_000) + "]}",
    '{"action": "x", "v": "' + "a" * 130_000 + '"}',
    '{"action": "x", "v": "#foreach($i in [1..999999999])x#end $input.body"}',
    '{"action": "x", "v": "\\r\\nInjected: yes\\u0000\\ud800"}',
    '{"action": "x", "v": 1e400}',
    '{"action": "x", "v": ' + "9" * 4000 + "}",
    '{"action": "x", "v": 1, "v": null}',
]


@pytest.mark.parametrize("message", HOSTILE)
@pytest.mark.parametrize(
    "template",
    [
        "$input.json('$')",
        "$input.path('$')",
        "$input.path('$..*')",
        "$input.json('$..*')$input.json('$..*')",
        "#foreach($i in $input.path('$.v'))$i#end",
        "$util.escapeJavaScript($input.body)$util.urlEncode($input.path('$.v'))$util.base64Encode($input.json('$.v'))",
        '{"statusCode": $input.path("$.v")}',
        "#set($x = $input.path('$.v') * $input.path('$.v'))$x $input.path('$.v').replaceAll('a', '$0$0')",
    ],
)
def test_no_message_and_no_template_harms_the_gateway(world: MakeWorld, message: str, template: str) -> None:
    parameters = {
        "integration.request.header.V": "route.request.body.v",
        "integration.request.querystring.V": "route.request.body.$..*",
    }
    plain = http("x", request_templates={"$default": template}, request_parameters=parameters)
    mock = Integration("Mock", "MOCK", request_templates={"$default": template}, responses=RESPONSES)
    for route in (plain, Route("x", mock, two_way=True)):
        made = world(route)
        connection_id = made.open()
        made.say(connection_id, message)
        calls = [effect for effect in made.effects if isinstance(effect, CallHttp)]
        assert all("\r" not in value and "\n" not in value for call in calls for _, value in call.headers)
        assert calls or len(made.frames()) == 1
        made.say(connection_id, {"action": "x", "v": 200})
