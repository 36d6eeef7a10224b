"""Environment variables become settings, or an error that says what to do."""

import pytest

from longwire_app.errors import SettingsError
from longwire_app.settings import AuthorizerSettings, Settings

STATE = {
    "STATE_TABLE": "t",
    "LOG_TABLE": "l",
    "DOORBELL_QUEUE_URL": "https://q",
    "BROADCAST_QUEUE_URL": "https://b",
    "MANAGEMENT_ENDPOINT": "https://h/v1",
}


def test_only_the_names_of_resources_are_required() -> None:
    assert Settings.from_environment(STATE) == Settings(
        "t", "l", "https://q", "https://b", "https://h/v1", 10, 32, 200, 1000
    )


def test_numbers_are_read() -> None:
    settings = Settings.from_environment(STATE | {"CONNECTIONS_PER_USER": "0", "FANOUT_WIDTH": "64"})
    assert (settings.connections_per_user, settings.fanout_width) == (0, 64)


@pytest.mark.parametrize("name", list(STATE))
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({key: value for key, value in STATE.items() if key != name})


@pytest.mark.parametrize(
    ("name", "value"), [("FANOUT_WIDTH", "0"), ("FANOUT_WIDTH", "many"), ("CONNECTIONS_PER_USER", "-1")]
)
def test_a_number_that_is_none_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is '{value}'"):
        Settings.from_environment(STATE | {name: value})


def test_origins_are_a_list_and_empty_texts_are_absent() -> None:
    env = {
        "ALLOWED_ORIGINS": "https://a, https://b,",
        "JWKS_URL": "https://k",
        "TOKEN_AUDIENCE": "",
        "TOKEN_ISSUER": "i",
    }
    settings = AuthorizerSettings.from_environment(env)
    assert settings.allowed_origins == {"https://a", "https://b"}
    assert (settings.token_secret, settings.audience, settings.issuer) == (None, None, "i")


def test_without_any_key_source_nothing_starts() -> None:
    with pytest.raises(SettingsError, match="TOKEN_SECRET_ARN, JWKS_URL or both"):
        AuthorizerSettings.from_environment({"TOKEN_SECRET_ARN": "", "JWKS_URL": ""})
