import subprocess
import sys
import tomllib

import pytest

import fercourse
from fercourse.content import checkout

HEAVY = {"tensorflow", "keras", "matplotlib", "pandas", "cv2", "sklearn"}


def python(code, **options):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


def test_import_loads_none_of_the_heavy_libraries():
    loaded = python("import sys, fercourse; print(*sys.modules)").split()
    assert not HEAVY & set(loaded)


def test_every_name_that_the_package_promises_is_there():
    for name in fercourse.__all__:
        assert getattr(fercourse, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'lod'"):
        fercourse.lod  # noqa: B018


def test_the_version_is_the_same_wherever_it_stands():
    project = tomllib.loads((checkout() / "pyproject.toml").read_text())["project"]
    assert project["version"] == fercourse.__version__


def test_every_pinned_version_is_a_name_and_a_number_only():
    tool = tomllib.loads((checkout() / "pyproject.toml").read_text())["tool"]
    pins = tool["uv"]["constraint-dependencies"]
    assert all(pin.count("==") == 1 and "/" not in pin for pin in pins)
