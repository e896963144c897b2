"""No process that tests fork outlives the one that forked it.

A forked process holds what its parent had open, the pipe to pytest-xdist too. Where a
worker died and left one behind, the end of the worker would never be seen, and the run
would wait for it for ever.
"""

import ctypes
import functools
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2)


class _Bond:
    """Ties each process forked from now on to the one that forks it."""

    def __init__(self) -> None:
        self._prctl = ctypes.CDLL(None).prctl
        self._parent = 0
        os.register_at_fork(before=self._forking, after_in_child=self._tie)

    def _forking(self) -> None:
        self._parent = os.getpid()

    def _tie(self) -> None:
        self._prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != self._parent:  # it died just before
            os._exit(1)


@functools.cache
def none() -> None:
    """From now on this process leaves no forked one behind. (On other systems than
    Linux nothing is forked by the tests that must run there.)"""
    if sys.platform == "linux":
        _Bond()
