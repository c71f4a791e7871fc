"""The exercises of notebook 07."""

from fercourse.course.lessons.n07_boxes import jitter, to_screen
from fercourse.course.lessons.n07_time import frames_handled, rates, smooth

__all__ = ["frames_handled", "jitter", "rates", "smooth", "to_screen"]
