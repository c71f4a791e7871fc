"""The live widget as a reader meets it: JupyterLab, a camera that plays the drawn clip, a kernel."""

import json
import os
import re
import signal
from pathlib import Path

import nbformat
import numpy as np
import pytest

from fercourse.live import draw_supplied_clip
from tests.browser import y4m
from tests.browser.conftest import CHROMIUM, OPTIONS
from tests.browser.test_lab_in_browser import KERNEL_IS_READY

pytestmark = pytest.mark.browser

CELL = """import os
from fercourse.live import LiveWidget
print("kernel", os.getpid())
LiveWidget("builtin")"""
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)"}

# Keeps every camera stream that the page is given, and every result that is painted.
WATCH = """
window.streams = []; window.results = [];
const give = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices);
if (give) navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await give(wanted); window.streams.push(stream); return stream; };
document.addEventListener("fercourse-result", ({ detail }) => window.results.push(detail));
"""
CAMERA_IS_ON = """() => window.streams.some((stream) =>
    stream.getTracks().some((track) => track.readyState === 'live'))"""
NOTHING_IS_SHOWN = """() => {
    const canvas = document.querySelector(".fer-picture canvas");
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.every((value) => value === 0);
}"""
CAMERA_IS_OFF = f"() => !({CAMERA_IS_ON})()"


@pytest.fixture(scope="module")
def driver(browser):
    """The Playwright that started the browser."""
    return browser.browser_type


@pytest.fixture(scope="module")
def notebooks(lab):
    """Write notebooks with one widget and with two."""
    for name, count in {"live_one": 1, "live_two": 2}.items():
        cells = [nbformat.v4.new_code_cell(CELL) for _ in range(count)]
        book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
        nbformat.write(book, lab[1] / f"{name}.ipynb")
    return lab[0]


@pytest.fixture(scope="module")
def camera(driver, tmp_path_factory):
    """A browser whose camera shows the supplied clip over and over."""
    clip = y4m.write_supplied_clip(tmp_path_factory.mktemp("camera") / "clip.y4m")
    fake = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={clip}"]
    browser = driver.launch(executable_path=CHROMIUM, args=OPTIONS + fake)
    yield browser
    browser.close()


def open_widgets(browser, address, name="live_one", camera="granted"):
    """Open a notebook, run it, and return the page once its widgets are there."""
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.add_init_script(WATCH)
    site = re.match(r"https?://[^/]+", address)[0]
    browser_wide = browser.new_browser_cdp_session()
    browser_wide.send("Browser.setPermission", {
        "permission": {"name": "camera"}, "setting": camera, "origin": site,
        "browserContextId": _context_id(context, page),
    })  # fmt: skip
    page.goto(address.format(f"{name}.ipynb"))
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_function(KERNEL_IS_READY)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_selector(".fer-live")
    return page


def _context_id(context, page) -> str:
    session = context.new_cdp_session(page)
    return session.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]


@pytest.fixture(scope="module")
def page(camera, notebooks):
    page = open_widgets(camera, notebooks)
    yield page
    page.context.close()


def start(page, source="camera", widget=0):
    root = page.locator(".fer-live").nth(widget)
    root.get_by_label("Source").select_option(source)
    root.get_by_role("button", name="Start").click()
    page.wait_for_function(
        "(at) => document.querySelectorAll('.fer-live')[at].dataset.state === 'running'", arg=widget
    )
    return root


def results_of(page, seconds):
    page.evaluate("window.results = []")
    page.wait_for_timeout(1000 * seconds)
    return page.evaluate("window.results")


