"""The course as a reader meets it: JupyterLab, opened by ``fercourse lab``."""

import pytest

from fercourse.course.settings import read_settings

pytestmark = pytest.mark.browser

NOTEBOOKS = [notebook.stem for notebook in read_settings().notebooks.values()]
# The others train networks for minutes in a class; they run without a browser in tests/notebooks.
RUN_HERE = ("00_start_here", "01_meet_the_faces", "02_handcrafted_features", "07_live")

# A cell that is run before the kernel is there is not run at all.
KERNEL_IS_READY = """() => window.jupyterapp?.shell.currentWidget?.sessionContext
    ?.session?.kernel?.status === 'idle'"""
OUTPUTS_ONCE_IDLE = """() => {
    const panel = window.jupyterapp?.shell.currentWidget, model = panel?.content?.model;
    if (!model || panel.sessionContext.session?.kernel?.status !== 'idle') return null;
    const code = [...model.cells].filter((cell) => cell.type === 'code');
    if (!code.length || code.some((cell) => cell.executionCount === null)) return null;
    return code.flatMap((cell) => cell.outputs.toJSON());
}"""


def run_all(page, lab, name: str) -> list[dict]:
    """Open an untouched notebook, run all its cells as a reader would, and return the outputs."""
    address, _ = lab
    page.goto(address.format(f"{name}.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_function(KERNEL_IS_READY)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    return page.wait_for_function(OUTPUTS_ONCE_IDLE, timeout=300_000).json_value()


def test_lab_opens_at_the_first_notebook(page, lab):
    address, work = lab
    page.goto(address.replace("lab/tree/{}", ""))
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    assert "00_start_here" in page.url
    page.wait_for_timeout(5_000)  # JupyterLab asks a few seconds after its start
    assert page.get_by_text("Jupyter news").count() == 0
    assert sorted(path.stem for path in work.glob("*.ipynb")) == sorted(NOTEBOOKS)


@pytest.mark.parametrize("name", RUN_HERE)
def test_an_untouched_notebook_runs_to_its_end(page, lab, artifacts, name):
    outputs = run_all(page, lab, name)
    page.screenshot(path=artifacts / f"lab_{name}.png")
    assert [one for one in outputs if one["output_type"] == "error"] == []
    shown = page.locator(".jp-OutputArea-output img").all()
    assert shown
    assert all((image.get_attribute("alt") or "").strip() for image in shown)


def test_moving_an_action_unit_changes_the_face(page, lab, artifacts):
    run_all(page, lab, "01_meet_the_faces")
    handle = page.locator(".widget-slider .noUi-handle").first
    handle.scroll_into_view_if_needed()
    area = page.locator(".jp-OutputArea", has=page.locator(".widget-slider")).first
    before = area.locator("img").first.get_attribute("src")
    handle.press("ArrowLeft")
    handle.press("ArrowLeft")
    page.wait_for_function(
        "([area, before]) => ![undefined, before].includes(area.querySelector('img')?.src)",
        arg=[area.element_handle(), before],
    )
    assert "AU12" in area.locator("img").first.get_attribute("alt")
    page.screenshot(path=artifacts / "lab_action_unit.png")
