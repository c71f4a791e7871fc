"""The machinery around the notebooks: set-up, checks, quizzes, recorded results, builds, runs."""

from fercourse.course.session import Course, setup

__all__ = ["Course", "setup"]