def test_off_until_start_then_boxes_follow_the_face(page, artifacts):
    """And the label follows the clip; FERCOURSE_LIVE_SECONDS makes a measurement of it."""
    seconds = float(os.environ.get("FERCOURSE_LIVE_SECONDS", "17"))  # twice through the clip
    assert page.evaluate("window.streams.length") == 0
    assert "Off" in page.locator(".fer-says").inner_text()
    root = start(page)
    assert page.evaluate(CAMERA_IS_ON)
    results_of(page, 2)
    results = results_of(page, seconds)
    page.screenshot(path=artifacts / "live_camera.png")
    rates = _measured(results)
    (artifacts / "live_rates.json").write_text(json.dumps(rates))
    # The benchmark asks for 15 a second on a calm machine; a busy one must still be alive.
    assert rates["results_per_s"] > 5
    assert rates["end_to_end_ms_median"] < 400
    assert all(len(result["boxes"]) == 1 for result in results)
    assert {(result["width"], result["height"]) for result in results} == {(640, 480)}
    numbers = [result["number"] for result in results]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert len({result["taken"] for result in results}) == len(results)
    _expect_on_the_face([result["boxes"][0] for result in results])
    _expect_story([result["boxes"][0]["name"] for result in results], seconds)
    assert "results a second" in root.locator(".fer-rates").inner_text()


def _measured(results) -> dict:
    """Return the rate of results, and the times in the kernel and from end to end."""
    taken = [result["taken"] for result in results]
    kernel = [sum(result["milliseconds"].values()) for result in results]
    return {
        "results": len(results),
        "results_per_s": 1000 * (len(results) - 1) / (taken[-1] - taken[0]),
        "kernel_ms_median": float(np.median(kernel)),
        "kernel_ms_p95": float(np.percentile(kernel, 95)),
        "end_to_end_ms_median": float(np.median([result["latency"] for result in results])),
        "stages_ms_median": {
            stage: float(np.median([result["milliseconds"][stage] for result in results]))
            for stage in results[0]["milliseconds"]
        },
    }


def _expect_on_the_face(boxes):
    """The picture is mirrored, so the face sways from side to side as in the clip, the other way."""
    truth = np.array([frame.box for frame in draw_supplied_clip(5)]) * 2
    middles = 640 - truth[:, 0] - truth[:, 2] / 2
    seen = np.array([box["x"] + box["w"] / 2 for box in boxes])
    assert np.percentile(seen, 5) == pytest.approx(np.percentile(middles, 5), abs=20)
    assert np.percentile(seen, 95) == pytest.approx(np.percentile(middles, 95), abs=20)
    sides = np.median([box["w"] for box in boxes])
    assert sides == pytest.approx(np.median(truth[:, 2]), rel=0.15)


def _expect_story(names, seconds):
    """Labels that last for half a second and more are neutral, happy, neutral, surprise, again."""
    least = int(len(names) / seconds / 2)
    story = []
    run = 0
    for before, name in zip([None, *names], names, strict=False):
        run = run + 1 if name == before else 1
        if run == least and (not story or story[-1] != name):
            story.append(name)
    told = " ".join(story)
    assert "neutral happy neutral surprise neutral" in f"{told} {told}", told
    assert set(story) == {"neutral", "happy", "surprise"}


def test_pause_sends_nothing_and_the_keyboard_is_enough(page, artifacts):
    root = page.locator(".fer-live").first
    if root.get_attribute("data-state") != "running":
        start(page)
    pause = root.get_by_role("button", name="Pause")
    pause.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert results_of(page, 1) == []
    assert page.evaluate(CAMERA_IS_ON)
    page.keyboard.press("Enter")
    assert len(results_of(page, 2)) > 5
    root.get_by_role("button", name="Where did it look?").click()
    page.wait_for_selector(".fer-heat canvas")
    page.screenshot(path=artifacts / "live_heat.png")
    meters = root.get_by_role("meter")
    assert meters.count() == 7
    assert all(meter.get_attribute("aria-label") for meter in meters.all())


def test_stop_turns_the_camera_off(page):
    root = page.locator(".fer-live").first
    if root.get_attribute("data-state") != "running":
        start(page)
    assert page.evaluate(CAMERA_IS_ON)
    root.get_by_role("button", name="Stop").click()
    page.wait_for_function(CAMERA_IS_OFF)
    page.wait_for_timeout(300)
    assert results_of(page, 1) == []
    assert page.evaluate(NOTHING_IS_SHOWN)


