"""附件: a photo or paper that belongs to another record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Index

from gridapp.language import tr
from gridapp.models.kinds import HASH, NUMBER, REF, TIME
from gridapp.models.record import Record, field


class Attachment(Record):
    """The file itself lies content-addressed in the photo store."""

    __tablename__ = "attachment"
    title = tr("附件")
    shown_by = "name"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size_not_negative"),
        Index("ix_attachment_hash", "hash"),
    )

    owner_type: Column[str] = field("所属类型", listed=False)
    owner_id: Column[UUID] = field("所属记录", REF, listed=False)
    kind: Column[str] = field("类型", codes="attachment_kind")
    name: Column[str | None] = field("名称", searched=True)
    hash: Column[str] = field("校验值", HASH, listed=False)
    media_type: Column[str] = field("文件类型", listed=False)
    size: Column[int] = field("字节数", NUMBER)
    width: Column[int | None] = field("宽", NUMBER, listed=False)
    height: Column[int | None] = field("高", NUMBER, listed=False)
    taken_at: Column[dt.datetime | None] = field("拍摄时间", TIME)

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> dict[str, str]:
        return {"size": tr("字节数不能为负")} if values["size"] < 0 else {}
