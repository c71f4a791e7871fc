"""Kernels that are the Python that fercourse runs in, whatever kernels the machine has."""

import os
import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from traitlets import default

# The debugger warns of frozen modules at each start; nobody debugs the kernels of a run.
QUIET = {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}


class OwnKernels(KernelSpecManager):
    """Knows one kernel, ``python3``: the interpreter that is running now."""

    @default("kernel_dirs")
    def _none_of_the_machine(self):
        return []


class OwnKernel(AsyncKernelManager):
    """Starts the interpreter that is running now as a kernel."""

    @default("kernel_spec_manager")
    def _own(self):
        return OwnKernels(parent=self)


def kernel_environment(**settings: str | None) -> dict[str, str]:
    """Return the environment for a kernel; a setting that is None is taken out."""
    environment = {**os.environ, **QUIET, "PYTHONHASHSEED": "0"}
    # So that a cell's "!fercourse" is this one, also where its environment is not activated.
    programs = Path(sys.executable).parent
    environment["PATH"] = os.pathsep.join([str(programs), os.environ.get("PATH", "")])
    for name, value in settings.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    return environment
