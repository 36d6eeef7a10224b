"""The world in virtual time that these tests share."""

from collections.abc import Iterator

import pytest

from backend_world import World, virtual_world


@pytest.fixture(scope="module")
def virtual() -> Iterator[World]:
    with virtual_world() as made:
        yield made


@pytest.fixture
def world(virtual: World) -> Iterator[World]:
    """An empty one."""
    virtual.reset()
    yield virtual
    virtual.cloud.script = None
