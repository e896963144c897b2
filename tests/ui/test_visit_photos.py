"""A visit may have photos; a normal one takes no key more for it."""

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from gridapp.models import Attachment, Visit
from gridapp.store import records
from gridapp.ui.photos.photo_view import PhotoView
from gridapp.ui.visits.visit_form import VisitForm
from gridapp.ui.visits.visits_page import VisitsPage
from gridapp.work import visits
from gridapp.work.attachments import attach, photos_of


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "灶台.jpg"
    Image.new("RGB", (400, 300), "red").save(path)
    return path


@pytest.fixture
def form(session, people, qtbot, settle):
    form = VisitForm(session)
    qtbot.addWidget(form)
    form.resize(1198, 668)
    form.show()
    form.begin(people.li, "visit")
    settle()
    return form


def found(session, model):
    with session.store.reading() as db:
        return records.find(db, model)


def test_a_photo_goes_with_the_visit(form, session, settle, picture):
    form._photos.take([picture])
    form._fields["visit"]._condition.set_values(["good"])
    form.save()  # it waits for the photo
    settle()
    [visit] = found(session, Visit)
    with session.store.reading() as db:
        [row] = photos_of(db, "visit", [visit["id"]])
    assert row["name"] == "灶台.jpg"


def test_enter_leads_past_the_photos_to_saving(form, qtbot):
    form._fields["visit"].focus("remind")
    qtbot.keyClick(form.focusWidget(), Qt.Key.Key_Return)
    assert form.focusWidget() is form._save_next


def test_a_photo_survives_in_the_draft(form, session, settle, picture, people):
    form._photos.take([picture])
    settle()
    form.leave()
    settle()
    form.begin(people.zhang, "visit")
    settle()
    assert form._photos.pending() == ()
    form.begin(people.li, "visit")
    settle()
    assert [one.name for one in form._photos.pending()] == ["灶台.jpg"]
    form._touched = True
    form.leave()
    settle()
    form._fields["visit"]._condition.set_values(["good"])
    form.save()
    settle()
    assert len(found(session, Attachment)) == 1


def test_the_next_visit_begins_without_photos(form, settle, picture, people):
    form._photos.take([picture])
    settle()
    form._fields["visit"]._condition.set_values(["good"])
    form.save()
    settle()
    form.begin(people.zhang, "visit")
    settle()
    assert form._photos.pending() == ()


def test_photos_of_a_visit_can_be_looked_at(
    session, people, qtbot, settle, picture, form
):
    form._photos.take([picture])
    settle()
    values = {"mode": "home", "met_whom": "self", "condition": "good"}
    with session.store.writing() as tx:
        with_photo = visits.log_visit(tx, people.li, values).visit_id
        attach(tx, "visit", with_photo, form._photos.pending())
        without = visits.log_visit(tx, people.zhang, values).visit_id
    page = VisitsPage(session)
    qtbot.addWidget(page)
    page.resize(1100, 600)
    page.show()
    settle()
    page._list.choose(without)
    settle()
    assert not page._photos.isVisible()
    page._list.choose(with_photo)
    settle()
    assert page._photos.text() == "看照片 1"
    page._photos.click()
    settle()
    view = page.findChild(PhotoView)
    assert "灶台.jpg" in view._words.text()
    view.reject()
