"""What is wrong with cells of real ledgers, put into the sample ledgers on purpose.

Each kind is one of domain.md §5.2 or §5.3. A spoiled person carries what the importer
must report, so that tests compare the import with the manifest row by row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sample_estate import Household, Person
from sample_names import check_digit

ERROR, ASK, WARN, FINE = "错误", "需确认", "提示", ""
FULL_WIDTH = str.maketrans("0123456789X+-", "０１２３４５６７８９Ｘ＋－")
RADICALS = {"方": "⽅", "高": "⾼", "金": "⾦", "马": "⻢", "石": "⽯"}
SHARED_PHONE = "0951-0000001"


@dataclass
class Spoiled:
    """One person's row: cells written otherwise and what must come of it."""

    kind: str
    level: str
    column: str
    code: str
    cells: dict[str, Any] = field(default_factory=dict[str, Any])
    expect: dict[str, Any] = field(default_factory=dict[str, Any])


Choice = tuple[Household, Person]
Make = Callable[[Person], Any]
Fits = Callable[[Household, Person], bool]


@dataclass(frozen=True)
class Dirt:
    """A kind of mistake: in how many rows, in which column, and how it is reported."""

    kind: str
    count: int
    level: str
    column: str
    code: str
    make: Make
    fits: Fits = lambda home, person: True
    expect: Callable[[Person], dict[str, Any]] = lambda person: {}


def _whole(home: Household, person: Person) -> bool:
    """A number that ends in a digit, so that Excel takes it for a number."""
    return not person.id_number.endswith("X")


def _ends_x(home: Household, person: Person) -> bool:
    return person.id_number.endswith("X")


def _fifteen_fits(home: Household, person: Person) -> bool:
    return person.birth.year < 1980


def _has_phone(home: Household, person: Person) -> bool:
    return len(person.phones) == 1 and person.phones[0].startswith("1")


def _last(home: Household, person: Person) -> bool:
    """Nobody stands below who would say 同上."""
    return person is home.people[-1]


def _baby(home: Household, person: Person) -> bool:
    return person.age <= 7


def _old(home: Household, person: Person) -> bool:
    return person.age >= 70 and "alone" in person.tags


def _wrong_check(person: Person) -> str:
    body = person.id_number[:17]
    return body + next(d for d in "3579" if d != check_digit(body))


def fifteen(number: str) -> str:
    """The first-generation number that upgrades to `number`."""
    return number[:6] + number[8:17]


def _spread(name: str) -> str:
    return f"{name[0]}\u3000{name[1]}" if len(name) == 2 else f" {name} "


def _other_birth(person: Person) -> str:
    return f"{person.birth.year - 4}-{person.birth:%m-%d}"


def _serial(person: Person) -> int:
    """The day number Excel shows when the cell is not formatted as a date."""
    return (person.birth - dt.date(1899, 12, 30)).days


def _lunar(person: Person) -> dict[str, str]:
    return {"id_number": "无", "born_on": f"{person.birth.year}年三月初八"}


def _radical(person: Person) -> str:
    return RADICALS[person.name[0]] + person.name[1:]


def _precision(person: Person) -> float:
    return float(person.id_number)


