"""A cell of somebody's ledger as it was read: its value, or what is wrong with it.

Readers never raise: a ledger of ten thousand rows has every mistake there is. The
codes are those of the import rules; MESSAGES says what to do about each.
"""

from __future__ import annotations

import datetime as dt
import math
import numbers
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from gridapp.language import tr

T = TypeVar("T")


class Cell(NamedTuple, Generic[T]):
    """What a reader made of one cell.

    `value` is None when the cell is empty, says that nothing is known (W_MISSING) or
    is wrong (`error`). `note` holds words that do not belong into the value but may
    matter elsewhere, as 户主 in 王五（户主）.
    """

    value: T | None
    warnings: tuple[str, ...] = ()
    error: str | None = None
    note: str = ""


class Month(dt.date):
    """A date of which the cell shows year and month alone; its day means nothing."""


MESSAGES: Mapping[str, str] = MappingProxyType(
    {
        "E_CELL_ERROR": tr("这一格是 Excel 的公式错误，请在原表里改好后再导入"),
        "E_CELL_LONG": tr("这一格字太多，不像这一列的内容，请核对列对应"),
        "E_CODESET_REQUIRED": tr("各系统的数字代码含义不同，请先选定这一列的代码标准"),
        "E_CODE_UNKNOWN": tr("不认识这个词，请从可选项里选一个"),
        "E_DATE_2DIGIT_YEAR": tr("年份只有两位，分不清是哪个世纪，请写成四位年份"),
        "E_DATE_AMBIGUOUS": tr("分不清是1月还是10月，请写成 1945-01 或 1945-10 的样子"),
        "E_DATE_INVALID": tr("日期不对，请按 年-月-日 填写，如 1945-03-08"),
        "E_DATE_LUNAR": tr("这是农历日期，请按身份证填公历出生日期"),
        "E_DATE_MINGUO": tr("这是民国纪年，请换成公历年份（民国年加1911）"),
        "E_DATE_RANGE": tr("日期在今天之后或超过130年前，请核对年份"),
        "E_DATE_SERIAL": tr(
            "这一格是 Excel 的日期序号，请在原表里把这一列设成日期格式"
        ),
        "E_FLAG_UNKNOWN": tr("应填“是”或“否”（也可打√或×）"),
        "E_ID_CHECKSUM": tr(
            "身份证号末位校验不符，请核对；证件确实如此的，注明已核对原件"
        ),
        "E_ID_DATE": tr("身份证号里的出生日期不对，请核对第7到14位"),
        "E_ID_FORMAT": tr("身份证号应为17位数字加1位数字或X，请核对"),
        "E_ID_LENGTH": tr("身份证号应为18位，请核对是否漏写或多写"),
        "E_ID_MASKED": tr("身份证号打了星号，请用完整号码的表"),
        "E_ID_MULTIPLE": tr("一格里有多个身份证号，请每人写一行"),
        "E_ID_NOT_RESIDENT_ID": tr("这不是居民身份证号，请填到“其他证件”并选证件类型"),
        "E_ID_PRECISION_LOST": tr("Excel 已丢掉号码末几位，请把这一列设成文本后重填"),
        "E_ID_SCI_TEXT": tr("号码变成了科学计数法，末几位已丢失，请用原始表格重新导出"),
        "E_NAME_FORMAT": tr("姓名里有数字或符号，请只留姓名"),
        "E_NAME_MASKED": tr("姓名打了星号，请用写全姓名的表"),
        "E_NAME_MULTIPLE": tr("一格里有多个姓名，请每人写一行"),
        "E_NAME_PUA": tr("姓名里有造字，别的电脑认不出，请用输入法重新打这个字"),
        "E_NAME_RARE_PLACEHOLDER": tr("姓名里有没打出来的字，请按身份证补上"),
        "E_PHONE_FORMAT": tr("电话号码不对，手机应为11位，固定电话请带区号"),
        "E_PHONE_MASKED": tr("电话号码打了星号，请用完整号码的表"),
        "E_ROOM_FORMAT": tr("认不出楼栋门牌，请按 3栋2单元501 的样子填写"),
        "E_ROOM_IS_DATE": tr("门牌被 Excel 变成了日期，请把这一列设成文本后重填"),
        "W_DATE_2DIGIT_YEAR": tr("年份只有两位，按19××年读，请核对"),
        "W_DATE_PRECISION_MONTH": tr("只有年月，没有日"),
        "W_DATE_PRECISION_YEAR": tr("只有年份，没有月日"),
        "W_DATE_SERIAL": tr("这一格是 Excel 的日期序号，已换成日期，请核对"),
        "W_EDU_ILLITERATE": tr("现行学历代码没有“文盲”，按“其他”记"),
        "W_ID_15_UPGRADED": tr("15位号码已升为18位，请与证件核对"),
        "W_ID_X_GUESSED": tr("末位按 X 读，请与证件核对"),
        "W_MISSING": tr("原表写的是没有或不详，按空白记"),
        "W_NAME_ANNOTATION": tr("姓名后面的括注已取下，请看是否要另记"),
        "W_NAME_COMPAT_CHAR": tr("姓名里有形近的特殊字符，已换成通用汉字，请核对"),
        "W_NAME_DOT": tr("间隔号已统一为“·”"),
        "W_PHONE_NO_AREA": tr("固定电话没有区号，建议补上"),
        "W_ROOM_NO_UNIT": tr("没有单元号，请核对是几单元"),
    }
)
"""For each code, a sentence a grid worker can act on."""

