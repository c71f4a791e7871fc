"""Whether the kernel runs on the reader's own machine, as far as it can tell."""

import os

# Names in a kernel's environment that tell of another machine.
_SIGNS = {
    "COLAB_RELEASE_TAG": "Google Colab",
    "KAGGLE_KERNEL_RUN_TYPE": "Kaggle",
    "CODESPACES": "GitHub Codespaces",
    "JUPYTERHUB_USER": "a JupyterHub",
    "JUPYTERHUB_API_URL": "a JupyterHub",
    "KUBERNETES_SERVICE_HOST": "a cluster",
    "SSH_CONNECTION": "a computer that is reached over SSH",
}


def elsewhere() -> str:
    """Return where the kernel is when it is, or may be, not the reader's machine; else "".

    The browser asks besides whether the page comes from its own machine.
    """
    return next((place for name, place in _SIGNS.items() if os.environ.get(name)), "")
