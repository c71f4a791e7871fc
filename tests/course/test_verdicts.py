from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from fercourse.course.exercises import NOT_ATTEMPTED, RIGHT, WRONG
from fercourse.course.verdicts import names_asked, verdicts, verdicts_of


def cell(source, *printed):
    outputs = [new_output("stream", name="stdout", text=text) for text in printed]
    return new_code_cell(source, outputs=outputs)


def test_names_are_found_however_the_call_is_written():
    text = "course.check('double', 3); course . quiz( \"parity\",\n 'b')"
    assert names_asked(new_code_cell(text)) == ["double", "parity"]
    assert names_asked(new_markdown_cell(text)) == []
    assert names_asked(new_code_cell("of_course.check(double)")) == []


def test_a_verdict_is_what_the_check_printed_also_over_two_lines():
    (said,) = verdicts_of(cell("", "Wrong: Twice 4\nis 8. For a hint: course.hint('double')\n"))
    assert said == (WRONG, "Twice 4 is 8. For a hint: course.hint('double')")
    assert verdicts_of(cell("", "Right: double. Well", " doubled.\n"))[0].status == RIGHT
    assert verdicts_of(cell("", "Not attempted yet: double. \n"))[0].status == NOT_ATTEMPTED


def test_a_question_is_right_or_wrong_by_what_follows_the_choice():
    text = "Question: Twice a whole number is\na. odd\nb. even\n\nYou chose {}. It is.\n"
    assert verdicts_of(cell("", text.format("b: right")))[0].status == RIGHT
    assert verdicts_of(cell("", text.format("a: wrong")))[0].status == WRONG


def test_verdicts_come_in_order_and_silence_is_none():
    said = verdicts_of(cell("", "Wrong: no.\nRight: double. yes\n"))
    assert said == [(WRONG, "no."), (RIGHT, "double. yes")]
    assert verdicts_of(cell("course.check('double')")) == []
    error = new_code_cell("", outputs=[new_output("error", ename="E", evalue="Right: x. ")])
    assert verdicts_of(error) == []


def test_a_notebook_gives_each_exercise_its_own_verdict():
    both = "course.check('double', 1); course.check('half', 1)"
    book = new_notebook(
        cells=[cell(both, "Right: double. \nWrong: no.\n"), cell("course.quiz('p', ...)")]
    )
    assert [(name, one.status) for name, one in verdicts(book)] == [
        ("double", RIGHT), ("half", WRONG), ("p", NOT_ATTEMPTED),
    ]  # fmt: skip
