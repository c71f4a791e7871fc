"""Silence for native libraries that tell what they do, not only what is wrong."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Keep from the reader what compiled code writes to standard error meanwhile.

    Only around calls whose errors come as exceptions.
    """
    try:
        kept = os.dup(2)
    except OSError:  # a process that was started without one
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
