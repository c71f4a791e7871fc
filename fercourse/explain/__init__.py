"""Where a classifier looked, and the tests that such an answer must pass.

`saliency` makes maps by any method; `faithfulness` puts them to the test.
"""

from fercourse.explain.saliency import METHODS, Maps, saliency

__all__ = ["METHODS", "Maps", "saliency"]
