"""Kernels that are the Python that fercourse runs in, whatever kernels the machine has."""

import os
import sys
import time
from pathlib import Path
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
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


# By this way, since the class was renamed in jupyter_client 8, and Colab has 7.
class WakefulChannel(AsyncKernelClient.shell_channel_class.klass):
    """A channel that looks again, several times a second, whether a message has come.

    Sending on a ZeroMQ socket can swallow the signal that a message has arrived on it. nbclient
    sends on the shell channel, for output widgets, while it waits there for the reply to a cell;
    without this, such a cell now and then stands still until its time is up.
    """

    LOOK_AGAIN_SECONDS = 0.2

    async def get_msg(self, timeout: float | None = None) -> dict:
        """Return the next message; raise `queue.Empty` after `timeout` seconds without one."""
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        while True:
            left = max(0.0, deadline - time.monotonic())
            try:
                return await super().get_msg(timeout=min(left, self.LOOK_AGAIN_SECONDS))
            except Empty:
                if left <= self.LOOK_AGAIN_SECONDS:
                    raise


class OwnClient(AsyncKernelClient):
    """Talks to a kernel, and misses no reply."""

    @default("shell_channel_class")
    def _wakeful(self):
        return WakefulChannel


class OwnKernel(AsyncKernelManager):
    """Starts the interpreter that is running now as a kernel."""

    @default("client_factory")
    def _own_client(self):
        return OwnClient

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
