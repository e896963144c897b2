"""The fixtures of the window's tests, for its forms."""

from tests.ui.conftest import jobs, messages, session, settle, theme  # noqa: F401
