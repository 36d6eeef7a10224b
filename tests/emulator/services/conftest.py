"""moto in the test's process: its account has to be the stack's, as in the services' own process."""

import pytest

from moto_in_virtual_time import ACCOUNT, REGION, World
from moto_in_virtual_time import world as the_world


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    found = the_world()
    found.begin()
    return found
