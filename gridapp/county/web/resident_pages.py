"""The words of the page for residents: large, few, plain (适老化, 工信部 2021)."""

from __future__ import annotations

from collections.abc import Mapping

from gridapp.county import reports
from gridapp.county.reports import HELP, OPINION, REPAIR, Receipt, Standing
from gridapp.county.residents import Page
from gridapp.county.web.pages import page
from gridapp.language import tr

TITLES: Mapping[str, str] = {
    REPAIR: tr("报修"),
    HELP: tr("求助"),
    OPINION: tr("提意见"),
}
_ABOUT: Mapping[str, str] = {
    REPAIR: tr("东西坏了、有危险、卫生不好"),
    HELP: tr("家里有难处，请网格员来帮忙"),
    OPINION: tr("对社区有话想说"),
}
_THINGS: Mapping[str, str] = {
    "04": tr("公共设施坏了（路灯、水管、电梯）"),
    "03": tr("卫生、垃圾、噪声"),
    "01": tr("有危险（堵消防通道、燃气、电线、井盖）"),
    "06": tr("别的事"),
}
_STATES: Mapping[str, str] = {
    "draft": tr("已收到，等网格员办理"),
    "pending": tr("已收到，等网格员办理"),
    "reported": tr("已转给上级办理"),
    "accepted": tr("上级已受理"),
    "assigned": tr("已安排人办理"),
    "working": tr("正在办理"),
    "review": tr("已办理，正在核查"),
    "returned": tr("正在补充情况"),
    "closed": tr("已办结"),
    "self_closed": tr("已办结"),
    "rated": tr("已办结，已评价"),
    "void": tr("没有办理。想知道原因，请打电话问"),
}


def first(shown: Page, *, in_the_open: bool) -> str:
    """The page behind the poster: what one may do here."""
    return page(
        "residents.html",
        shown.name,
        home=home(shown),
        urgent=_urgent(),
        in_the_open=_in_the_open() if in_the_open else "",
        lead=tr("有事在这里说，网格员会看到，并告诉您办得怎么样。"),
        choices=[
            (f"{home(shown)}/new/{kind}", TITLES[kind], _ABOUT[kind])
            for kind in reports.KINDS
        ],
        look_title=tr("查办理情况"),
        code_label=tr("回执码（交表以后给您的那一串）"),
        look=tr("查一查"),
        call=_call(shown),
    )


def form(
    shown: Page,
    kind: str,
    ticket: str,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    *,
    in_the_open: bool = False,
) -> str:
    """The form for one kind of report, with what was typed and what to mend."""
    asks = kind == HELP
    return page(
        "resident_form.html",
        TITLES[kind],
        home=home(shown),
        grid=shown.name,
        action=f"{home(shown)}/new/{kind}",
        ticket=ticket,
        typed=dict.fromkeys((*reports.LONGEST, "category"), "") | dict(typed or {}),
        wrong=dict.fromkeys(reports.LONGEST, "") | dict(wrong or {}),
        urgent=_urgent(),
        in_the_open=_in_the_open() if in_the_open else "",
        things=_THINGS if kind == REPAIR else {},
        thing_label=tr("是哪一类"),
        longest=reports.LONGEST,
        required=["description", *(["reporter_phones"] if asks else [])],
        labels=_labels(asks=asks),
        hints=_hints(asks=asks),
        notice_title=tr("您填的内容怎么用"),
        notice=_notice(shown),
        agree=tr("点“交上去”，就是看过并同意上面这段话。"),
        button=tr("交上去"),
        back=tr("返回"),
    )


def _labels(*, asks: bool) -> Mapping[str, str]:
    """What each field is called; `asks` for a telephone."""
    maybe = tr("（可以不填）")
    return {
        "description": tr("什么事"),
        "place": tr("在哪里") + maybe,
        "reporter_name": tr("您的姓名") + maybe,
        "reporter_phones": tr("您的电话") + ("" if asks else maybe),
    }


def _hints(*, asks: bool) -> Mapping[str, str]:
    calls = tr("网格员会打这个电话找您。")
    may_call = tr("不留电话，网格员就没法打电话问您，但事情照样办。")
    return {
        "description": tr("请不要写别人的身份证号、病情这些私事。照片现在还传不了。"),
        "place": tr("例如：3 号楼 2 单元门口"),
        "reporter_name": "",
        "reporter_phones": calls if asks else may_call,
    }


def _notice(shown: Page) -> str:
    """What 个人信息保护法 Art 17 asks to be told."""
    return tr(
        "由{who}处理（电话 {phone}），只用来办这件事、和您联系。本网格的网格员、"
        "网格长，和承办这件事的社区、街道、县里的人看得到。保存期限：{keep}。"
        "想查看、更正、删除，或者想撤回，请打这个电话。",
        who=shown.notice.who,
        phone=shown.notice.phone,
        keep=shown.notice.keep,
    )


def taken(shown: Page, receipt: Receipt) -> str:
    """The receipt: what to write down."""
    return page(
        "resident_receipt.html",
        tr("收到了"),
        home=home(shown),
        code_label=tr("您的回执码"),
        code=receipt.code,
        keep=tr("请抄下来，或者拍一张照。凭它查办理情况，不要告诉别人。"),
        rows=[
            (tr("工单号"), receipt.number),
            (tr("最晚办结"), _day(receipt)),
        ],
        said=tr("打电话问的时候，报工单号就行。"),
        back=tr("返回"),
    )


def standing(shown: Page, found: Standing, code: str) -> str:
    """What became of a report; with the question whether they are content."""
    rows = [
        (tr("工单号"), found.number),
        (tr("交来"), f"{found.reported_at.astimezone():%Y-%m-%d %H:%M}"),
    ]
    if found.closed_at is not None:
        rows.append((tr("办结"), f"{found.closed_at.astimezone():%Y-%m-%d %H:%M}"))
    elif found.state != "void":
        rows.append((tr("最晚办结"), _day(found)))
    if found.closed_at is not None and found.result:
        rows.append((tr("办理结果"), found.result))
    if found.satisfied is not None:
        rows.append((tr("您的评价"), tr("满意") if found.satisfied else tr("不满意")))
    return page(
        "resident_standing.html",
        tr("办理情况"),
        home=home(shown),
        state=_STATES[found.state],
        rows=rows,
        code=code if found.may_rate else "",
        question=tr("这件事办得怎么样？只能评一次。"),
        content=tr("满意"),
        not_content=tr("不满意"),
        call=_call(shown),
        back=tr("返回"),
    )


def refusal(said: str, back: str) -> str:
    """A page that says why there is nothing else; `back` is an address, or ""."""
    return page(
        "resident_refusal.html", tr("请看这里"), said=said, home=back, back=tr("返回")
    )


def home(shown: Page) -> str:
    """The path of the page of a grid."""
    return f"/r/{shown.code}"


def _day(one: Receipt | Standing) -> str:
    return f"{one.deadline.astimezone():%Y-%m-%d}" if one.deadline else ""


def _urgent() -> str:
    return tr("着火打 119，有人急病、受伤打 120，报警打 110，不要在这里等。")


def _in_the_open() -> str:
    return tr("这个网页没有加密，您填的内容在路上别人看得见，请不要填姓名和电话。")


def _call(shown: Page) -> str:
    return tr(
        "也可以打电话：{who} {phone}", who=shown.notice.who, phone=shown.notice.phone
    )
