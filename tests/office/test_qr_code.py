"""The QR code, against the encoder that reportlab brings."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.graphics.barcode import qrencoder

from gridapp.office.qr_code import ALPHABET, modules


def masked_in_all_ways(text):
    """The eight codes that the standard allows for a text."""
    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    code.addData(qrencoder.QRAlphaNum(text))
    code.version = code.calculate_version()
    for mask in range(8):
        code.makeImpl(False, mask)
        yield ["".join("01"[bool(dark)] for dark in row) for row in code.modules]


@given(st.uuids())
def test_the_code_of_an_id_is_one_that_the_standard_allows(record_id):
    text = str(record_id).upper()
    assert modules(text) in list(masked_in_all_ways(text))


@given(st.text(ALPHABET, min_size=1, max_size=61))
def test_any_text_of_the_alphabet_has_its_code(text):
    assert modules(text) in list(masked_in_all_ways(text))


def penalty(rows):
    """ISO/IEC 18004, 7.8.3.1, counted module by module."""
    lines = [*rows, *map("".join, zip(*rows, strict=True))]
    score = 0
    for line in lines:
        score += sum(len(run[0]) - 2 for run in re.finditer("0{5,}|1{5,}", line))
        score += 40 * len(re.findall("(?=10111010000|00001011101)", line))
    for above, below in pairwise(rows):
        squares = zip(pairwise(above), pairwise(below), strict=True)
        score += 3 * sum(len({*one, *other}) == 1 for one, other in squares)
    dark = "".join(rows).count("1") * 100 // len(rows) ** 2
    return score + 10 * (abs(dark - 50) // 5)


@given(st.uuids())
def test_the_mask_is_the_one_that_is_easiest_to_read(record_id):
    text = str(record_id).upper()
    assert penalty(modules(text)) == min(map(penalty, masked_in_all_ways(text)))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="62"):
        modules("A" * 62)
    with pytest.raises(ValueError, match="substring"):
        modules("a")