_MISSING = re.compile(
    r"无|没有|暂无|不详|未知|不清楚|不明|不知道|未提供|未填写?|未登记|空白?|未办理|待补|待查"
    r"|无(号码|电话|手机|证件|身份证)|-+|—+|/+|\\+|、|n/?a|null|none|nan|<na>"
)
_EXCEL_ERROR = re.compile(
    r"#(N/A|REF!|DIV/0!|NAME\?|VALUE!|NUM!|NULL!|GETTING_DATA|"
    r"SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!|BUSY!|EXTERNAL!)"
)
_QUOTES = "'’‘`′＇"  # typed before a number to make Excel keep it as text  # noqa: RUF001
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")  # Arabic, Tibetan … digits
_EXACT = 10**15

LONGEST_CELL = 500
"""No ID, name, date, telephone or door is longer, several in one cell included."""


def visible(text: str) -> str:
    """`text` without characters that show nothing (zero width, BOM, controls)
    and without the apostrophe that makes Excel keep digits as text."""
    shown = text if text.isprintable() else "".join(_seen(ch) for ch in text)
    return shown.strip().lstrip(_QUOTES).strip()


def _seen(ch: str) -> str:
    if ch in "\n\r\v\f\u2028\u2029":
        return "\n"
    category = unicodedata.category(ch)
    return "" if category == "Cf" else " " if category in ("Zs", "Cc") else ch


def plain(text: str) -> str:
    """`visible` text in half width, every digit ASCII: for all that is not a name."""
    shown = visible(text)
    if shown.isascii():
        return shown
    half = unicodedata.normalize("NFKC", shown)
    return visible(_OTHER_DIGIT.sub(lambda m: str(unicodedata.decimal(m[0])), half))


def cell_text(raw: object) -> str | None:
    """A cell as text, numbers without a decimal part as they were typed.

    None when it is empty; dates as ISO text. Where every digit matters ask
    `digits_lost` first.
    """
    if raw is None or isinstance(raw, bool):
        return None if raw is None else str(raw)
    if isinstance(raw, float):
        if math.isnan(raw):
            return None
        return str(int(raw)) if raw.is_integer() else repr(raw)
    if isinstance(raw, dt.datetime | dt.date):
        return raw.isoformat()[:7] if isinstance(raw, Month) else raw.isoformat()
    text = str(raw)
    if text.startswith('="') and text.endswith('"'):  # typed so to keep digits as text
        return text[2:-1]
    return text


def digits_lost(raw: object) -> bool:
    """Whether this is a number longer than the 15 digits that Excel keeps."""
    if isinstance(raw, int):
        return abs(raw) >= _EXACT
    return isinstance(raw, numbers.Real) and abs(float(raw)) >= _EXACT


def empty_or_broken(raw: object) -> Cell[str] | None:
    """The answer for a cell that holds no value at all, else None.

    Empty cells and NaN give an empty Cell, 无 and 不详 W_MISSING, #REF! E_CELL_ERROR,
    a whole page of text E_CELL_LONG.
    """
    text = cell_text(raw)
    text = None if text is None else plain(text)
    if not text or text == "NaT":
        return Cell(None)
    if text[0] == "#" and _EXCEL_ERROR.fullmatch(text.upper()):
        return Cell(None, error="E_CELL_ERROR")
    if len(text) > LONGEST_CELL:
        return Cell(None, error="E_CELL_LONG")
    if _MISSING.fullmatch(text.lower().strip("()。.")):
        return Cell(None, ("W_MISSING",))
    return None
