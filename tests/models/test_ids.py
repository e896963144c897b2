"""An id made quickly is the id that uuid.UUID makes."""

from uuid import UUID, uuid4

import pytest

from gridapp.models.ids import id_of, id_of_hex


def test_an_id_of_bytes_or_digits_is_the_one_that_uuid_makes():
    one = uuid4()
    for made in (id_of(one.bytes), id_of_hex(one.hex)):
        assert made == one
        assert hash(made) == hash(one)
        assert (made.hex, made.bytes, str(made)) == (one.hex, one.bytes, str(one))
        assert made.is_safe == UUID(one.hex).is_safe


@pytest.mark.parametrize("raw", [b"", b"x" * 15, b"x" * 17])
def test_bytes_of_another_number_are_no_id(raw):
    with pytest.raises(ValueError, match="16 bytes"):
        id_of(raw)
