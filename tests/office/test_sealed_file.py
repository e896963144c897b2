"""What does not fit into memory is readable by nobody else."""

import os
import shutil
from io import BytesIO

from gridapp.office.sealed_file import SealedFile

NUMBER = b"990101194403120021"


def test_what_is_written_is_read_again_in_whatever_pieces():
    pieces = [os.urandom(size) for size in (1, 15, 16, 17, 40_000, 3)]
    with SealedFile(1000) as file:
        for one in pieces:
            assert file.write(one) == len(one)
        file.rewind()
        out = BytesIO()
        shutil.copyfileobj(file, out, 777)
    assert out.getvalue() == b"".join(pieces)


def test_the_disk_holds_no_word_of_it():
    with SealedFile(100) as file:
        for _ in range(50):
            file.write(NUMBER)
        file._file.seek(0)  # what a program that was killed here leaves behind
        lies = file._file.read()
    assert len(lies) == 50 * len(NUMBER)
    assert NUMBER not in lies
