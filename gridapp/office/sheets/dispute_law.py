"""What the law says on the papers of a mediation file, in fixed words.

人民调解法 (2010): Arts 3, 4 and 7 as read in a copy of the law, 23 and 24 as read on a
committee's notice, 31 and 33 as others quote them; Arts 26 and 32 in our own words,
from memory: a 司法所 should read the notice before its first print. The sentence of the
application and the powers of a delegate: domain.md §2.8.
"""

from __future__ import annotations

from gridapp.language import tr

WISH = tr(
    "人民调解委员会已将申请人民调解的相关规定告知我，现自愿申请人民调解委员会进行调解。"
)
TOLD = tr(
    "根据有关法律、法规的要求，现将人民调解委员会的性质、调解原则和法律效果，"
    "以及在调解中各方当事人享有的权利和应当承担的义务告知如下："
)
# Each: its heading and its paragraphs.
NOTICE = (
    (
        tr("一、人民调解委员会的性质"),
        tr(
            "人民调解委员会是依法设立的调解民间纠纷的群众性组织。"
            "人民调解委员会调解民间纠纷，不收取任何费用。"
        ),
    ),
    (
        tr("二、调解的原则"),
        tr(
            "（一）在当事人自愿、平等的基础上进行调解；\n"
            "（二）不违背法律、法规和国家政策；\n"
            "（三）尊重当事人的权利，不得因调解而阻止当事人依法通过仲裁、"
            "行政、司法等途径维护自己的权利。"
        ),
    ),
    (
        tr("三、当事人在人民调解活动中享有下列权利"),
        tr(
            "（一）选择或者接受人民调解员；\n"
            "（二）接受调解、拒绝调解或者要求终止调解；\n"
            "（三）要求调解公开进行或者不公开进行；\n"
            "（四）自主表达意愿、自愿达成调解协议。"
        ),
    ),
    (
        tr("四、当事人在人民调解活动中履行下列义务"),
        tr(
            "（一）如实陈述纠纷事实；\n"
            "（二）遵守调解现场秩序，尊重人民调解员；\n"
            "（三）尊重对方当事人行使权利。"
        ),
    ),
    (
        tr("五、调解协议的法律效果"),
        tr(
            "（一）经人民调解委员会调解达成的调解协议，具有法律约束力，"
            "当事人应当按照约定履行；\n"
            "（二）双方当事人认为有必要的，可以自调解协议生效之日起三十日内"
            "共同向人民法院申请司法确认；\n"
            "（三）调解不成，或者就协议的履行、内容又发生争议的，当事人可以依法"
            "通过仲裁、行政、司法等途径维护自己的权利。"
        ),
    ),
)
READ = tr("以上内容我已经看过（或者由他人读给我听过），已经明白。")
SAME = tr("以上记录我已经看过（或者由他人读给我听过），与我说的一致。")
ROOM_FOR_NAMES = tr("＿＿＿＿＿＿＿＿＿＿＿＿")
BY_COMMITTEE = tr("备注：此表由人民调解委员会填写。")
