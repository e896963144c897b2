"""Dates and times typed with few keys: `+` and `-`, `T` for now, `5` for the 5th."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent

from gridapp.language import tr
from gridapp.models.kinds import TIME
from gridapp.ui.widgets.entry import LineField

_STEP = dt.timedelta(minutes=5)


def read_day(text: str, today: dt.date) -> dt.date | None:
    """Return the day that was meant: `5` the 5th, `-3` three days ago, `T` today.

    Full dates may be written 2026-11-23, 11-23, 20261123 or with 年月日. None when it
    is no date.
    """
    text = re.sub(r"[年月./]", "-", text.strip()).rstrip("日-").upper()
    if text == "T":
        return today
    if re.fullmatch(r"[+-]\d{1,3}", text):
        return today + dt.timedelta(days=int(text))
    parts = text.split("-")
    if re.fullmatch(r"\d{8}", text):
        parts = [text[:4], text[4:6], text[6:]]
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return None
    known = [str(today.year), str(today.month)][: 3 - len(parts)]
    try:
        year, month, day = (int(part) for part in known + parts)
        return dt.date(year, month, day)
    except (ValueError, OverflowError):
        return None


class DayField(LineField):
    """A date; `+` and `-` go one day on or back, `T` is today."""

    def __init__(self, name: str, hint: str = tr("年-月-日")) -> None:
        super().__init__(name, hint)
        self.setFixedWidth(138)
        self.setToolTip(tr("+ / − 加减一天，T 今天，5 为本月 5 日"))

    def day(self) -> dt.date | None:
        """Return the date written, or None when it is empty or no date."""
        return read_day(self.text(), dt.date.today())

    def set_day(self, day: dt.date | None) -> None:
        """Write a date."""
        self.setText(day.isoformat() if day else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {"+": 1, "=": 1, "-": -1}.get(event.text())
        written = self.day()
        complete = written is not None and self.text() == written.isoformat()
        if event.text().upper() == "T":
            self.set_day(dt.date.today())
        elif step is not None and complete and written is not None:
            with suppress(OverflowError):  # there is no year 10000
                self.set_day(written + dt.timedelta(days=step))
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        day = self.day()
        if day is not None:
            self.set_day(day)
        super().focusOutEvent(event)


class MomentField(LineField):
    """A time; `+` and `-` go five minutes on or back, `T` is now."""

    def __init__(self, name: str) -> None:
        super().__init__(name, tr("年-月-日 时:分"))
        self.setFixedWidth(172)
        self.setToolTip(tr("+ / − 加减 5 分钟，T 现在"))

    def moment(self) -> dt.datetime | None:
        """Return the time written, aware and in UTC; None when it is no time."""
        text = self.text().strip().replace("/", "-")
        if re.fullmatch(r"\d{1,2}[:：]\d{2}", text):
            text = f"{dt.date.today().isoformat()} {text.replace('：', ':').zfill(5)}"
        try:
            return TIME.parse(text)
        except ValueError:
            return None

    def set_moment(self, moment: dt.datetime | None) -> None:
        """Write a time as it is here."""
        local = moment.astimezone() if moment else None
        self.setText(local.strftime("%Y-%m-%d %H:%M") if local else "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {"+": _STEP, "=": _STEP}.get(event.text())
        if event.text() == "-" and self.cursorPosition() == len(self.text()):
            step = -_STEP
        written = self.moment()
        if event.text().upper() == "T" and len(self.text()) != 10:
            self.set_moment(dt.datetime.now(dt.UTC))
        elif step is not None and written is not None and len(self.text()) == 16:
            self.set_moment(written + step)
        elif event.key() == Qt.Key.Key_Up and written is not None:
            self.set_moment(written + _STEP)
        elif event.key() == Qt.Key.Key_Down and written is not None:
            self.set_moment(written - _STEP)
        else:
            super().keyPressEvent(event)
