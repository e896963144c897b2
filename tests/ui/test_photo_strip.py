"""Photos of a form: optional, from files, the clipboard or a folder, and undoable."""

import datetime as dt
from io import BytesIO

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from gridapp.models import Patrol
from gridapp.store import records
from gridapp.ui.photos.photo_strip import PhotoStrip
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.widgets.card import column
from gridapp.ui.widgets.entry import NoteField
from gridapp.work.attachments import PendingPhoto, attach, photos_of


def picture(path, colour="red", size=(400, 300)):
    Image.new("RGB", size, colour).save(path)
    return path


@pytest.fixture
def form(session, qtbot, settle):
    """A form with a note and a strip."""
    form = QWidget()
    box = column(form)
    form.note = NoteField("说明")
    form.strip = PhotoStrip(session)
    form.strip.listen_to(form.note)
    box.addWidget(form.note)
    box.addWidget(form.strip)
    qtbot.addWidget(form)
    form.resize(700, 300)
    form.show()
    form.said = []
    form.strip.said.connect(lambda words, undo: form.said.append((words, undo)))
    settle()
    yield form
    QGuiApplication.clipboard().clear()


@pytest.fixture
def strip(form):
    return form.strip


@pytest.fixture
def patrol(session):
    with session.store.writing() as tx:
        return records.save(tx, Patrol, {"started_at": tx.at})


def shown(strip):
    return [strip._flow.itemAt(i).widget() for i in range(strip._flow.count())]


def test_it_is_one_button_until_somebody_wants_photos(strip):
    assert strip._add.isVisible()
    assert not strip._file.isVisible()
    strip._add.click()
    assert strip._file.isVisible()
    assert strip._paste.isVisible()
    assert strip._file.hasFocus()


def test_a_photo_from_a_file_is_small_and_belongs_to_the_saved_record(
    strip, session, settle, patrol, tmp_path
):
    strip.take([picture(tmp_path / "楼道.jpg", size=(4000, 3000))])
    settle()
    [one] = strip.pending()
    assert (one.photo.width, one.photo.height) == (1600, 1200)
    assert one.name == "楼道.jpg"
    with session.store.writing() as tx:
        attach(tx, "patrol", patrol, strip.pending())
    with session.store.reading() as db:
        [row] = photos_of(db, "patrol", [patrol])
        owner = records.get(db, Patrol, patrol)
    assert row["hash"] == one.photo.hash
    assert row["grid_id"] == owner["grid_id"]
    assert session.store.photos.read(row["hash"])[:2] == b"\xff\xd8"


def test_the_same_photo_is_attached_once(strip, session, settle, patrol, tmp_path):
    path = picture(tmp_path / "a.png")
    strip.take([path, path])
    settle()
    assert len(strip.pending()) == 1
    assert "已经加过" in strip._error.text()
    with session.store.writing() as tx:
        attach(tx, "patrol", patrol, strip.pending())
        attach(tx, "patrol", patrol, strip.pending())
    with session.store.reading() as db:
        assert len(photos_of(db, "patrol", [patrol])) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("坏了.jpg", b"no picture at all", "坏了.jpg：这个文件不是照片"),
        ("手机.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "另存为 JPG"),
        ("没了.jpg", None, "请检查文件是否还在"),
    ],
)
def test_a_picture_that_cannot_be_taken_says_what_to_do(
    strip, settle, tmp_path, messages, name, content, words
):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    strip.take([path, picture(tmp_path / "好.jpg")])
    settle()
    assert words in strip._error.text()
    assert [one.name for one in strip.pending()] == ["好.jpg"]
    assert messages.told == []  # no dialog in the way


def test_half_a_photo_and_a_huge_one_are_refused_in_words(strip, settle, tmp_path):
    whole = picture(tmp_path / "a.jpg", size=(1200, 900)).read_bytes()
    (tmp_path / "half.jpg").write_bytes(whole[: len(whole) // 2])
    huge = BytesIO()
    Image.new("1", (9000, 9000)).save(huge, "PNG")
    (tmp_path / "huge.png").write_bytes(huge.getvalue())
    strip.take([tmp_path / "half.jpg", tmp_path / "huge.png"])
    settle()
    assert "half.jpg：照片文件不完整或已损坏" in strip._error.text()
    assert "huge.png：照片的像素太多" in strip._error.text()
    assert strip.pending() == ()


def test_a_file_nobody_may_read_is_said(strip, settle, tmp_path, monkeypatch):
    path = picture(tmp_path / "锁.jpg")

    def refuse(*_args, **_more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)  # root may read every file
    strip.take([path])
    settle()
    assert "没有权限打开 锁.jpg" in strip._error.text()


def test_a_copied_picture_is_pasted_even_from_the_note(form, strip, qtbot, settle):
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("blue"))
    QGuiApplication.clipboard().setImage(image)
    form.note.setFocus()
    qtbot.keyClick(form.note, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle()
    [one] = strip.pending()
    assert (one.photo.width, one.photo.height, one.name) == (300, 200, None)
    assert form.note.toPlainText() == ""


def test_copied_words_are_pasted_into_the_note(form, strip, qtbot, settle):
    QGuiApplication.clipboard().setText("楼道堆物")
    form.note.setFocus()
    qtbot.keyClick(form.note, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert form.note.toPlainText() == "楼道堆物"
    assert strip.pending() == ()


def test_copied_files_are_pasted(strip, settle, tmp_path):
    from PySide6.QtCore import QUrl

    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(picture(tmp_path / "b.png")))])
    QGuiApplication.clipboard().setMimeData(mime)
    strip.paste()
    settle()
    assert [one.name for one in strip.pending()] == ["b.png"]


