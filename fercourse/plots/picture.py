"""A figure together with the words that say what is seen in it."""

import base64
import html
import io
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from fercourse.errors import DataError
from fercourse.plots.style import styled
from fercourse.whole import whole_file

_SCREEN_DPI = 96
_DPI = 144


@dataclass(frozen=True, eq=False)
class Picture:
    """A figure and its alternative text; shows itself in a notebook.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure.
    alt : str
        What is seen, for people who do not see it and for screen readers.
    """

    figure: Figure
    alt: str

    @styled
    def png(self) -> bytes:
        """Return the figure as a PNG file of 144 dots per inch, the text in its metadata."""
        buffer = io.BytesIO()
        metadata = {"Description": self.alt, "Software": None}
        self.figure.savefig(buffer, format="png", dpi=_DPI, metadata=metadata)
        return buffer.getvalue()

    def save(self, path: str | Path) -> Path:
        """Write the figure as a PNG file and return its path."""
        path = Path(path)
        content = self.png()
        try:
            with whole_file(path) as fresh:
                fresh.write_bytes(content)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise DataError(f"{str(path)!r} cannot be written: {reason}.") from error
        return path

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Show the picture as HTML: JupyterLab and nbconvert drop the alt text of a bare PNG."""
        data = base64.b64encode(self.png()).decode("ascii")
        width = round(self.figure.get_figwidth() * _SCREEN_DPI)
        alt = html.escape(self.alt, quote=True)
        image = (
            f'<img alt="{alt}" width="{width}" style="max-width: 100%; height: auto" '
            f'src="data:image/png;base64,{data}">'
        )
        bundle = {"text/html": image, "image/png": data, "text/plain": self.alt}
        return bundle, {"image/png": {"alt": self.alt, "width": width}}
