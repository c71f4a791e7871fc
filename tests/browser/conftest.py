"""JupyterLab as a reader opens it, in a real Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("chrome")
TOKEN = "only-for-this-test"
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]


@pytest.fixture(scope="session")
def artifacts():
    """The folder where screenshots are kept, to be looked at."""
    folder = Path(__file__).parents[2] / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """``fercourse lab``, started in an empty folder: its address and its notebooks."""
    folder = tmp_path_factory.mktemp("reader")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "fercourse", "lab", "--no-browser", "--port", str(port)]
    command += ["--", f"--IdentityProvider.token={TOKEN}", "--expose-app-in-browser"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    environment = os.environ | {"FERCOURSE_PROFILE": "quick"}
    with subprocess.Popen(
        command, cwd=folder, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    ) as server:
        try:
            _wait_until_it_answers(port, server)
            yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token={TOKEN}&reset", folder / "work"
        finally:
            os.killpg(server.pid, 15)


def _wait_until_it_answers(port: int, server: subprocess.Popen) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert server.poll() is None, "JupyterLab ended before it answered"
        try:
            urlopen(f"http://127.0.0.1:{port}/api?token={TOKEN}", timeout=5).close()
            return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("JupyterLab did not answer within 90 seconds")


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium; tests that need it are skipped, by name, where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium was found")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A fresh page, with no memory of another."""
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60_000)
    yield page
    page.close()
