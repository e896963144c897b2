"""The poster by which residents find their grid's page: a QR code, and what it is for.

It has nobody's data on it, so it needs no purpose and no signature.
"""

from __future__ import annotations

from gridapp.language import tr
from gridapp.office.paper.fonts import BOLD
from gridapp.office.paper.paper import PAGE_WIDTH, TEXT_WIDTH, Paper
from gridapp.office.paper.target import Target

_SIDE = 110.0  # mm of the code: read from two metres


def residents_poster(address: str, grid: str, call: str, out: Target) -> None:
    """Write one A4 page.

    Args:
        address: of the page, whole.
        grid: what people call the grid.
        call: whom to telephone instead, with the number.

    Raises UserError when the file cannot be written; nothing of it is there then.
    """
    paper, middle = Paper(tr("有事扫一扫")), PAGE_WIDTH / 2
    paper.text(middle, 46, tr("有事扫一扫"), 54, BOLD, "center")
    paper.fitted(middle, 66, grid, TEXT_WIDTH, 28, align="center")
    words = tr("报修　求助　提意见")
    paper.text(middle, 84, words, 32, BOLD, "center")
    paper.qr(address, middle - _SIDE / 2, 98, _SIDE)
    paper.fitted(middle, 217, address, TEXT_WIDTH, 14, align="center")
    for at, line in (
        (234, tr("用手机微信或相机扫上面的码，填好交上去，")),
        (246, tr("记下回执码，随时查办得怎么样。")),
    ):
        paper.fitted(middle, at, line, TEXT_WIDTH, 20, align="center")
    paper.fitted(middle, 264, call, TEXT_WIDTH, 18, align="center")
    urgent = tr("着火打 119，急病、受伤打 120，报警打 110")
    paper.fitted(middle, 279, urgent, TEXT_WIDTH, 20, BOLD, "center")
    paper.end_page()
    paper.save(out)
