"""The papers of a mediation file, read back from the PDF; domain.md §2.8."""

import datetime as dt
import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pypdfium2 as pdfium
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from gridapp.errors import UserError
from gridapp.models import (
    Dispute,
    DisputeInquiry,
    DisputeItem,
    DisputeParty,
    DisputeSession,
)
from gridapp.office.paper.chinese_text import plain
from gridapp.office.sheets import SHEETS
from gridapp.office.sheets.dispute_data import DisputeFile, blank_file, empty
from gridapp.office.sheets.dispute_file import CONTENTS, single_paper, whole_file
from gridapp.office.sheets.dispute_forms import day_words
from gridapp.office.sheets.dispute_print import print_bundles
from gridapp.store import records, vault
from gridapp.work import attachments
from gridapp.work.attachments import PendingPhoto
from gridapp.work.founding import found
from gridapp.work.mediation_papers import PAPERS
from tests.office.signing import SIGNED

DAY = dt.date(2026, 11, 12)
pytestmark = pytest.mark.skipif(
    shutil.which("pdftotext") is None, reason="poppler-utils is not installed"
)
ABOUT = {
    "name": "王秀英与李䶮相邻漏水纠纷",
    "number": "（2026）光人调字第17号",
    "happened_on": dt.date(2026, 11, 1),
    "place": "光明里3号楼",
    "scale": "01",
    "dispute_kind": "0203",
    "mediation_kind": "neighbour",
    "people_count": 2,
    "summary": "卫生间漏水浸坏楼下吊顶。",
    "requests": "修好防水\n赔偿3,200元",
    "applied_on": dt.date(2026, 11, 4),
    "case_source": "applied",
    "accepted_on": dt.date(2026, 11, 5),
    "registered_by": "周敏",
    "organisation": "光明里社区人民调解委员会",
    "responsible": "周敏",
    "state": "agreed",
    "deadline": dt.date(2026, 12, 5),
    "succeeded": True,
    "agreement_form": "written",
    "agreement_number": "2026-17",
    "agreement_facts": "双方对漏水的原因和赔偿数额有争议。",
    "agreement_text": "一、李䶮修好防水。\n二、李䶮赔偿2,800元。",
    "perform_way": "现金，当面交付。",
    "perform_by": dt.date(2026, 11, 30),
    "copies": 3,
    "effective_on": DAY,
    "followed_up_on": dt.date(2026, 12, 10),
    "followed_up_by": "周敏、张敏",
    "follow_up_way": "visit",
    "performed": "all",
    "satisfaction": "fair",
    "lawsuit": "no",
    "risks": ("left",),
    "measures": "半年内再做一次闭水试验。",
    "follow_up_note": "赔偿款已经收到。",
    "filed_by": "赵立新",
    "filed_on": dt.date(2026, 12, 15),
    "kept_for": "long",
    "file_note": "附收条一张",
    "file_account": "收条原件由王秀英保存。",
}
WANG = {
    "side": "applicant",
    "main": True,
    "name": "王秀英",
    "sex": "2",
    "ethnicity": "01",
    "age": 71,
    "occupation": "退休教师",
    "phones": ("13800000001",),
    "address": "光明里3号楼2单元401室",
    "deputy": "王建国",
    "deputy_sex": "1",
    "deputy_relation": "母子",
    "deputy_document": "990101197003071236",
    "deputy_phones": ("13800000009",),
    "deputy_address": "光明里5号楼1单元201室",
    "deputy_powers": ("apply", "sign"),
    "deputy_other": "代收赔偿款",
    "deputy_until": dt.date(2027, 1, 31),
}
LI = {
    "side": "respondent",
    "name": "李䶮",
    "sex": "1",
    "ethnicity": "03",
    "age": 46,
    "occupation": "个体运输户",
    "phones": ("13800000002",),
    "address": "光明里3号楼2单元501室",
}
INQUIRY = {
    "held_at": dt.datetime(2026, 11, 7, 1, 30, tzinfo=dt.UTC),
    "place": "501室",
    "present": "楼长刘桂兰",
    "investigators": "周敏",
    "asked": "孙师傅",
    "sex": "1",
    "age": 50,
    "phones": ("13800000003",),
    "address": "物业公司工程部",
    "relation": "物业维修工",
    "recorder": "张敏",
    "talk": "问：哪里渗水？\n答：地漏四周。",
}
SITTING = {
    "held_at": dt.datetime(2026, 11, 8, 2, tzinfo=dt.UTC),
    "place": "社区调解室",
    "mediators": "周敏、张敏",
    "recorder": "刘芳",
    "present": "王秀英、李䶮",
    "invited": "物业公司孙工",
    "rights_told": True,
    "statements": "王秀英：要求赔偿。\n李䶮：愿意修。",
    "facts": "渗水点在地漏。",
    "outcome": "同意赔偿2,800元。",
    "agreed": True,
}
ITEMS = (
    {"kind": "identity", "name": "身份证复印件", "copies": 2, "pages": 2},
    {"kind": "voucher", "name": "收条", "copies": 1, "note": "复印件"},
)


