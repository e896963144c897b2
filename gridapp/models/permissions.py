"""Who may do what on a laptop that several people open: one table of roles and acts.

An account of a vault has one of three roles (`gridapp.store.accounts`). The first one
is the responsible person's, so somebody who works alone may do all of it.

Why the table is as it is:

- A grid worker fills in other offices' blank forms every week, with whole identity
  numbers: that stays possible for the people of the worker's own grid. Where the
  people of a neighbouring grid are meant, that grid's worker or the responsible person
  does it.
- A worker looks up one number at a time, and prints whole numbers for one household or
  one case: papers that are signed (mediation, registration) are worth nothing with
  digits hidden. A stack of papers or a list of everybody with whole numbers is what
  gets lost on a bus; it goes through the responsible person.
- A worker imports ledgers: they come to the worker from the street office, and an
  import can be taken back as a whole.
- Somebody who looks after the computer needs none of the records for it: that person
  restores backups, lets workers in again and mends files, and sees nobody's name. So it
  is at the county too (`gridapp.models.roles`).
- Who gives out passwords can let themselves in as anybody. That is so wherever somebody
  keeps accounts; each such act stands among the acts, which everybody can read.
- To restore a backup replaces what everybody wrote since: no worker does it alone.
- A vault that is at home nowhere goes whole, in the clear, to the county that it is
  enrolled at: no worker chooses that alone.
- What is saved out of a damaged file leaves the vault in the clear: only the
  responsible person takes it.

The program holds people to this table; it is no lock against somebody who has the data
key and another program (SECURITY.md says so).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.roles import IT, SECRETARY, WORKER


class Act(StrEnum):
    """What one may or may not do; `_FULL` are acts with whole numbers."""

    RECORDS = "records"  # see and write records, numbers hidden
    REVEAL = "reveal"  # one whole number on the screen
    IMPORT = "import"
    EXPORT_MASKED = "export_masked"
    EXPORT_FULL = "export_full"
    FILL_OWN_FULL = "fill_own_full"  # a blank form for people of one's own grid
    FILL_FULL = "fill_full"  # for anybody of this vault
    PRINT_MASKED = "print_masked"
    PRINT_ONE_FULL = "print_one_full"  # the papers of one record
    PRINT_FULL = "print_full"
    RESTORE = "restore"  # a backup in place of what is here
    ACCOUNTS = "accounts"  # who may open this vault
    ENROL = "enrol"  # at which county this vault is at home: it gets all of it
    REPAIR = "repair"  # what the doctor offers to mend
    RESCUE = "rescue"  # what can be read of a damaged file, in the clear


_WORKERS = frozenset(
    {
        Act.RECORDS,
        Act.REVEAL,
        Act.IMPORT,
        Act.EXPORT_MASKED,
        Act.FILL_OWN_FULL,
        Act.PRINT_MASKED,
        Act.PRINT_ONE_FULL,
    }
)
_MAY: Mapping[str, frozenset[Act]] = {
    WORKER: _WORKERS,
    SECRETARY: frozenset(Act),
    IT: frozenset({Act.RESTORE, Act.ACCOUNTS, Act.ENROL, Act.REPAIR}),
}
_REFUSED: Mapping[Act, str] = {
    Act.RECORDS: tr("技术人员不看居民和工作记录，请网格员或负责人登录后再做"),
    Act.REVEAL: tr("技术人员不看居民的号码，请网格员或负责人登录后再看"),
    Act.IMPORT: tr("技术人员不导入台账，请网格员或负责人登录后再导入"),
    Act.EXPORT_MASKED: tr("技术人员不导出清单，请网格员或负责人登录后再导出"),
    Act.EXPORT_FULL: tr(
        "带完整号码的清单由负责人导出，请负责人登录后再做；遮住中间几位的，您可以导出"
    ),
    Act.FILL_OWN_FULL: tr("技术人员不填居民的表，请网格员或负责人登录后再填"),
    Act.FILL_FULL: tr(
        "表里有别的网格的人，您只能填自己网格的完整号码：请只选本网格的人，"
        "或请负责人登录后再填"
    ),
    Act.PRINT_MASKED: tr("技术人员不打印居民材料，请网格员或负责人登录后再打印"),
    Act.PRINT_ONE_FULL: tr("技术人员不打印居民材料，请网格员或负责人登录后再打印"),
    Act.PRINT_FULL: tr(
        "一次打印多份完整号码由负责人来做：请只选一户或一件，或请负责人登录后再打印"
    ),
    Act.RESTORE: tr("从备份恢复要由负责人或技术人员来做，请他们登录后再恢复"),
    Act.ACCOUNTS: tr("添加或停用用户由负责人或技术人员来做，请他们登录后再改"),
    Act.ENROL: tr("登记到县里由负责人或技术人员来做，请他们登录后再登记"),
    Act.REPAIR: tr("修理数据文件由负责人或技术人员来做，请他们登录后再修"),
    Act.RESCUE: tr("从坏文件里取出资料由负责人来做，请负责人登录后再取"),
}


class NotAllowed(UserError):
    """What somebody asked for is others' to do; the sentence says whose."""


def allowed(role: str, act: Act) -> bool:
    """Whether somebody in that role may do it; nobody's role may do nothing."""
    return act in _MAY.get(role, frozenset())


def refusal(role: str, act: Act) -> str:
    """Why somebody in that role may not do it, and who may; "" when it is allowed."""
    return "" if allowed(role, act) else _REFUSED[act]


def demand(role: str, act: Act) -> None:
    """NotAllowed, with its sentence, when somebody in that role may not do it."""
    words = refusal(role, act)
    if words:
        raise NotAllowed(words)
