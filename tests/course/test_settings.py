import pytest

from fercourse.course.settings import data_choice, profile_name, read_settings
from fercourse.errors import CourseError


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("PROFILE", "DATASET", "DATA"):
        monkeypatch.delenv(f"FERCOURSE_{name}", raising=False)


def test_course_toml_gives_each_notebook_three_numbers_a_profile():
    settings = read_settings()
    assert {"00", "01"} <= settings.notebooks.keys()
    for notebook in settings.notebooks.values():
        assert set(notebook.profiles) == {"quick", "class", "full"}
        assert all(profile.faces > 0 for profile in notebook.profiles.values())


def test_notebooks_are_chosen_once_in_the_order_of_the_course():
    chosen = read_settings().choose(["01", "00", "01"])
    assert [notebook.number for notebook in chosen] == ["00", "01"]
    assert len(read_settings().choose([])) == len(read_settings().notebooks)


def test_unknown_notebook_is_one_clear_sentence():
    with pytest.raises(CourseError, match="no notebook '1'; the course has 00, 01"):
        read_settings().notebook("1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[course", "not valid TOML"),
        ('[notebooks.00]\nslug = "x"\n', "Notebook 00"),
    ],
)
def test_broken_course_toml_is_one_clear_sentence(tmp_path, text, says):
    path = tmp_path / "course.toml"
    path.write_text(text)
    with pytest.raises(CourseError, match=says):
        read_settings(path)


def test_missing_course_toml_is_one_clear_sentence(tmp_path):
    with pytest.raises(CourseError, match="is missing"):
        read_settings(tmp_path / "course.toml")


def test_profile_is_class_unless_the_environment_or_the_caller_says_so(monkeypatch):
    assert profile_name() == "class"
    monkeypatch.setenv("FERCOURSE_PROFILE", "full")
    assert profile_name() == "full"
    assert profile_name("quick") == "quick"


def test_unknown_profile_is_one_clear_sentence(monkeypatch):
    monkeypatch.setenv("FERCOURSE_PROFILE", "fast")
    with pytest.raises(CourseError, match="no profile 'fast'; choose quick, class or full"):
        profile_name()


def test_data_is_built_in_unless_the_environment_or_the_caller_says_so(monkeypatch, tmp_path):
    assert data_choice() == ("builtin", None)
    monkeypatch.setenv("FERCOURSE_DATASET", "fer2013")
    monkeypatch.setenv("FERCOURSE_DATA", str(tmp_path))
    assert data_choice() == ("fer2013", tmp_path.resolve())
    assert data_choice("jaffe") == ("jaffe", None)
    assert data_choice("builtin") == ("builtin", None)


def test_a_copy_that_is_no_named_data_sets_is_the_asked_ones(monkeypatch, tmp_path):
    monkeypatch.setenv("FERCOURSE_DATA", str(tmp_path))
    assert data_choice("fer2013") == ("fer2013", tmp_path.resolve())
    assert data_choice("builtin") == ("builtin", None)


def test_a_copy_of_the_drawn_faces_is_refused_by_the_variable_that_names_it(monkeypatch, tmp_path):
    monkeypatch.setenv("FERCOURSE_DATA", str(tmp_path))
    with pytest.raises(CourseError, match="Say whose copy it is"):
        data_choice()


def test_unknown_data_set_and_missing_data_are_clear_sentences(tmp_path):
    with pytest.raises(CourseError, match="no data set 'fer'; choose builtin, fer2013"):
        data_choice("fer")
    with pytest.raises(CourseError, match="nothing at"):
        data_choice("fer2013", tmp_path / "gone.csv")
