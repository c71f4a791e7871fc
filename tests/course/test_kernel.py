import time

import nbformat
from nbclient import NotebookClient

from fercourse.course.kernel import OwnKernel

# The reply to such a cell arrives while the client still handles what the widget shows.
CELL = """
import ipywidgets
out = ipywidgets.Output()
display(out)
with out:
    display({"text/plain": "x" * 400_000}, raw=True)
"""


def test_a_cell_with_an_output_widget_never_waits_for_its_time_to_be_up():
    cells = [nbformat.v4.new_code_cell(CELL) for _ in range(12)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    started = time.monotonic()
    NotebookClient(notebook, timeout=60, kernel_manager_class=OwnKernel).execute()
    assert time.monotonic() - started < 60