REFUSED = (
    Dirt(
        "id_precision", 6, ERROR, "id_number", "E_ID_PRECISION_LOST", _precision, _whole
    ),
    Dirt("id_checksum", 5, ASK, "id_number", "E_ID_CHECKSUM", _wrong_check),
    Dirt("id_short", 3, ERROR, "id_number", "E_ID_LENGTH", lambda p: p.id_number[:17]),
    Dirt(
        "name_box",
        2,
        ERROR,
        "name",
        "E_NAME_RARE_PLACEHOLDER",
        lambda p: p.name[0] + "□",
    ),
    Dirt(
        "name_private", 2, ERROR, "name", "E_NAME_PUA", lambda p: p.name[0] + "\ue863"
    ),
    Dirt(
        "name_two",
        2,
        ERROR,
        "name",
        "E_NAME_MULTIPLE",
        lambda p: p.name + "、" + p.name[0] + "明",
    ),
    Dirt(
        "phone_short",
        4,
        ERROR,
        "phones",
        "E_PHONE_FORMAT",
        lambda p: p.phones[0][:-1],
        _has_phone,
    ),
    Dirt(
        "education_code",
        2,
        ERROR,
        "education",
        "E_CODESET_REQUIRED",
        lambda p: "20",
        lambda h, p: bool(p.education),
    ),
    Dirt("cell_error", 2, ERROR, "id_number", "E_CELL_ERROR", lambda p: "#REF!"),
    Dirt("birth_lunar", 2, ERROR, "born_on", "E_DATE_LUNAR", _lunar, _baby),
    Dirt(
        "room_date",
        2,
        ERROR,
        "room",
        "E_ROOM_IS_DATE",
        lambda p: dt.date(2026, 3, 2),
        _last,
    ),
    Dirt(
        "deceased",
        2,
        ASK,
        "name",
        "Q_DECEASED",
        lambda p: p.name + "(亡)",
        lambda h, p: p.age > 60,
    ),
)
ACCEPTED = (
    Dirt(
        "id_full_width",
        10,
        FINE,
        "id_number",
        "",
        lambda p: p.id_number.translate(FULL_WIDTH),
    ),
    Dirt(
        "id_times",
        6,
        WARN,
        "id_number",
        "W_ID_X_GUESSED",
        lambda p: p.id_number[:17] + "×",
        _ends_x,
    ),
    Dirt(
        "id_lower_x", 10, FINE, "id_number", "", lambda p: p.id_number.lower(), _ends_x
    ),
    Dirt(
        "id_fifteen",
        8,
        WARN,
        "id_number",
        "W_ID_15_UPGRADED",
        lambda p: fifteen(p.id_number),
        _fifteen_fits,
    ),
    Dirt(
        "id_fifteen_number",
        2,
        WARN,
        "id_number",
        "W_ID_15_UPGRADED",
        lambda p: int(fifteen(p.id_number)),
        _fifteen_fits,
    ),
    Dirt("id_label", 4, FINE, "id_number", "", lambda p: "身份证：" + p.id_number),
    Dirt(
        "id_zero_width",
        4,
        FINE,
        "id_number",
        "",
        lambda p: f"\u200b{p.id_number}\ufeff",
    ),
    Dirt("id_apostrophe", 5, FINE, "id_number", "", lambda p: "'" + p.id_number),
    Dirt(
        "id_none",
        9,
        WARN,
        "id_number",
        "W_MISSING",
        lambda p: "无",
        _baby,
        lambda p: {"id_number": None},
    ),
    Dirt(
        "id_none_old",
        4,
        WARN,
        "id_number",
        "W_MISSING",
        lambda p: "不详",
        _old,
        lambda p: {"id_number": None},
    ),
    Dirt(
        "name_head",
        20,
        WARN,
        "name",
        "W_NAME_ANNOTATION",
        lambda p: p.name + "（户主）",
        lambda h, p: p is h.head,
    ),
    Dirt("name_spaces", 150, FINE, "name", "", lambda p: _spread(p.name)),
    Dirt(
        "name_radical",
        3,
        WARN,
        "name",
        "W_NAME_COMPAT_CHAR",
        _radical,
        lambda h, p: p.name[0] in RADICALS,
    ),
    Dirt(
        "phone_86",
        6,
        FINE,
        "phones",
        "",
        lambda p: (
            "+86-" + "-".join((p.phones[0][:3], p.phones[0][3:7], p.phones[0][7:]))
        ),
        _has_phone,
    ),
    Dirt(
        "phone_float", 8, FINE, "phones", "", lambda p: float(p.phones[0]), _has_phone
    ),
    Dirt(
        "phone_full_width",
        4,
        FINE,
        "phones",
        "",
        lambda p: p.phones[0].translate(FULL_WIDTH),
        _has_phone,
    ),
    Dirt(
        "phone_none",
        6,
        WARN,
        "phones",
        "W_MISSING",
        lambda p: "无",
        _has_phone,
        lambda p: {"phones": ()},
    ),
    Dirt(
        "phone_shared",
        6,
        WARN,
        "phones",
        "W_PHONE_SHARED",
        lambda p: SHARED_PHONE,
        _has_phone,
        lambda p: {"phones": (SHARED_PHONE,)},
    ),
    Dirt("birth_serial", 3, WARN, "born_on", "W_DATE_SERIAL", _serial),
    Dirt("birth_differs", 3, WARN, "born_on", "W_BIRTH_DIFFERS", _other_birth),
    Dirt(
        "sex_differs",
        2,
        WARN,
        "sex",
        "W_SEX_DIFFERS",
        lambda p: "女" if p.sex == "1" else "男",
    ),
)


def spoil(homes: list[Household], random: Random) -> dict[Person, Spoiled]:
    """Chooses who is spoiled how; a household loses at most one member, never the
    only one, so that every household still arrives."""
    spoiled: dict[Person, Spoiled] = {}
    touched: set[str] = set()
    _swap_numbers(homes, random, spoiled, touched)
    members = [(h, p) for h in homes if len(h.people) > 1 for p in h.people[1:]]
    everyone = [(h, p) for h in homes for p in h.people]
    for dirt in REFUSED:
        _choose(dirt, members, random, spoiled, touched)
    for dirt in ACCEPTED:
        _choose(dirt, everyone, random, spoiled, touched)
    return spoiled


def _choose(
    dirt: Dirt,
    among: list[Choice],
    random: Random,
    spoiled: dict[Person, Spoiled],
    touched: set[str],
) -> None:
    fitting = [
        (home, person)
        for home, person in among
        if home.number not in touched and "·" not in person.name
        if dirt.fits(home, person)
    ]
    for home, person in random.sample(fitting, dirt.count):
        if home.number in touched:
            others = [c for c in fitting if c[0].number not in touched]
            home, person = random.choice(others)
        touched.add(home.number)
        made = dirt.make(person)
        cells = made if isinstance(made, dict) else {dirt.column: made}
        spoiled[person] = Spoiled(
            dirt.kind, dirt.level, dirt.column, dirt.code, cells, dirt.expect(person)
        )


def _swap_numbers(
    homes: list[Household],
    random: Random,
    spoiled: dict[Person, Spoiled],
    touched: set[str],
) -> None:
    """Twice in the ledger, two people of a household bear one number."""
    for home in random.sample([h for h in homes if len(h.people) >= 4], 2):
        first, second = home.people[2:4]
        touched.add(home.number)
        for person in (first, second):
            spoiled[person] = Spoiled(
                "id_of_two",
                ERROR,
                "id_number",
                "E_ID_TWO_PEOPLE",
                {"id_number": first.id_number},
            )
