"""One browser for all tests of the page; a stage and a page of its own for each."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser

from chromium import chromium, new_page
from inspector_script import Script
from inspector_stage import Stage, echoing, serving
from longwire.inspector.inspector import Inspector
from scripted_calls import ScriptedCalls


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def stage(browser: Browser) -> AsyncIterator[Stage]:
    """An inspector that is served, and a page that has not been opened; it must not complain by the end."""
    script = Script()
    calls = ScriptedCalls(script)
    inspector = Inspector(script.state, script.timeline, run="run-1", calls=calls.calls())
    complaints: list[str] = []
    async with serving(inspector) as url, new_page(browser, complaints) as page:
        yield Stage(page, script, calls, inspector, url, complaints)
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def sockets(stage: Stage) -> AsyncIterator[Script]:
    """The stage has a WebSocket server that echoes."""
    async with echoing(stage.script):
        yield stage.script
