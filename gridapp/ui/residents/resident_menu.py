"""What the list of residents offers beside its buttons, under 更多."""

from __future__ import annotations

from gridapp.language import tr

# Pairs of a key and its words; keys the page does not know are names of other pages.
LIST_ACTS = (
    ("fill", tr("填别人的表…")),
    ("export", tr("导出这份名单… Ctrl+E")),
    ("duplicates", tr("疑似重复的档案…")),
    ("recycle", tr("回收站")),
)
