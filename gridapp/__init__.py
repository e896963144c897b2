"""网格日志: an offline client for community grid workers, and its county server."""

__version__ = "0.1.0"
