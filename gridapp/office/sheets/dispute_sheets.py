"""The papers of a mediation file as sheets: each alone, all of them, and blank ones."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import Dispute
from gridapp.office.paper.target import Target
from gridapp.office.sheets.sheet import Drawing, Order, Sheet
from gridapp.store.database import Connection
from gridapp.work.mediation_papers import BLANK, PAPERS, WHOLE

ABOUT: Mapping[str, str] = {
    "cover": tr("卷名、卷号、调解员、立卷人和保管期限"),
    "contents": tr("十三项文书，各几份、在第几页"),
    "application": tr("双方是谁、为什么事、要求什么，申请人签名"),
    "acceptance": tr("调委会主动调解或别处移交的，登记受理"),
    "rights": tr("调解前告知，双方签名"),
    "delegation": tr("有代理人的，写明能代办什么"),
    "inquiry": tr("向谁调查、问了什么、怎么答"),
    "session": tr("每次调解一份，双方怎么说、结果怎样"),
    "agreement": tr("达成的内容、怎样履行，双方和调解员签名"),
    "oral": tr("口头达成的，登记下来"),
    "follow-up": tr("履行了没有、满意不满意、有没有隐患"),
    "account": tr("卷宗里要说明的事"),
    "back": tr("共几页，立卷人和检查人"),
}


def _whole(db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.dispute_data import from_records
    from gridapp.office.sheets.dispute_file import whole_file
    from gridapp.office.sheets.dispute_print import print_bundles

    files = from_records(db, order.ids, unmasked=order.unmasked)
    photos = order.photos is not None
    bundles = [whole_file(one, photos=photos, unmasked=order.unmasked) for one in files]
    return print_bundles(bundles, out, photos=order.photos, **order.options)


def _one(key: str) -> Drawing:
    """Draws one sort of paper; blank ones when no dispute is chosen."""

    def draw(db: Connection, order: Order, out: Target) -> int:
        from gridapp.office.sheets.dispute_data import blank_file, from_records
        from gridapp.office.sheets.dispute_file import single_paper
        from gridapp.office.sheets.dispute_print import print_bundles

        files = from_records(db, order.ids, unmasked=order.unmasked)
        files = files or [blank_file()] * order.copies
        bundles = [single_paper(one, key) for one in files]
        return print_bundles(bundles, out, **order.options)

    return draw


def _blank(_db: Connection, order: Order, out: Target) -> int:
    from gridapp.office.sheets.dispute_data import blank_file
    from gridapp.office.sheets.dispute_file import single_paper
    from gridapp.office.sheets.dispute_print import print_bundles

    if order.copies < 1:
        raise UserError(tr("请写明要几套空白文书。"))
    bundles = [
        single_paper(blank_file(), one.key)
        for _ in range(order.copies)
        for one in PAPERS
    ]
    return print_bundles(bundles, out, **order.options)


DISPUTE_SHEETS: Mapping[str, Sheet] = {
    WHOLE: Sheet(
        tr("人民调解卷宗（整卷）"),
        tr("一件纠纷的全部文书，按卷内顺序，目录带页号"),
        Dispute,
        _whole,
        "record",
        photos=True,
    ),
    **{
        one.sheet: Sheet(one.title, ABOUT[one.key], Dispute, _one(one.key), "record")
        for one in PAPERS
    },
    BLANK: Sheet(
        tr("空白调解文书"),
        tr("整套文书各一份，全部手写"),
        Dispute,
        _blank,
        "copies",
    ),
}
