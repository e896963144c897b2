"""How the laptop stands with its county, in words."""

import datetime as dt

import pytest

from gridapp.store import sync_log
from gridapp.store.sync_log import KEPT, SyncLine
from gridapp.work.sync_standing import Brief, Line, next_words, said, told, when_words

AT = dt.datetime(2026, 11, 23, 4, 0, tzinfo=dt.UTC)
HOME = Brief(joined=True, last=AT - dt.timedelta(minutes=20))
WAITS = Brief(joined=True, unsent=12, last=HOME.last)


@pytest.mark.parametrize(
    ("line", "now", "long", "tone"),
    [
        (Line.QUIET, Brief(), "只在本机", "grey"),
        (Line.QUIET, Brief(unsent=12), "未同步 12", "amber"),
        (Line.QUIET, WAITS, "未同步 12", "amber"),
        (Line.RUNNING, WAITS, "正在同步…", "blue"),
        (Line.OFFLINE, HOME, "没有网络", "grey"),
        (Line.OFFLINE, WAITS, "没有网络，12 条待报", "amber"),
        (Line.FAILED, WAITS, "没连上县里，12 条待报", "amber"),
        (Line.REFUSED, WAITS, "同步要处理", "red"),
    ],
)
def test_the_header_says_each_state(line, now, long, tone):
    words = said(line, now, AT)
    assert (words.long, words.tone) == (long, tone)
    assert len(words.sentence) > 4


def test_what_is_in_step_says_since_when():
    words = said(Line.QUIET, HOME, AT)
    last = HOME.last.astimezone()
    assert words.long == f"已同步 {last:%H:%M}"
    before = Brief(joined=True, last=AT - dt.timedelta(days=9))
    assert said(Line.QUIET, before, AT).long == "已同步 11-14"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (3, "半分钟内自动同步"),
        (61, "约 1 分钟后自动同步"),
        (840, "约 14 分钟后自动同步"),
    ],
)
def test_when_it_goes_by_itself(seconds, words):
    assert next_words(seconds, automatic=True) == words
    assert "立即同步" in next_words(seconds, automatic=False)


def made(**given):
    values = {"at": "2026-11-23T01:00:00.000Z", "until": "2026-11-23T01:00:09.000Z"}
    return SyncLine(**(values | {"how": "auto", "ended": "done"} | given))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (made(), "没有新的改动"),
        (made(pushed=3, pulled=1_200), "上报 3 条，下载 1,200 条"),
        (made(times=4), "没有新的改动（4 次）"),
        (made(ended="stopped", pushed=300), "停在半路，已上报 300 条，下次接着传"),
        (made(ended="failed", sentence="连不上"), "连不上"),
        (
            made(ended="failed", sentence="断了", pushed=9),
            "断了（在这之前上报 9 条）",
        ),
        (made(photos_up=2, sentence="有一张坏了"), "上传照片 2 张；有一张坏了"),
    ],
)
def test_a_sync_is_told_in_a_sentence(line, words):
    assert told(line) == words


def test_several_alike_are_told_from_the_first_to_the_last():
    line = made(times=3, until="2026-11-23T03:30:00.000Z")
    first, last = (
        dt.datetime.fromisoformat(one).astimezone() for one in (line.at, line.until)
    )
    assert when_words(line, AT) == f"今天 {first:%H:%M} 到 {last:%H:%M}"


def test_the_log_is_bounded_and_tells_a_day_without_network_in_one_line(vault):
    with vault.writing() as tx:
        for number in range(KEPT + 5):
            sync_log.append(tx.db, made(pushed=number + 1))
        for _ in range(90):
            sync_log.append(tx.db, made(ended="failed", sentence="连不上"))
        kept = sync_log.lines(tx.db)
    assert len(kept) == KEPT
    assert (kept[0].times, kept[0].sentence) == (90, "连不上")
    assert [one.pushed for one in kept[1:4]] == [KEPT + 5, KEPT + 4, KEPT + 3]