def test_pasting_nothing_says_how_to_copy(strip, settle):
    QGuiApplication.clipboard().clear()
    strip.paste()
    settle()
    assert "剪贴板里没有图片" in strip._error.text()


def test_delete_takes_a_photo_out_and_undo_brings_it_back(
    form, strip, qtbot, settle, tmp_path
):
    strip.take([picture(tmp_path / "a.jpg"), picture(tmp_path / "b.jpg", "blue")])
    settle()
    before = strip.pending()
    shown(strip)[0].setFocus()
    qtbot.keyClick(shown(strip)[0], Qt.Key.Key_Delete)
    assert strip.pending() == before[1:]
    [(words, undo)] = form.said
    assert words == "已移除照片"
    undo()
    assert strip.pending() == before


def test_a_photo_opens_large_and_can_be_removed_by_mouse(
    form, strip, qtbot, settle, tmp_path
):
    strip.take([picture(tmp_path / "a.jpg"), picture(tmp_path / "b.jpg", "blue")])
    settle()
    shown(strip)[0].click()
    settle()
    view = strip.findChild(PhotoView)
    assert "第 1 张，共 2 张" in view._words.text()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    settle()
    assert "b.jpg" in view._words.text()
    assert not view._picture.pixmap().isNull()
    view._remove()
    assert [one.name for one in strip.pending()] == ["a.jpg"]


def test_saving_waits_for_a_photo_that_is_being_taken_in(strip, settle, tmp_path):
    strip.take([picture(tmp_path / "a.jpg", size=(3000, 2000))])
    saved = []
    strip.when_ready(lambda: saved.append(strip.pending()))
    assert saved == []
    settle()
    assert len(saved[0]) == 1
    strip.when_ready(lambda: saved.append("now"))
    assert saved[1] == "now"


def test_a_draft_keeps_its_photos(strip, settle, tmp_path):
    strip.take([picture(tmp_path / "a.jpg")])
    settle()
    kept = [one.draft() for one in strip.pending()]
    strip.clear()
    assert strip.pending() == ()
    strip.show_pending([PendingPhoto.from_draft(one) for one in kept])
    settle()
    assert [one.draft() for one in strip.pending()] == kept
    assert len(shown(strip)) == 1


def test_new_pictures_of_the_photo_folder_are_offered(
    strip, session, settle, patrol, tmp_path
):
    folder = tmp_path / "手机照片"
    folder.mkdir()
    picture(folder / "new.jpg")
    (folder / "words.txt").write_text("no picture")
    session.preferences.keep(photo_folder=str(folder))
    strip.clear()
    settle()
    assert "1 张新的" in strip._add.text()
    strip._add.click()
    settle()
    offers = strip._offers
    [offer] = [offers._flow.itemAt(i).widget() for i in range(offers._flow.count())]
    offer.click()
    settle()
    [one] = strip.pending()
    assert one.name == "new.jpg"
    assert offers._shown == []
    with session.store.writing() as tx:
        attach(tx, "patrol", patrol, strip.pending())
    strip.clear()
    settle()
    assert strip._add.text() == "加照片"  # it is in a record and not offered again


def test_a_photo_folder_that_is_gone_is_said(strip, session, settle, tmp_path):
    session.preferences.keep(photo_folder=str(tmp_path / "不在了"))
    strip.clear()
    strip.unfold()
    settle()
    strip._offers.look()
    settle()
    assert "打不开，请在设置里重新选" in strip._offers._words.text()


def test_yesterdays_pictures_are_not_offered(tmp_path):
    from gridapp.store.photo_folder import new_pictures

    picture(tmp_path / "a.jpg")
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    assert new_pictures(tmp_path, soon) == []
    assert len(new_pictures(tmp_path, soon - dt.timedelta(hours=1))) == 1
