"""A real browser. Without Chromium its tests are skipped, and with ``CI=true`` they fail."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.core.drawing.browser import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        missing = "chromium" if chromium is None else "chromedriver"
        if os.environ.get("CI") == "true":
            pytest.fail(f"there is no {missing} on the path", pytrace=False)
        pytest.skip(f"there is no {missing} on the path")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    # Root has no sandbox to use; the only page is our own.
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1400,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options=options, service=Service(driver)) as started:
        yield Browser(started)
