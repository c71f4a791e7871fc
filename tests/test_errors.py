from IPython.core.interactiveshell import InteractiveShell

from fercourse.errors import DataError, FercourseError


def test_a_notebook_shows_the_sentence_and_no_traceback(capsys):
    shell = InteractiveShell()
    shell.run_cell("from fercourse.errors import DataError\nraise DataError('Give a folder.')")
    shown = capsys.readouterr().out
    assert "DataError: Give a folder." in shown
    assert "Traceback" not in shown


def test_every_error_is_of_one_family():
    assert issubclass(DataError, FercourseError)
