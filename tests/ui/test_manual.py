"""The manual: every chapter is there in both languages, and leads where it says."""

import ast
import re

import pytest
from PIL import Image
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument

from gridapp import paths
from gridapp.ui.help import manual
from gridapp.ui.help.help_view import HelpView
from gridapp.ui.keys import KEYS
from gridapp.ui.places import FOOT, PLACES
from gridapp.ui.side_pages import BESIDE

# What the gallery makes for the manual.
PICTURES = {
    "fill",
    "import",
    "printing",
    "today",
    "buildings",
    "residents",
    "household",
    "visit",
    "call",
    "visits",
    "patrols",
    "issues",
    "issue",
    "disputes",
    "dispute",
    "sync",
    "settings",
    "recycle",
}


def folder(language):
    return paths.resources() / "manual" / language


@pytest.fixture
def view(theme, qtbot):
    view = HelpView(theme)
    qtbot.addWidget(view)
    view.resize(1000, 600)
    view.show()
    return view


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_chapter_has_a_title_and_something_to_say(language):
    read = manual.chapters(folder(language))
    assert [chapter.key for chapter in read] == list(manual.ORDER)
    for chapter in read:
        assert chapter.title
        assert len(chapter.plain) > 80, chapter.key


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_file_is_without_a_chapter(language):
    files = {path.stem for path in folder(language).glob("*.md")}
    assert files == set(manual.ORDER)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_link_leads_to_a_chapter(language):
    for path in folder(language).glob("*.md"):
        text = path.read_text("utf-8")
        for match in manual.LINK.finditer(text):
            assert match["key"] in manual.ORDER, (path.name, match[0])
        every = re.findall(r"(?<!!)\[[^]]*\]\([^)]*\)", text)
        assert len(every) == len(manual.LINK.findall(text)), path.name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_picture_is_one_that_the_gallery_makes(language):
    for path in folder(language).glob("*.md"):
        for match in manual.PICTURE.finditer(path.read_text("utf-8")):
            where, _, name = match["path"].rpartition("/")
            assert where == "../pictures"
            assert name.removesuffix(".png") in PICTURES, (path.name, name)


def test_what_the_manual_quotes_is_written_in_the_window():
    """A button that gets another name makes its chapter wrong: this finds it."""
    said = "\n".join(words_of_the_program())
    for path in folder("zh").glob("*.md"):
        for quoted in re.findall("“([^”]+)”", path.read_text("utf-8")):
            assert quoted in said, (path.name, quoted)


def words_of_the_program():
    """Every text in the sources, and the names of all codes."""
    for path in (paths.resources().parent / "gridapp").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    yield (paths.resources() / "codes.json").read_text("utf-8")


def test_a_picture_that_was_not_made_leaves_no_hole(tmp_path):
    for key in manual.ORDER:
        text = f"# {key}\n\nfirst\n\n![a](../pictures/none.png)\n\nlast\n"
        (tmp_path / f"{key}.md").write_text(text)
    [first, *_] = manual.chapters(tmp_path)
    assert "none.png" not in first.text
    assert "last" in first.text


@pytest.mark.parametrize(
    "page", [*(place.key for place in (*PLACES, *FOOT)), *BESIDE, "visit", "recycle"]
)
def test_every_page_has_its_chapter(page):
    key = manual.OF_PAGE.get(page, page)
    assert key in manual.ORDER


def test_every_key_is_in_the_chapter_of_keys():
    [chapter] = [one for one in manual.chapters() if one.key == "keys"]
    for key in KEYS:
        assert key.words in chapter.text


def test_a_search_lists_the_chapters_that_hold_the_words(view):
    view.find_box.setText("没人在家")
    assert view.titles()
    assert all("没人在家" in title for title in view.titles())
    assert view.chapter in ("today", "visits")
    assert view._text.extraSelections()


def test_a_search_without_an_answer_says_what_was_searched(view):
    view.find_box.setText("区块链")
    assert view.titles() == []
    assert "区块链" in view._nothing.text()
    view.find_box.clear()
    assert len(view.titles()) == len(manual.ORDER)


def test_a_link_opens_its_chapter_and_the_list_follows(view):
    view.show_chapter("start")
    view._text.anchorClicked.emit(QUrl("import.md"))
    assert view.chapter == "import"
    assert "导入台账" in view._list.currentItem().text()


@pytest.mark.parametrize(("wide", "shown"), [(1366, 720), (300, 300)])
def test_a_picture_is_as_wide_as_the_text_and_no_wider(
    view, tmp_path, monkeypatch, wide, shown
):
    (tmp_path / "zh").mkdir()
    Image.new("P", (wide, 200)).save(tmp_path / "one.png")  # few colours, as ours
    monkeypatch.setattr(manual, "folder", lambda: tmp_path / "zh")
    view.resize(1300, 600)
    kind = QTextDocument.ResourceType.ImageResource.value
    picture = view._text.loadResource(kind, QUrl("../one.png"))
    assert picture.width() / picture.devicePixelRatio() == shown
