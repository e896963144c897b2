"""What stands in a column of names and is no name, or a name with a remark unbracketed.

An empty flat (空置), a word of the form (户主), whose relative somebody is (王五之妻)
and two names in one are not names; 王五户主 and 王五 亡 are a name and a remark.
"""

from __future__ import annotations

import re

from gridapp.office.ledgers.problems import problem
from gridapp.office.ledgers.rows import LedgerRow

_EMPTY_HOME = re.compile(
    r"(?:空|闲|待|未|暂|已|长期)?(?:空|空闲|闲置|空置|空关|空挂|出租|出售|招租|待租)"
    r"(?:户|房屋|房子?|屋|中)?|(?:暂|长期|目前)?无(?:人(?:居住|在住|住|户)?|住户)|"
    r"没(?:有)?人(?:居住|住)?|(?:未|没)(?:入住|装修|交房|住人)|商铺|门面|车库|以下空白"
)
_FORM_WORD = re.compile(
    r"(?:(?:老人|居民|户主|租客|租户|房东|业主|子女|配偶|家属|家庭成员|本人|成员)的?)?"
    r"(?:姓名|名字)|户主|本人|配偶|家属|子女|成员|家庭成员|妻子|丈夫|爱人|老伴|儿子|"
    r"女儿|父亲|母亲|老人|居民|住户|租客|租户|承租人|房客|房东|业主|联系人|监护人|"
    r"负责人|同上|未知姓名|待核实|待补|待查"
)
_RELATIVE = re.compile(
    r".{2,}[之的](?:妻子?|夫|丈夫|[长次]?[子女]|儿子|女儿|父亲?|母亲?|孙[子女]?|媳妇?|"
    r"女婿|老伴|爱人|配偶)|.{2,}(?:配偶|家属|妻子|丈夫|老伴|爱人|儿子|女儿|儿媳|女婿|"
    r"父亲|母亲|孙子|孙女)"
)
_HEAD = re.compile(r"户主(?=..)|(?<=..)户主$")
_DIED = re.compile(r"(?<=..)(?:已?亡故?|已故|已?去世|已?过世|已?病故|已?死亡|已死)$")
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
)
_TWO = re.compile(f"[{_SURNAMES}][一-龥]{{1,2}}[和与及跟][{_SURNAMES}][一-龥]{{1,2}}")
_OF_THE_DOOR = ("building.", "dwelling.", "household.")


def judge_name(row: LedgerRow) -> None:
    """Skip, refuse or ask about a row whose name is none; a remark is taken off it."""
    name = row.values.get("name")
    if name is None or row.skipped is not None:
        return
    if _EMPTY_HOME.fullmatch(name) and _tells_of_nobody(row):
        row.skipped = problem("", "S_NO_NAME")
    elif any(one.fullmatch(name) for one in (_EMPTY_HOME, _FORM_WORD, _RELATIVE)):
        row.refuse("name", "S_NO_NAME")
    elif _TWO.fullmatch(name):
        row.refuse("name", "E_NAME_MULTIPLE")
    else:
        _take_off_remark(row, name)


def _tells_of_nobody(row: LedgerRow) -> bool:
    """Whether the row says nothing but which door it is about."""
    rest = row.values.keys() - {"name", "note", "confirmed"}
    said = [path for path in rest if not path.startswith(_OF_THE_DOOR)]
    return not said and not row.errors and not row.questions


def _take_off_remark(row: LedgerRow, name: str) -> None:
    bare = _DIED.sub("", name)
    died = bare != name
    bare = _HEAD.sub("", bare)
    if bare == name:
        return
    row.values["name"] = bare
    row.warn("name", "W_NAME_ANNOTATION")
    if died:
        row.ask("name", "Q_DECEASED")
    if "户主" in name:
        row.values.setdefault("relation", "02")
