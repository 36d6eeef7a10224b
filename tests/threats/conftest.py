"""One emulator for everybody who attacks it."""

from collections.abc import Iterator

import pytest

from longwire_command import Running, running_dev
from threatened_dev import project, shell


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, cache = project(tmp_path_factory.mktemp("dev")), tmp_path_factory.getbasetemp() / "cache"
    with running_dev(folder, shell(cache), "--port", "0") as running:
        yield running


@pytest.fixture(scope="session")
def url(dev: Running) -> str:
    return str(dev.ready["endpoint_url"])
