"""A worker of many has one core: threads of its own would only stand in the others' way."""

import os

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
if "PYTEST_XDIST_WORKER" in os.environ:
    for name in _THREADS:
        os.environ.setdefault(name, "1")
