"""What compiled code writes to standard error is kept from the reader for a while."""

import os
import subprocess
import sys

import pytest

from fercourse.quiet import quiet


def test_standard_error_is_shut_and_open_again_also_after_an_error(capfd):
    with pytest.raises(ValueError, match="wrong"), quiet():
        _chatter_and_fail()
    os.write(2, b"news")
    assert capfd.readouterr().err == "news"


def _chatter_and_fail():
    os.write(2, b"chatter")
    raise ValueError("wrong")


def test_a_process_without_standard_error_goes_on():
    program = (
        "import os; from fercourse.quiet import quiet; os.close(2)\nwith quiet(): print('went on')"
    )
    ended = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert (ended.stdout, ended.returncode) == ("went on\n", 0)
