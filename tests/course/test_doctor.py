import subprocess
import sys
from types import SimpleNamespace

import pytest

from fercourse.course import doctor
from fercourse.course.doctor import can_run, examine


def finding(what):
    (found,) = [one for one in examine() if one.what.startswith(what)]
    return found


def test_this_machine_can_run_the_packages_of_the_course():
    states = {one.what: one.state for one in examine()}
    assert states["Python"] == "ok"
    assert states["Packages for the course"] == "ok"
    assert states["Face detector"] == "ok"


def test_missing_package_is_a_fault_with_the_exact_command(monkeypatch):
    monkeypatch.setattr(doctor, "installed", lambda name: None if name == "keras" else "99")
    found = finding("keras")
    assert (found.state, found.found) == ("fault", "not installed")
    assert found.advice.endswith('-m pip install "keras>=3.8"')
    assert sys.executable in found.advice
    assert not can_run(examine())


def test_package_that_is_too_old_is_a_fault(monkeypatch):
    monkeypatch.setattr(doctor, "installed", lambda name: "0.1")
    assert finding("numpy").found == "0.1"


def test_what_only_the_tests_need_is_no_fault(monkeypatch):
    real = doctor.installed
    monkeypatch.setattr(doctor, "installed", lambda name: None if name == "ruff" else real(name))
    assert finding("ruff").state == "note"


def test_opencv_without_cascades_is_a_fault(monkeypatch):
    monkeypatch.delattr("cv2.CascadeClassifier")
    assert finding("Face detector").state == "fault"
    assert "opencv-python" in finding("Face detector").advice


def test_several_packages_of_opencv_that_work_are_named_and_left(monkeypatch):
    several = [SimpleNamespace(name=f"opencv-{kind}") for kind in ("python", "contrib-python")]
    monkeypatch.setattr(doctor, "distributions", lambda: several)
    found = finding("Face detector")
    assert (found.state, found.advice) == ("ok", "")
    assert "opencv-contrib-python, opencv-python" in found.found


def test_cache_that_cannot_be_written_is_a_fault(monkeypatch, tmp_path):
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(doctor, "check_writable", closed)
    assert finding("Cache").state == "fault"
    assert "FERCOURSE_CACHE" in finding("Cache").advice


def test_cache_that_is_filled_and_closed_is_no_fault(monkeypatch, tmp_path):
    (tmp_path / "builtin").mkdir()
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path))
    monkeypatch.setattr(doctor, "check_writable", closed)
    assert finding("Cache").state == "note"


def closed(path):
    raise PermissionError(13, "Permission denied", str(path))


@pytest.mark.parametrize("name", ["x" * 300, "circle"])
def test_cache_that_cannot_be_looked_up_is_a_fault_and_no_traceback(monkeypatch, tmp_path, name):
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path / name))
    assert finding("Cache").state == "fault"


def test_cache_that_is_no_folder_is_a_fault(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("FERCOURSE_CACHE", str(tmp_path / "file"))
    assert finding("Cache").state == "fault"


def test_missing_notebooks_are_a_fault(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "content_path", lambda *parts: tmp_path)
    assert "00_start_here.ipynb" in finding("Notebooks").found


@pytest.mark.parametrize("broken", ["numpy", "cv2", "pandas"])
def test_doctor_works_where_a_package_cannot_be_imported(broken):
    code = (
        f"import sys; sys.modules[{broken!r}] = None\n"
        "from fercourse.course.doctor import can_run, examine\n"
        "print(can_run(examine()))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.endswith("False\n")
