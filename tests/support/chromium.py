"""The Chromium that is installed, driven by Playwright."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
QUIET += ["--disable-sync", "--no-first-run"]

expect.set_options(timeout=10_000)  # milliseconds; the machine may be busy with other tests


def executable() -> str:
    """Its path; the test fails where there is none, because a page that was not looked at is not tested."""
    named = [name for name in (os.environ.get("PLAYWRIGHT_CHROMIUM"),) if name]
    found = next(filter(None, map(shutil.which, [*named, *NAMES])), None)
    if found is None:
        pytest.fail("No Chromium is installed, and the page is tested in one: sudo apt install chromium", pytrace=False)
    return found


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    path = executable()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        await browser.close()


@asynccontextmanager
async def new_page(browser: Browser, complaints: list[str]) -> AsyncIterator[Page]:
    """A page with a profile of its own; what it complains of, errors and dialogs, is added to ``complaints``."""
    context = await browser.new_context(viewport={"width": 1400, "height": 860}, locale="en", timezone_id="UTC")
    page = await context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: complaints.append(f"dialog: {dialog.message}"))
    yield page
    await context.close()