def test_the_supplied_clip_needs_no_camera(page, artifacts):
    before = page.evaluate("window.streams.length")
    start(page, "clip")
    results = results_of(page, 4)
    page.screenshot(path=artifacts / "live_clip.png")
    assert len(results) > 4 * 4
    assert page.evaluate("window.streams.length") == before
    page.locator(".fer-live").first.get_by_role("button", name="Stop").click()


def test_memory_stays_flat_while_it_runs(page):
    """Twenty seconds here; five minutes where FERCOURSE_SOAK_SECONDS says so."""
    seconds = float(os.environ.get("FERCOURSE_SOAK_SECONDS", "20"))
    kernel = _kernel(page)
    session = page.context.new_cdp_session(page)
    start(page)
    page.wait_for_timeout(4000)
    before = _memory(session, kernel)
    page.wait_for_timeout(1000 * seconds)
    after = _memory(session, kernel)
    page.locator(".fer-live").first.get_by_role("button", name="Stop").click()
    assert after[0] - before[0] < 8, "the page grows"
    assert after[1] - before[1] < 8, "the kernel grows"


def _kernel(page) -> int:
    """Return the number of the kernel's process."""
    words = page.locator(".jp-OutputArea-output").first.inner_text()
    return int(re.search(r"kernel (\d+)", words)[1])


def _memory(session, kernel: int) -> tuple[float, float]:
    """Return the MB of the page's objects after a clean-up, and of the kernel's process."""
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 2**20
    status = Path(f"/proc/{kernel}/status").read_text()
    return heap, int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def test_a_kernel_elsewhere_is_told_before_anything_is_sent(page, artifacts):
    _run_code(page, "import os; os.environ['JUPYTERHUB_USER'] = 'reader'")
    root = _run_again(page)
    _run_code(page, "del os.environ['JUPYTERHUB_USER']")
    page.evaluate("window.streams = []")
    root.get_by_label("Source").select_option("camera")
    root.get_by_role("button", name="Start").click()
    question = root.get_by_role("alertdialog")
    question.wait_for()
    assert "a JupyterHub" in question.inner_text()
    page.wait_for_timeout(500)
    assert page.evaluate("window.streams.length") == 0
    page.screenshot(path=artifacts / "live_elsewhere.png")
    page.keyboard.press("Enter")  # what has the focus is the clip
    page.wait_for_function("() => document.querySelector('.fer-live').dataset.state === 'running'")
    assert page.evaluate("window.streams.length") == 0
    root.get_by_role("button", name="Stop").click()
    _run_again(page)


def _run_again(page):
    """Run all cells once more, and return the new widget."""
    page.evaluate("document.querySelector('.fer-live').dataset.old = 'yes'")
    page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_selector(".fer-live:not([data-old])")
    return page.locator(".fer-live").first


def _run_code(page, code: str) -> None:
    """Run code in the notebook's kernel, aside from its cells."""
    page.evaluate(
        """async (code) => { await window.jupyterapp.shell.currentWidget.sessionContext
        .session.kernel.requestExecute({ code, silent: true }).done; }""",
        code,
    )


def test_a_kernel_that_is_restarted_turns_the_camera_off(page, artifacts):
    start(page)
    assert page.evaluate(CAMERA_IS_ON)
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_function(CAMERA_IS_OFF, timeout=20_000)
    page.screenshot(path=artifacts / "live_restarted.png")
    assert "begun anew" in page.locator(".fer-says").first.inner_text()
    assert page.evaluate(NOTHING_IS_SHOWN)


def test_a_kernel_that_is_restarted_in_a_pause_turns_the_camera_off(page):
    _run_again(page)
    root = start(page)
    root.get_by_role("button", name="Pause").click()
    assert page.evaluate(CAMERA_IS_ON)
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    page.wait_for_function(CAMERA_IS_OFF, timeout=20_000)


