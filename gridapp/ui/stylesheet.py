"""The one style sheet of the application, generated from the tokens."""

from __future__ import annotations

from gridapp.ui.tokens import Size, Tokens


def style_sheet(t: Tokens) -> str:
    """Return the Qt style sheet for a scheme."""
    return "".join(
        (
            _base(t),
            _words(t),
            _buttons(t),
            _small_buttons(t),
            _inputs(t),
            _views(t),
            _bars(t),
        )
    )


def _base(t: Tokens) -> str:
    return f"""
* {{ outline: none; }}
QWidget {{ color: {t.text}; font-size: {Size.BODY}px; }}
QMainWindow, QDialog, #page {{ background: {t.bg}; }}
#form {{ background: {t.surface}; }}
#nav {{ background: {t.nav}; border-right: 1px solid {t.border}; }}
#header {{ background: {t.surface}; border-bottom: 1px solid {t.border}; }}
#footer {{ background: {t.surface}; border-top: 1px solid {t.border}; }}
#card {{ background: {t.surface}; border: 1px solid {t.border};
    border-radius: {Size.CARD_RADIUS}px; }}
#popup {{ background: {t.surface}; border: 1px solid {t.border_strong};
    border-radius: {Size.RADIUS}px; }}
#line {{ background: {t.divider}; border: none; }}
QToolTip {{ background: {t.toast}; color: {t.on_toast}; border: none;
    padding: 6px 8px; font-size: {Size.CAPTION}px; }}
QMenu {{ background: {t.surface}; border: 1px solid {t.border_strong}; padding: 4px; }}
QMenu::item {{ padding: 8px 24px 8px 16px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.selected}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.text3}; }}
QMenu::separator {{ height: 1px; background: {t.divider}; margin: 4px 8px; }}
"""


def _words(t: Tokens) -> str:
    return f"""
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: {Size.TITLE}px; font-weight: 700; }}
QLabel[role="section"] {{ font-size: {Size.SECTION}px; font-weight: 700; }}
QLabel[role="strong"] {{ font-weight: 700; }}
QLabel[role="note"] {{ font-size: {Size.NOTE}px; }}
QLabel[role="muted"] {{ color: {t.text2}; font-size: {Size.CAPTION}px; }}
QLabel[role="faint"] {{ color: {t.text3}; font-size: {Size.CAPTION}px; }}
QLabel[role="figure"] {{ font-size: {Size.CAPTION}px; font-weight: 700; }}
QLabel[role="error"] {{ color: {t.red.text}; font-size: {Size.CAPTION}px; }}
QLabel[role="warning"] {{ color: {t.amber.text}; font-size: {Size.CAPTION}px; }}
QLabel[role="key"] {{ border: 1px solid {t.border};
    border-bottom: 2px solid {t.border}; border-radius: 4px; padding: 0 6px;
    background: {t.surface2}; color: {t.text2}; font-size: {Size.CAPTION}px; }}
"""


def _buttons(t: Tokens) -> str:
    high = Size.CONTROL - 2
    return f"""
QFrame#card:focus {{ border: 2px solid {t.focus}; }}
QPushButton {{ min-height: {high}px; padding: 0 14px; background: {t.surface};
    border: 1px solid {t.border_strong}; border-radius: {Size.RADIUS}px; }}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:pressed {{ background: {t.selected}; }}
QPushButton:disabled {{ color: {t.text3}; border-color: {t.border};
    background: {t.surface2}; }}
QPushButton:focus {{ border: 2px solid {t.focus}; padding: 0 13px;
    min-height: {high - 2}px; }}
QPushButton[kind="primary"] {{ background: {t.blue.solid}; color: {t.blue.on_solid};
    border: 1px solid {t.blue.solid}; font-weight: 700; }}
QPushButton[kind="primary"]:hover {{ background: {t.primary_hover}; }}
QPushButton[kind="primary"]:pressed {{ background: {t.primary_press}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.grey.back};
    color: {t.grey.text}; border-color: {t.border}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {t.text}; }}
QPushButton[kind="quiet"] {{ border: 1px solid transparent; color: {t.blue.text};
    background: transparent; padding: 0 9px; }}
QPushButton[kind="quiet"]:hover {{ background: {t.blue.back}; }}
QPushButton[kind="quiet"]:focus {{ border: 2px solid {t.focus}; padding: 0 8px; }}
QPushButton[kind="plain"] {{ border: 1px solid transparent; background: transparent;
    padding: 0 9px; }}
QPushButton[kind="plain"]:hover {{ background: {t.hover}; }}
QPushButton[kind="plain"]:focus {{ border: 2px solid {t.focus}; padding: 0 8px; }}
QPushButton[kind="plain"][tone="amber"] {{ color: {t.amber.text};
    font-weight: 700; }}
QPushButton[kind="plain"][tone="red"] {{ color: {t.red.text}; font-weight: 700; }}
QPushButton[kind="plain"][tone="green"] {{ color: {t.green.text}; }}
QPushButton[kind="tile"] {{ text-align: left; border: 1px solid {t.border};
    background: {t.surface2}; padding: 0 10px; }}
QPushButton[kind="tile"]:hover {{ border-color: {t.blue.line};
    background: {t.blue.back}; }}
QPushButton[kind="tile"]:focus {{ border: 2px solid {t.focus}; padding: 0 9px; }}
QPushButton::menu-indicator {{ width: 0; image: none; }}
QPushButton[kind="chip"] {{ min-height: 32px; padding: 0 12px; border-radius: 16px;
    border: 1px solid {t.border}; background: {t.surface}; color: {t.text2};
    font-size: {Size.CAPTION}px; }}
QPushButton[kind="chip"]:hover {{ background: {t.hover}; }}
QPushButton[kind="chip"]:checked {{ background: {t.blue.back};
    border: 1px solid {t.blue.solid}; color: {t.blue.text}; }}
QPushButton[kind="chip"]:focus {{ border: 2px solid {t.focus}; padding: 0 11px;
    min-height: 30px; }}
"""


