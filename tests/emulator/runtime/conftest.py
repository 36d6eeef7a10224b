"""Functions in processes of their own."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from running_functions import Make, World, make_world


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[Make]:
    """``world(source, limits=..., **function)`` runs ``app.handler``."""
    made: list[World] = []

    def make(source: str, **settings: Any) -> World:
        made.append(make_world(tmp_path, source, **settings))
        return made[-1]

    yield make
    for each in made:
        await each.runtime.close(0)
