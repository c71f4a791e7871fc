"""The errors of fercourse: each message is one sentence for the person who can mend it."""


class FercourseError(Exception):
    """Something went wrong that the user can mend; the message says how."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook, where IPython asks for the traceback."""
        return [f"{type(self).__name__}: {self}"]


class DataError(FercourseError):
    """A data set, an image or a table cannot be used as it is."""


class NoSuchRowError(DataError, IndexError):
    """A face was asked for that a data set does not have; being an IndexError, it ends a loop."""


class NoFaceError(DataError):
    """No face was found in a picture."""


class ModelError(FercourseError):
    """A classifier cannot be used as it is."""


class CourseError(FercourseError):
    """A notebook, a profile or an exercise is not set up as it must be."""


class MissingPackageError(FercourseError):
    """A part of fercourse needs a package that is not installed."""