def _small_buttons(t: Tokens) -> str:
    return f"""
QPushButton[kind="small"] {{ min-height: 32px; padding: 0 7px; min-width: 24px;
    text-align: left;
    border: 1px solid transparent; background: transparent; color: {t.blue.text}; }}
QPushButton[kind="small"]:hover {{ background: {t.blue.back}; }}
QPushButton[kind="small"]:focus {{ border: 2px solid {t.focus}; padding: 0 6px;
    min-height: 30px; }}
QPushButton[kind="small"]:checked {{ background: {t.blue.back};
    border: 1px solid {t.blue.line}; }}
"""


def _inputs(t: Tokens) -> str:
    high = Size.CONTROL - 2
    return f"""
QLineEdit, QPlainTextEdit, QComboBox {{ min-height: {high}px; padding: 0 11px;
    border: 1px solid {t.border_strong}; border-radius: {Size.RADIUS}px;
    background: {t.surface}; selection-background-color: {t.blue.solid};
    selection-color: {t.blue.on_solid}; }}
QPlainTextEdit {{ padding: 5px 8px; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus {{
    border: 2px solid {t.focus}; padding: 0 10px; min-height: {high - 2}px; }}
QPlainTextEdit:focus {{ padding: 4px 7px; }}
QLineEdit[search="true"] {{ padding-left: 2px; }}
QLineEdit[search="true"]:focus {{ padding-left: 1px; }}
QLineEdit[error="true"], QPlainTextEdit[error="true"], QComboBox[error="true"] {{
    border: 2px solid {t.red.solid}; padding: 0 10px; min-height: {high - 2}px; }}
QPlainTextEdit[error="true"] {{ padding: 4px 7px; }}
QLineEdit:disabled, QPlainTextEdit:disabled {{ background: {t.surface2};
    color: {t.text3}; }}
QComboBox::drop-down {{ border: none; width: 28px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ background: {t.surface}; color: {t.text};
    border: 1px solid {t.border_strong}; selection-background-color: {t.selected};
    selection-color: {t.text}; }}
#row {{ border-radius: {Size.RADIUS}px; border: none; background: transparent; }}
#row[active="true"] {{ background: {t.blue.back}; }}
"""


def _views(t: Tokens) -> str:
    return f"""
QListView, QTableView, QScrollArea {{ border: none; background: transparent; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
#chapters {{ border: none; background: transparent; }}
#chapters::item {{ padding: 0 10px; border-radius: {Size.RADIUS}px;
    color: {t.text2}; }}
#chapters::item:hover {{ background: {t.hover}; }}
#chapters::item:selected {{ background: {t.blue.back}; color: {t.blue.text}; }}
#chapters::item:focus {{ border: 2px solid {t.focus}; padding: 0 8px; }}
#reader {{ border: none; background: {t.surface};
    border-radius: {Size.CARD_RADIUS}px; }}
#reader:focus {{ border: 2px solid {t.focus}; }}
QTableView {{ gridline-color: {t.divider}; selection-background-color: {t.selected};
    selection-color: {t.text}; }}
QTableView::item {{ padding: 0 8px; border-bottom: 1px solid {t.divider}; }}
QTableView::item:selected {{ background: {t.selected}; color: {t.text}; }}
QHeaderView {{ background: {t.surface2}; border: none; }}
QHeaderView::section {{ background: {t.surface2}; color: {t.text2}; border: none;
    border-bottom: 1px solid {t.border}; padding: 4px 11px;
    font-size: {Size.CAPTION}px; }}
QScrollBar:vertical {{ width: 14px; background: transparent; margin: 3px; }}
QScrollBar::handle:vertical {{ background: {t.scroll}; border-radius: 4px;
    min-height: 44px; }}
QScrollBar::handle:vertical:hover {{ background: {t.text3}; }}
QScrollBar:horizontal {{ height: 14px; background: transparent; margin: 3px; }}
QScrollBar::handle:horizontal {{ background: {t.scroll}; border-radius: 4px;
    min-width: 44px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _bars(t: Tokens) -> str:
    return f"""
#toast {{ background: {t.toast}; border-radius: 8px; }}
#toast QLabel {{ color: {t.on_toast}; }}
#toast QPushButton {{ background: transparent; border: none; font-weight: 700;
    color: {t.toast_action}; }}
#toast QPushButton:focus {{ border: 2px solid {t.toast_action}; }}
#warnbar {{ background: {t.amber.back}; border: 1px solid {t.amber.line};
    border-radius: {Size.RADIUS}px; }}
#offerbar {{ background: {t.blue.back}; border: 1px solid {t.blue.line};
    border-radius: {Size.RADIUS}px; }}
#errorbar {{ background: {t.red.back}; border: 1px solid {t.red.line};
    border-radius: {Size.RADIUS}px; }}
"""
