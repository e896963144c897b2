"""Which field a heading of somebody's ledger means.

A path names the field: `name` of the resident; `building.number`, `dwelling.room`,
`household.head_name`, `contact.1.name` of the records around; `tag.alone` a column that
is ticked. Some columns hold several things: `door` (3栋2单元501), `tags` (独居、低保),
`contacts` (长子王大 13800000003) and `visits_a_week`; `confirmed` says yes to the row's
questions. IGNORED columns are known and hold nothing to keep.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from gridapp.errors import UserError
from gridapp.language import tr
from gridapp.models import codes, record_named
from gridapp.models.kinds import CODES, NOTE, PHONES
from gridapp.models.record import Field, fields_of

IGNORED = "-"
VISITS = ("visits_a_week", "visits_a_month")
PLACE = ("building.number", "dwelling.unit", "dwelling.room", "door")
ABOUT_CONTACTING = frozenset(("联系", "联系方式", "联系信息"))  # groups of nobody's
OWN = frozenset(("确认导入", "导入结果", "问题"))  # of the ledger we give back
AGES = ("年龄", "周岁", "实足年龄", "虚岁")  # read where nothing else tells a birth
UNDECLARED = {"door", "tags", "contacts", "confirmed", *VISITS}  # not one field
_WORDS: Mapping[str, tuple[str, ...]] = {
    IGNORED: (
        "序号",
        "编号",
        *AGES,
        "签名",
        "签字",
        "填表人",
        "问题",
        "导入结果",
        *("国标资料", "录入人", "录入时间", "最后修改"),  # of a list we exported
    ),
    "confirmed": ("确认导入",),
    "building.estate": ("小区", "小区名称", "所在小区"),
    "building.number": ("楼栋", "楼栋号", "楼号", "栋号", "幢号", "楼", "栋", "楼幢"),
    "dwelling.unit": ("单元", "单元号"),
    "dwelling.room": ("房号", "房间号", "房间", "室号", "门牌", "门牌号", "户室", "室"),
    "dwelling.tenure": ("房屋性质", "使用情况", "居住性质", "房屋状况"),
    "dwelling.rent_use": ("出租用途", "房屋用途"),
    "dwelling.hazards": ("隐患类型", "安全隐患", "隐患"),
    "dwelling.area_m2": ("建筑面积", "面积"),
    "door": (
        *("住址", "家庭住址", "家庭地址", "居住地址", "现住址", "现居住地", "详细地址"),
        *("楼栋门牌", "楼栋单元房号", "房屋地址", "房屋坐落", "出租房屋地址", "地址"),
        *("楼栋单元", "现住门(楼)详址", "常住地址", "居住地", "楼房号", "楼栋房号"),
        *("楼号房号", "小区楼栋", "楼栋-房号", "楼号-房号", "楼-单元-室", "门牌地址"),
        *("楼栋-单元-房号", "楼号-单元-房号", "栋-单元-室", "住房地址", "居住房屋"),
    ),
    "dwelling.owner_name": ("房东", "房主", "业主", "产权人", "出租人", "房屋所有人"),
    "household.number": ("户号", "户编号", "家庭编号"),
    "household.head_name": ("户主", "户主姓名"),
    "household.phones": ("户主电话", "户主联系电话", "户主联系方式", "家庭电话"),
    "household.moved_in_on": ("入住日期", "入住时间", "入住年月", "搬入时间"),
    "name": (
        *("姓名", "居民姓名", "人员姓名", "老人姓名", "成员姓名", "家庭成员姓名"),
        *("家庭成员", "承租人", "租客", "租户"),
    ),
    "id_number": (
        *("居民身份证号码", "身份证号(18位)", "公民身份号码", "证件号"),
        *("身份证件号码", "身份证件号", "居民身份证号"),
    ),
    "born_on": ("出生日期", "出生年月日", "生日", "出生时间"),
    "phones": (
        *("联系电话", "电话号码", "本人电话", "手机号码", "固定电话", "座机", "宅电"),
        *("移动电话", "住宅电话", "家庭座机", "办公电话", "单位电话", "备用电话"),
        *("其他电话", "其他联系方式", "小灵通", "座机号", "座机号码", "固话"),
    ),
    "relation": ("与户主关系", "和户主关系", "户主关系", "称谓"),
    "education": ("学历", "文化程度", "受教育程度", "文化水平"),
    "marital_status": ("婚姻", "婚否", "婚姻情况", "婚姻状况"),
    "politics": ("政治面貌", "面貌"),
    "resident_kind": ("人口类型", "人口类别", "人口性质", "居民类型", "人口分类"),
    "hukou_address": ("户籍地址", "户籍住址", "户籍所在地", "户口地址", "户籍地"),
    "residence_match": ("人户一致", "人户一致标识", "是否人户一致"),
    "permit_number": ("居住证号", "居住证号码", "暂住证号"),
    "registered_on": ("登记日期", "登记时间", "办证日期"),
    "permit_expires_on": ("到期日期", "证件到期日期", "有效期至", "到期时间"),
    "attention": ("是否重点关注人员", "重点关注", "是否重点人员"),
    "inflow_reason": ("流入原因", "来本地原因", "流入事由"),
    "lodging_type": ("住所类型", "住所类别"),
    "workplace": ("工作单位", "单位", "服务处所", "就业单位"),
    "care_colour": ("关爱等级", "风险等级", "分类等级"),
    "health_level": ("身体状况", "健康情况", "身体情况"),
    "illness": (
        *("病史", "患病情况", "慢性病情况", "所患疾病", "用药情况", "服药情况"),
        *("既往病史", "既往史", "患病类型", "疾病", "疾病名称", "病种", "慢性病种类"),
    ),
    "income_note": ("收入来源", "收入情况", "经济来源", "生活来源", "享受待遇"),
    "mobility": ("自理能力", "生活自理能力", "自理情况", "行动情况"),
    "difficulty": ("困难及诉求", "诉求", "需求", "困难情况"),
    "tags": (
        "人员类别",
        "人员标签",
        "老人类别",
        "特殊类别",
        "人群类别",
        "类别",
        "标签",
    ),
    "visits_a_week": ("每周走访次数", "每周探访次数", "周走访次数", "走访次数(周)"),
    "visits_a_month": ("每月走访次数", "每月探访次数", "月走访次数"),
    "contact.name": ("紧急联系人", "联系人", "监护人", "联系人姓名", "子女姓名"),
    "contact.relation": ("与本人关系", "与老人关系", "联系人关系"),
    "contact.phones": ("紧急联系电话", "紧急联系人电话", "联系人电话", "子女电话"),
    "contacts": (
        *("子女情况", "子女信息", "子女联系方式", "子女及联系方式", "家属联系方式"),
        *("紧急联系人及电话", "紧急联系人及联系方式", "联系人及电话", "亲属情况"),
    ),
    "note": ("备注", "说明"),
}
_GROUPS = (
    ("contact", re.compile("子女|紧急联系|联系人|监护人|赡养|亲属|家属情况|配偶|父母")),
    ("owner", re.compile("房主|业主|产权人|出租人|房东")),
    ("head", re.compile("^户主")),
    ("resident", re.compile("承租人|租户|租客|成员|人员|老人|居民|基本|本人|个人")),
)
_IN_GROUP: Mapping[str, Mapping[str, str]] = {
    "contact": {
        "name": "contact.name",
        "relation": "contact.relation",
        "contact.relation": "contact.relation",
        "contact.name": "contact.name",
        "contact.phones": "contact.phones",
        "phones": "contact.phones",
        "door": "contact.address",
        "note": "contact.note",
    },
    "owner": {
        "name": "dwelling.owner_name",
        "id_number": "dwelling.owner_document",
        "phones": "dwelling.owner_phones",
        "door": "dwelling.owner_address",
    },
    "head": {
        "name": "household.head_name",
        "phones": "household.phones",
        "id_number": "head_id_number",
    },
}
_PREFIX = re.compile(
    r"^(紧急联系人|联系人|监护人|子女|家属|房主|业主|产权人|房东|户主|承租人|租户|租客|老人|居民|"
    r"本人|个人)(?:的|现)?(?=.)"
)
RELATION = "关系"  # to somebody, whom the column before it tells
CONTACTS = "联系人"  # a group heading that says of whom the columns below it tell
NUMBERS = frozenset("123一二三")  # behind a heading: 联系电话2
_RELATIVES = re.compile(  # 子女姓名及联系电话
    r"(?:紧急|应急)?(?:联系人|子女|家属|亲属|监护人)(?:姓名)?[及和与、](?:联系)?(?:电话|方式|号码)"
)
_HEADINGS = 1 << 15  # that are remembered: more than the 16,384 columns of a sheet
_HINT = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")


def plain_heading(text: object) -> str:
    """A heading as it is compared: half width, without blanks, *, : and hints in
    brackets (必填), unless nothing else is left."""
    return _plain_words(text if isinstance(text, str) else str(text))


@lru_cache(maxsize=_HEADINGS)
def _plain_words(text: str) -> str:
    half = unicodedata.normalize("NFKC", text).lower()
    bare = re.sub(r"[\s*:\u200b\ufeff#]+", "", half)
    return _HINT.sub("", bare) or bare


def joined_plain(heading: str) -> str:
    """A heading of several levels as it is compared."""
    return "/".join(plain_heading(part) for part in heading.split("/"))


@cache
def _paths() -> Mapping[str, str]:
    """Path by plain heading: labels and aliases of the resident, then other words."""
    found: dict[str, str] = {}
    for one in fields_of(record_named("resident")):
        if not one.target:
            for word in (one.heading, *one.aliases):
                found[plain_heading(word)] = one.name
    for path, words in _WORDS.items():
        for word in words:
            found[plain_heading(word)] = path
    return found


@cache
def _own_paths() -> Mapping[str, str]:
    fields = (one for one in fields_of(record_named("resident")) if not one.target)
    return {plain_heading(one.heading): one.name for one in fields}


def own_path(heading: str) -> str | None:
    """The resident's field that is called so, whatever people usually mean by it."""
    return _own_paths().get(plain_heading(heading))


