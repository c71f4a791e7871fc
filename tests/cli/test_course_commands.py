"""The commands build, run, site, lab and doctor, as a reader types them."""

import json
import shutil

import pytest
from nbformat.v4 import new_notebook

from fercourse import content, datasets
from fercourse.cli import main
from fercourse.course import doctor
from fercourse.course.run import Outcome


@pytest.fixture
def fercourse(monkeypatch, capsys):
    """Run the command line; return its exit status and what it printed."""

    def run(*words):
        monkeypatch.setattr("sys.argv", ["fercourse", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def executed(monkeypatch, tmp_path):
    """Stand in for kernels and faces; the notebooks named in `failing` fail."""
    failing = set()

    def run_notebook(notebook, task, progress):
        progress(0, 1)
        faults = ["Cell 3 raised ValueError: no"] if notebook.number in failing else []
        tasks.append((notebook.number, task))
        return Outcome(notebook, 1.0, new_notebook(), {}, [], faults)

    tasks, loaded = [], []
    monkeypatch.setattr("fercourse.course.run.run_notebook", run_notebook)
    real_load = datasets.load
    monkeypatch.setattr(datasets, "load", lambda name, path, **options: loaded.append(name))
    monkeypatch.chdir(tmp_path)
    run_notebook.loaded = loaded
    run_notebook.undo_load = lambda: monkeypatch.setattr(datasets, "load", real_load)
    run_notebook.failing, run_notebook.tasks = failing, tasks
    return run_notebook


def test_what_the_system_refuses_is_one_sentence(fercourse, monkeypatch, tmp_path):
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path / ("x" * 300)))
    status, out, err = fercourse("data", "list")
    assert (status, out) == (1, "")
    assert err.startswith("fercourse: ")
    assert "too long" in err


def test_run_takes_several_notebooks_after_only(fercourse, executed, tmp_path):
    status, out, _ = fercourse("run", "--only", "00", "01")
    assert status == 0
    assert [number for number, _ in executed.tasks] == ["00", "01"]
    assert executed.tasks[0][1].profile == "quick"
    assert (tmp_path / "report" / "index.html").is_file()
    assert "passed" in out


def test_run_passes_profile_data_set_and_path_on(fercourse, executed, tmp_path):
    data = tmp_path / "fer2013.csv"
    data.touch()
    words = ("--profile", "full", "--dataset", "fer2013", "--data", str(data), "--out", "there")
    assert fercourse("run", "--only", "01", *words)[0] == 0
    ((_, task),) = executed.tasks
    assert (task.profile, *task.choice) == ("full", "fer2013", data)
    assert executed.loaded == ["fer2013"]
    assert (tmp_path / "there" / "01_meet_the_faces.html").is_file()


def test_run_that_fails_exits_with_one_sentence_for_each_fault(fercourse, executed):
    executed.failing.add("01")
    status, out, err = fercourse("run")
    assert status == 1
    assert "01: Cell 3 raised ValueError: no" in err
    assert "failed" in out


def test_run_prints_nothing_but_json_when_asked(fercourse, executed):
    executed.failing.add("01")
    status, out, _ = fercourse("run", "--only", "00", "01", "--json")
    answer = json.loads(out)
    assert status == 1
    assert answer["passed"] is False
    assert [one["passed"] for one in answer["notebooks"]] == [True, False]
    assert {"profile", "dataset", "device", "versions", "seconds"} <= answer.keys()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--only", "7"), "no notebook '7'"),
        (("--profile", "fast"), "no profile 'fast'"),
        (("--dataset", "fer"), "no data set 'fer'"),
        (("--dataset", "fer2013", "--data", "gone.csv"), "nothing at gone.csv"),
        (("--out", "taken"), "something else than a report"),
    ],
)
def test_run_tells_a_wrong_option_in_one_sentence(fercourse, executed, tmp_path, words, says):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "index.html").touch()
    status, _, err = fercourse("run", *words)
    assert status == 1
    assert says in err
    assert "Traceback" not in err
    assert executed.tasks == []


def test_run_tells_of_a_broken_data_file_before_any_notebook_starts(fercourse, executed, tmp_path):
    (tmp_path / "empty.csv").touch()
    executed.undo_load()
    words = ("--dataset", "fer2013", "--data", "empty.csv")
    status, _, err = fercourse("run", *words)
    assert status == 1
    assert "empty.csv" in err
    assert "Traceback" not in err
    assert executed.tasks == []


@pytest.fixture
def checkout(monkeypatch, tmp_path):
    """A checkout that is a copy of this one's notebooks' sources."""
    top = content.checkout()
    shutil.copytree(top / "notebooks" / "source", tmp_path / "notebooks" / "source")
    shutil.copy(top / "course.toml", tmp_path)
    monkeypatch.setattr(content, "checkout", lambda: tmp_path)
    return tmp_path


def test_build_makes_both_editions_and_says_that_badges_are_missing(fercourse, checkout):
    status, out, _ = fercourse("build")
    assert status == 0
    assert "repository is empty" in out
    assert (checkout / "notebooks" / "01_meet_the_faces.ipynb").is_file()
    assert (checkout / "notebooks" / "solutions" / "01_meet_the_faces.ipynb").is_file()
    assert fercourse("build", "--check")[0] == 0