def test_a_kernel_that_does_not_answer_in_a_pause_turns_the_camera_off(page):
    root = _run_again(page)
    kernel = _kernel(page)
    start(page)
    root.get_by_role("button", name="Pause").click()
    os.kill(kernel, signal.SIGSTOP)
    try:
        page.wait_for_function(CAMERA_IS_OFF, timeout=20_000)
    finally:
        os.kill(kernel, signal.SIGCONT)
    assert "busy with another cell" in root.locator(".fer-says").inner_text()
    start(page)
    assert len(results_of(page, 4)) > 4


def test_another_source_stops_the_camera_and_says_so(page):
    root = _run_again(page)
    start(page)
    root.get_by_label("Source").select_option("clip")
    assert page.evaluate(CAMERA_IS_OFF)
    assert "The camera is off" in root.locator(".fer-says").inner_text()


def test_stop_and_start_in_a_hurry_play_one_clip(page):
    root = page.locator(".fer-live").first
    root.get_by_label("Source").select_option("clip")
    root.get_by_role("button", name="Start").click()
    root.get_by_role("button", name="Stop").click()
    root.get_by_role("button", name="Start").click()
    page.wait_for_function("() => document.querySelector('.fer-live').dataset.state === 'running'")
    # Frames that stand twice would be seen as a step back.
    xs = [result["boxes"][0]["x"] for result in results_of(page, 5) if result["boxes"]]
    assert max(abs(np.diff(xs))) < 30
    root.get_by_role("button", name="Stop").click()


def test_two_widgets_run_at_once_and_deleting_a_cell_turns_its_camera_off(
    camera, notebooks, artifacts
):
    page = open_widgets(camera, notebooks, "live_two")
    page.wait_for_function("() => document.querySelectorAll('.fer-live').length === 2")
    start(page, "camera", 0)
    start(page, "clip", 1)
    results = results_of(page, 4)
    page.screenshot(path=artifacts / "live_two.png")
    widths = [result["width"] for result in results]
    assert min(widths.count(640), widths.count(320)) > 5
    page.evaluate(
        """() => { const app = window.jupyterapp, notebook = app.shell.currentWidget.content;
        notebook.activeCellIndex = 0; return app.commands.execute('notebook:delete-cell'); }"""
    )
    page.wait_for_function(CAMERA_IS_OFF, timeout=10_000)
    assert len(results_of(page, 2)) > 5  # the other one goes on
    page.context.close()


def test_a_page_that_is_closed_in_mid_frame_leaves_the_kernel_well(camera, notebooks):
    page = open_widgets(camera, notebooks)
    start(page)
    page.wait_for_timeout(500)
    page.reload()
    page.wait_for_function(KERNEL_IS_READY)
    assert not page.evaluate(CAMERA_IS_ON)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
    page.wait_for_selector(".fer-live")
    start(page)
    assert len(results_of(page, 4)) > 4
    page.context.close()


def test_refused_permission_is_a_sentence_and_the_clip_is_offered(camera, notebooks, artifacts):
    page = open_widgets(camera, notebooks, camera="denied")
    _expect_offer(page, "Allow it", artifacts / "live_refused.png")


def test_no_camera_is_a_sentence_and_the_clip_is_offered(browser, notebooks, artifacts):
    page = open_widgets(browser, notebooks)
    _expect_offer(page, "No camera was found", artifacts / "live_no_camera.png")


def _expect_offer(page, words, screenshot):
    root = page.locator(".fer-live").first
    root.get_by_label("Source").select_option("camera")
    root.get_by_role("button", name="Start").click()
    question = root.get_by_role("alertdialog")
    question.wait_for()
    page.screenshot(path=screenshot)
    assert words in question.inner_text()
    question.get_by_role("button", name="Take the drawn clip").click()
    page.wait_for_function("() => document.querySelector('.fer-live').dataset.state === 'running'")
    assert results_of(page, 2)
    page.context.close()