@lru_cache(maxsize=_HEADINGS)
def path_of(heading: str, *groups: str) -> str | None:
    """The path a heading means under its group headings, the outermost first; None for
    an unknown one."""
    label, group = plain_heading(heading), "".join(map(plain_heading, groups))
    kind = _kind_of(groups)
    known = _paths().get(label)
    if kind and known:
        return _in_group(kind, known)
    if known:
        return known
    prefix = _PREFIX.match(label)
    if prefix:
        rest = _paths().get(label[prefix.end() :])
        if rest:
            return _in_group(group_kind(prefix[1]), rest)
    if _RELATIVES.fullmatch(label):
        return "contacts"
    several = path_of(label[:-1], *groups) if label[-1:] in NUMBERS else None
    if several and (joins(several) or several.startswith("contact.")):
        return several
    return _tag_path(label) or _visits_path(label) or _visits_path(group + label)


@lru_cache(maxsize=_HEADINGS)
def group_kind(group: str) -> str:
    """Of whom a group heading speaks: contact, owner, head (of the household),
    resident; "" when it does not say."""
    bare = plain_heading(group)
    return next((kind for kind, words in _GROUPS if words.search(bare)), "")


def _kind_of(groups: Iterable[str]) -> str:
    """Of whom several levels speak: 监护人/基本 is the guardian, not the resident."""
    kinds = [kind for kind in map(group_kind, groups) if kind]
    others = [kind for kind in kinds if kind != "resident"]
    return next(reversed(others or kinds), "")


