"""The exercises of notebook 00, Start here."""

from fercourse.course.lessons.n00_claims import alarms, theories
from fercourse.course.lessons.n00_raters import agreement, kappa, pixels, roll

__all__ = ["agreement", "alarms", "kappa", "pixels", "roll", "theories"]
