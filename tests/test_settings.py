"""Settings come back as they were kept, and a damaged file never stops the program."""

from __future__ import annotations

import pytest

from gridapp import settings
from gridapp.settings import Settings


def test_what_was_kept_comes_back(tmp_path):
    settings.save(tmp_path, Settings(scheme="dark"))
    assert settings.load(tmp_path) == Settings(scheme="dark")
    assert [one.name for one in tmp_path.iterdir()] == [settings.FILE]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"scheme": "pink"}', b"\xff\xfe", b"null"]
)
def test_a_damaged_file_gives_the_defaults(tmp_path, content):
    (tmp_path / settings.FILE).write_bytes(content)
    assert settings.load(tmp_path) == Settings()


def test_a_setting_of_a_newer_version_is_no_obstacle(tmp_path):
    (tmp_path / settings.FILE).write_text('{"scheme": "dark", "font": 3}')
    assert settings.load(tmp_path) == Settings(scheme="dark")