def _in_group(kind: str, path: str) -> str | None:
    if kind in _IN_GROUP and path != IGNORED:
        return _IN_GROUP[kind].get(path, path if "." in path else None)
    return path


def _tag_path(label: str) -> str | None:
    """A column that is ticked: 独居, 是否独居, 独居老人."""
    word = re.sub(r"^(是否|是不是|有无)(为|是)?", "", label)
    code = codes.table("resident_tag").ledger_code(word)
    return f"tag.{code}" if code and code != "other" else None


def _visits_path(label: str) -> str | None:
    if re.search("走访|探访|巡访", label):
        if re.search("每周|周.*(次|频)|(次|频).*周", label):
            return "visits_a_week"
        if re.search("每月|月.*(次|频)|(次|频).*月", label):
            return "visits_a_month"
    return None


@cache
def field_at(path: str) -> Field | None:
    """The declared field of a path; None for `door`, `tags`, `tag.…`, visits, and what
    is said of a dispute's parties together."""
    record, _, name = path.rpartition(".")
    if path in UNDECLARED or record == "tag":
        return None
    model = record_named(record.split(".")[0] or "resident")
    return next((one for one in fields_of(model) if one.name == name), None)


@cache
def of_heads() -> Mapping[str, str]:
    """What the headings of heads mean in a list of heads alone (低保户名单)."""
    words = dict.fromkeys(_WORDS["household.head_name"], "name")
    words |= dict.fromkeys(_WORDS["household.phones"], "phones")
    known = _paths()
    numbers = (word for word, path in known.items() if path == "id_number")
    return words | {f"户主{word}": "id_number" for word in numbers}


@cache
def joins(path: str) -> bool:
    """Whether several columns may say it: 电话 and 手机号, 备注 and 说明."""
    spec = field_at(path)
    several = spec is not None and spec.kind in (PHONES, CODES, NOTE)
    return several or path in ("tags", "contacts")


def paths() -> tuple[str, ...]:
    """Every path a user may choose for a column."""
    tags = (f"tag.{item.code}" for item in codes.table("resident_tag").items)
    return tuple(dict.fromkeys((*_paths().values(), *UNDECLARED, *tags)))


def chosen_path(text: str) -> str:
    """The path a user means, written as a path or as a heading people use."""
    if text in paths() or re.fullmatch(r"contact\.\d\.(name|relation|phones)", text):
        return text
    path = path_of(text)
    if path is None:
        raise UserError(
            tr(
                "没有“{text}”这个字段，请写字段名或常用的列名，如 姓名、联系电话",
                text=text,
            )
        )
    return path
