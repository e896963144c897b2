"""The steps of an import in words: where one begins, where one may go, what is said."""

from __future__ import annotations

from gridapp.language import tr
from gridapp.office.ledgers.offers import UNKNOWN
from gridapp.office.ledgers.plan import ImportPlan
from gridapp.office.ledgers.problems import ASK, ERROR
from gridapp.ui.ledgers.import_work import Look

FILE, COLUMNS, PREVIEW, DONE = "file", "columns", "preview", "done"
STEPS = (
    (FILE, tr("文件")),
    (COLUMNS, tr("列")),
    (PREVIEW, tr("预览")),
    (DONE, tr("导入")),
)


def first_step(look: Look) -> str:
    """The first step at which there is something to decide or to look at."""
    plan = look.plan
    if not any(sheet.rows for sheet in plan.sheets):
        return FILE
    offers = [one for found in look.offers.values() for one in found]
    undecided = any(one.how == UNKNOWN or one.asks_code_set for one in offers)
    known = all(sheet.memory for sheet in plan.sheets if sheet.header)
    return PREVIEW if known and not undecided else COLUMNS


def reachable_steps(plan: ImportPlan | None) -> set[str]:
    """The steps one may go to before anything is written."""
    if plan is None:
        return set()
    reachable = {FILE}
    if any(sheet.header for sheet in plan.sheets):
        reachable.add(COLUMNS)
    if any(sheet.rows for sheet in plan.sheets):
        reachable.add(PREVIEW)
    return reachable


def known_words(plan: ImportPlan) -> str:
    """Says that the columns were remembered, "" when they were not."""
    memories = [sheet.memory for sheet in plan.sheets if sheet.memory]
    if not memories:
        return ""
    sender = next((one.sender for one in memories if one.sender), "")
    if sender:
        return tr(
            "列已按上次“{sender}”的表对应好；要改，回到“列”这一步。", sender=sender
        )
    return tr("列已按上次同样的表对应好；要改，回到“列”这一步。")


def import_words(plan: ImportPlan | None) -> str:
    """What the button says that writes."""
    if plan is None:
        return tr("确认导入")
    if not plan.records:
        return tr("没有要导入的")
    count = plan.count()
    left = count[ASK] + count[ERROR]
    if left:
        return tr("确认导入（{left:,} 行留下）", left=left)
    return tr("确认导入")
