"""A session writes no file, no log line and nothing to the network: the process is watched."""

import json
import subprocess
import sys

import pytest

WATCHED = """
import json, logging, sys
import cv2, numpy as np
sys.path.insert(0, {tests!r})
from fercourse import synth
from fercourse.classifier.recipes import recipe
{imports}
drawn = synth.draw(60, variant="balanced")
model = recipe("lbp_svm").fit(drawn.images, drawn.table["true_class"].to_numpy())
frames = [synth.draw_view({{12: 0.5}}, identity=1, x=0.4 + step / 100, size=(240, 320))[0] for step in range(20)]
{prepare}
seen, logged = [], []
class Ear(logging.Handler):
    def emit(self, record):
        logged.append(record.getMessage())
logging.getLogger().addHandler(Ear(level=0))
def watch(event, arguments):
    writes = event == "open" and not (isinstance(arguments[1], str) and set(arguments[1]) <= set("rbt"))
    if writes or event.split(".")[0] in ("socket", "subprocess", "shutil", "urllib", "ftplib", "smtplib"):
        seen.append(event + " " + repr(arguments)[:99])
sys.addaudithook(watch)
found = 0
{run}
heard, seen_at_end = list(logged), list(seen)
print(json.dumps({{"found": found, "logged": heard, "seen": seen_at_end}}))
"""

SESSION = {
    "imports": "from fercourse.live import Session",
    "prepare": "session = Session(model)",
    "run": "for number, frame in enumerate(frames):\n    found += len(session.see(frame, number / 15).faces)",
}
WIDGET = {
    "imports": "from fercourse.live import LiveWidget",
    "prepare": """widget = LiveWidget(model)
answers = []
widget.send = lambda content, buffers=(): answers.append(content)
coded = [cv2.imencode(".jpg", frame)[1].tobytes() for frame in frames]""",
    "run": """for number, data in enumerate(coded):
    widget._handle_custom_msg({"kind": "frame", "view": "a", "number": number, "time": number / 15}, [memoryview(data)])
widget._handle_custom_msg({"kind": "heat", "view": "a"}, [])
widget._handle_custom_msg({"kind": "frame", "view": "a", "number": 99, "time": 9}, [memoryview(b"damaged")])
widget._handle_custom_msg({"kind": "stop", "view": "a"}, [])
found = sum(len(answer.get("faces", [])) for answer in answers)""",
}


@pytest.mark.parametrize("path", [SESSION, WIDGET], ids=["session", "widget"])
def test_nothing_is_written_logged_or_sent(path, tmp_path):
    program = WATCHED.format(tests=str(tmp_path), **path)
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    facts = json.loads(ran.stdout.splitlines()[-1])
    assert facts == {"found": 20, "logged": [], "seen": []}
    assert ran.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_the_watcher_sees_what_is_written(tmp_path):
    leak = SESSION | {"run": SESSION["run"] + "\n    np.save('frame', frame)"}
    ran = subprocess.run(
        [sys.executable, "-c", WATCHED.format(tests=str(tmp_path), **leak)],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(ran.stdout.splitlines()[-1])["seen"]