def test_build_check_names_what_is_stale_and_changes_nothing(fercourse, checkout):
    fercourse("build")
    stale = checkout / "notebooks" / "01_meet_the_faces.ipynb"
    stale.write_text("{}")
    status, _, err = fercourse("build", "--check")
    assert status == 1
    assert "01_meet_the_faces.ipynb is stale; run: fercourse build" in err
    assert "00_start_here" not in err
    assert stale.read_text() == "{}"


def test_build_tells_of_a_broken_source_and_builds_the_others(fercourse, checkout):
    broken = checkout / "notebooks" / "source" / "00_start_here.py"
    broken.write_text(broken.read_text().replace("# # 00", "# ## 00", 1))
    status, _, err = fercourse("build")
    assert status == 1
    assert "00_start_here.py: It must have one H1" in err
    assert (checkout / "notebooks" / "01_meet_the_faces.ipynb").is_file()
    assert not (checkout / "notebooks" / "00_start_here.ipynb").exists()


def test_build_outside_a_checkout_is_one_clear_sentence(fercourse, monkeypatch):
    monkeypatch.setattr("fercourse.content.checkout", lambda: None)
    status, _, err = fercourse("build")
    assert status == 1
    assert "in a checkout" in err


@pytest.fixture
def assembled(monkeypatch):
    """Stand in for the pages of a site."""
    monkeypatch.setattr("fercourse.course.site.reference.modules", list)
    monkeypatch.setattr(
        "fercourse.course.site.assembling.site_files",
        lambda outcomes, *rest: {"index.html": str(len(outcomes)).encode()},
    )


def test_site_executes_the_notebooks_on_drawn_faces_and_says_where_it_is(
    fercourse, executed, assembled, tmp_path
):
    status, out, _ = fercourse("site", "--only", "00", "01")
    assert status == 0
    assert [number for number, _ in executed.tasks] == ["00", "01"]
    assert {(task.profile, task.choice.name) for _, task in executed.tasks} == {
        ("quick", "builtin")
    }
    assert f"Site: {(tmp_path / 'site' / 'index.html').as_uri()}" in out
    assert (tmp_path / "site" / "index.html").read_text() == "2"


def test_site_is_not_published_where_a_notebook_fails(fercourse, executed, assembled, tmp_path):
    executed.failing.add("01")
    status, _, err = fercourse("site", "--out", "there")
    assert status == 1
    assert "01: Cell 3 raised ValueError: no" in err
    assert not (tmp_path / "there").exists()


def test_site_refuses_faces_of_people(fercourse, executed, monkeypatch):
    monkeypatch.setenv("FERCOURSE_DATASET", "fer2013")
    status, _, err = fercourse("site")
    assert status == 1
    assert "drawn faces only" in err
    assert executed.tasks == []


def test_site_refuses_a_folder_with_other_things_before_any_notebook_starts(
    fercourse, executed, tmp_path
):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine.html").touch()
    status, _, err = fercourse("site")
    assert status == 1
    assert "site holds mine.html, which is not of an earlier site" in err
    assert executed.tasks == []


def test_site_outside_a_checkout_is_one_clear_sentence(fercourse, monkeypatch):
    monkeypatch.setattr("fercourse.content.checkout", lambda: None)
    status, _, err = fercourse("site")
    assert status == 1
    assert "in a checkout" in err


def test_site_without_pdoc_says_what_to_install(fercourse, monkeypatch):
    monkeypatch.setattr("fercourse.course.machine.find_spec", lambda name: name != "pdoc" or None)
    status, _, err = fercourse("site")
    assert status == 1
    assert "pdoc is not installed" in err
    assert "Traceback" not in err


class Lab:
    """Stands in for JupyterLab: gets one Ctrl+C, and ends of itself after that."""

    def __init__(self, command, env):
        Lab.command = command
        self.waits = iter([KeyboardInterrupt, 0])

    def wait(self):
        answer = next(self.waits)
        if answer is KeyboardInterrupt:
            raise KeyboardInterrupt
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


def test_lab_copies_the_notebooks_and_opens_the_first(fercourse, monkeypatch, tmp_path):
    place = tmp_path / "brackets [bold]"  # are no markup
    place.mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setattr("fercourse.course.lab.subprocess.Popen", Lab)
    status, out, _ = fercourse("lab", "--port", "9999", "--no-browser", "--", "--allow-root")
    assert status == 0
    assert (place / "work" / "00_start_here.ipynb").is_file()
    assert (place / "work" / "docs" / "glossary.md").is_file()
    assert f"Your notebooks are in {place}" in out
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in Lab.command
    assert {"--ServerApp.port=9999", "--no-browser", "--allow-root"} <= set(Lab.command)


def test_lab_refuses_a_port_that_is_none(fercourse):
    assert fercourse("lab", "--port", "99999")[0] == 2


def test_doctor_prints_findings_and_says_that_the_course_can_run(fercourse):
    status, out, _ = fercourse("doctor")
    assert status == 0
    assert "The course can run on this machine." in out


def test_doctor_exits_with_the_advice_where_something_is_missing(fercourse, monkeypatch):
    monkeypatch.setattr(doctor, "installed", lambda name: None if name == "keras" else "99")
    status, out, err = fercourse("doctor")
    assert status == 1
    assert '-m pip install "keras>=3.8"' in out
    assert "mend what is marked as a fault" in err


def test_doctor_prints_nothing_but_json_when_asked(fercourse):
    status, out, _ = fercourse("doctor", "--json")
    answer = json.loads(out)
    assert status == 0
    assert answer["can_run"] is True
    assert {"what", "state", "found", "advice"} == answer["findings"][0].keys()
