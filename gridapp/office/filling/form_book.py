"""Somebody's blank form as a workbook that is filled in: everything in it stays.

When rows come in, whatever names cells below them follows: formulas of every sheet,
names, tables, pictures, comments and charts. Rows and columns count from 0.
"""

from __future__ import annotations

import datetime as dt
import posixpath
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from gridapp.office.filling.form_sheet import (
    FORMULAS,
    OFF,
    FormSheet,
    etree_sub,
    move_anchors,
)
from gridapp.office.filling.formula_refs import (
    NewRows,
    moved_area,
    moved_formula,
    sheets_named,
)
from gridapp.office.workbook_parts import STYLES, WORKBOOK, WorkbookParts, etree

CORE, CHAIN, TYPES = "docProps/core.xml", "xl/calcChain.xml", "[Content_Types].xml"
LINKS = "xl/_rels/workbook.xml.rels"
_SPACES = {
    "cp": "http://schemas.openxmlformats.org/package/2006/metadata/core-properties",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"
_CORE_LINK = (
    "http://schemas.openxmlformats.org/package/2006/relationships/"
    "metadata/core-properties"
)

# Parts a sheet links to and the elements in them that name cells by `ref`.
_WITH_REF = {
    "/comments": "comment",
    "/threadedComment": "threadedComment",
    "/pivotTable": "location",
}


class FormBook(WorkbookParts):
    """The parts of a form. Raises as WorkbookParts."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._forms: dict[str, FormSheet] = {}
        self._plain: dict[int, int] = {}
        self._parts = set(self._zip.namelist())

    def form(self, name: str) -> FormSheet:
        """The sheet of that name; it counts as changed."""
        if name not in self._forms:
            root = self._tree(self.sheets[name])
            self._forms[name] = FormSheet(root, name, self._parse(STYLES))
        return self._forms[name]

    def _tree(self, part: str) -> Any:
        """A part that is going to be changed."""
        self._changed.add(part)
        return self._parse(part)

    def insert(
        self, name: str, at: int, like: Sequence[int], *, bare: bool = False
    ) -> None:
        """Put rows in as `FormSheet.insert` does, and move what names its cells."""
        new = self.form(name).insert(at, like, bare=bare)
        for other in self._others(name):
            other.move_references(new)
        self._move_names(new)
        self._move_tables(new)
        self._move_drawings(new)
        self._drop_chain()

    @property
    def named_areas(self) -> dict[str, str]:
        """What each name of the workbook stands for."""
        names = self._parse(WORKBOOK).iterfind("{*}definedNames/{*}definedName")
        return {one.get("name"): one.text or "" for one in names}

    @property
    def counts_from_1904(self) -> bool:
        """Whether days are counted from 1904 (18.2.28)."""
        found = self._parse(WORKBOOK).find("{*}workbookPr")
        return found is not None and found.get("date1904", "0") not in OFF

    def _others(self, name: str) -> list[FormSheet]:
        """The other sheets with formulas that name a sheet."""
        found: list[FormSheet] = []
        for other, part in self.sheets.items():
            if other == name or part not in self._parts:
                continue
            formulas = self._parse(part).iter(*FORMULAS)
            if any(name in sheets_named(one.text or "") for one in formulas):
                found.append(self.form(other))
        return found

    def _move_names(self, new: NewRows) -> None:
        order = list(self.sheets)
        for one in self._parse(WORKBOOK).iterfind("{*}definedNames/{*}definedName"):
            local = one.get("localSheetId")
            own = order[int(local)] if local and int(local) < len(order) else ""
            moved = moved_formula(one.text or "", own, new)
            if moved != one.text:
                self._tree(WORKBOOK)
                one.text = moved

    def _move_tables(self, new: NewRows) -> None:
        for part in self._linked(self.sheets[new.sheet], "/table"):
            for one in self._tree(part).iter():
                if one.get("ref"):
                    one.set("ref", moved_area(one.get("ref"), new))

    def _move_drawings(self, new: NewRows) -> None:
        """Pictures, shapes and comments below go down with their rows."""
        sheet = self.sheets[new.sheet]
        for part in self._linked(sheet, "/drawing"):
            move_anchors(self._tree(part), new)
        for kind, tag in _WITH_REF.items():
            for part in self._linked(sheet, kind):
                for one in self._tree(part).iter(f"{{*}}{tag}"):
                    one.set("ref", moved_area(one.get("ref"), new))
        for part in self._linked(sheet, "/vmlDrawing"):
            self._move_vml(part, new)
        for part in sorted(self._parts):
            if re.fullmatch(r"xl/charts/chart\d+\.xml", part):
                self._move_chart(part, new)

    def _move_chart(self, part: str, new: NewRows) -> None:
        for formula in self._parse(part).iter("{*}f"):
            moved = moved_formula(formula.text or "", "", new)
            if moved != formula.text:
                self._tree(part)
                formula.text = moved

    def _move_vml(self, part: str, new: NewRows) -> None:
        """The old drawing format that still carries comments and form controls."""
        try:
            root = self._parse(part)
        except etree.XMLSyntaxError:  # it need not be XML; then it stays
            return
        for one in root.iter("{*}Row", "{*}Anchor"):
            moved = _moved_corner(one.text or "", new)
            if moved != one.text:
                self._tree(part)
                one.text = moved

    def _linked(self, part: str, kind: str) -> Iterator[str]:
        """The parts of one kind that a part links to."""
        folder, name = posixpath.split(part)
        links = f"{folder}/_rels/{name}.rels"
        if links not in self._parts:
            return
        for link in self._parse(links):
            if (link.get("Type") or "").endswith(kind):
                target = str(link.get("Target") or "")
                path = posixpath.normpath(posixpath.join("/", folder, target))
                if path[1:] in self._parts:
                    yield path[1:]

    def _drop_chain(self) -> None:
        """The order of calculation names cells that moved; a spreadsheet makes anew
        what is not there."""
        if CHAIN not in self._parts:
            return
        self._dropped.add(CHAIN)
        for part, name in ((TYPES, "PartName"), (LINKS, "Target")):
            for one in list(self._tree(part)):
                if (one.get(name) or "").endswith("calcChain.xml"):
                    one.getparent().remove(one)

    def plain(self, style: int) -> int:
        """The number of a style with the borders of this one, as of a heading, in the
        usual letter and without its colour."""
        if style not in self._plain:
            styles = self._tree(STYLES).find("{*}cellXfs")
            new = deepcopy(styles[style])
            new.set("fontId", styles[0].get("fontId") or "0")
            new.set("fillId", "0")
            styles.append(new)
            styles.set("count", str(len(styles)))
            self._plain[style] = len(styles) - 1
        return self._plain[style]

    def recalculate(self, name: str) -> None:
        """Forget what formulas on a sheet, and on those that name it, came to; a
        spreadsheet works them out when it opens the file."""
        page, others = self.form(name), self._others(name)
        if not others and not page.has_formulas():
            return
        for one in (page, *others):
            one.forget_results()
        root = self._tree(WORKBOOK)
        found = root.find("{*}calcPr")
        if found is None:
            found = root.makeelement(root.tag.rpartition("}")[0] + "}calcPr")
            after = [one for one in root if _comes_before_calculation(one)]
            after[-1].addnext(found)
        found.set("fullCalcOnLoad", "1")

    def sign(self, by: str, at: dt.datetime, words: str = "") -> None:
        """Say in the file's properties who filled it in, when, and `words`."""
        known = CORE in self._parts
        root = self._tree(CORE) if known else self._new_properties()
        said = {
            f"{{{_SPACES['cp']}}}lastModifiedBy": by,
            f"{{{_SPACES['dcterms']}}}modified": f"{at.astimezone(dt.UTC):%FT%TZ}",
        }
        if words:
            said[f"{{{_SPACES['dc']}}}description"] = words
        for tag, text in said.items():
            one = root.find(tag)
            if one is None:
                one = root.makeelement(tag)
                root.append(one)
            one.text = text
            if tag.endswith("}modified"):
                one.set(f"{{{_XSI}}}type", "dcterms:W3CDTF")

    def _new_properties(self) -> Any:
        root = etree.Element(
            f"{{{_SPACES['cp']}}}coreProperties", nsmap=_SPACES | {"xsi": _XSI}
        )
        self._trees[CORE] = root
        self._changed.add(CORE)
        override = etree_sub(self._tree(TYPES), "Override")
        override.set("PartName", "/" + CORE)
        override.set("ContentType", _CORE_TYPE)
        link = etree_sub(self._tree("_rels/.rels"), "Relationship")
        link.set("Id", "rIdCoreProperties")
        link.set("Type", _CORE_LINK)
        link.set("Target", CORE)
        return root


def _moved_corner(text: str, new: NewRows) -> str:
    """A row number, or the eight numbers of an anchor of which two are rows."""
    numbers = [int(number) for number in re.findall(r"-?\d+", text)]
    rows = {1: (0,), 8: (2, 6)}.get(len(numbers), ())
    if all(new.moved(numbers[place]) == numbers[place] for place in rows):
        return text
    for place in rows:
        numbers[place] = new.moved(numbers[place])
    return ", ".join(map(str, numbers))


def _comes_before_calculation(part: Any) -> bool:
    """Whether an element of a workbook stands before calcPr (18.2.27)."""
    name = str(part.tag).rpartition("}")[2]
    return name in (
        "sheets",
        "functionGroups",
        "externalReferences",
        "definedNames",
    )
