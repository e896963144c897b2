"""What the page says of the door one stands at: whom to see, and how it stands."""

from __future__ import annotations

import datetime as dt

from gridapp.language import tr
from gridapp.models import Dwelling
from gridapp.models.record import Values, field_of
from gridapp.ui.tokens import ToneName
from gridapp.ui.widgets.badge import Badge, status_badge
from gridapp.work.buildings import Door, Home, Member
from gridapp.work.colouring import people_words
from gridapp.work.door_words import STATE_NAMES, tag_name, tags_of
from gridapp.work.due import local_day, short_date
from gridapp.work.people import SEXES

_TONES: dict[str, ToneName] = {"urgent": "red", "soon": "amber", "normal": "green"}


def first_member(door: Door) -> Member | None:
    """Whom one would see first: who is owed the latest, else who has a plan."""
    members = [member for home in door.homes for member in home.members]
    if door.owed:
        for one in members:
            if one.id == door.owed[0].resident_id:
                return one
    planned = [one for one in members if one.stop.plans]
    return next(iter(planned or members), None)


def member_words(member: Member) -> str:
    """Return 女 82 岁 独居·慢病."""
    sex = SEXES.get(member.stop.resident["sex"] or "", "")
    age = "" if member.age is None else tr("{age} 岁", age=member.age)
    tags = "·".join(tag_name(tag) for tag in tags_of(None, [member.stop])[:3])
    return " ".join(part for part in (sex, age, tags) if part)


def door_badge(door: Door) -> Badge | None:
    """The pill beside the door: 逾期 4 天; its state when nothing is near."""
    words = door.words or STATE_NAMES[door.state]
    tone = _TONES.get(door.state)
    if tone is None or tone == "green":
        return Badge(words, tone or "grey", height=28)
    return status_badge(words, tone)


def issue_words(issue: Values, day: dt.date) -> str:
    """Return 燃气软管老化，限 11-25, or how long it is late."""
    title, deadline = issue["title_text"], issue["deadline"]
    if deadline is None:
        return title
    last = local_day(deadline)
    if last < day:
        return tr("{title}，超 {days} 天", title=title, days=(day - last).days)
    return tr("{title}，限 {date}", title=title, date=short_date(last, day))


def home_of(door: Door, chosen: Member | None) -> Home | None:
    """The household somebody belongs to, else the first of the door."""
    for home in door.homes:
        if chosen is not None and any(one.id == chosen.id for one in home.members):
            return home
    return next(iter(door.homes), None)


def about_words(door: Door, home: Home | None) -> str:
    """Return 自住·1 人·户主 李桂英."""
    words = [field_of(Dwelling, "tenure").format(door.tenure)] if door.tenure else []
    if home is not None and home.members:
        words.append(tr("{count} 人", count=len(home.members)))
    elif home is not None:
        words.append(people_words(door))
    if home is not None and home.head:
        words.append(tr("户主 {name}", name=home.head))
    return "·".join(words)


def takes_a_home(door: Door) -> bool:
    """Whether a household can be opened here: none is on file, or all have left."""
    return not door.people and (not door.homes or door.state == "vacant")


def empty_words(door: Door) -> str:
    """Why nobody can be recorded behind a door, and what to do about it."""
    if door.homes and door.state == "unknown":
        return tr("这一户还没有登记人员。打开户档案，把家里的人补上。")
    if door.homes:
        return tr("登记的人都已搬走或去世，现在没有人住。有人搬来，点“登记住户”。")
    if door.tenure == "vacant":
        return tr("登记为空置，没有人住。有人搬来，点“登记住户”。")
    if door.state == "normal":
        return tr("这里没有住户。有人住进来，点“登记住户”。")
    return tr("还没有采集住户。上门采集后，点“登记住户”。")
