import pytest

from fercourse.course.contract import faults
from fercourse.course.lesson import Lesson
from fercourse.course.source import read_source


@pytest.fixture
def faults_of(tmp_path, notebook, lesson):
    def find(text, lesson=lesson):
        path = tmp_path / "source.py"
        path.write_text(text)
        return faults(read_source(path), notebook, lesson)

    return find


def test_tiny_notebook_keeps_the_contract(faults_of, source):
    assert faults_of(source) == []


def test_a_module_whose_name_ends_like_the_course_is_not_the_course(faults_of, source):
    early = "import fercourse.emotions\n\n# %%\nimport fercourse\n"
    assert faults_of(source.replace("import fercourse\n", early, 1)) == []


@pytest.mark.parametrize(
    "cell",
    [
        "for six in (1, 2):\n    print(six)", "six = 1\nsix = six + 1",
        "def f():\n    return six\n\nsix = 3\nf()", "six = lambda n: six(n - 1) if n else 0",
    ],
)  # fmt: skip
def test_a_cell_may_set_a_name_of_an_exercise_anew(faults_of, source, cell):
    text = source.replace('course.record("half", 0.5)', f'course.record("half", 0.5)\n{cell}')
    assert faults_of(text) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("# # 77 · Tiny", "# Tiny", "one H1, at its very beginning; it has 0"),
        ("# ## Doubling", "# # Doubling", "it has 2"),
        ("# # 77 · Tiny", "# # 77 · Small", "course.toml calls it 'Tiny'"),
        ("# ## Doubling", "# ### Doubling", "H3 follows H1"),
        ("A number and its double", "", "has no alt text"),
        ("![A number and its double](double.png)", "<img src='a.png'>", "has no alt text"),
        ('setup("77")', 'setup("78")', "one set-up cell"),
        (
            "import fercourse\n",
            "course.load()\n\n# %%\nimport fercourse\n",
            "before the set-up cell",
        ),
        (' tags=["check"]', "", 'and the tag "check", or neither'),
        (' tags=["exercise"]', "", 'lacks the tag "exercise"'),
        (' tags=["exercise"]', ' tags=["excercise"]', "tag 'excercise'"),
        ('# %% tags=["check"]', '# %%\n1 + 1\n\n# %% tags=["check"]', "must be its check"),
        ('# %% tags=["check"]', '# %%\n1 + 1\n\n# %% tags=["check"]', "must be its exercise"),
        ("    # END SOLUTION", "", "is not valid"),
        ("# %% [markdown]\n# ## D", '# %% [markdown] tags=["exercise"]\n# ## D', "has tags"),
        ("    return 2 * number", "    return 2 *", "is not valid"),
        ('course.quiz("parity", "b")', "print(double(2))", "uses double, which only"),
        ('course.quiz("parity", "b")', "def f():\n    return six", "uses six, which only"),
        ('check("double"', 'check("triple"', "'triple', ...) is unknown to the lesson"),
        ('check("double"', 'check("triple"', "The lesson has 'double', but no cell"),
        ('quiz("parity", "b")', 'quiz("oddity", "b")', "'oddity', ...) is unknown"),
        ('quiz("parity", "b")', 'quiz("parity", "a")', "letter of the right option"),
        ('quiz("parity", "b")', 'quiz("parity", ...)', "letter of the right option"),
        ('course.quiz("parity", "b")', "six = six + 1", "uses six, which only"),
        ('course.quiz("parity", "b")', "six += 1", "uses six, which only"),
        ('course.quiz("parity", "b")', "print(six)\nsix = 1", "uses six, which only"),
        ('quiz("parity", "b")', 'quiz("parity", "b"), course.quiz("x", "b")', "asks more than one"),
        ('quiz("parity", "b")', 'quiz("odd-ity", "b")', "is no name: begin with a letter"),
        ('course.record("half", 0.5)', 'for _ in "ab":\n    course.record(_, 1)', "as a literal"),
        ("0.5)", '0.5)\n\n# %%\ncourse.record("half", 1)', "stands 2 times"),
    ],
)
def test_each_breach_is_named(faults_of, source, old, new, says):
    assert old in source
    found = faults_of(source.replace(old, new, 1))
    assert any(says in fault for fault in found), found


def test_name_may_be_used_again_once_other_code_defines_it(faults_of, source):
    text = source.replace(
        'course.quiz("parity", "b")', 'double = len\ndouble("ab")\ncourse.quiz("parity", "b")'
    )
    assert faults_of(text) == []
    split = source.replace(
        'course.quiz("parity", "b")', 'six = 6\n\n# %%\nsix + 1\ncourse.quiz("parity", "b")'
    )
    assert faults_of(split) == []


def test_local_name_of_a_function_is_no_borrowed_name(faults_of, source):
    text = source.replace(
        'course.quiz("parity", "b")', 'def f(six):\n    return six\n\n\ncourse.quiz("parity", "b")'
    )
    assert faults_of(text) == []


def test_headings_inside_code_fences_are_none(faults_of, source):
    text = source.replace("# Double numbers.", "# ```\n# # a comment\n# ```")
    assert faults_of(text) == []


def test_lesson_with_nothing_needs_no_exercise(faults_of):
    text = '# %% [markdown]\n# # 77 · Tiny\n\n# %%\nimport fercourse\n\ncourse = fercourse.setup("77")\n'
    assert faults_of(text, Lesson("77", {}, {})) == []


def test_an_emptied_source_is_named(faults_of):
    assert faults_of("") == ["It holds no cells."]
