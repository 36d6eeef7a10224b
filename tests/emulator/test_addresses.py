from longwire.addresses import LEADING_OUT, variables

ADDRESSES = {
    "websocket_url": "ws://127.0.0.1:9/dev",
    "management_url": "http://127.0.0.1:9/dev/@connections",
    "endpoint_url": "http://127.0.0.1:9",
    "inspector_url": "http://127.0.0.1:9/_longwire/",
}


def test_programs_find_the_emulator_and_nothing_else() -> None:
    found = variables(ADDRESSES, "eu-west-1")
    assert found["LONGWIRE_WS_URL"] == "ws://127.0.0.1:9/dev"
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert found["AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI"] == "http://127.0.0.1:9/dev"
    assert found["AWS_REGION"] == found["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert "longwire" in found["AWS_SECRET_ACCESS_KEY"]
    assert not set(found) & set(LEADING_OUT)