def kept(tx, **changed):
    """A dispute with one of everything; its id."""
    dispute = records.save(tx, Dispute, ABOUT | changed)
    mine = {"dispute_id": dispute}
    for party in (LI, WANG):
        records.save(tx, DisputeParty, party | mine)
    records.save(tx, DisputeInquiry, INQUIRY | mine)
    records.save(tx, DisputeSession, SITTING | mine)
    for item in ITEMS:
        records.save(tx, DisputeItem, item | mine)
    return dispute


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = vault.create(tmp_path_factory.mktemp("vault") / "v", "correct horse 1")
    found(store, "990101001003", "第3网格", "王秀兰")
    yield store
    store.close()


@pytest.fixture(scope="module")
def leak(store):
    with store.writing() as tx:
        return kept(tx)


def pdf(store, sheet, ids, **options):
    out = BytesIO()
    with store.reading() as db:
        SHEETS[sheet].draw(db, ids, DAY, out, **options)
    return out.getvalue()


def pages_of(content):
    """The text of a PDF page by page, in the order it was drawn."""
    command = ["pdftotext", "-raw", "-", "-"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def packed(text):
    return re.sub(r"\s+", "", text)


def printed(store, sheet, ids, **options):
    return packed("".join(pages_of(pdf(store, sheet, ids, **options))))


PERSONS = (
    "申请人姓名王秀英性别女性民族汉族年龄71岁",
    "职业或职务退休教师联系方式138****0001",
    "单位或住址光明里3号楼****",
    "委托代理人王建国",
    "被申请人姓名李䶮性别男性民族回族年龄46岁",
    "职业或职务个体运输户联系方式138****0002",
)
# An agreement names the parties 甲 and 乙.
AGREED = tuple(
    words.replace("被申请人姓名", "当事人（乙）姓名").replace(
        "申请人姓名", "当事人（甲）姓名"
    )
    for words in PERSONS
)
DATE = "年月日"
FIELDS = {  # paper: each label of domain.md §2.8 with what it says here
    "cover": (
        "人民调解卷宗",
        "卷名王秀英与李䶮相邻漏水纠纷",
        "卷号（2026）光人调字第17号",
        "纠纷类型邻里",
        "人民调解员周敏、张敏",
        "调解日期2026年11月5日至2026年11月12日",
        "立卷人赵立新",
        "立卷日期2026年12月15日",
        "保管期限长期",
        "备注附收条一张",
    ),
    "application": (
        "人民调解申请书",
        *PERSONS,
        "纠纷简要情况卫生间漏水浸坏楼下吊顶。",
        "当事人申请事项1．修好防水2．赔偿3,200元",
        "人民调解委员会已将申请人民调解的相关规定告知我，"
        "现自愿申请人民调解委员会进行调解。",
        "申请人（签名、盖章或按指印）：",
        "2026年11月4日",
    ),
    "acceptance": (
        "人民调解受理登记表",
        "2026年11月5日，本人民调解委员会经当事人同意，调解王秀英、李䶮之间的纠纷",
        "纠纷类型邻里",
        "案件来源（√）当事人申请（）主动调解（）公安移交（）法院委托（）部门委托",
        "纠纷简要情况卫生间漏水浸坏楼下吊顶。",
        "登记人周敏",
        "当事人（签名）：",
        "登记人（签名）：",
        "人民调解委员会（印章）",
        "备注：此表由人民调解委员会填写。",
    ),
    "rights": (
        "人民调解当事人权利义务告知书",
        "王秀英、李䶮：",
        "不收取任何费用",
        "（一）选择或者接受人民调解员；",
        "（四）自主表达意愿、自愿达成调解协议。",
        "（二）遵守调解现场秩序，尊重人民调解员；",
        "自调解协议生效之日起三十日内",
        "当事人（签名或按指印）：",
        "人民调解员（签名）：",
        DATE,
    ),
    "delegation": (
        "授权委托书",
        "委托人姓名王秀英",
        "受委托人姓名王建国性别男性",
        "与委托人关系母子联系方式138****0009",
        "证件号码99****36",
        "单位或住址光明里5号楼****",
        "在王秀英与李䶮相邻漏水纠纷的人民调解活动中",
        "（√）代为申请或终止调解",
        "（）代为收集和提供证据",
        "（）代为选择或接受调解员",
        "（）代为承认变更或放弃请求",
        "（√）代为参加调解并签署文书",
        "（）代为领取文书",
        "（√）其他",
        "其他权限代收赔偿款",
        "代理期限至2027年1月31日",
        "委托人（签名、按指印）：",
        "受委托人（签名）：",
    ),
    "inquiry": (
        "人民调解调查记录",
        "时间2026-11-07",
        "地点501室",
        "参加人楼长刘桂兰",
        "调查人周敏记录人张敏",
        "被调查人孙师傅性别男性年龄50岁",
        "与本纠纷的关系物业维修工联系方式138****0003",
        "单位或住址物业公司工程****",
        "记录（问答）问：哪里渗水？答：地漏四周。",
        "以上记录我已经看过",
        "被调查人（签名、按指印）：",
        "调查人（签名）：",
        "记录人（签名）：",
    ),
    "session": (
        "人民调解记录",
        "时间2026-11-08",
        "地点社区调解室",
        "事由王秀英与李䶮相邻漏水纠纷",
        "参加人物业公司孙工",
        "当事人王秀英、李䶮",
        "人民调解员周敏、张敏记录人刘芳",
        "一、权利义务告知（√）已告知（）没有告知",
        "二、双方陈述王秀英：要求赔偿。李䶮：愿意修。",
        "三、调查核实渗水点在地漏。",
        "四、调解结果（√）达成协议（）没有达成协议",
        "协议内容，或者不成的原因同意赔偿2,800元。",
        "当事人（签名）：",
        "人民调解员（签名）：",
        "记录人（签名）：",
    ),
    "agreement": (
        "人民调解协议书",
        "编号2026-17",
        *AGREED,
        "纠纷主要事实、争议事项：双方对漏水的原因和赔偿数额有争议。",
        "经调解，自愿达成如下协议：一、李䶮修好防水。二、李䶮赔偿2,800元。",
        "履行方式、时限：现金，当面交付。",
        "履行时限2026年11月30日前履行完毕",
        "本协议一式3份，当事人、人民调解委员会各持一份。",
        "当事人（签名、盖章或按指印）：当事人（签名、盖章或按指印）：",
        "人民调解员（签名）：",
        "记录人（签名）：",
        "人民调解委员会（印章）",
        "2026年11月12日",
    ),
    "oral": (
        "人民调解口头协议登记表",
        "编号2026-17",
        *AGREED,
        "经调解，自愿达成如下协议：一、李䶮修好防水。",
        "履行时限2026年11月30日前履行完毕",
        "人民调解员（签名）：",
    ),
    "follow-up": (
        "人民调解回访记录",
        "当事人王秀英、李䶮",
        "调解协议编号2026-17",
        "回访事由（纠纷名称）王秀英与李䶮相邻漏水纠纷",
        "回访时间2026年12月10日",
        "回访人周敏、张敏",
        "回访方式（√）上门回访",
        "履行情况（√）已全部履行（）正在履行（）没有履行",
        "满意程度（）满意（√）基本满意（）不满意",
        "是否起诉、判决（√）没有起诉（）已起诉（）已判决",
        "错误调解、激化、遗留隐患（）没有发现（）错误调解（）激化苗头（√）遗留隐患",
        "回访情况赔偿款已经收到。",
        "采取措施半年内再做一次闭水试验。",
        "回访人（签名）：",
    ),
    "account": ("卷宗情况说明", "收条原件由王秀英保存。", "说明人（签名）："),
    "back": ("卷宗封底", "立卷人赵立新", "立卷日期2026年12月15日", "检查人"),
}


@pytest.mark.parametrize("key", FIELDS)
def test_a_paper_has_every_field_with_what_it_says(store, leak, key):
    text = printed(store, f"dispute-{key}", [leak])
    for words in FIELDS[key]:
        assert words in text, words


def test_every_paper_is_tested_above_and_can_be_printed_alone():
    assert {one.key for one in PAPERS} == {*FIELDS, "contents"}
    assert {one.sheet for one in PAPERS} < set(SHEETS)


def first_lines(pages):
    """Where each paper begins: its title by its page."""
    titles = {one.title for one in PAPERS} | {"人民调解卷宗"}
    titles |= {name for name, _ in CONTENTS}
    return [
        next(line for line in page.splitlines() if line in titles) for page in pages
    ]


def test_the_contents_name_the_pages_of_this_very_file(store, leak):
    pages = pages_of(pdf(store, "dispute-file", [leak]))
    titles = first_lines(pages)
    assert list(dict.fromkeys(titles)) == [
        "人民调解卷宗",
        "卷内目录",
        "人民调解申请书",
        "人民调解当事人权利义务告知书",
        "当事人身份证明",
        "授权委托书",
        "人民调解调查记录",
        "人民调解记录",
        "人民调解协议书",
        "收条或汇款单等履行凭证",
        "人民调解回访记录",
        "卷宗情况说明",
        "卷宗封底",
    ]
    contents = packed(pages[1])
    for number, (name, needed) in enumerate(CONTENTS, 1):
        row = f"{number}{name}{'必须' if needed else '按需'}"
        assert row in contents
        title = {1: "人民调解申请书", 13: "卷宗封底"}.get(number, name)
        on = [page for page, one in enumerate(titles, 1) if one == title]
        copies = {3: 2}.get(number, 1)
        if on:
            said = str(on[0]) if len(on) == 1 else f"{on[0]}–{on[-1]}"
            assert f"{row}{copies}{said}" in contents
    assert f"本卷宗共{len(pages)}页" in packed(pages[-1])
    for number, page in enumerate(pages, 1):
        assert f"第{number}页，共{len(pages)}页" in packed(page)


def test_the_outline_leads_to_every_paper(store, leak):
    with pdfium.PdfDocument(pdf(store, "dispute-file", [leak])) as opened:
        entries = [
            (one.get_title(), one.get_dest().get_index()) for one in opened.get_toc()
        ]
    assert [title for title, _ in entries][:3] == [
        "人民调解卷宗",
        "卷内目录",
        "人民调解申请书",
    ]
    assert entries == sorted(entries, key=lambda one: one[1])
    assert len(entries) == 13


def test_two_files_are_numbered_each_by_itself(store, leak):
    with store.writing() as tx:
        oral = kept(tx, agreement_form="oral", case_source="court", name="口头的")
    pages = pages_of(pdf(store, "dispute-file", [leak, oral]))
    titles = first_lines(pages)
    second = titles.index("人民调解卷宗", 1)
    assert f"第1页，共{len(pages) - second}页" in packed(pages[second])
    assert {"人民调解受理登记表", "人民调解口头协议登记表"} <= set(titles[second:])
    assert not {"人民调解申请书", "人民调解协议书"} & set(titles[second:])


def test_numbers_and_addresses_are_hidden_unless_asked_for(store, leak):
    private = ("13800000001", "990101197003071236", "光明里3号楼2单元401室")
    hidden = printed(store, "dispute-file", [leak])
    shown = printed(store, "dispute-file", [leak], signature=SIGNED)
    for text in private:
        assert text not in hidden
        assert text in shown


def test_what_failed_says_the_other_ways_that_were_told(store):
    with store.writing() as tx:
        failed = kept(
            tx,
            state="failed",
            succeeded=False,
            effective_on=None,
            agreement_form=None,
            followed_up_on=None,
            file_account=None,
            other_ways_told="可以向人民法院起诉",
        )
    text = printed(store, "dispute-file", [failed])
    assert "已告知的其他途径可以向人民法院起诉" in text
    assert not any(one in text for one in ("协议一式", "人民调解回访记录卷号"))


@pytest.mark.parametrize("lines", range(1, 30))
def test_signatures_never_stand_on_a_page_without_a_line_of_text(lines):
    agreed = "\n".join(f"第{number}条，照此办理。" for number in range(lines))
    file = DisputeFile(
        UUID(int=7),
        "第3网格",
        empty(Dispute, name="纠纷", agreement_text=agreed),
        (empty(DisputeParty, side="申请人", name="王某"),) * 2,
        keys=frozenset({"agreement"}),
    )
    bound = next(one for one in whole_file(file).papers if one.form.key == "agreement")
    last = bound.pages[-1][-1].rows
    assert not last[0].cells[0].text.startswith(("当事人（签名", "人民调解员（签名"))
    assert "各持一份" in "".join(row.cells[0].text for row in last)


def test_blank_papers_have_every_label_and_nobody(store):
    pages = pages_of(pdf(store, "dispute-blank", []))
    text = packed("".join(pages))
    for key, fields in FIELDS.items():
        title = fields[0]
        assert title in text, key
    for label in ("被申请人姓名性别民族年龄", "调查人记录人", "一式__份", "（）满意"):
        assert label.replace("__", "＿＿") in text
    assert "已隐去" not in text
    assert "None" not in text


def test_one_blank_paper_is_printed_when_no_dispute_is_chosen(store):
    text = printed(store, "dispute-agreement", [], copies=2)
    assert text.count("人民调解协议书") == 4  # two pages each
    assert "王秀英" not in text


def test_more_parties_than_letters_have_numbers():
    parties = tuple(empty(DisputeParty, name=f"某{n}") for n in range(12))
    file = DisputeFile(UUID(int=7), "第3网格", empty(Dispute, name="纠纷"), parties)
    out = BytesIO()
    print_bundles([single_paper(file, "agreement")], out)
    text = packed("".join(pages_of(out.getvalue())))
    assert "当事人（癸）姓名某9" in text
    assert "当事人（12）姓名某11" in text


def test_an_unfinished_file_can_be_printed(store):
    with store.writing() as tx:
        least = ("name", "happened_on", "place", "scale", "dispute_kind", "summary")
        values = {name: ABOUT[name] for name in (*least, "people_count", "deadline")}
        bare = records.save(tx, Dispute, values | {"state": "registered"})
    titles = first_lines(pages_of(pdf(store, "dispute-file", [bare])))
    assert "人民调解受理登记表" in titles
    assert "人民调解协议书" not in titles


def test_nothing_to_print_is_said(store):
    with pytest.raises(UserError, match="先选纠纷"):
        pdf(store, "dispute-file", [])


def test_a_character_no_font_has_is_named_with_whose_it_is(store):
    with store.writing() as tx:
        odd = kept(tx, requests="修好\U0010fffd")
    with pytest.raises(UserError, match="申请事项"):
        pdf(store, "dispute-application", [odd])
    assert pdf(store, "dispute-application", [odd], leave_blanks=True)


HAN = st.text(
    st.sampled_from("王李漏水赔偿，。：；（）《》“”、…—12,3abcXYZ 　\n龘䶮𠮷"),
    max_size=260,
)
# What each paper must give back whole, whatever was written.
SAID = {
    "dispute": (
        *("name", "number", "summary", "requests", "registered_by"),
        *("agreement_facts", "agreement_text", "perform_way", "agreement_number"),
        *("followed_up_by", "measures", "follow_up_note", "filed_by", "file_note"),
        "file_account",
    ),
    "party": (
        *("name", "occupation", "phones", "address", "deputy", "deputy_relation"),
        *("deputy_document", "deputy_phones", "deputy_address", "deputy_other"),
    ),
    "inquiry": (
        *("held_at", "place", "present", "investigators", "asked", "phones"),
        *("address", "relation", "recorder", "talk"),
    ),
    "session": (
        *("place", "mediators", "recorder", "present", "invited", "statements"),
        *("facts", "outcome"),
    ),
    "item": ("name", "given_by", "note"),
}


def bodies(pages):
    """What was drawn between head and foot, as one text without blanks."""
    found = []
    for page in pages:
        lines = page.splitlines()
        ends = [n for n, one in enumerate(lines) if "打印日期" in one]
        starts = [n for n, one in enumerate(lines) if one.startswith("卷号：@")]
        found += lines[starts[0] + 1 if starts else 0 : ends[-1]]
    return packed("".join(found))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_written_nothing_of_it_is_lost_on_paper(data):
    def texts(model, names, **known):
        return empty(model, **{one: data.draw(HAN) for one in names}, **known)

    dispute = texts(Dispute, SAID["dispute"])
    file = DisputeFile(
        UUID(int=7),
        "第3网格",
        dict(dispute) | {"number": "@" + dispute["number"].replace("\n", "")[:30]},
        tuple(texts(DisputeParty, SAID["party"], side="申请人") for _ in range(2)),
        (texts(DisputeInquiry, SAID["inquiry"]),),
        (texts(DisputeSession, SAID["session"]),),
        (texts(DisputeItem, SAID["item"], kind="证据材料", copies="1"),),
        ((),),
        keys=frozenset(one.key for one in PAPERS),
    )
    out = BytesIO()
    print_bundles([whole_file(file)], out, leave_blanks=True)
    text = bodies(pages_of(out.getvalue()))
    groups = {
        "dispute": (file.dispute,),
        "party": file.parties,
        "inquiry": file.inquiries,
        "session": file.sessions,
        "item": file.items,
    }
    for name, some in groups.items():
        for one in some:
            if name == "party" and not one["deputy"]:
                continue  # without a delegate nothing is said of one
            for field in SAID[name]:
                lines = one[field].splitlines()
                for line in lines:
                    assert packed(plain(line)) in text, (name, field)


@pytest.mark.parametrize(
    ("day", "shown"), [("2026-11-05", "2026年11月5日"), ("", "　　　　年　　月　　日")]
)
def test_days_are_written_out(day, shown):
    assert day_words(day) == shown


def test_photos_of_a_material_follow_its_list(store, tmp_path):
    pictures = Path(tmp_path)
    taken = []
    for number in range(3):
        file = pictures / f"{number}.jpg"
        Image.new("RGB", (400, 300), (number * 80, 120, 90)).save(file)
        taken.append(PendingPhoto(store.photos.take(file), file.name))
    with store.writing() as tx:
        dispute = kept(tx, name="有照片的")
        item = {"kind": "evidence", "name": "漏水照片", "copies": 1}
        made = records.save(tx, DisputeItem, item | {"dispute_id": dispute})
        attachments.attach(tx, "dispute_item", made, taken)
    without = pages_of(pdf(store, "dispute-file", [dispute]))
    content = pdf(store, "dispute-file", [dispute], photos=store.photos)
    with pdfium.PdfDocument(content) as opened:
        count = len(opened)
        kinds = [one.type for page in opened for one in page.get_objects()]
    assert count == len(without) + 2  # two on a page
    assert kinds.count(pdfium.raw.FPDF_PAGEOBJ_IMAGE) == 3
    assert f"本卷宗共{count}页" in packed(pages_of(content)[-1])


def test_photos_of_identity_papers_are_printed_only_with_whole_numbers(store, tmp_path):
    file = Path(tmp_path) / "card.jpg"
    Image.new("RGB", (400, 250), (90, 120, 200)).save(file)
    with store.writing() as tx:
        dispute = kept(tx, name="有身份证的")
        [card] = records.filtered(
            tx.db, DisputeItem, {"dispute_id": dispute, "kind": "identity"}
        )
        taken = PendingPhoto(store.photos.take(file), file.name)
        attachments.attach(tx, "dispute_item", card["id"], [taken])
    options = {"photos": store.photos}
    masked = pages_of(pdf(store, "dispute-file", [dispute], **options))
    whole = pages_of(pdf(store, "dispute-file", [dispute], **options, signature=SIGNED))
    assert len(whole) == len(masked) + 1


def test_blank_file_says_nothing_of_anybody():
    file = blank_file()
    assert not any(file.dispute.values())
    assert not file.names
