"""Drawing the papers of mediation files: heads, pages, photos, outline, numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import (
    Dispute,
    DisputeInquiry,
    DisputeItem,
    DisputeParty,
    DisputeSession,
)
from gridapp.models.record import Record, fields_of
from gridapp.office.paper.flow import Placed
from gridapp.office.paper.fonts import BODY, BOLD, drawable, require_glyphs, width
from gridapp.office.paper.paper import LEFT, MM, PAGE_WIDTH, TEXT_WIDTH, Paper
from gridapp.office.paper.target import Target
from gridapp.office.sheets.dispute_data import DisputeFile, Words
from gridapp.office.sheets.dispute_file import NUMBER, TOP, Bound, Bundle
from gridapp.office.sheets.dispute_forms import Form
from gridapp.office.sheets.dispute_page import PITCH, SIZE
from gridapp.store.photos import PhotoStore
from gridapp.work.purpose import Signature

TITLE, LARGE, HUGE = 18.0, 22.0, 36.0  # points
LARGE_KEYS = frozenset({"agreement", "oral"})
NUMBER_SIZE = 10.5
BESIDE = 38.0  # mm at both sides of the head, for the code in its corner
PHOTO_HIGH = 116.0  # mm: two on a page


def print_bundles(
    bundles: Sequence[Bundle],
    out: Target,
    *,
    signature: Signature | None = None,
    leave_blanks: bool = False,
    photos: PhotoStore | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> int:
    """Write the PDF of these bundles, each numbered by itself; its pages.

    `progress` and the errors are those of `Sheet.draw`. `signature` is
    only what the foot says: the words come masked or not.
    """
    if not bundles:
        raise UserError(tr("没有要打印的纠纷，请先选纠纷。"))
    if not leave_blanks:
        require_glyphs(text for one in bundles for text in _texts(one.file))
    total, done = sum(one.count for one in bundles), 0
    sheet = Paper(bundles[0].papers[0].form.title, signature)
    for bundle in bundles:
        several = len(bundles) > 1 and bundle.file.record_id is not None
        if several:
            sheet.bookmark(bundle.file.dispute["name"])
        level = int(several)
        for number, draw in enumerate(_pages(sheet, bundle, photos, level), 1):
            draw()
            private = bundle.file.record_id is not None
            sheet.foot(bundle.file.grid, number, bundle.count, private=private)
            sheet.end_page()
            done += 1
            if progress is not None:
                progress(done, total)
    sheet.save(out)
    return sheet.pages


def _pages(
    sheet: Paper, bundle: Bundle, photos: PhotoStore | None, level: int
) -> Iterator[Callable[[], None]]:
    """What draws each page of a bundle, in order."""
    for one in bundle.papers:
        for number, page in enumerate(one.pages):
            yield lambda one=one, page=page, number=number: _draw(
                sheet, bundle.file, one, page, level if number == 0 else None
            )
        for start in range(0, len(one.photos), 2):
            pair = one.photos[start : start + 2]
            yield lambda one=one, pair=pair: _draw_photos(
                sheet, bundle.file, one, pair, photos
            )


def _draw(
    sheet: Paper,
    file: DisputeFile,
    bound: Bound,
    page: Sequence[Placed],
    level: int | None,
) -> None:
    form = bound.form
    if level is not None:
        named = filter(None, (form.title, form.about))
        sheet.bookmark(tr("\u3000").join(named), level)
    _head(sheet, file, form)
    for placed in page:
        sheet.table(placed.rows, placed.top)


def _head(sheet: Paper, file: DisputeFile, form: Form) -> None:
    organisation = file.dispute["organisation"]
    if file.record_id is not None:
        sheet.code(file.record_id)
    if form.key == "cover":
        _centred(sheet, 66, organisation, LARGE, BODY)
        _centred(sheet, 86, form.title, HUGE, BOLD)
        return
    _centred(sheet, 15, organisation, SIZE, BODY)
    _centred(sheet, 25, form.title, LARGE if form.key in LARGE_KEYS else TITLE, BOLD)
    number = tr("卷号：{number}", number=file.dispute["number"] or NUMBER)
    size = _fitting(number, NUMBER_SIZE, BODY, PAGE_WIDTH - 2 * BESIDE)
    sheet.text(LEFT, 34, number, size, BODY)


def _centred(sheet: Paper, y: float, text: str, size: float, name: str) -> None:
    size = _fitting(text, size, name, PAGE_WIDTH - 2 * BESIDE)
    sheet.text(PAGE_WIDTH / 2, y, text, size, name, "center")


def _fitting(text: str, size: float, name: str, room: float) -> float:
    """The largest size up to `size` at which a line fits a room in mm."""
    wanted = width(drawable(text), name, size) / MM
    return size if wanted <= room else size * room / wanted


def _draw_photos(
    sheet: Paper,
    file: DisputeFile,
    bound: Bound,
    names: Sequence[str],
    photos: PhotoStore | None,
) -> None:
    _head(sheet, file, bound.form)
    for number, name in enumerate(names):
        top = TOP + number * (PHOTO_HIGH + PITCH / 2)
        try:
            content = photos.read(name) if photos else b""
        except UserError as error:
            sheet.text(LEFT, top + PITCH, str(error), SIZE)
            continue
        sheet.picture(content, (LEFT, top, TEXT_WIDTH, PHOTO_HIGH))


def _texts(file: DisputeFile) -> Iterator[tuple[str, str]]:
    """Every text of a file with the words that say where it stands."""
    groups: tuple[tuple[type[Record], Sequence[Words]], ...] = (
        (Dispute, (file.dispute,)),
        (DisputeParty, file.parties),
        (DisputeInquiry, file.inquiries),
        (DisputeSession, file.sessions),
        (DisputeItem, file.items),
    )
    for model, some in groups:
        for one in some:
            whose = one.get(model.shown_by) or model.title
            for field in fields_of(model):
                where = tr("{name}的{part}", name=whose, part=field.label)
                yield where, one[field.name]
