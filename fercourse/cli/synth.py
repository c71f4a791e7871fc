"""``fercourse synth``: draw faces."""


def synth() -> None:
    """Draw faces from action units."""
