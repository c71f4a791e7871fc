"""``python -m fercourse`` is the command line."""

from fercourse.cli import main

main()
