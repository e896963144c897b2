"""The QR code is read back as what it was made of."""

import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gridapp.office.paper.qr_code import modules

PIXELS = 4  # a module


@given(st.uuids().map(lambda one: str(one).upper()))
def test_the_id_of_any_record_is_read_back(text):
    rows = modules(text)
    size = (len(rows) + 8) * PIXELS  # four modules of quiet zone around
    image = Image.new("L", (size, size), 255)
    for y, row in enumerate(rows, 4):
        for x, dark in enumerate(row, 4):
            if dark == "1":
                box = (x * PIXELS, y * PIXELS, (x + 1) * PIXELS, (y + 1) * PIXELS)
                image.paste(0, box)
    [found] = zxingcpp.read_barcodes(image)
    assert found.text == text
