"""The questions a row may raise, and what a person can answer.

An answer is YES (do as the ledger says), KEEP (leave this one thing as it is in the
system and take the rest of the row), NO (leave the row out) or, where several people
fit, the id of the one who is meant, or NEW_FILE for none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gridapp.language import tr
from gridapp.office.ledgers.rows import LedgerRow

YES, KEEP, NO, NEW_FILE = "yes", "keep", "no", "new"
ONE_BY_ONE = frozenset({"E_ID_CHECKSUM"})  # somebody must have looked at that person
Place = tuple[str, int]  # sheet and row

_ANSWERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "E_ID_CHECKSUM": {YES: tr("已核对原件，号码就是这样")},
        "Q_DECEASED": {YES: tr("已去世，登记去世"), KEEP: tr("没有去世，照常导入")},
        "Q_DELETED": {YES: tr("另建一份档案")},
        "Q_ID_UPGRADED": {YES: tr("是同一人，合在一起")},
        "Q_MOVED": {
            YES: tr("搬到了台账写的住址"),
            KEEP: tr("没有搬，只更新别的内容"),
        },
        "Q_NAME_DIFFERS": {
            YES: tr("改用台账的姓名"),
            KEEP: tr("姓名不改，只更新别的内容"),
        },
        "Q_NEW_BUILDING": {YES: tr("是本网格的，新建这栋楼")},
        "Q_SEVERAL": {NEW_FILE: tr("都不是，另建一份档案")},
        "Q_TWO_DOORS": {YES: tr("住在这一行的住址"), KEEP: tr("住在前面那行的住址")},
    }
)


def answers_to(code: str) -> dict[str, str]:
    """What may be answered to a question, in words; leaving the row out is last."""
    known = _ANSWERS.get(code)
    words = {YES: tr("是，照此导入")} if known is None else dict(known)
    return words | {NO: tr("这一行不导入")}


@dataclass(frozen=True)
class Answers:
    """What was answered so far, by row and question.

    accepted: rows all of whose questions are answered with YES; `everything` says so
    of every row. Neither answers a question of ONE_BY_ONE.
    """

    given: Mapping[tuple[Place, str], str] = field(
        default_factory=dict[tuple[Place, str], str]
    )
    accepted: Collection[Place] = ()
    everything: bool = False

    def of(self, row: LedgerRow, code: str) -> str:
        """The answer to a question of a row, "" while there is none."""
        answer = self.given.get((row.place, code))
        if answer is not None:
            return answer
        agreed = self.everything or row.place in self.accepted
        said = (agreed and code not in ONE_BY_ONE) or bool(row.values.get("confirmed"))
        return YES if said and YES in answers_to(code) else ""

    def with_answer(self, places: Collection[Place], code: str, answer: str) -> Answers:
        """These answers and one more, to the same question of some rows."""
        more = {(place, code): answer for place in places}
        return Answers({**self.given, **more}, self.accepted, self.everything)
