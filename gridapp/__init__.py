"""网格日志: an offline client for community grid workers, and its county server."""

import gc

# What is imported stays, and a page of a sync makes ten thousands of objects: looking
# at all of them as often as Python does by itself is a tenth of both.
gc.set_threshold(50_000, 20, 50)

__version__ = "0.1.0"
