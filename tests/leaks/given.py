"""What a marked working life is made of, and where each thing lies.

Everybody in it is invented: numbers begin with 9901, telephones with 1380000.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.conftest import id_number
from tests.leaks.markers import Marker, of_bytes, of_text

GRID = "990101001001001"
NAMES = ("褚燕鸿", "邬玉琛", "訾怀瑾")
PINYIN = ("chuyanhong", "wuyuchen", "zihuaijin")
NUMBERS = tuple(id_number(f"194{n}-03-0{n + 1}", 500 + n) for n in range(3))
PHONES = ("13800007391", "13800004826", "13800009153")
ADDRESS = "云水县河东镇榆钱巷七十八号后院"
ILLNESS = "帕金森叠加重度抑郁服氯氮平"
NOTE = "进门闻到煤气味儿桌上有遗书"  # of a visit that is saved
DRAFT = "她说昨夜又被儿子打了一顿"  # of one that is half typed
ISSUE = "独居户窗台堆放鞭炮和散装汽油"
DISPUTE = "继母与继女争夺抚恤金动了菜刀"
SOUGHT = "氯氮平"  # is typed into the search box
PASSWORD, SECOND, THIRD = "蓝莓-拖拉机-4719", "苜蓿-压路机-8305", "芍药-起重机-2664"
CAMERA = "Xuanwu Telephoto 9"
SIZE = (1200, 900)


@dataclass(frozen=True)
class Place:
    """The folders of one life below `root`."""

    root: Path

    @property
    def given(self) -> Path:
        """What people bring: passwords, photos. The program only reads here."""
        return self.root / "given"

    @property
    def home(self) -> Path:
        """The worker's home folder, with the vault in it."""
        return self.root / "home"

    @property
    def data(self) -> Path:
        """The vault."""
        return self.home / "网格 数据"

    @property
    def county(self) -> Path:
        """The county server's folder, which is on another machine and in clear."""
        return self.root / "county"

    @property
    def other(self) -> Path:
        """The vault of a second laptop."""
        return self.home / "另一台"

    @property
    def full(self) -> Path:
        """Files that were asked for with full numbers, and the ledger that came."""
        return self.root / "asked-in-full"

    @property
    def masked(self) -> Path:
        """Files that were asked for as everybody gets them."""
        return self.root / "asked-masked"

    @property
    def sealed(self) -> Path:
        """Packages, backups, requests: nothing of them can be read."""
        return self.root / "sealed"

    @property
    def here(self) -> Path:
        """The folder the program is started in."""
        return self.root / "here"

    @property
    def temp(self) -> Path:
        """TMPDIR."""
        return self.root / "temp"

    @property
    def said(self) -> Path:
        """What was said on standard error."""
        return self.root / "said.txt"

    @property
    def secrets(self) -> Path:
        """What only the vault knew: keys, tokens, photos as they are kept."""
        return self.given / "secrets.json"

    def password(self, number: int = 1) -> Path:
        """A file with the password before, between and after the changes."""
        return self.given / f"password-{number}.txt"

    def make(self) -> None:
        """The folders and what people bring."""
        for folder in (
            self.given,
            self.home,
            self.full,
            self.masked,
            self.sealed,
            self.here,
            self.temp,
        ):
            folder.mkdir(parents=True)
        for number, word in enumerate((PASSWORD, SECOND, THIRD), 1):
            self.password(number).write_text(word, encoding="utf-8")
        (self.given / "门口.jpg").write_bytes(photo())
        head = "姓名,公民身份号码,联系电话,户籍地址,病史与用药,楼栋,单元,房号,是否独居"
        lines = [
            f"{name},{number},{phone},{ADDRESS},{ILLNESS},3号楼,2单元,50{at},是"
            for at, (name, number, phone) in enumerate(
                zip(NAMES, NUMBERS, PHONES, strict=True), 1
            )
        ]
        lines.append(f"{NAMES[0]}?,{NUMBERS[0][:-2]},{PHONES[0]},,,3号楼,2单元,599,是")
        (self.full / "台账.csv").write_text("\n".join([head, *lines]), encoding="utf-8")


def photo() -> bytes:
    """A phone's JPEG: noise, which no two encoders write alike, and its marks."""
    chance = random.Random(6)
    small = (SIZE[0] // 6, SIZE[1] // 6)
    noise = Image.frombytes("RGB", small, chance.randbytes(small[0] * small[1] * 3))
    exif = Image.Exif()
    exif[0x010F] = CAMERA
    out = BytesIO()
    whole = noise.resize(SIZE, Image.Resampling.BICUBIC)
    whole.save(out, "JPEG", quality=92, exif=exif)
    return out.getvalue()


def markers(place: Place) -> list[Marker]:
    """Everything that must be found nowhere after the life in `place`."""
    secrets = json.loads(place.secrets.read_text(encoding="utf-8"))
    pictures = [bytes.fromhex(one) for one in secrets["pictures"]]
    return [
        *of_text("name", *NAMES),
        *of_text("pinyin", *PINYIN),
        *of_text("ID number", *NUMBERS, number=True),
        *of_text("telephone", *PHONES, number=True),
        *of_text("address", ADDRESS, ADDRESS[6:], number=True),
        *of_text("health", ILLNESS, SOUGHT),
        *of_text("visit", NOTE),
        *of_text("draft", DRAFT),
        *of_text("issue", ISSUE),
        *of_text("dispute", DISPUTE),
        *of_text("password", PASSWORD, SECOND, THIRD, number=True),
        *of_text("camera", CAMERA, number=True),
        *of_text("token", *secrets["tokens"], number=True),
        *(Marker("key", bytes.fromhex(one), True) for one in secrets["keys"]),
        *of_bytes("photo as it came", photo()[600:], every=1024),
        *(one for raw in pictures for one in of_bytes("photo", raw[700:], every=512)),
        *(one for raw in pictures for one in _pixels(raw)),
    ]


def _pixels(raw: bytes) -> list[Marker]:
    """Some rows of what a picture shows, as the window and a printer have them."""
    with Image.open(BytesIO(raw)) as picture:
        plain = picture.convert("RGB")
    found: list[Marker] = []
    for order in (("R", "G", "B"), ("B", "G", "R", "X"), ("L",)):
        if order == ("L",):
            rows = plain.convert("L").tobytes()
        else:
            bands = dict(zip("RGB", plain.split(), strict=True))
            bands["X"] = Image.new("L", plain.size, 255)
            mode = "RGB" if len(order) == 3 else "RGBA"
            rows = Image.merge(mode, [bands[one] for one in order]).tobytes()
        found += of_bytes("pixels", rows, every=len(rows) // 7)
    return found
