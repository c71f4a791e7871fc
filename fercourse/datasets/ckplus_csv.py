"""CK+ as one table, ``ckextended.csv``: in the form of ``fer2013.csv``, with a class 7, contempt.

The table names no subject, so it cannot be split by subject.
"""

from fercourse.datasets.pixel_csv import PixelTable
from fercourse.emotions import CLASSES_WITH_CONTEMPT

TABLE = PixelTable(("ckextended.csv",), CLASSES_WITH_CONTEMPT)
