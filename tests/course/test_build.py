import json
import sys
from types import ModuleType, SimpleNamespace

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

import fercourse
from fercourse.course.build import editions, orphans, stale, write
from fercourse.course.settings import Settings


def code_of(text):
    return "\n".join(
        "".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"
    )


def files_of(folder, settings):
    built = editions(folder, settings)
    assert built.faults == []
    return built.files


@pytest.fixture
def made(folder, settings):
    return files_of(folder, settings)


def test_both_editions_are_valid_notebooks_without_outputs(made):
    assert len(made) == 2
    for text in made.values():
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)


def test_student_edition_hides_solutions_and_letters(made, folder):
    code = code_of(made[folder / "77_tiny.ipynb"])
    assert "    ...  # your code here" in code
    assert "six = ...  # your code here" in code
    assert 'course.quiz("parity", ...)' in code
    assert "2 * number" not in code
    assert "SOLUTION" not in code


def test_answer_key_shows_solutions_without_marks(made, folder):
    code = code_of(made[folder / "solutions" / "77_tiny.ipynb"])
    assert "    return 2 * number" in code
    assert 'course.quiz("parity", "b")' in code
    assert "SOLUTION" not in code


def test_building_twice_gives_the_same_bytes(made, folder, settings):
    assert files_of(folder, settings) == made


def test_cell_ids_stay_when_a_cell_is_inserted(made, folder, settings, source):
    path = folder / "source" / "77_tiny.py"
    path.write_text(
        source.replace(
            "# %% [markdown]\n# ## Doubling", "# %%\n1 + 1\n\n# %% [markdown]\n# ## Doubling"
        )
    )
    key = folder / "77_tiny.ipynb"
    before, after = (
        [c["id"] for c in json.loads(t[key])["cells"]] for t in (made, files_of(folder, settings))
    )
    assert len(after) == len(before) + 1
    assert [one for one in after if one in before] == before


def test_equal_cells_have_different_ids(folder, settings, source):
    (folder / "source" / "77_tiny.py").write_text(source + "\n# %%\n1 + 1\n\n# %%\n1 + 1\n")
    ids = [
        c["id"] for c in json.loads(files_of(folder, settings)[folder / "77_tiny.ipynb"])["cells"]
    ]
    assert len(set(ids)) == len(ids)


def test_stale_names_what_is_missing_or_changed(made, folder):
    student, key = folder / "77_tiny.ipynb", folder / "solutions" / "77_tiny.ipynb"
    assert stale(made) == [student, key]
    write(made)
    assert stale(made) == []
    key.write_text("{}")
    assert stale(made) == [key]


def test_a_notebook_that_is_no_text_is_stale(made, folder):
    write(made)
    (folder / "77_tiny.ipynb").write_bytes(b"\xff\xfe")
    assert [path.name for path in stale(made)] == ["77_tiny.ipynb"]


def test_orphans_names_what_no_source_makes(made, folder, settings):
    write(made)
    (folder / "old.ipynb").write_text("{}")
    assert orphans(folder, settings) == [folder / "old.ipynb"]


def test_badge_and_installation_only_with_a_repository(made, folder, notebook):
    hosted = Settings("A", repository="https://github.com/them/course", notebooks={"77": notebook})
    student = folder / "77_tiny.ipynb"
    with_badge = files_of(folder, hosted)[student]
    assert "github/them/course/blob/main/notebooks/77_tiny.ipynb" in with_badge
    assert "%pip install" in with_badge
    assert "colab" not in made[student]


def test_on_colab_this_very_version_is_installed_and_what_colab_has_is_left(
    folder, notebook, monkeypatch
):
    hosted = Settings("A", repository="https://github.com/them/course", notebooks={"77": notebook})
    cells = json.loads(files_of(folder, hosted)[folder / "77_tiny.ipynb"])["cells"]
    (cell,) = ["".join(one["source"]) for one in cells if "google.colab" in "".join(one["source"])]
    code = TransformerManager().transform_cell(cell)
    asked = []
    shell = SimpleNamespace(run_line_magic=lambda magic, line: asked.append(f"{magic} {line}"))
    exec(code, {"get_ipython": lambda: shell})
    assert asked == []
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    exec(code, {"get_ipython": lambda: shell})
    listing, installing = asked
    assert listing == "pip list --format=freeze > colab.txt"
    assert installing.startswith("pip install -q -c colab.txt ")
    assert f"git+https://github.com/them/course@v{fercourse.__version__}" in installing


def test_time_and_device_stand_under_the_title(made, folder):
    first = json.loads(made[folder / "77_tiny.ipynb"])["cells"][0]["source"]
    assert first[0] == "# 77 · Tiny\n"
    assert "about 5 minutes" in "".join(first)


def test_source_that_course_toml_does_not_know_is_a_fault(folder, settings):
    (folder / "source" / "99_stray.py").write_text("")
    built = editions(folder, settings)
    assert "99_stray.py" in built.faults[0]
    assert len(built.files) == 2


def test_missing_source_is_a_fault(folder, settings):
    (folder / "source" / "77_tiny.py").unlink()
    (fault,) = editions(folder, settings).faults
    assert "cannot be read: No such file" in fault


def test_source_that_breaks_the_contract_makes_no_file(folder, settings, source):
    (folder / "source" / "77_tiny.py").write_text(source.replace("# # 77", "# ## 77"))
    built = editions(folder, settings)
    assert built.files == {}
    assert all(fault.startswith("77_tiny.py: ") for fault in built.faults)
