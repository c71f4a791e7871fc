"""The course as static pages, opened as files in a real Chromium."""

import pytest

from fercourse.content import checkout, content_path
from fercourse.course.run import Task, run_notebook
from fercourse.course.settings import BUILT_IN, DataChoice, read_settings
from fercourse.course.site.assembling import site_files
from fercourse.course.site.publishing import publish
from tests.course.pages import faults

pytestmark = pytest.mark.browser

PAGES = (
    "index.html",
    "notebooks/00_start_here.html",
    "docs/glossary.html",
    "docs/results.html",
    "reference/index.html",
    "reference/fercourse/evaluation.html",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A site with the first notebook, executed."""
    settings = read_settings()
    task = Task("quick", DataChoice(BUILT_IN, None), content_path("notebooks"))
    outcome = run_notebook(settings.notebook("00"), task)
    assert outcome.faults == []
    folder = tmp_path_factory.mktemp("published") / "site"
    modules = ["fercourse", "fercourse.evaluation", "fercourse.evaluation.report"]
    publish(site_files([outcome], settings, checkout(), modules), folder)
    return folder


def test_executed_notebook_is_on_the_site_without_a_fault(site):
    assert (site / "notebooks" / "00_start_here.html").read_text("utf-8").count("<img alt") > 5
    assert faults(site) == []


@pytest.mark.parametrize(
    ("name", "scheme"),
    [*((name, "light") for name in PAGES), *((name, "dark") for name in PAGES[:2])],
)
def test_axe_finds_nothing_serious(page, site, artifacts, name, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.emulate_media(color_scheme=scheme)
    page.goto((site / name).as_uri())
    page.screenshot(path=artifacts / f"site_{name.replace('/', '_')}_{scheme}.png")
    found = [
        (one["id"], [node["html"][:200] for node in one["nodes"]])
        for one in axe.run(page).response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert found == []


@pytest.mark.parametrize("name", PAGES)
def test_page_asks_for_nothing_but_files_and_is_not_wider_than_a_phone(page, site, name):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto((site / name).as_uri())
    assert [url[:80] for url in asked if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_keyboard_reaches_the_content_first(page, site):
    page.goto((site / "docs" / "glossary.html").as_uri())
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
