"""Whoever takes whole numbers in these tests."""

import datetime as dt

from gridapp.work.purpose import Signature

SIGNED = Signature(
    "周敏",
    "和顺里第一网格",
    dt.datetime(2026, 11, 22, 14, 5).astimezone(),
    "报街道民政办摸底",
)
