"""Files no office program would write, made by hand for the tests of reading."""

from __future__ import annotations

import io
import zipfile

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def row(number: int, *texts: str, more: str = "") -> str:
    """A row of text cells as XML."""
    cells = (
        f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for n, text in enumerate(texts)
    )
    return f'<row r="{number}"{more}>{"".join(cells)}</row>'


def parts(data: str, styles: str = "", merges: str = "") -> dict[str, bytes]:
    """The parts of a workbook with one sheet 名单 whose rows are this XML."""
    kind = f"{LINKS}/worksheet"
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{LINKS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {MAIN} xmlns:r="{LINKS}"><sheets>'
        '<sheet name="名单" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/'
        f'relationships"><Relationship Id="r1" Type="{kind}" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{data}</sheetData>"
        f"{merges}</worksheet>",
    }
    if styles:
        texts["xl/styles.xml"] = f"<styleSheet {MAIN}>{styles}</styleSheet>"
    return {name: (HEAD + text).encode() for name, text in texts.items()}


def zipped(files: dict[str, bytes]) -> bytes:
    """The parts as one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in files.items():
            book.writestr(name, content)
    return out.getvalue()
