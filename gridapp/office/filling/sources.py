"""What a column of somebody's blank form is filled with.

A source is a path as for import (`gridapp.office.ledgers.columns`); or one of COMPUTED,
which no ledger keeps but every form asks for; or "-" (left blank), "=文字" (that text
in every row) or "" (nobody knows yet).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import codes
from gridapp.office.ledgers.columns import (
    IGNORED,
    UNDECLARED,
    field_at,
    path_of,
    paths,
    plain_heading,
)
from gridapp.office.tables.headers import Header

BLANK, CONSTANT, UNKNOWN = IGNORED, "=", ""
COMPUTED: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "number": (tr("序号"), ("序号", "编号", "序列", "no", "no.", "项次")),
        "age": (tr("年龄"), ("年龄", "周岁", "实足年龄", "年纪", "岁数")),
        "address": (
            tr("住址（小区、楼栋、单元、房号）"),
            (
                *("住址", "家庭住址", "家庭地址", "居住地址", "现住址", "现居住地"),
                *("详细地址", "详细住址", "常住地址", "居住地", "地址", "住所"),
                *("现居住地址", "家庭详细地址", "居住详细地址", "现住地址"),
            ),
        ),
        "household_size": (
            tr("家庭人口数"),
            (
                "家庭人口",
                "家庭人口数",
                "家庭人数",
                "户内人口",
                "人口数",
                "家庭人口(人)",
            ),
        ),
        "grid": (
            tr("所属网格"),
            ("网格", "所属网格", "网格名称", "所在网格", "网格名"),
        ),
        "grid_code": (tr("网格编码"), ("网格编码", "网格编号", "网格代码")),
        "community": (
            tr("社区"),
            (
                *("社区", "所属社区", "所在社区", "社区名称", "村社区", "社区村"),
                *("村/社区", "社区/村", "村(社区)", "社区(村)", "村居", "村(居)"),
            ),
        ),
        "street": (
            tr("街道（乡镇）"),
            (
                *("街道", "乡镇", "所属街道", "所在街道", "街道乡镇", "乡镇街道"),
                *("街道(乡镇)", "乡镇(街道)", "镇街", "乡镇/街道", "街道/乡镇"),
            ),
        ),
        "county": (tr("县区"), ("县区", "区县", "县(区)", "县(市、区)", "所属县区")),
        "worker": (
            tr("填表人（我）"),
            (
                *("填表人", "填报人", "网格员", "网格员姓名", "走访人", "登记人"),
                *("排查人", "采集人", "责任网格员", "包联网格员", "探访人"),
            ),
        ),
        "worker_phones": (
            tr("填表人电话"),
            ("网格员电话", "网格员联系电话", "填表人电话", "网格员联系方式"),
        ),
        "today": (
            tr("今天的日期"),
            (
                *("填表日期", "填表时间", "填报日期", "填报时间", "统计日期"),
                *("采集日期", "采集时间", "摸排时间", "摸排日期", "排查日期"),
            ),
        ),
        "visited_on": (
            tr("最近一次走访日期"),
            (
                *("最近走访日期", "最近走访时间", "最后走访日期", "最后走访时间"),
                *("上次走访日期", "上次走访时间", "走访日期", "走访时间"),
                *("最近探访日期", "最近探访时间", "探访日期", "探访时间"),
            ),
        ),
        "visited_result": (
            tr("最近一次走访情况"),
            (
                *("走访情况", "走访结果", "最近走访情况", "上次走访情况", "探访情况"),
                *("最近探访情况", "探访结果", "走访记录"),
            ),
        ),
        "visits_month": (
            tr("本月走访次数"),
            ("本月走访次数", "当月走访次数", "本月探访次数", "当月探访次数"),
        ),
    }
)
"""Label and the headings it is known by, of what no ledger keeps."""
_LEFT_TO_PEOPLE = re.compile("签名|签字|盖章|问题|照片|核实人|审核|意见")
_BY_WORD: Mapping[str, str] = MappingProxyType(
    {
        plain_heading(word): source
        for source, (_, words) in COMPUTED.items()
        for word in words
    }
)


def source_of(path: str, heading: str) -> str:
    """The source of a column that the header finder has read.

    path: what the finder takes the heading for, "" when it does not know.
    """
    last = plain_heading(heading.split("/")[-1])
    whole = plain_heading(heading.replace("/", ""))
    grouped = path and "." in path and path != IGNORED
    for word in (whole, last):
        if word in _BY_WORD and not grouped:
            return _BY_WORD[word]
    if path and path != IGNORED:
        return path
    if path == IGNORED or _LEFT_TO_PEOPLE.search(last):
        return BLANK
    return UNKNOWN


def sources_of(header: Header, chosen: Mapping[str, str]) -> dict[int, str]:
    """By column, its source; `chosen` (by heading) wins over what is known."""
    wanted = {_same(heading): source for heading, source in chosen.items()}
    return {
        one.index: wanted.get(_same(one.heading), source_of(one.path, one.heading))
        for one in header.columns
    }


def chosen_source(text: str) -> str:
    """The source a user means: a source, a heading people use, 留空, or =文字.

    UserError when there is none.
    """
    text = text.strip()
    if text.startswith(CONSTANT) or text in (UNKNOWN, BLANK):
        return text or BLANK
    if plain_heading(text) in ("留空", "不填", "空白"):
        return BLANK
    if text in COMPUTED or text in paths() or _is_contact(text):
        return text
    known = _BY_WORD.get(plain_heading(text)) or path_of(text)
    if known is None or known == IGNORED:
        raise UserError(
            tr(
                "没有“{text}”这一项。可以写字段名或常用的列名（如 姓名、年龄），"
                "留空写“-”，每行写同样的字写成“=文字”",
                text=text,
            )
        )
    return known


def _is_contact(text: str) -> bool:
    return re.fullmatch(r"contact\.[1-9]\.[a-z_]+", text) is not None


def _same(heading: str) -> str:
    return "/".join(plain_heading(part) for part in heading.split("/"))


def source_words(source: str) -> str:
    """A source in the words a person chooses it by."""
    if source == BLANK:
        return tr("留空")
    if source == UNKNOWN:
        return tr("还没有选")
    if source.startswith(CONSTANT):
        return tr("每行都写“{text}”", text=source[1:])
    if source in COMPUTED:
        return COMPUTED[source][0]
    record, _, name = source.rpartition(".")
    if record == "tag":
        return tr("是否{tag}", tag=codes.table("resident_tag").name(name))
    if source in UNDECLARED:
        return _UNDECLARED[source]
    spec = field_at(source)
    label = spec.label if spec else source
    place = record.split(".")[0]
    if place == "contact":
        order = record.partition(".")[2] or "1"
        return tr("联系人 {order}：{label}", order=order, label=label)
    if place == "building":
        return tr("楼栋：{label}", label=label)
    if place == "dwelling":
        return tr("房屋：{label}", label=label)
    return tr("家庭户：{label}", label=label) if place else label


_UNDECLARED: Mapping[str, str] = {
    "door": tr("门牌（3-2-501）"),
    "tags": tr("人员类别（所有标签）"),
    "contacts": tr("所有联系人和电话"),
    "visits_a_week": tr("每周走访次数（计划）"),
    "visits_a_month": tr("每月走访次数（计划）"),
    "confirmed": tr("留空"),
}


def offered() -> Iterator[tuple[str, str]]:
    """Every source a user may choose, with its words; the usual ones first."""
    seen: set[str] = {"confirmed", IGNORED}
    usual = ("name", "sex", "age", "born_on", "id_number", "phones", "address", "door")
    contacts = tuple(
        f"contact.{order}.{name}"
        for order in (1, 2)
        for name in ("name", "relation", "phones", "address")
    )
    declared = [path for path in paths() if not path.startswith("contact.")]
    plain = [path for path in declared if "." not in path]
    others = [path for path in declared if "." in path]
    for source in (*usual, "tags", *COMPUTED, *plain, *contacts, *others):
        if source not in seen:
            seen.add(source)
            yield source, source_words(source)
