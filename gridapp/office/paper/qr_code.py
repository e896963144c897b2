"""The QR code of a record's id, as rows of modules to draw.

zxing-cpp makes it, which also reads it back from a photographed sheet: 0.15 ms a code
on the machine it was measured on, where reportlab's encoder takes 6 ms, longer than all
the rest of a page.
"""

from __future__ import annotations

from typing import Any

_DARK = b"1" + b"0" * 255  # of a picture, where dark is 0


def modules(text: str) -> list[str]:
    """The rows of the smallest code of `text` at level M (ISO/IEC 18004): 1 for a dark
    module, 0 for a light one. Digits, capitals and hyphens make the smallest."""
    import zxingcpp

    library: Any = zxingcpp  # its types are half known
    made = library.create_barcode(text, library.BarcodeFormat.QRCode, ec_level="M")
    image: Any = memoryview(made.to_image(scale=1, add_quiet_zones=False))
    size: int = image.shape[1]
    squares: str = image.tobytes().translate(_DARK).decode("ascii")
    return [squares[i : i + size] for i in range(0, len(squares), size)]
