"""What each paper of a mediation file says, line by line.

The fields are those of domain.md §2.8; what nobody recorded is left as a line to write
on, so that a paper is complete on the table even when the record is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from gridapp.language import tr
from gridapp.models import DisputeInquiry, DisputeParty, DisputeSession, codes
from gridapp.office.paper.flow import Block
from gridapp.office.paper.paper import Row
from gridapp.office.sheets import dispute_law as law
from gridapp.office.sheets.dispute_data import DisputeFile, Words, empty
from gridapp.office.sheets.dispute_page import (
    choices,
    closed_by,
    fields,
    numbered,
    paragraphs,
    signing,
    tick,
    told,
)
from gridapp.work.mediation_papers import paper

NO_DAY = tr("\u3000\u3000\u3000\u3000年\u3000\u3000月\u3000\u3000日")
PARTY_SIGNS = tr("当事人（签名、盖章或按指印）：")
MEDIATOR_SIGNS = tr("人民调解员（签名）：")
RECORDER_SIGNS = tr("记录人（签名）：")
SEAL = tr("人民调解委员会（印章）")


@dataclass(frozen=True)
class Form:
    """One paper: its sort, its title, its lines, and of whom or when it is."""

    key: str
    title: str
    rows: tuple[Row, ...]
    about: str = ""  # tells it from others of its sort: a name, a time
    blocks: tuple[Block, ...] = ()  # ruled tables, in place of lines


def day_words(day: str) -> str:
    """2026年11月5日 for 2026-11-05; room to write one for no day."""
    if not day:
        return NO_DAY
    year, month, number = day.split("-")
    return tr(
        "{year}年{month}月{number}日", year=year, month=int(month), number=int(number)
    )


def _dated(day: str) -> str:
    return day_words(day) if day else ""


def person(name: str, words: Words) -> list[Row]:
    """Who somebody is, as the papers ask for a party."""
    age = words["age"] and tr("{age}岁", age=words["age"])
    return [
        *fields(
            (tr("{side}\u3000姓名", side=name), words["name"], 3),
            (tr("性别"), words["sex"], 2),
            (tr("民族"), words["ethnicity"], 2),
            (tr("年龄"), age, 2),
        ),
        *fields(
            (tr("职业或职务"), words["occupation"], 1),
            (tr("联系方式"), words["phones"], 1),
        ),
        *fields((tr("单位或住址"), words["address"], 1)),
        *(fields((tr("委托代理人"), words["deputy"], 1)) if words["deputy"] else ()),
    ]


def _people(file: DisputeFile) -> list[Row]:
    return [row for one in file.parties for row in person(one["side"], one)]


def application(file: DisputeFile) -> Iterator[Form]:
    """人民调解申请书."""
    body = [
        *_people(file),
        *told(tr("纠纷简要情况"), file.dispute["summary"]),
        *numbered(tr("当事人申请事项"), file.dispute["requests"]),
        *paragraphs(law.WISH),
    ]
    signed = signing(
        *[(tr("申请人（签名、盖章或按指印）："),)] * max(file.applicants, 1),
        day=day_words(file.dispute["applied_on"]),
    )
    yield _form("application", closed_by(body, signed))


def acceptance(file: DisputeFile) -> Iterator[Form]:
    """人民调解受理登记表."""
    dispute = file.dispute
    opening = tr(
        "{day}，本人民调解委员会经当事人同意，调解{names}之间的纠纷。",
        day=day_words(dispute["accepted_on"]),
        names=file.names or law.ROOM_FOR_NAMES,
    )
    body = [
        *paragraphs(opening),
        *fields((tr("纠纷类型"), file.kind, 1)),
        *_coded(tr("案件来源"), "case_source", dispute["case_source"]),
        *told(tr("纠纷简要情况"), dispute["summary"]),
        *_people(file),
        *fields(
            (tr("登记人"), dispute["registered_by"], 1),
            (tr("受理日期"), _dated(dispute["accepted_on"]), 1),
        ),
    ]
    sides = (tr("当事人（签名）："),) * 2
    signed = signing(
        sides, (tr("登记人（签名）："), SEAL), day=day_words(dispute["accepted_on"])
    )
    rows = closed_by(body, [*signed, *paragraphs(law.BY_COMMITTEE)])
    yield _form("acceptance", rows)


def rights(file: DisputeFile) -> Iterator[Form]:
    """人民调解当事人权利义务告知书."""
    whom = tr("{names}：", names=file.names) if file.names else ""
    body = [*paragraphs(whom), *paragraphs(law.TOLD)]
    for heading, text in law.NOTICE:
        body += told(heading, text)
    body += paragraphs(law.READ)
    sides = (tr("当事人（签名或按指印）："),) * 2
    signed = signing(sides, (MEDIATOR_SIGNS,), day=NO_DAY)
    yield _form("rights", closed_by(body, signed))


def delegation(file: DisputeFile) -> Iterator[Form]:
    """授权委托书, one for each party who has a delegate."""
    delegating = [one for one in file.parties if one["deputy"]]
    for party in delegating or [empty(DisputeParty)]:
        yield _delegation(file, party)


def _delegation(file: DisputeFile, party: Words) -> Form:
    other = party["deputy_other"]
    others = codes.table("deputy_power").name("other")
    ticks = [
        tick(words, chosen=chosen or (words == others and bool(other)))
        for words, chosen in _ticked("deputy_power", party["deputy_powers"])
    ]
    name = file.dispute["name"] or law.ROOM_FOR_NAMES
    body = [
        *person(tr("委托人"), {**party, "deputy": ""}),
        *fields(
            (tr("受委托人\u3000姓名"), party["deputy"], 2),
            (tr("性别"), party["deputy_sex"], 1),
        ),
        *fields(
            (tr("与委托人关系"), party["deputy_relation"], 1),
            (tr("联系方式"), party["deputy_phones"], 1),
        ),
        *fields((tr("证件号码"), party["deputy_document"], 1)),
        *fields((tr("单位或住址"), party["deputy_address"], 1)),
        *paragraphs(
            tr(
                "现委托上列受委托人在{name}的人民调解活动中，作为我的代理人。"
                "代理权限如下：",
                name=name,
            )
        ),
        *paragraphs("\n".join(ticks)),
        *fields((tr("其他权限"), other, 1)),
        *fields((tr("代理期限至"), _dated(party["deputy_until"]), 1)),
    ]
    sides = (tr("委托人（签名、按指印）："), tr("受委托人（签名）："))
    rows = closed_by(body, signing(sides, day=NO_DAY))
    return _form("delegation", rows, party["name"])


def inquiry(file: DisputeFile) -> Iterator[Form]:
    """人民调解调查记录, one for each."""
    for one in file.inquiries or (empty(DisputeInquiry),):
        age = one["age"] and tr("{age}岁", age=one["age"])
        body = [
            *fields((tr("时间"), one["held_at"], 1), (tr("地点"), one["place"], 1)),
            *fields((tr("参加人"), one["present"], 1)),
            *fields(
                (tr("调查人"), one["investigators"], 1),
                (tr("记录人"), one["recorder"], 1),
            ),
            *fields(
                (tr("被调查人"), one["asked"], 2),
                (tr("性别"), one["sex"], 1),
                (tr("年龄"), age, 1),
            ),
            *fields(
                (tr("与本纠纷的关系"), one["relation"], 1),
                (tr("联系方式"), one["phones"], 1),
            ),
            *fields((tr("单位或住址"), one["address"], 1)),
            *told(tr("记录（问答）"), one["talk"], 10),
            *paragraphs(law.SAME),
        ]
        signed = signing(
            (tr("被调查人（签名、按指印）："),),
            (tr("调查人（签名）："), RECORDER_SIGNS),
            day=NO_DAY,
        )
        yield _form("inquiry", closed_by(body, signed), one["asked"])


def session(file: DisputeFile) -> Iterator[Form]:
    """人民调解记录, one for each sitting."""
    sittings = file.sessions or (empty(DisputeSession),)
    for number, one in enumerate(sittings, 1):
        last = number == len(sittings)
        other = file.dispute["other_ways_told"] if last and file.failed else ""
        agreed = {tr("是"): True, tr("否"): False}.get(one["agreed"])
        rights_told = {tr("是"): True, tr("否"): False}.get(one["rights_told"])
        body = [
            *fields((tr("时间"), one["held_at"], 1), (tr("地点"), one["place"], 1)),
            *fields((tr("事由"), file.dispute["name"], 1)),
            *fields((tr("参加人"), one["invited"], 1)),
            *fields((tr("当事人"), one["present"], 1)),
            *fields(
                (tr("人民调解员"), one["mediators"], 1),
                (tr("记录人"), one["recorder"], 1),
            ),
            *choices(
                tr("一、权利义务告知"),
                (
                    (tr("已告知"), rights_told is True),
                    (tr("没有告知"), rights_told is False),
                ),
                bold=True,
            ),
            *told(tr("二、双方陈述"), one["statements"], 7),
            *told(tr("三、调查核实"), one["facts"], 5),
            *choices(
                tr("四、调解结果"),
                (
                    (tr("达成协议"), agreed is True),
                    (tr("没有达成协议"), agreed is False),
                ),
                bold=True,
            ),
            *told(tr("协议内容，或者不成的原因"), one["outcome"], 6),
            *(
                fields((tr("已告知的其他途径"), other, 1))
                if other or not file.record_id
                else ()
            ),
        ]
        signed = signing(
            (tr("当事人（签名）："),) * 2,
            (MEDIATOR_SIGNS, RECORDER_SIGNS),
            day=NO_DAY,
        )
        yield _form("session", closed_by(body, signed), one["held_at"][:10])


def agreement(file: DisputeFile) -> Iterator[Form]:
    """人民调解协议书."""
    sentence = tr(
        "本协议一式{copies}份，当事人、人民调解委员会各持一份。",
        copies=file.dispute["copies"] or tr("＿＿"),
    )
    yield _form("agreement", _terms(file, sentence))


def oral(file: DisputeFile) -> Iterator[Form]:
    """人民调解口头协议登记表."""
    yield _form("oral", _terms(file, law.BY_COMMITTEE))


def _terms(file: DisputeFile, last: str) -> tuple[Row, ...]:
    dispute = file.dispute
    facts = dispute["agreement_facts"] or dispute["summary"]
    body = [
        *fields((tr("编号"), dispute["agreement_number"], 1)),
        *(row for n, one in enumerate(file.parties) for row in person(_side(n), one)),
        *told(tr("纠纷主要事实、争议事项："), facts, 4),
        *told(tr("经调解，自愿达成如下协议："), dispute["agreement_text"], 8),
        *told(tr("履行方式、时限："), dispute["perform_way"], 2),
        *fields((tr("履行时限"), _until(dispute["perform_by"]), 1)),
        *paragraphs(last),
    ]
    each = [(PARTY_SIGNS,)] * max(len(file.parties), 2)
    signed = signing(
        *each,
        (MEDIATOR_SIGNS, RECORDER_SIGNS),
        (SEAL,),
        day=day_words(dispute["effective_on"]),
    )
    return closed_by(body, signed)


def _side(number: int) -> str:
    """当事人（甲）, （乙） and so on, as agreements name the parties."""
    letters = tr("甲乙丙丁戊己庚辛壬癸")
    letter = letters[number] if number < len(letters) else str(number + 1)
    return tr("当事人（{letter}）", letter=letter)


def _until(day: str) -> str:
    return tr("{day}前履行完毕", day=day_words(day)) if day else ""


def follow_up(file: DisputeFile) -> Iterator[Form]:
    """人民调解回访记录."""
    dispute = file.dispute
    body = [
        *fields((tr("当事人"), file.names, 1)),
        *fields((tr("调解协议编号"), dispute["agreement_number"], 1)),
        *fields((tr("回访事由（纠纷名称）"), dispute["name"], 1)),
        *fields(
            (tr("回访时间"), _dated(dispute["followed_up_on"]), 1),
            (tr("回访人"), dispute["followed_up_by"], 1),
        ),
        *_coded(tr("回访方式"), "follow_up_way", dispute["follow_up_way"]),
        *_coded(tr("履行情况"), "perform_state", dispute["performed"]),
        *_coded(tr("满意程度"), "satisfaction", dispute["satisfaction"]),
        *_coded(tr("是否起诉、判决"), "lawsuit_state", dispute["lawsuit"]),
        *_coded(tr("错误调解、激化、遗留隐患"), "follow_up_risk", dispute["risks"]),
        *told(tr("回访情况"), dispute["follow_up_note"], 4),
        *told(tr("采取措施"), dispute["measures"], 3),
    ]
    signed = signing((tr("当事人（签名）："), tr("回访人（签名）：")), day=NO_DAY)
    yield _form("follow-up", closed_by(body, signed))


def account(file: DisputeFile) -> Iterator[Form]:
    """卷宗情况说明."""
    body = [
        *fields((tr("卷名"), file.dispute["name"], 1)),
        *told(tr("情况说明"), file.dispute["file_account"], 12),
    ]
    signed = signing((tr("说明人（签名）："),), day=NO_DAY)
    yield _form("account", closed_by(body, signed))


def _coded(name: str, table: str, value: str) -> list[Row]:
    """A code of a table, to be ticked where nothing is recorded."""
    return choices(name, _ticked(table, value))


def _ticked(table: str, value: str) -> list[tuple[str, bool]]:
    """The words of a table, whether each was chosen; a word of a newer list too."""
    chosen = value.split(tr("、")) if value else []
    known = [words for _, words in codes.table(table).choices]
    newer = [words for words in chosen if words not in known]
    return [(words, words in chosen) for words in (*known, *newer)]


def _form(key: str, rows: tuple[Row, ...], about: str = "") -> Form:
    return Form(key, paper(key).title, rows, about)


FORMS: Mapping[str, Callable[[DisputeFile], Iterator[Form]]] = {
    "application": application,
    "acceptance": acceptance,
    "rights": rights,
    "delegation": delegation,
    "inquiry": inquiry,
    "session": session,
    "agreement": agreement,
    "oral": oral,
    "follow-up": follow_up,
    "account": account,
}


def forms(file: DisputeFile, key: str) -> list[Form]:
    """The papers of one sort, those of its several sittings or parties apart."""
    found = list(FORMS[key](file))
    if len(found) < 2:
        return [replace(one, about="") for one in found]
    return found
