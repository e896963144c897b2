"""What an import has to say about a row: a code and a sentence that says what to do.

W_… is told and imported, Q_… waits for a person's decision, E_… is refused, S_… is a
line that holds no resident. Codes of single cells are those of `gridapp.models.cell`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gridapp.language import mark, tr
from gridapp.models.cell import MESSAGES as CELL_MESSAGES

NEW, UPDATE, SAME = mark("新增"), mark("更新"), mark("无变化")
ASK, ERROR, SKIP = mark("需确认"), mark("错误"), mark("跳过")
STATES = (NEW, UPDATE, SAME, ASK, ERROR, SKIP)

_MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "E_DEATH_BEFORE_VISIT": tr("去世日期早于最近一次走访，请核对去世日期"),
        "E_DITTO_NAME": tr("姓名和身份证号不能写“同上”，请写全"),
        "E_HEAD_DOOR": tr("上面户主那一行的住址要先改好，这一行才知道是哪一户"),
        "E_NO_RESIDENT": tr("居民档案里没有这个人，请先登记，或核对姓名和住址"),
        "E_FORMULA_NO_VALUE": tr("这是没有算出值的公式，请用 Excel 打开并保存后再导入"),
        "E_ID_TWO_PEOPLE": tr("同一个身份证号登记在两个人名下，请核对是谁的"),
        "E_VALUE": tr("这一格填得不对，请核对"),
        "Q_DECEASED": tr("姓名后注明已去世，请确认后登记去世，或去掉括注再导入"),
        "Q_DELETED": tr("此人在回收站里，请先到回收站恢复；确认导入则另建一份档案"),
        "Q_ID_UPGRADED": tr("15位旧号升位后与已有居民相同，请确认是同一人"),
        "Q_MOVED": tr("住址与系统里登记的不同，请确认是否搬家"),
        "Q_NAME_DIFFERS": tr("身份证号相同但姓名不同，请核对姓名"),
        "Q_NEW_BUILDING": tr("系统里还没有这栋楼，请确认是新楼栋，还是别的网格的"),
        "Q_SEVERAL": tr("系统里有多位同名同生日的居民，请选出是哪一位，或补上身份证号"),
        "Q_TWO_DOORS": tr("同一人在本表里登记了两处住址，请确认住在哪里"),
        "S_BLANK_LINE": tr("以下空白或说明行，不是居民"),
        "S_BUILDING": tr("楼栋小标题，作为下面各行的楼栋"),
        "S_DECLINED": tr("按您的回答，这一行不导入"),
        "S_HEADING": tr("重复的表头"),
        "S_NO_NAME": tr("没有姓名，没有导入"),
        "S_REPEATED": tr("与前面的行是同一人，只导入一次"),
        "S_REPEATED_ENTRY": tr("与前面的行是同一件事，只导入一次"),
        "S_STRUCK": tr("整行画了删除线，没有导入；仍在住的请去掉删除线"),
        "S_TOTAL": tr("合计行，不是居民"),
        "W_AGE": tr("年龄不小于120岁，请核对出生日期"),
        "W_AGE_ALONE": tr("只有年龄，没有出生日期，年龄已记到备注，请补上出生日期"),
        "W_ALONE_REMARK": tr("标了独居，备注却写着同住，请核对"),
        "W_ALONE_WITH_OTHERS": tr("标了独居，但同户还有别人，请核对是否人户分离"),
        "W_BIRTH_DIFFERS": tr("出生日期与身份证号不一致，已按身份证号记"),
        "W_BIRTH_FROM_ID": tr("出生日期看不懂，已按身份证号记"),
        "W_CHILD_OLDER": tr("子女比户主年长，请核对与户主关系"),
        "W_CONTACT_NO_NAME": tr("联系人没有姓名，已用关系代替，请补上"),
        "W_CODE_OTHER": tr("不认识这个类别，已按“其他”记，原文记入说明"),
        "W_DITTO": tr("“同上”已按上一行填写"),
        "W_HIDDEN_ROW": tr("这一行在原表里是隐藏的，请核对是否还要"),
        "W_HEAD_ADDED": tr("户主没有单独一行，按户主各列登记为居民"),
        "W_HOUSE_DIFFERS": tr("同一房屋前后两行写得不同，按先出现的记"),
        "W_NAME_BIRTH": tr("与系统里的居民同名同生日但身份证号不同，请核对是否同一人"),
        "W_NO_DOOR": tr("没有住址，暂不归入任何一户"),
        "W_NO_HEAD": tr("这一户没有写户主，请补上"),
        "W_NO_RESIDENT": tr("居民档案里没有这个人，没有关联"),
        "W_PHONE_NOTE": tr("电话后面的字已记到备注"),
        "W_PHONE_SHARED": tr("五户以上用同一个电话，请核对是否本人电话"),
        "W_PLAN_KEPT": tr("已有不同的走访间隔，没有改动"),
        "W_REPLACED": tr("与系统里原来的内容不同，将改为台账的内容（可在历史里找回）"),
        "W_SEX_DIFFERS": tr("性别与身份证号不一致，已按身份证号记"),
        "W_SEX_FROM_ID": tr("性别看不懂，已按身份证号记"),
        "W_SPOUSE_SEX": tr("与配偶性别相同，请核对"),
        "W_TAG_AGE": tr("不满60岁，请核对是否列入老人台账"),
        "W_TAG_DENIED": tr("这一格的字说的是“不是”，没有加标签，请核对"),
        "W_TAG_ENDED": tr("这个标签已在系统里取消，没有重新加上"),
        "W_TAG_KEPT": tr("台账没有勾选，系统里的标签仍保留"),
        "W_TAG_TEXT": tr("这一格不是打√，按“是”记，原文记入认定理由"),
        "W_TAG_UNKNOWN": tr("有的类别不认识，没有记成标签，原文已记到备注"),
        "W_TWO_HEADS": tr("同一户有两个户主，请核对"),
        "W_TWO_SPOUSES": tr("同一户有两个配偶，请核对"),
        "W_DOOR_FROM_HEAD": tr("住址空着，按上面户主的住址记"),
        "W_HEALTH_WORDS": tr("健康状况写的不是五个等级之一，已记到病史与用药"),
    }
)


@dataclass(frozen=True)
class Problem:
    """One remark on one field (a path of `ledger_columns`, "" for the whole row).

    heading: the column that is meant, where several hold the field.
    """

    field: str
    code: str
    message: str
    heading: str = ""


def problem(field: str, code: str, message: str = "", heading: str = "") -> Problem:
    """The remark of that code in its usual words, or in those given."""
    words = message or _MESSAGES.get(code) or CELL_MESSAGES.get(code)
    return Problem(field, code, words or _MESSAGES["E_VALUE"], heading)
